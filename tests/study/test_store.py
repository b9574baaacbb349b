"""The store: what is damaged is told and costs nothing else; what is only read is left as it is."""

import os

import numpy as np
import pytest

from loyaltysim.study.merging import merge_stores
from loyaltysim.study.store import MOST_PARTS, PIECE, Store, table_of


def parts(folder, names):
    """A store with a file for each run."""
    store = Store(folder)
    return store, [store.add(table_of([{"key": name, "replication": 0, "values": [1.0]}])) for name in names]


def test_close__of_damaged_files_alone_sets_them_aside(tmp_path, caplog):
    store, files = parts(tmp_path, map(str, range(MOST_PARTS + 1)))
    for file in files:
        file.write_bytes(b"torn")
    store.close()
    assert store.rows() is None and len(list(tmp_path.glob("*.damaged"))) == len(caplog.messages) == MOST_PARTS + 1


def test_numbers__are_those_of_the_runs_asked_for_that_are_done(tmp_path):
    def row(key, values, error=None):
        return {"key": key, "replication": 0, "values": values, "error": error}

    store = Store(tmp_path)
    store.add(table_of([row(str(k), [1.0 * k] * (k % 3)) for k in range(3 * PIECE)]))
    store.add(table_of([row("failed", None, "why"), row("late", None, "why")]))
    store.add(table_of([row("late", [0.1, 2.0**53])]))
    found = store.numbers({"7", "150", "failed", "late", "nobody's"})
    assert {key: own.tolist() for key, own in found.items()} == {"7": [7.0], "150": [], "late": [0.1, 2.0**53]}
    assert all(own.dtype == np.float64 for own in found.values())


def test_rows_of__are_those_of_the_runs_asked_for_and_a_failure_counts_until_it_is_done(tmp_path):
    store, other = Store(tmp_path), Store(tmp_path)
    store.add(table_of([{"key": key, "replication": 0, "error": "why", "layout": "a"} for key in ("failed", "late")]))
    store.add(table_of([{"key": key, "replication": 1, "values": [2.0], "layout": "b"} for key in ("late", "more")]))
    found = other.rows_of({"failed", "late", "nobody's"})
    assert {key: (row["error"], row["values"], row["layout"]) for key, row in found.items()} == {
        "failed": ("why", None, "a"),
        "late": (None, [2.0], "b"),
    }
    assert other.rows_of(set()) == {}


def test_numbers__are_found_though_another_process_merges_meanwhile(tmp_path, monkeypatch):
    store, files = parts(tmp_path, map(str, range(MOST_PARTS + 1)))

    def merged_before(self, part):
        patched.undo()
        Store(tmp_path).close()
        return self._image(part)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "_image", merged_before)
        assert set(store.numbers({"3", "11"})) == {"3", "11"}
    assert not any(file.exists() for file in files)


@pytest.fixture
def locked(tmp_path):
    """Two stores of which nothing may be renamed, as on a disk for reading only; one has a damaged file."""
    folders = [tmp_path / "torn", tmp_path / "whole"]
    (_, (torn, _)), _ = parts(folders[0], "ab"), parts(folders[1], "cd")
    torn.write_bytes(b"torn")
    yield folders
    for folder in folders:
        os.chmod(folder, 0o755)


def test_merge__leaves_sources_as_they_are_and_takes_what_is_whole(locked, tmp_path, monkeypatch, caplog):
    before = {path: path.read_bytes() for folder in locked for path in folder.iterdir()}
    rename = type(tmp_path).rename

    def only_in_the_target(self, to):
        if self.parent in locked:
            raise PermissionError(13, "Read-only file system", str(self))
        return rename(self, to)

    monkeypatch.setattr(type(tmp_path), "rename", only_in_the_target)
    for folder in locked:
        os.chmod(folder, 0o555)
    assert merge_stores(tmp_path / "all", locked) == 3
    assert Store(tmp_path / "all").done() == set("bcd")
    assert {path: path.read_bytes() for folder in locked for path in folder.iterdir()} == before
    assert "left where it is; its runs, 1, are not taken from it" in caplog.text
