"""Pictures of the report: what is drawn is what was given."""

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Rectangle

from loyaltysim import plots


def texts(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two assumptions, the first with an answer to either side."""
    rows = [("a.b", "low", 1.0, -5.0), ("a.b", "high", 2.0, 8.0), ("c", "low", 3.0, 1.0), ("c", "high", 4.0, 2.0)]
    made = [{"path": path, "measure": end, "value": value, "effect": effect} for path, end, value, effect in rows]
    return pd.DataFrame(made).assign(ci_low=lambda f: f.effect - 1, ci_high=lambda f: f.effect + 1, n=4, unit="EUR")


def test_alluvial__has_bars_as_long_as_shares_and_streams_between_all(run):
    ax = plots.alluvial(run)
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(bars) == 6 and len([patch for patch in ax.patches if isinstance(patch, PathPatch)]) == 9
    assert sum(bar.get_height() for bar in bars[:3]) == pytest.approx(100)
    assert sum(bar.get_height() for bar in bars[3:]) == pytest.approx(100)
    moves = run["switches"].sum("step").mean("replication")
    into = (moves.sum("brand") / moves.sum()).values
    np.testing.assert_allclose([bar.get_height() for bar in bars[3:]], 100 * into)


def test_alluvial__names_stand_whole_and_apart_where_brands_are_small(run):
    names = ["Our Corner Shop and Bakery", *[f"Small shop {n}" for n in range(1, run.sizes["brand"])]]
    small = run.assign_coords(brand=names, brand_to=names)
    small["switches"] = small["switches"].where(small["brand"] == names[0], small["switches"] // 20)
    ax = plots.alluvial(small)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts if "%" in text.get_text()]
    assert len(boxes) == 2 * len(names) and not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert "Our Corner Shop\nand Bakery" in "".join(text.get_text() for text in ax.texts)


def test_alluvial__of_nobody_says_so(runs):
    assert "Nobody bought twice" in texts(plots.alluvial(runs["no needs"]))


def test_tornado__draws_each_end_from_zero(frame):
    ax = plots.tornado(frame)
    assert [bar.get_width() for bar in ax.patches] == [-5, 8, 1, 2]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a.b", "c"]
    with pytest.raises(ValueError, match="not a tornado"):
        plots.tornado(frame.drop(columns="effect"))


def test_tornado__marks_where_the_answer_would_be_zero(frame):
    dotted = [line for line in plots.tornado(frame, value=-6.0).get_lines() if line.get_linestyle() == ":"]
    assert [line.get_xdata()[0] for line in dotted] == [6.0]
    assert not [line for line in plots.tornado(frame, value=-60.0).get_lines() if line.get_linestyle() == ":"]


def test_outcomes__mark_the_worst_tenth():
    ax = plots.outcomes(np.arange(20.0), unit="EUR")
    worst, rest = ax.get_lines()[:2]
    assert sorted(worst.get_xdata()) == [0, 1] and len(rest.get_xdata()) == 18
    assert "mean of the worst 2: 0" in texts(ax)  # .5, to even


def test_ranges__are_hollow_where_zero_is_inside():
    rows = [("sure", 5.0, 4.0, 6.0), ("open", 1.0, -1.0, 3.0), ("alone", -2.0, np.nan, np.nan)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.ranges(rows, question="Which?", unit="EUR")
    faces = [line.get_markerfacecolor() for line in ax.get_lines() if line.get_marker() == "o"]
    assert [face == "white" for face in faces] == [False, True, False]


def test_standings__are_a_line_a_team_with_its_intervals():
    scores = {"1. Amber": [(1.0, 0.5, 1.5), (3.0, 2.0, 4.0)], "2. Blue": [(2.0, np.nan, np.nan), (2.5, 2.0, 3.0)]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.standings(scores, question="Who leads?", unit="profit (EUR)", note="So it is.")
        ax.figure.canvas.draw()
    lines = {each.get_label(): each.lines[0] for each in ax.containers}
    assert lines["1. Amber"].get_ydata().tolist() == [1.0, 3.0]
    assert lines["1. Amber"].get_linewidth() > lines["2. Blue"].get_linewidth()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["1. Amber", "2. Blue"]
    bars = ax.containers[0].lines[2][0].get_segments()
    assert [(low[1], high[1]) for low, high in bars] == [(0.5, 1.5), (2.0, 4.0)]


def test_cumulative_profit__shows_break_even_only_where_there_is_one():
    profit = np.array([[-2.0, -1.0, 1.0, 2.0], [-2.2, -0.8, 1.2, 2.2]])
    ax = plots.cumulative_profit(profit, weeks=2.0, band=(3, 3, 4))
    assert "week 6" in texts(ax)
    assert "week" not in texts(plots.cumulative_profit(profit - 10, weeks=2.0, band=(None, 3, None)))


def test_liability__says_where_nothing_is_owed(run):
    assert "owes nothing" in texts(plots.liability(run))


def test_who_benefits__has_rewards_in_two_parts_and_the_margin():
    amounts = {"customers": 10.0, "units": 5.0, "margin": 7.0, "program_cost": 4.0, "subsidy": 3.0}
    frame = pd.DataFrame([
        {"group": "heavy", "metric": metric, "effect": value, "ci_low": value - 1, "ci_high": value + 1, "n": 3,
         "unit": "EUR"} for metric, value in amounts.items()
    ])  # fmt: skip
    ax = plots.who_benefits(frame)
    assert [bar.get_width() for bar in ax.patches] == [3, 1, 7]
    assert "75 % for what they would have bought" in texts(ax)
