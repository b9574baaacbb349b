"""Cluster: batches of runs on the workers of a Dask cluster.

A batch is sent as plain values (the scenario as its file has it) and its rows come back; a worker that dies takes its
batches with it, and they are sent to another.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import Source, import_used

if TYPE_CHECKING:
    from loyaltysim.study.fill import Job, Row
    from loyaltysim.study.shared_work import SharedWork

RETRIES = 5
"""How often a batch is sent again after a worker died with it; assumed."""
BATCHES_A_WORKER = 2
LOOK_SECONDS, PATIENT_SECONDS = 1.0, 3.0
"""How often one looks for workers, and how long none is no news; assumed."""
LONGEST_START = 60.0
"""Seconds until workers of one's own that do not come are given up; assumed."""
log = logging.getLogger("loyaltysim")
Sent = tuple[dict[str, Any], str | None, tuple[int, int], tuple[str, ...]]


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Iterator[Any]:
    """A client of the cluster at an address, or of so many workers started on this machine.

    Raises ScenarioError if Dask is missing, nobody answers at the address, or no worker comes up.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        message = "needs Dask: pip install -c constraints.txt -e '.[cluster]'"
        raise ScenarioError([Fault(None, None, "--cluster" if address else "--workers", message)]) from None
    if address is not None:
        try:
            client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError) as error:
            raise ScenarioError([Fault(None, None, "--cluster", f'nobody answers at "{address}": {error}')]) from None
        with client:
            yield client
        return
    wanted = workers or os.cpu_count() or 1
    with _deaf_to_ctrl_c():  # so are the workers, which its thread starts; told of twice, they would end in tracebacks
        local = LocalCluster(
            n_workers=0, threads_per_worker=1, memory_limit=1 / wanted, dashboard_address=None,
            silence_logs=logging.ERROR,
        )  # fmt: skip
    with local, Client(local) as client:
        local.scale(wanted)
        try:
            client.wait_for_workers(1, timeout=LONGEST_START)
        except TimeoutError:
            message = f"no process came up in {LONGEST_START:g} seconds: take --threads, or fewer at a time"
            raise ScenarioError([Fault(None, None, "--workers", message)]) from None
        yield client


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start threads that get no Ctrl-C, nor do the processes that they start; this process still gets it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C through again, were it started by one of these threads
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def check_client(client: Any) -> None:
    """Raise ScenarioError if something is given for a client that is none, or one that is closed."""
    if client is None:
        return
    if not callable(getattr(client, "submit", None)) or not callable(getattr(client, "nthreads", None)):
        raise ScenarioError([Fault(None, None, "client", f"must be a Client of Dask distributed, was {client!r}")])
    if getattr(client, "status", "running") != "running":
        raise ScenarioError([Fault(None, None, "client", f"the Client of Dask distributed is {client.status}")])


def batches_on(client: Any, work: SharedWork, seed: int, seconds: float) -> Generator[list[Row], None, None]:
    """The rows of batches as they come; the first jobs are done here, to see how many make a batch of `seconds`.

    Two batches a worker are under way, so that none waits for the next, and what is left stays free for others; all of
    it while there are no workers.
    """
    from distributed import CancelledError, KilledWorker, wait
    from distributed.comm import CommClosedError

    from loyaltysim.study.fill import WAIT_SECONDS, do, failed

    each = seconds  # that a job takes
    for _ in range(2):  # the first one may have compiled
        for job in work.take():
            rows = do(job, seed)
            each = seconds_of(rows)
            yield rows
    running: dict[Any, list[Job]] = {}
    alone = Alone()
    try:
        while work.left or running:
            hands = alone.workers(client)
            while len(running) < BATCHES_A_WORKER * hands:
                size = min(math.ceil(seconds / each), math.ceil(work.left / (2 * hands)))
                jobs = work.take(max(1, size))
                if not jobs:
                    break
                sent = [_sent(job) for job in jobs]
                running[client.submit(do_sent, sent, seed, pure=False, retries=RETRIES)] = jobs
            if not running:  # others have in hand what is left, or there are no workers
                time.sleep(WAIT_SECONDS)
                continue
            try:
                finished = wait(list(running), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                continue
            for future in finished:
                jobs = running.pop(future)
                try:
                    rows = future.result()
                    each = seconds_of(rows) / len(jobs)
                except KilledWorker:
                    rows = failed(jobs, "every worker that was given these runs died; too little memory, perhaps")
                yield rows
    except (CancelledError, CommClosedError):
        raise ScenarioError([Fault(None, None, "client", "the cluster is gone")]) from None
    finally:
        with suppress(CancelledError, OSError, TimeoutError):
            client.cancel(list(running))


def seconds_of(rows: list[Row]) -> float:
    """How long runs took; never nothing."""
    return max(float(sum(row["seconds"] for row in rows)), 1e-6)


class Alone:
    """Says once that a cluster has no workers, after some seconds, and once that it has some again."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._said = False

    def workers(self, client: Any) -> int:
        """How many threads its workers have."""
        threads = int(sum(client.nthreads().values()))
        if threads:
            if self._said:
                log.warning("the cluster has workers now: going on")
            self._since, self._said = None, False
            return threads
        now = time.monotonic()
        self._since = self._since or now
        if not self._said and now - self._since >= PATIENT_SECONDS:
            self._said = True
            log.warning("the cluster has no workers: waiting until some come (Ctrl-C ends it)")
        return 0


def _sent(job: Job) -> Sent:
    folder = None if job.scenario._folder is None else str(job.scenario._folder.resolve())
    replications = job.replications.start, job.replications.stop
    return job.scenario.document(), folder, replications, job.keys


def do_sent(jobs: list[Sent], seed: int) -> list[Row]:
    """On a worker: the rows of the jobs of a batch."""
    from loyaltysim.study.fill import Job, do

    rows = []
    for document, folder, (start, stop), keys in jobs:
        beside = None if folder is None else Path(folder)
        if beside is not None and document.get("uses"):
            import_used(Source(str(beside / "scenario.toml"), beside, document, {}))
        scenario = Scenario.from_document(document, folder=beside)
        rows += do(Job(scenario, range(start, stop), keys), seed)
    return rows
