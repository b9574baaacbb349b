import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from loyaltysim import results
from loyaltysim.plots import save_all

ALL = ["retention.svg", "shares.svg", "switching.svg", "states.svg", "after_promotion.svg", "effects.svg"]


def bytes_of(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_save_all__writes_every_picture(run, effects_frame, tmp_path):
    paths = save_all(run, tmp_path / "new" / "figures", effects_frame)
    assert [path.name for path in paths] == ALL
    assert sorted(path.name for path in (tmp_path / "new" / "figures").iterdir()) == sorted(ALL)
    for path in paths:
        assert ElementTree.parse(path).getroot().tag.endswith("svg")


@pytest.mark.slow
def test_save_all__repeats_bit_for_bit_under_any_settings(run, effects_frame, tmp_path):
    first = bytes_of(save_all(run, tmp_path / "a", effects_frame))
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "black", "svg.fonttype": "none"}):
        second = bytes_of(save_all(run, tmp_path / "b", effects_frame))
        assert mpl.rcParams["font.size"] == 20
    assert first == second


@pytest.mark.slow
def test_save_all__repeats_bit_for_bit_in_another_process(run, tmp_path):
    results.save(run, tmp_path / "run.nc")
    code = "import sys; from loyaltysim import plots, results; plots.save_all(results.load(sys.argv[1]), sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "run.nc"), str(tmp_path / "b")], check=True)
    first = bytes_of(save_all(run, tmp_path / "a"))
    assert first == bytes_of(sorted((tmp_path / "b").iterdir()))


@pytest.mark.slow
def test_save_all__says_no_date(run, tmp_path):
    for text in bytes_of(save_all(run, tmp_path)).values():
        assert b"dc:date" not in text


@pytest.mark.slow
def test_save_all__leaves_out_what_would_be_empty(runs, tmp_path):
    names = [path.name for path in save_all(runs["nothing measured"], tmp_path / "a")]
    assert names == ["shares.svg", "switching.svg", "after_promotion.svg"]
    names = [path.name for path in save_all(runs["no promotions"], tmp_path / "b")]
    assert names == ["retention.svg", "shares.svg", "switching.svg", "states.svg"]


@pytest.mark.slow
def test_save_all__tells_channels_where_customers_come(coming, tmp_path):
    names = [path.name for path in save_all(coming, tmp_path)]
    assert names == [*ALL[:-1], "channels.svg"]


def test_save_all__leaves_no_figure_and_no_setting_behind(run, tmp_path):
    before = dict(mpl.rcParams)
    save_all(run, tmp_path)
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before
