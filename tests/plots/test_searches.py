"""Pictures of searches and of sensitivity: what is drawn is what the table says."""

import warnings

import numpy as np
import pandas as pd
import pytest

from loyaltysim import plots

GOALS = {"margin": "max", "share": "max"}


def designs(rows: list[tuple[int, float, float, bool]], n: int = 5) -> pd.DataFrame:
    half = 0.5 if n > 1 else np.nan
    return pd.DataFrame([
        {
            "trial": trial, "objective": metric, "value": 10 + effect, "ci_low": 9 + effect, "ci_high": 11 + effect,
            "effect": effect, "effect_low": effect - half, "effect_high": effect + half, "n": n, "on_front": on,
            "unit": "EUR" if metric == "margin" else "1",
        }
        for trial, margin, share, on in rows
        for metric, effect in (("margin", margin), ("share", share))
    ])  # fmt: skip


TRIALS = designs([(0, 0, 0, False), (1, 1, 0.02, True), (2, -2, 0.05, True), (3, -3, -0.01, False)])
FRONT = designs([(1, 1.5, 0.03, True), (2, -1, 0.02, False)])


def points(ax) -> list[list[tuple[float, float]]]:
    return [list(zip(*map(np.ravel, line.get_data()))) for line in ax.lines if line.get_linestyle() == "None"]


def test_front__draws_what_designs_add_with_rates_in_points():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.pareto_front(TRIALS, FRONT, GOALS)
        ax.figure.canvas.draw()
    tried, holds, beaten = points(ax)[0], points(ax)[-2], points(ax)[-1]
    assert tried == [(1, 2), (-2, 5), (-3, -1)] and holds == [(1.5, 3)] and beaten == [(-1, 2)]
    assert ax.get_xlabel() == "margin, EUR; more is better"
    assert ax.get_ylabel() == "share, percentage points; more is better"
    assert "5 replications" in ax.texts[0].get_text() and "new luck" in ax.texts[0].get_text()


def test_front__of_one_replication_has_no_interval():
    ax = plots.pareto_front(designs([(0, 0, 0, False), (1, 1, 0.1, True)], 1), designs([(1, 1, 0.1, True)], 1), GOALS)
    ax.figure.canvas.draw()
    assert "no interval" in ax.texts[0].get_text()


def test_history__has_the_best_so_far():
    ax = plots.search_history(TRIALS, {"margin": "max", "share": "min"})
    margin, share = ax.child_axes
    lines = [next(line for line in panel.lines if line.get_drawstyle() == "steps-post") for panel in (margin, share)]
    assert lines[0].get_ydata().tolist() == [11, 11, 11] and lines[0].get_xdata().tolist() == [1, 2, 3]
    assert lines[1].get_ydata().tolist() == pytest.approx([1002, 1002, 999])
    assert share.get_ylabel() == "share, %" and share.get_xlabel() == "design"


@pytest.mark.parametrize("draw", [plots.search_history, lambda frame, goals: plots.pareto_front(frame, frame, goals)])
def test_searches__of_other_frames_are_refused(draw):
    with pytest.raises(ValueError, match="not the designs of a search: there is no effect"):
        draw(TRIALS.drop(columns="effect"), GOALS)
    with pytest.raises(ValueError, match="there is no units"):
        draw(TRIALS, {"units": "max", "margin": "max"})


def test_front__of_three_objectives_is_refused():
    with pytest.raises(ValueError, match="drawn of two objectives, not of 1"):
        plots.pareto_front(TRIALS, FRONT, {"margin": "max"})


# ------------------------------------------------------------------------------------------------------- sensitivity


def table(
    measures: tuple[str, str], effects: dict[str, tuple[float, float]], n: int = 4, unit: str = "1"
) -> pd.DataFrame:
    half = 0.01 if n > 1 else np.nan
    return pd.DataFrame([
        {
            "metric": "share", "path": path, "measure": measure, "value": k + 0.5 if measures[0] == "low" else None,
            "effect": effect, "ci_low": effect - half, "ci_high": effect + half, "n": n, "unit": unit,
        }
        for path, pair in effects.items()
        for k, (measure, effect) in enumerate(zip(measures, pair))
    ])  # fmt: skip


EFFECTS = {"brands.Ours.price": (0.05, -0.04), "brands.Ours.quality": (-0.01, 0.02)}


def test_tornado__has_a_bar_an_end_in_points_with_the_end_beside_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.sensitivity(table(("low", "high"), EFFECTS))
        ax.figure.canvas.draw()
    (panel,) = ax.child_axes
    assert [bar.get_width() for bar in panel.patches] == pytest.approx([5, -4, -1, 2])
    assert [text.get_text() for text in panel.texts] == ["0.5", "1.5", "0.5", "1.5"]
    assert [label.get_text() for label in panel.get_yticklabels()] == list(EFFECTS)
    assert panel.get_xlabel() == "share, percentage points"


@pytest.mark.parametrize(
    ("measures", "scale", "unit"),
    [(("mu_star", "sigma"), 100, "percentage points"), (("S1", "ST"), 1, "share of its variance")],
)
def test_morris_and_sobol__have_two_markers_a_setting(measures, scale, unit):
    ax = plots.sensitivity(table(measures, EFFECTS))
    (panel,) = ax.child_axes
    assert [x for found in points(panel) for x, _ in found] == pytest.approx(
        [scale * x for x in (0.05, -0.04, -0.01, 0.02)]
    )
    assert panel.get_xlabel() == f"share, {unit}"


def test_sensitivity__of_one_replication_or_of_other_frames():
    assert "no interval" in plots.sensitivity(table(("S1", "ST"), EFFECTS, n=1)).texts[0].get_text().lower()
    with pytest.raises(ValueError, match="not a table of sensitivity: no measure"):
        plots.sensitivity(table(("S1", "ST"), EFFECTS).drop(columns="measure"))
    mixed = table(("S1", "ST"), EFFECTS).replace({"measure": {"ST": "low"}})
    with pytest.raises(ValueError, match="mixed measures"):
        plots.sensitivity(mixed)
