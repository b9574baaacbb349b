"""A folder of results takes new ones, whatever else is in it; what cannot be put in its place is not lost."""

import os

import pytest

from loyaltysim.cli.folder import MANIFEST, REPORT, hashes, writing
from loyaltysim.cli.saving import write_manifest


def write(out, **files):
    """Results, by name with _ for the dot; a folder and a name are parted by __."""
    with writing(out) as folder:
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        write_manifest(folder, command="run")


def texts(out):
    return {name: (out / name).read_text() for name in hashes(out) if name != MANIFEST}


@pytest.fixture
def out(tmp_path):
    write(tmp_path / "out", results_nc="old", figures__share_svg="old")
    write(tmp_path / "out" / REPORT, tables_xlsx="old")
    return tmp_path / "out"


def test_new_results__take_the_place_of_the_old_ones_and_of_their_report(out):
    write(out, results_nc="new", summary_json="new")
    assert texts(out) == {"results.nc": "new", "summary.json": "new"}
    assert not (out / "figures").exists() and not (out / REPORT).exists()


def test_file_where_a_folder_belongs__is_kept_beside_it(out):
    (out / "pictures").write_text("mine")
    write(out, results_nc="new", pictures__share_svg="new")
    assert texts(out) == {"results.nc": "new", "pictures/share.svg": "new", "pictures.old": "mine"}


def test_file_that_cannot_be_removed__costs_no_results(out, monkeypatch):
    unlink = type(out).unlink

    def held(path, **how):
        if path.suffix == ".xlsx":
            raise PermissionError(13, "held open by a spreadsheet", str(path))
        unlink(path, **how)

    monkeypatch.setattr(type(out), "unlink", held)
    write(out, results_nc="new")
    assert texts(out) == {"results.nc": "new", f"{REPORT}/tables.xlsx": "old"}
    write(out, results_nc="newer")  # and the folder is one of results still
    assert texts(out)["results.nc"] == "newer"


def test_results_that_cannot_be_put_in_their_place__are_kept_and_said_where(out, monkeypatch):
    replace = os.replace

    def full(source, target):
        if str(target).endswith("results.nc"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="results that are not in their place yet are in") as raised:
        write(out, results_nc="new", a_txt="new")
    left = next(out.glob(".*.part"))
    assert str(left) in str(raised.value)
    assert (left / "results.nc").read_text() == "new" and (out / "a.txt").read_text() == "new"


def test_place_that_cannot_be_written_to__is_noticed_before_anything_is_removed(out, monkeypatch):
    before = texts(out)

    def refuse(dir, **how):
        raise PermissionError(13, "Permission denied", str(dir))

    with pytest.raises(OSError, match="Permission denied"), writing(out) as folder:
        (folder / "results.nc").write_text("new")
        monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
    assert {name: text for name, text in texts(out).items() if ".part/" not in name} == before
    assert (out / MANIFEST).exists()


def test_manifest__that_names_a_file_elsewhere_removes_none(out, tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    told = (out / MANIFEST).read_text()
    mine = hashes(tmp_path)["diary.txt"]
    (out / MANIFEST).write_text(told.replace('"files": {', f'"files": {{"../diary.txt": "{mine}",'))
    write(out, results_nc="new")
    assert (tmp_path / "diary.txt").read_text() == "mine"
