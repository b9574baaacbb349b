"""Sweeps: the same numbers as single runs, on every engine; nothing done is lost, and nothing is done twice."""

import shlex
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim.cli.asked import read_change
from loyaltysim.results import source_hash
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.study import fill as filling
from loyaltysim.study.again import command_of, varied
from loyaltysim.study.merging import merge_stores
from loyaltysim.study.store import MOST_PARTS, Keys, Store, table_of
from loyaltysim.study.sweep import sweep
from loyaltysim.summaries import summary

SMALL = ls.load("grocery").vary({"population.n_customers": 60, "steps": 13, "burn_in": 2, "metrics.period_steps": 13})
PRICE = "brands.Ours.price"
AXES = {PRICE: [1.8, 2.0, 2.2], "brands.Rival.pricing.0.depth": [0.0, 0.2]}


@pytest.fixture(scope="module")
def swept() -> xr.Dataset:
    return sweep(SMALL, AXES, replications=3, threads=1)


def test_sweep__is_what_each_point_gives_by_itself(swept):
    assert dict(swept.sizes) == {"point": 6, "replication": 3, "brand": 3, "segment": 3}
    for point in range(6):
        alone = ls.replicate(SMALL.vary({path: swept[path].values[point].item() for path in AXES}), replications=3)
        for metric in ("share", "retention_rate", "margin", "bond", "liability"):
            np.testing.assert_array_equal(swept[metric][point], summary(alone, metric))


def test_sweep__does_not_depend_on_threads_or_on_shards(swept, tmp_path):
    assert sweep(SMALL, AXES, replications=3, threads=4).identical(swept)
    folders = [tmp_path / str(part) for part in range(3)]
    parts = [sweep(SMALL, AXES, replications=3, store=folders[k], shard=(k + 1, 3)) for k in range(3)]
    assert [int(part["share"].sel(brand="Ours", segment="all").notnull().sum()) for part in parts] == [6, 6, 6]
    assert merge_stores(tmp_path / "all", folders) == 18 and merge_stores(tmp_path / "all", folders) == 0
    assert count_runs(lambda: sweep(SMALL, AXES, replications=3, store=tmp_path / "all")) == 0
    assert sweep(SMALL, AXES, replications=3, store=tmp_path / "all").identical(swept)


def test_shards__of_one_store_leave_no_hole(swept, tmp_path):
    for k in (2, 1, 3):
        data = sweep(SMALL, AXES, replications=3, store=tmp_path, shard=(k, 3))
    assert data.identical(swept)


def count_runs(work) -> int:
    """How many replications are simulated while work is done."""
    runs, real = [], filling.do

    def counted(job, *args):
        runs.extend(job.keys)
        return real(job, *args)

    filling.do = counted
    try:
        work()
    finally:
        filling.do = real
    return len(runs)


def test_store__computes_only_what_is_missing(swept, tmp_path):
    few = {PRICE: [1.8, 2.0], "brands.Rival.pricing.0.depth": [0.0, 0.2]}
    assert count_runs(lambda: sweep(SMALL, few, replications=2, store=tmp_path)) == 8
    assert count_runs(lambda: sweep(SMALL, few, replications=2, store=tmp_path)) == 0
    assert count_runs(lambda: sweep(SMALL, AXES, replications=3, store=tmp_path)) == 18 - 8
    assert sweep(SMALL, AXES, replications=3, store=tmp_path).identical(swept)


def test_store__that_may_only_be_read_gives_what_it_holds(tmp_path, monkeypatch):
    few = {PRICE: [1.8, 2.0]}
    whole = sweep(SMALL, few, replications=2, store=tmp_path)

    def refused(*args, **settings):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", refused)
    monkeypatch.setattr("loyaltysim.study.store.whole_file", refused)
    monkeypatch.setattr("loyaltysim.study.shared_work.whole_file", refused)
    assert sweep(SMALL, few, replications=2, store=tmp_path).identical(whole)


def test_store__keeps_another_seed_and_another_file_apart(tmp_path):
    few = {PRICE: [2.0]}
    sweep(SMALL, few, replications=1, store=tmp_path)
    assert count_runs(lambda: sweep(SMALL, few, replications=1, seed=2, store=tmp_path)) == 1
    (tmp_path / "ties.csv").write_text("from,to\n0,1\n")
    tied = SMALL.vary({"network": {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}})
    inner = tmp_path / "tied"
    assert count_runs(lambda: sweep(tied, few, replications=1, store=inner)) == 1
    (tmp_path / "ties.csv").write_text("from,to\n0,2\n")
    assert count_runs(lambda: sweep(tied, few, replications=1, store=inner)) == 1


def test_damaged_part__is_found_told_set_aside_and_computed_again(swept, tmp_path, caplog):
    sweep(SMALL, AXES, replications=3, store=tmp_path)
    part = max(tmp_path.glob("*.parquet"), key=lambda path: path.stat().st_size)
    image = bytearray(part.read_bytes())
    image[len(image) // 2] ^= 1
    part.write_bytes(bytes(image))
    assert count_runs(lambda: sweep(SMALL, AXES, replications=3, store=tmp_path)) > 0
    assert sweep(SMALL, AXES, replications=3, store=tmp_path).identical(swept)
    assert [path.suffix for path in tmp_path.glob("*.damaged")] == [".damaged"]
    (told,) = [record.message for record in caplog.records if record.name == "loyaltysim"]
    assert told.startswith(f'"{part}" is damaged') and told.endswith("are made again where they are asked for")


def test_run_that_raises__is_a_row_with_its_traceback_and_command_and_is_tried_again(tmp_path, monkeypatch, swept):
    real = filling.Simulation

    def fails(scenario, **settings):
        if scenario.brands["Ours"].price == 2.0 and 1 in settings["replications"]:
            raise ArithmeticError("as the test wants")
        return real(scenario, **settings)

    monkeypatch.setattr(filling, "Simulation", fails)
    data = sweep(SMALL, {PRICE: [1.8, 2.0]}, replications=3, store=tmp_path)
    assert data["failed"].values.tolist() == [0, 1]
    assert data["share"].sel(brand="Ours", segment="all").notnull().values.tolist() == [[True] * 3, [True, False, True]]
    (row,) = [row for row in Store(tmp_path).rows().to_pylist() if row["error"]]
    assert "ArithmeticError: as the test wants" in row["error"] and row["replication"] == 1
    small = " ".join(f"--set {path}={value}" for path, value in SMALL._origin.changes.items())
    assert row["command"] == f"loyaltysim run grocery {small} --set {PRICE}=2.0 --seed 1 --replications 2"
    assert data.attrs["first_command"] == row["command"] and data.attrs["first_error"] == row["error"]
    monkeypatch.undo()
    assert count_runs(lambda: sweep(SMALL, {PRICE: [1.8, 2.0]}, replications=3, store=tmp_path)) == 1
    assert sweep(SMALL, {PRICE: [1.8, 2.0]}, replications=3, store=tmp_path)["failed"].values.tolist() == [0, 0]


def test_full_disk__stops_the_sweep_and_keeps_what_is_there(tmp_path, monkeypatch, swept):
    sweep(SMALL, {PRICE: [1.8]}, replications=3, store=tmp_path)
    before = set(tmp_path.iterdir())
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        sweep(SMALL, AXES, replications=3, store=tmp_path)
    assert set(tmp_path.iterdir()) == before
    monkeypatch.undo()
    assert sweep(SMALL, AXES, replications=3, store=tmp_path).identical(swept)


def test_many_parts__are_merged_into_few_and_stay_the_same_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(filling, "BATCH_SECONDS", 0.0)  # a file for every job
    monkeypatch.setattr(filling, "STACK_ROWS", 1)
    plain = Store.close
    monkeypatch.setattr(Store, "close", lambda self: None)
    one = sweep(SMALL, AXES, replications=4, store=tmp_path)
    assert len(list(tmp_path.glob("*.parquet"))) == 24 > MOST_PARTS
    monkeypatch.setattr(Store, "close", plain)
    store = Store(tmp_path)
    store.close()
    assert len(list(tmp_path.glob("*.parquet"))) == 1 and len(store.done()) == 24
    assert sweep(SMALL, AXES, replications=4, store=tmp_path).identical(one)


def test_store_of_ten_thousand_runs__is_few_files_and_opens_at_once(tmp_path):
    store, values = Store(tmp_path), list(np.random.default_rng(1).random(400))
    for part in range(50):
        store.add(table_of({"key": f"{part} {k}", "replication": k, "values": values} for k in range(200)))
    store.close()
    assert len(list(tmp_path.iterdir())) <= 20
    began = time.process_time()
    assert len(Store(tmp_path).done()) == 10_000
    assert time.process_time() - began < 2  # seconds of a processor, since others work on the same cores


def test_merging_again__keeps_all_runs_and_no_file_grows_beyond_what_one_may_have(tmp_path, monkeypatch):
    random = np.random.default_rng(1)  # numbers that no compression makes smaller

    def runs(first, many):
        return table_of({"key": str(first + k), "replication": 0, "values": random.random(2000)} for k in range(many))

    one = Store(tmp_path / "one").add(runs(0, 1)).stat().st_size
    monkeypatch.setattr("loyaltysim.study.store.MOST_BYTES", 4 * one)
    monkeypatch.setattr("loyaltysim.study.store.MOST_PARTS", 2)
    store, number = Store(tmp_path / "all"), 0
    for sizes in ([1, 1, 1, 1, 1], [1, 1, 1], [4, 2, 1, 1]):  # a fifth run finds no place in a file of four
        for size in sizes:
            store.add(runs(number, size))
            number += size
        store.close()
        assert store.done() == {str(k) for k in range(number)}
        files = [file.stat().st_size for file in store.folder.glob("*.parquet")]
        assert max(files) <= 4 * one and sum(size < 2 * one for size in files) <= 1


def test_merging__what_comes_to_a_file_that_is_there_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setattr("loyaltysim.study.store.MOST_PARTS", 1)
    rows, store = [{"key": str(k), "replication": 0, "values": [1.0]} for k in range(3)], Store(tmp_path)
    for _ in range(2):  # the second time with what came of the first
        store.add(table_of(rows[:1]))
        store.add(table_of(rows[1:]))
        store.close()
        assert store.done() == {"0", "1", "2"} and len(list(tmp_path.glob("*.parquet"))) == 1


def test_merge__takes_a_run_that_is_done_in_place_of_one_that_failed(tmp_path):
    failed, good = Store(tmp_path / "failed"), Store(tmp_path / "good")
    failed.add(table_of([{"key": "k", "replication": 0, "error": "no luck"}]))
    good.add(table_of([{"key": "k", "replication": 0, "values": [1.0]}]))
    merge_stores(tmp_path / "all", [failed.folder, good.folder])
    assert Store(tmp_path / "all").done() == {"k"}
    assert len(list((tmp_path / "all").glob("*.parquet"))) == 1, "nothing empty is written"


def test_keys__tell_brands_in_another_order_apart():
    document = SMALL.document()
    turned = Scenario.from_document({**document, "brands": dict(reversed(document["brands"].items()))})
    assert Keys(SMALL, 1).of(0) != Keys(turned, 1).of(0), "luck goes by the place of a brand"


def test_progress_that_raises__is_no_failed_run(tmp_path):
    def listen(done: float, total: float) -> None:
        raise RuntimeError("as the test wants")

    with pytest.raises(RuntimeError, match="as the test wants"):
        sweep(SMALL, {PRICE: [2.0]}, replications=2, store=tmp_path, progress=listen)
    assert Store(tmp_path).rows() is None


@pytest.mark.parametrize("value", [2.0, True, [1.5, 2], 'a "quoted" text', {"kind": "none", "list": [{"a": 1}]}])
def test_command__has_values_that_the_command_line_reads_back(value):
    words = shlex.split(shlex.join(varied("my market.toml", {"some.path": value})))
    assert words[:2] == ["my market.toml", "--set"] and len(words) == 3
    assert read_change(words[-1]) == ("some.path", value)


def by_command(command: str) -> Scenario:
    """The scenario that a command runs."""
    words = shlex.split(command)
    assert words[:2] == ["loyaltysim", "run"] and words[-4:-1] == ["--seed", "3", "--replications"]
    changes = [read_change(word) for before, word in pairwise(words) if before == "--set"]
    return ls.load(words[2]).vary(dict(changes))


def test_command__leads_to_the_same_market(tmp_path):
    cheap = SMALL.vary({PRICE: 1.0}).vary({PRICE: 1.7, "brands.Rival.programs": [{"kind": "stamps"}]})
    assert by_command(command_of(cheap, 3, 2, None)).to_toml() == cheap.to_toml()
    mine = tmp_path / "my market.toml"
    mine.write_text(SMALL.to_toml(), "utf-8")
    own = ls.load(mine).vary({PRICE: 1.5})
    command = command_of(own, 3, 2, None)
    assert by_command(command).to_toml() == own.to_toml() and str(mine) in shlex.split(command)
    mine.write_text(SMALL.vary({"steps": 26}).to_toml(), "utf-8")
    assert command_of(own, 3, 2, None) is None, "the file is another one now"


@pytest.mark.parametrize("made_in_python", [True, False])
def test_command__names_a_file_where_no_change_leads_to_the_market(tmp_path, made_in_python):
    until = "brands.Rival.pricing.0.until_week"
    lost = Scenario.from_document(SMALL.document()) if made_in_python else SMALL.vary({until: 3.0}).vary({until: None})
    assert command_of(lost, 3, 1, None) is None
    command = command_of(lost, 3, 1, tmp_path)
    assert str(tmp_path) in command and by_command(command).to_toml() == lost.to_toml()


def test_command__finds_the_files_of_a_market_made_in_python(tmp_path):
    (tmp_path / "ties.csv").write_text("from,to\n0,1\n")
    document = {**SMALL.document(), "network": {"kind": "edge_list", "file": "ties.csv"}}
    again = by_command(command_of(Scenario.from_document(document, folder=tmp_path), 3, 1, tmp_path / "store"))
    assert [file.read_text() for file in again.files()] == ["from,to\n0,1\n"]


def test_axes__may_be_arrays_and_may_take_a_setting_away(tmp_path):
    until = "brands.Rival.pricing.0.until_week"
    data = sweep(SMALL, {until: [3.0, None], PRICE: np.array([1.9, 2.0])}, replications=1)
    assert data["failed"].sum() == 0 and data.sizes["point"] == 4


@pytest.mark.parametrize(
    ("client", "message"),
    [
        (5, "client: must be a Client of Dask distributed, was 5"),
        (SimpleNamespace(submit=print, nthreads=dict, status="closed"), "Client of Dask distributed is closed"),
    ],
)
def test_client_that_is_none__is_refused_before_anything_is_written(tmp_path, client, message):
    with pytest.raises(ScenarioError, match=message):
        sweep(SMALL, {PRICE: [2.0]}, replications=1, store=tmp_path / "store", client=client)
    assert not list(tmp_path.iterdir())


def test_store_of_another_version__is_refused(tmp_path):
    sweep(SMALL, {PRICE: [2.0]}, replications=1, store=tmp_path)
    head = tmp_path / "store.json"
    head.write_text(head.read_text().replace(source_hash(), "another"))
    with pytest.raises(ScenarioError, match="cannot be compared with: take another folder"):
        sweep(SMALL, {PRICE: [2.0]}, replications=1, store=tmp_path)


def test_folder_of_something_else__is_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ScenarioError, match="is neither a store of runs nor an empty folder"):
        sweep(SMALL, {PRICE: [2.0]}, replications=1, store=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from test_sweep import AXES, SMALL
from loyaltysim.study import fill
from loyaltysim.study.sweep import sweep
fill.BATCH_SECONDS = 0.05
sweep(SMALL, AXES, replications=1, threads=1)  # the kernels are there
luck = random.Random(4)
began = time.perf_counter()
sweep(SMALL, AXES, replications=40, threads=2)
whole = time.perf_counter() - began
killed = 0
for attempt in range(20):
    child = os.fork()
    if child == 0:
        sweep(SMALL, AXES, replications=40, threads=2, store={store!r})
        os._exit(0)
    time.sleep(luck.uniform(0.0, whole / 3))
    os.kill(child, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
print(killed)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_killed_twenty_times__the_finished_store_is_the_undisturbed_one(tmp_path):
    script = KILLED.format(here=str(Path(__file__).parent), store=str(tmp_path / "store"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 10, "most were killed while at work"
    finished = sweep(SMALL, AXES, replications=40, store=tmp_path / "store")
    assert finished.identical(sweep(SMALL, AXES, replications=40))
    assert not list((tmp_path / "store").glob("*.damaged"))


@pytest.mark.slow
def test_dask_worker_killed__costs_only_its_batches(tmp_path, monkeypatch, swept):
    distributed = pytest.importorskip("distributed", reason="needs the extra [cluster]")
    import os
    import signal
    import threading

    monkeypatch.setattr("loyaltysim.study.fill.BATCH_SECONDS", 0.02)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            victim = next(iter(client.run(os.getpid).values()))
            threading.Timer(0.5, os.kill, (victim, signal.SIGKILL)).start()
            data = sweep(SMALL, AXES, replications=20, store=tmp_path, client=client)
    assert data.identical(sweep(SMALL, AXES, replications=20, threads=1))
    assert data.isel(replication=slice(3)).identical(swept)
