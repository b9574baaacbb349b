import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from loyaltysim.plots import effects


def grid_of(ax):
    """Panels by column title and unit."""
    titles = [panel.get_title() for panel in ax.child_axes if panel.get_title()]
    return {(titles[place % len(titles)], panel.get_xlabel()): panel for place, panel in enumerate(ax.child_axes)}


def points_of(panel):
    """(effect, line) of every marker."""
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in panel.get_lines() if line.get_marker() == "o"]


def test_effects__are_where_the_frame_says(effects_frame):
    panels = grid_of(effects(effects_frame))
    assert points_of(panels["Rivals' promotions", "EUR"]) == [(-500, 0), (100, 1)]
    assert points_of(panels["Our program", "EUR"]) == [(900, 0), (10, 1)]
    assert points_of(panels["Rivals' promotions", "score"]) == [(-0.01, 0)]


def test_effects__of_rates_are_percentage_points(effects_frame):
    panels = grid_of(effects(effects_frame))
    assert points_of(panels["Our program", "percentage points"]) == [(4, 0)]


def test_effects__intervals_are_drawn_and_hold_the_effect(effects_frame):
    panel = grid_of(effects(effects_frame))["Our program", "EUR"]
    spans = [
        tuple(line.get_xdata())
        for line in panel.get_lines()
        if len(line.get_xdata()) == 2 and line.get_marker() == "None"
    ]
    assert [span for span in spans if span != (0, 0)] == [(700, 1100), (-40, 60)]


def test_effects__every_panel_has_a_line_at_zero_inside(effects_frame):
    for panel in effects(effects_frame).child_axes:
        assert any(list(line.get_xdata()) == [0, 0] for line in panel.get_lines())
        low, high = panel.get_xlim()
        assert low < 0 < high


def test_effects__one_unit_has_one_scale_across_questions(effects_frame):
    panels = grid_of(effects(effects_frame))
    assert panels["Rivals' promotions", "EUR"].get_xlim() == panels["Our program", "EUR"].get_xlim()


def test_effects__markers_are_filled_where_zero_is_outside(effects_frame):
    panel = grid_of(effects(effects_frame))["Rivals' promotions", "EUR"]
    faces = [line.get_markerfacecolor() for line in panel.get_lines() if line.get_marker() == "o"]
    assert [face == "white" for face in faces] == [False, True]


def test_effects__numbers_carry_sign_and_share_of_the_baseline(effects_frame):
    panel = grid_of(effects(effects_frame))["Rivals' promotions", "EUR"]
    assert [text.get_text() for text in panel.texts] == ["−500 (−5.0 %)", "+100 (+1.2 %)"]


def test_effects__that_are_unknown_are_left_out(effects_frame):
    assert points_of(grid_of(effects(effects_frame))["Our program", "score"]) == []


def test_effects__much_smaller_ones_of_a_unit_get_their_own_panel(effects_frame):
    small = effects_frame.assign(**{name: effects_frame[name] / 100 for name in ("effect", "ci_low", "ci_high")})
    frame = effects_frame.where(effects_frame["metric"] != "margin", small)
    panels = [panel for panel in effects(frame).child_axes if panel.get_xlabel() == "EUR"]
    assert len(panels) == 4
    assert panels[0].get_xlim()[1] > 20 * panels[2].get_xlim()[1]


def test_effects__shows_the_metrics_that_are_asked_for_in_that_order(effects_frame):
    ax = effects(effects_frame, metrics=["margin", "revenue"])
    assert [label.get_text() for label in ax.child_axes[0].get_yticklabels()] == ["margin", "revenue"]
    with pytest.raises(ValueError, match="no effect on profit; there are: retention_rate, revenue, margin, bond"):
        effects(effects_frame, metrics=["profit"])


def scenarios(n, **more):
    rows = {"metric": "share", "scenario": [f"s{i}" for i in range(n)], "effect": 0.01, "ci_low": 0.0, "ci_high": 0.02}
    return pd.DataFrame(
        {**rows, "p_positive": 1.0, "variance_ratio": 1.0, "baseline": 0.3, "n": 4, "unit": "1", **more}
    )


def test_effects__few_scenarios_are_columns_many_are_lines():
    assert [panel.get_title() for panel in effects(scenarios(3)).child_axes] == ["s0", "s1", "s2"]
    (panel,) = effects(scenarios(5)).child_axes
    assert [label.get_text() for label in panel.get_yticklabels()] == [f"share · s{i}" for i in range(5)]


def test_effects__brands_and_segments_are_named_where_there_are_several():
    frame = pd.concat([scenarios(1, brand="A$"), scenarios(1, brand="B")])
    (panel,) = effects(frame).child_axes
    assert [label.get_text() for label in panel.get_yticklabels()] == [r"share · A\$", "share · B"]


def test_effects__counts_the_lines_that_it_leaves_out():
    ax = effects(scenarios(70))
    assert "10 more lines are not drawn" in ax.texts[0].get_text()
    assert len(points_of(ax.child_axes[0])) == 60


def test_effects__of_one_replication_have_no_interval_and_say_so():
    ax = effects(scenarios(1).assign(ci_low=np.nan, ci_high=np.nan))
    assert "no interval" in ax.texts[0].get_text()
    assert [line.get_markerfacecolor() for line in ax.child_axes[0].get_lines() if line.get_marker() == "o"] == [
        "white"
    ]


@pytest.mark.parametrize("frame", [pd.DataFrame(columns=["question"]), scenarios(1).assign(effect=np.nan)])
def test_effects__says_when_there_are_none(frame):
    assert effects(frame).texts[-1].get_text() == "There is no effect to show."


def test_effects__draws_on_the_axes_it_is_given(effects_frame):
    ax = Figure().add_subplot()
    assert effects(effects_frame, ax) is ax
