"""A saved picture is the same file each time, and a whole one."""

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from loyaltysim.plots import save


def drawn():
    axes = Figure().subplots()
    axes.scatter([1, 2], [3, 1], clip_on=True)
    axes.set_title("Which & why?", loc="left")
    return axes


def test_save__writes_the_same_bytes_without_a_date_and_under_any_salt(tmp_path):
    first = save(drawn(), tmp_path / "a.svg").read_bytes()
    with mpl.rc_context({"svg.hashsalt": "another"}):
        assert save(drawn().figure, tmp_path / "a.svg").read_bytes() == first  # replaced, of a figure as of its axes
    assert b"dc:date" not in first and b"<dc:title>Which &amp; why?</dc:title>" in first
    other = save(drawn(), tmp_path / "b.svg").read_bytes()
    assert other != first  # two pictures on one page do not share ids


def test_save__leaves_what_was_there_if_it_fails(tmp_path, monkeypatch):
    kept = save(drawn(), tmp_path / "a.svg").read_bytes()

    def full(figure, *args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(OSError, match="no space"):
        save(drawn(), tmp_path / "a.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"] and (tmp_path / "a.svg").read_bytes() == kept
