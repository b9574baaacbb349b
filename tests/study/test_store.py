"""The store: what is damaged is told and costs nothing else; what is only read is left as it is."""

import os

import pytest

from loyaltysim.study.store import MOST_PARTS, Store, merge_stores, table_of


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
