"""Shared work: two processes on one store never do the same, and never wait for the dead."""

import json
import logging
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from loyaltysim.faults import ScenarioError
from loyaltysim.study import cluster, fill, shared_work
from loyaltysim.study.fill import Job, share_of
from loyaltysim.study.shared_work import IN_HAND, SharedWork
from loyaltysim.study.store import Store, table_of

JOBS = [Job(None, range(3), tuple(f"{job}{run}" for run in range(3))) for job in "abcd"]


def rows(*jobs, error=None):
    return [
        {"key": key, "replication": number, "seconds": 0.1, "values": [1.0], "error": error}
        for job in jobs
        for number, key in zip(job.replications, job.keys)
    ]


def two(folder) -> tuple[SharedWork, SharedWork]:
    return SharedWork(JOBS, Store(folder)), SharedWork(JOBS, Store(folder))


def test_two_at_work__never_have_the_same_in_hand(tmp_path):
    one, other = two(tmp_path)
    assert one.take(1) == JOBS[:1] and other.take(2) == JOBS[1:3]
    assert one.take(9) == JOBS[3:] and one.take(9) == other.take(9) == []
    assert one.left == 2 and other.left == 2, "what the other has in hand is not done yet"


def test_what_others_wrote__is_read_and_not_done_again(tmp_path):
    one, other = two(tmp_path)
    done = rows(*one.take(4))
    one._store.add(table_of(done))
    one.wrote(done)
    assert other.take(4) == [] and other.left == 0
    assert [row["key"] for row in other.from_others()] == [row["key"] for row in done] and other.by_others == 12
    assert other.from_others() == one.from_others() == []


def test_job_done_in_part_by_others__is_cut(tmp_path):
    one, other = two(tmp_path)
    one._store.add(table_of(rows(JOBS[0])[1:2]))
    assert other.take(1) == [Job(None, range(0, 1), ("a0",)), Job(None, range(2, 3), ("a2",))]


def test_what_one_had_in_hand_who_ended__is_free(tmp_path):
    one, other = two(tmp_path)
    one.take(4)
    assert other.take(4) == []
    one.close()
    assert other.take(4) == JOBS
    other.close()
    assert not [path for path in tmp_path.iterdir() if path.name not in ("store.json", ".store.lock")]


@pytest.mark.parametrize("lock", [True, False])
def test_what_a_killed_one_had_in_hand__is_free(tmp_path, lock):
    work = SharedWork(JOBS, Store(tmp_path))
    if lock:  # the file is left behind, nobody holds it
        (tmp_path / ".dead.at_work").touch()
    (tmp_path / IN_HAND).write_text(json.dumps({"dead": ["a0", "b0"]}))
    assert work.take(4) == JOBS
    assert set(json.loads((tmp_path / IN_HAND).read_text())) == {work._name}


def test_torn_list_of_what_is_in_hand__counts_for_nothing(tmp_path):
    work = SharedWork(JOBS, Store(tmp_path))
    (tmp_path / IN_HAND).write_text('{"dead": ["a0"')
    assert work.take(4) == JOBS


def test_one_that_hangs__is_waited_for_no_longer_than_patience_lasts(tmp_path, monkeypatch):
    hung, work = two(tmp_path)
    hung.take(4)
    assert work.take(4) == []
    monkeypatch.setattr(shared_work, "PATIENCE", 0.0)
    assert work.take(4) == JOBS


def test_one_that_hangs__is_waited_for_once_and_not_at_every_job(tmp_path, monkeypatch):
    hung, work = two(tmp_path)
    hung.take(3)
    assert work.take(1) == JOBS[3:]
    monkeypatch.setattr(shared_work, "PATIENCE", 0.0)
    assert work.take(1) == JOBS[:1]
    monkeypatch.setattr(shared_work, "PATIENCE", 60.0)
    assert work.take(1) == JOBS[1:2], "though what was taken is news"
    third = SharedWork(JOBS, Store(tmp_path))
    third._given_up = {(hung._name, key) for job in JOBS for key in job.keys}
    assert third.take(9) == JOBS[2:3], "what another has taken of it is in good hands"


def test_lock_that_cannot_be_had__is_told_and_not_waited_for(tmp_path, monkeypatch):
    def acquire(self, timeout=None, **settings):
        assert timeout is not None, "it would wait for ever"
        raise shared_work.Timeout(str(tmp_path))

    monkeypatch.setattr(shared_work.FileLock, "acquire", acquire)
    with pytest.raises(OSError, match="no lock can be had there in 30 seconds: take a store on another disk"):
        SharedWork(JOBS, Store(tmp_path))


def test_lock_file_of_another_user__is_held_where_it_may_not_be_opened(tmp_path, monkeypatch):
    work, held = SharedWork(JOBS, Store(tmp_path)), tmp_path / ".dead.at_work"
    held.touch()
    (tmp_path / IN_HAND).write_text(json.dumps({"dead": ["a0"]}))

    def forbidden(self, *args, **settings):
        raise PermissionError(13, "Permission denied", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(type(held), "unlink", forbidden)  # whose it is, alone may remove it
        assert work._others() == {} and held.exists()
    monkeypatch.setattr(shared_work.FileLock, "acquire", forbidden)
    assert list(work._others()) == ["dead"]


def test_run_that_failed_elsewhere__is_not_tried_once_more_but_an_old_failure_is(tmp_path):
    store = Store(tmp_path)
    store.add(table_of(rows(JOBS[0], error="long ago")))
    work = SharedWork(JOBS, store)
    Store(tmp_path).add(table_of(rows(JOBS[0], error="long ago, in a merged file") + rows(JOBS[1], error="just now")))
    assert work.take(9) == [JOBS[0], *JOBS[2:]]


def test_file_system_without_locks__lets_all_be_done(tmp_path, monkeypatch):
    def acquire(self, *args, **settings):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(shared_work.FileLock, "acquire", acquire)
    work = SharedWork(JOBS, Store(tmp_path))
    assert work.take(9) == JOBS
    work.close()


def test_study_that_is_stopped__leaves_nothing_in_hand(tmp_path, monkeypatch):
    def do(job, seed, tell):
        time.sleep(0.01)
        tell(0.0)
        return rows(job)

    def close_slowly(work):
        close(work)
        time.sleep(0.1)  # in which threads that go on would take more

    close = SharedWork.close
    monkeypatch.setattr(fill, "do", do)
    monkeypatch.setattr(fill, "BATCH_SECONDS", 0.02)
    monkeypatch.setattr(SharedWork, "close", close_slowly)
    jobs = [Job(None, range(1), (str(number),)) for number in range(50)]
    work = fill.fill(jobs, 1, store=Store(tmp_path), threads=2)
    assert next(work)
    work.close()
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".parquet"} == {"store.json", ".store.lock"}


def test_fill__that_is_interrupted_says_how_to_go_on(tmp_path, monkeypatch):
    def stops(job, seed, tell=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(fill, "do", stops)
    jobs = [Job(None, range(1), (str(number),)) for number in range(3)]
    with pytest.raises(KeyboardInterrupt) as stopped:
        list(fill.fill(jobs, 1, store=Store(tmp_path), threads=1))
    assert stopped.value.__notes__ == [f'"{tmp_path}" keeps what is done: the same call goes on from there']


def test_share__fills_a_batch_and_leaves_others_some():
    assert share_of(left=1000, hands=2, each=0.0, seconds=0.5) == 1, "how long one takes is not known"
    assert share_of(left=1000, hands=2, each=0.01, seconds=0.495) == 49
    assert share_of(left=20, hands=2, each=0.01, seconds=0.49) == 5  # 20 / (2 · 2)
    assert share_of(left=1, hands=2, each=0.4, seconds=0.1) == 1


PAIR = """
import json, multiprocessing, os, sys, time
sys.path.insert(0, {here!r})
from test_sweep import AXES, SMALL
from loyaltysim.study import fill
from loyaltysim.study.sweep import sweep
fill.BATCH_SECONDS, fill.STACK_ROWS, fill.WAIT_SECONDS = 0.05, 120, 0.01  # stacks of two runs
alone = sweep(SMALL, AXES, replications=10, threads=1)
runs, real, both = 0, fill.do, multiprocessing.get_context("fork").Barrier(2)

def slow(job, *args):
    global runs
    runs += len(job.keys)
    time.sleep(0.02)  # so that there is work for both
    return real(job, *args)

fill.do = slow
for child in ("one", "other"):
    if os.fork() == 0:
        both.wait(60)
        found = sweep(SMALL, AXES, replications=10, threads=1, store={store!r})
        with open({store!r} + child, "w") as file:
            json.dump([runs, found.identical(alone)], file)
        os._exit(0)
os.wait(), os.wait()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_processes_on_one_store__make_every_run_once_and_both_have_all(tmp_path):
    store = str(tmp_path / "store")
    done = subprocess.run(
        [sys.executable, "-c", PAIR.format(here=str(Path(__file__).parent), store=store)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (one, whole), (other, whole_too) = (json.loads(Path(store + name).read_text()) for name in ("one", "other"))
    assert one + other == 60 and whole and whole_too
    assert min(one, other) > 6, "both had their part"


MASK = "import os, signal; os._exit(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"


@pytest.mark.skipif(sys.platform == "win32", reason="needs masks of signals")
def test_workers__get_no_ctrl_c_and_we_do():
    ended = []

    def start() -> None:
        begin.wait()
        worker = multiprocessing.get_context("spawn").Process(target=exec, args=(MASK,))
        worker.start()
        worker.join()
        ended.append(worker.exitcode)

    begin = threading.Event()
    with cluster._deaf_to_ctrl_c():
        thread = threading.Thread(target=start)
        thread.start()
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    begin.set()
    thread.join()
    assert ended == [1]


class NoWorkers:
    """What a client is asked here."""

    def __init__(self, *threads):
        self.threads = list(threads)

    def nthreads(self):
        return self.threads.pop(0)


def test_seconds_of_runs__add_up_and_are_never_nothing():
    assert cluster.seconds_of(rows(*JOBS[:2])) == pytest.approx(0.6)  # 6 runs of .1
    assert cluster.seconds_of([]) > 0


def test_cluster_without_workers__is_told_once_and_so_is_that_some_came(monkeypatch, caplog):
    monkeypatch.setattr(cluster, "PATIENT_SECONDS", 0.0)
    client, alone = NoWorkers({}, {}, {"tcp": 2}, {"tcp": 2}), cluster.Alone()
    with caplog.at_level(logging.WARNING, "loyaltysim"):
        assert [alone.workers(client) for _ in range(4)] == [0, 0, 2, 2]
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "the cluster has no workers",
        "the cluster has workers now",
    ]


class NeverAnyWorkers:
    """A client of a cluster of which the workers went; after some looks the test ends it."""

    def __init__(self, looks):
        self.looks = looks

    def nthreads(self):
        self.looks -= 1
        if not self.looks:
            raise KeyboardInterrupt
        return {}

    def submit(self, *args, **settings):
        raise AssertionError("there is nobody to do it")

    def cancel(self, futures):
        assert not futures


def test_cluster_without_workers__takes_nothing_from_others(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra [cluster]")
    monkeypatch.setattr(fill, "do", lambda job, seed: rows(job))
    monkeypatch.setattr(fill, "WAIT_SECONDS", 0.0)
    one, other = two(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        for done in cluster.batches_on(NeverAnyWorkers(3), one, 1, 0.5):
            one._store.add(table_of(done))
            one.wrote(done)  # the first two jobs, done here to see how long they take
    assert other.take(9) == JOBS[2:]


def test_workers_that_do_not_come__are_given_up_in_words(monkeypatch):
    def wait_for_workers(n, timeout=None):
        assert timeout is not None, "it would wait for ever"
        raise TimeoutError

    class Local:
        def __init__(self, **settings):
            pass

        def scale(self, wanted):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

    def client(address):
        return nullcontext(SimpleNamespace(wait_for_workers=wait_for_workers))

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=client, LocalCluster=Local))
    with pytest.raises(ScenarioError, match="--workers: no process came up in 60 seconds: take --threads, or fewer"):
        with cluster.connected(workers=2):
            pass
