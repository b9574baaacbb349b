"""Pictures of who brings whom: of trees that are drawn by lot."""

import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from loyaltysim import measures
from loyaltysim.plots import offspring, reproduction_number
from loyaltysim.totals import CHANNELS


@pytest.fixture(scope="module")
def came():
    """Three forests: 40 were there at the start, 200 came by advertising or were brought by one of those before."""
    rng = np.random.default_rng(4)
    rows = []
    for r in range(3):
        rows += [(r, i, -1, "start", -1) for i in range(40)]
        for i in range(40, 240):
            channel = rng.choice(["advertising", "friends", "invitation"], p=[0.3, 0.5, 0.2])
            rows.append((r, i, i // 10 - 4, channel, -1 if channel == "advertising" else int(rng.integers(0, i - 10))))
    frame = pd.DataFrame(rows, columns=["replication", "customer", "step", "channel", "referrer"])
    frame["channel"] = pd.Categorical(frame["channel"], categories=CHANNELS)
    return frame.assign(weeks=frame["step"] * 1.0)


def words(ax):
    texts = [text.get_text() for text in ax.findobj(mpl.text.Text) if text.get_visible()]
    return " ".join(" ".join(texts).split())


TABLES = {
    offspring: lambda came: measures.offspring(came, by=["channel"]),
    reproduction_number: lambda came: measures.reproduction_number(came, weeks=4, within=8),
}


@pytest.mark.parametrize("plot", TABLES)
def test_pictures_of_trees__are_drawn_without_a_warning_and_without_a_trace(plot, came, tmp_path):
    before = dict(mpl.rcParams)
    left, right = Figure().subplots(1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for frame in (came, came.query("replication == 0"), came.query("step < 0"), came.query("step < 2")):
            ax = plot(TABLES[plot](frame))
            ax.figure.savefig(tmp_path / "picture.png", dpi=40)
            assert ax.get_title("left").endswith("?")
    assert plot(TABLES[plot](came), right) is right and not left.get_lines()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("plot", TABLES)
def test_pictures_of_trees__tell_replications_and_want_the_right_frame(plot, came):
    assert "3 replications" in words(plot(TABLES[plot](came))) and "95 %" in words(plot(TABLES[plot](came)))
    assert "no interval" in words(plot(TABLES[plot](came.query("replication == 1"))))
    with pytest.raises(ValueError, match="there is no"):
        plot(came)
    assert "Nobody" in words(plot(TABLES[plot](came.iloc[:0])))


def test_offspring__draws_who_brought_at_least_so_many(came):
    lines = {line.get_label().split(":")[0]: line for line in offspring(measures.offspring(came, by=["channel"])).lines}
    assert set(lines) == {"there at the start", "advertising", "friends", "invitation"}
    brought = came.assign(brought=0)
    for r, referrer in came.loc[came["referrer"] >= 0, ["replication", "referrer"]].to_numpy():
        brought.loc[(brought["replication"] == r) & (brought["customer"] == referrer), "brought"] += 1
    own = brought[brought["channel"] == "advertising"]
    expected = own.groupby("replication")["brought"].apply(lambda number: 100 * (number >= 2).mean()).mean()
    assert lines["advertising"].get_ydata()[1] == pytest.approx(expected)
    each = own.groupby("replication")["brought"].mean().mean()
    assert lines["advertising"].get_label() == f"advertising: {each:.2f}"


def test_offspring__of_all_is_one_line(came):
    (line,) = offspring(measures.offspring(came)).get_lines()
    assert line.get_label() == f"all: {(came['referrer'] >= 0).sum() / len(came):.2f}"


def test_reproduction_number__draws_means_and_the_start_apart(came):
    table = measures.reproduction_number(came, weeks=4)
    ax = reproduction_number(table)
    line, *_ = ax.get_lines()
    new = table[~table["start"]].groupby("cohort")
    np.testing.assert_allclose(line.get_xdata(), new["begin"].min())
    np.testing.assert_allclose(line.get_ydata(), new["reproduction_number"].mean())
    assert "Later cohorts had less time" in words(ax) and "Diamond" in words(ax)
    within = reproduction_number(measures.reproduction_number(came, weeks=4, within=8))
    assert "within 8 weeks" in words(within) and "Later cohorts" not in words(within)
