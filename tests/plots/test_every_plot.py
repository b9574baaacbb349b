"""What holds for every picture and every run."""

import subprocess
import sys
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from loyaltysim import plots

PLOTS = (plots.retention, plots.shares, plots.switching, plots.states, plots.after_promotion, plots.channels)
RUNS = (
    "three", "one replication", "no dim replication", "one brand", "eight brands", "no promotions",
    "always on promotion", "nothing measured", "no burn-in", "one step", "no needs", "no states", "every other step",
    "daily", "yearly", "segments", "newcomers",
)  # fmt: skip
QUICK_RUNS = ("three", "no needs", "one step", "segments")


def name_of(plot):
    return plot.__name__


def texts(ax):
    """Every text that is drawn in the axes or its panels, titles included."""
    found = [text.get_text() for text in ax.findobj(mpl.text.Text) if text.get_visible()]
    return " ".join(found)


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind in QUICK_RUNS else pytest.mark.slow) for kind in RUNS]
)
def test_plot__draws_every_run_without_a_warning(runs, plot, kind, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot(runs[kind])
        ax.figure.savefig(tmp_path / "picture.png", dpi=40)
    assert ax.get_title("left").endswith("?")


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
def test_plot__leaves_no_figure_and_no_setting_behind(run, plot):
    before = dict(mpl.rcParams)
    plot(run)
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
def test_plot__draws_on_the_axes_it_is_given(run, plot):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plot(run, right) is right
    assert plot(run.isel(step=slice(0)).isel(period=slice(0)), left) is left
    assert set(left.findobj(mpl.axes.Axes)).isdisjoint(right.findobj(mpl.axes.Axes))
    assert figure.axes == [left, right]


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
def test_plot__names_its_axes_with_units(coming, plot):
    ax = plot(coming)
    for panel in ax.child_axes or [ax]:
        assert panel.get_ylabel()
        if plot is not plots.switching:
            assert "(" in panel.get_ylabel()
    assert (ax.child_axes or [ax])[-1].get_xlabel()


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
def test_plot__tells_how_many_replications_and_what_the_interval_is(coming, plot):
    assert "4 replications" in texts(plot(coming))
    assert "95 %" in texts(plot(coming))
    assert "no interval" in texts(plot(coming.isel(replication=[0])))


@pytest.mark.parametrize("plot", PLOTS, ids=name_of)
def test_plot__wants_one_run(run, plot):
    with pytest.raises(ValueError, match=r"isel\(scenario=0\)"):
        plot(run.expand_dims(scenario=["a"]))
    with pytest.raises(ValueError, match="not the result of a run"):
        plot(run[["price"]])


@pytest.mark.parametrize("plot", (plots.retention, plots.shares, plots.states), ids=name_of)
def test_plot__names_the_segments_that_there_are(runs, plot):
    with pytest.raises(ValueError, match="all, Light, Heavy"):
        plot(runs["segments"], segment="Tall")
    assert "Segment Heavy." in texts(plot(runs["segments"], segment="Heavy"))
    assert "Segment" not in texts(plot(runs["segments"]))


def test_brands__look_the_same_in_every_picture(run):
    by_picture = [
        {line.get_label(): (line.get_color(), line.get_linestyle()) for line in ax.get_lines()}
        for ax in (plots.retention(run), plots.shares(run), plots.states(run).child_axes[0])
    ]
    assert by_picture[0] == by_picture[1] == by_picture[2]
    assert set(by_picture[0]) == {"Ours", "Rival", "Other"}


def test_brands__differ_without_color_and_the_focal_one_is_boldest(runs):
    lines = {line.get_label(): line for line in plots.retention(runs["eight brands"]).get_lines()}
    assert len({line.get_marker() for line in lines.values()}) == 8
    assert len({(line.get_linestyle(), str(line._unscaled_dash_pattern)) for line in lines.values()}) == 8
    thinner = [line.get_linewidth() for name, line in lines.items() if name != "Ours"]
    assert lines["Ours"].get_linewidth() > max(thinner)


@pytest.mark.slow
def test_plots__need_no_display():
    code = "import sys, loyaltysim as ls; ls.plots.retention; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
