import numpy as np
from matplotlib.collections import PolyCollection

from loyaltysim.plots import retention
from loyaltysim.plots.interval import interval


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def bands_of(ax):
    """Lowest and highest y of every band at each of its x."""
    bands = []
    for band in ax.collections:
        if isinstance(band, PolyCollection) and band.get_paths():
            corners = np.concatenate([path.vertices for path in band.get_paths()])
            xs = np.unique(corners[:, 0])
            bands.append(
                (
                    xs,
                    [corners[corners[:, 0] == x, 1].min() for x in xs],
                    [corners[corners[:, 0] == x, 1].max() for x in xs],
                )
            )
    return bands


def test_retention__lines_are_the_means_of_the_dataset(run):
    lines = lines_of(retention(run))
    for name, line in lines.items():
        rate = run["retention_rate"].sel(brand=name, segment="all").mean("replication")
        np.testing.assert_allclose(line.get_ydata(), 100 * rate, rtol=1e-12)
        assert line.get_xdata().tolist() == [13, 26, 39, 52]


def test_retention__bands_are_the_intervals_and_hold_the_means(run):
    ax = retention(run)
    for (_, low, high), (name, line) in zip(bands_of(ax), lines_of(ax).items(), strict=True):
        expected = interval(100 * run["retention_rate"].sel(brand=name, segment="all").values)
        np.testing.assert_allclose(low, expected.low, rtol=1e-9)
        np.testing.assert_allclose(high, expected.high, rtol=1e-9)
        assert (np.array(low) < line.get_ydata()).all()
        assert (np.array(high) > line.get_ydata()).all()


def test_retention__has_no_band_with_one_replication(run):
    ax = retention(run.isel(replication=[0]))
    assert bands_of(ax) == []
    assert len(ax.get_lines()) == 3


def test_retention__names_every_line(run):
    assert {text.get_text() for text in retention(run).texts} >= {"Ours", "Rival", "Other"}


def test_retention__of_a_segment_is_the_segments(runs):
    data = runs["segments"]
    rate = data["retention_rate"].sel(brand="Rival", segment="Heavy").mean("replication")
    np.testing.assert_allclose(lines_of(retention(data, segment="Heavy"))["Rival"].get_ydata(), 100 * rate)


def test_retention__leaves_out_a_first_period_that_nothing_came_before(runs):
    line = lines_of(retention(runs["no burn-in"]))["Ours"]
    assert np.isnan(line.get_ydata()).tolist() == [True, False, False, False]


def test_retention__says_why_there_is_nothing(runs):
    ax = retention(runs["nothing measured"])
    assert "period_steps is 0" in ax.texts[-1].get_text()
    assert not ax.get_lines()


def test_retention__bands_stay_within_what_a_rate_can_be(run):
    """Of .99, .95 and 1 the interval of the mean would end at 104 %."""
    sure = run.copy(deep=True)
    sure["retention_rate"] = sure["retention_rate"] * 0 + 0.99
    spread = np.resize([0.0, -0.04, 0.01], run.sizes["replication"])
    sure["retention_rate"] = sure["retention_rate"] + sure["replication"].copy(data=spread)
    for _, low, high in bands_of(retention(sure)):
        assert max(high) == 100 and min(low) > 90
