"""Sensitivity: which settings drive a result, the most important one on top.

A tornado has a bar for what each end of a setting's range adds, with the end beside it. Morris has the mean size of a
setting's effects filled and their spread hollow: a spread as large as the size speaks of interactions or bends. Sobol
has the share of the variance that a setting explains alone filled, and with its interactions hollow. Lines are 95 %
intervals over replications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.plots.labels import plain, short
from loyaltysim.plots.style import (
    COLORS,
    FOCAL_COLOR,
    INK,
    SMALL_SIZE,
    averaged_over,
    dress_rows,
    head,
    new_axes,
    panels,
    say,
)  # fmt: skip
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NEEDS = ("metric", "path", "measure", "value", "effect", "ci_low", "ci_high", "n", "unit")
QUESTION = "What does the result rest on?"
PAIRS = {
    ("low", "high"): ("at the least value", "at the largest value"),
    ("mu_star", "sigma"): ("mean size of effects", "their spread"),
    ("S1", "ST"): ("alone", "with interactions"),
}
"""The two measures of each method, and what they are called."""
LINE, GAP = 0.42, 0.75
"""Height of a setting, and of what stands between panels, in inches; assumed."""
WIDE = 46
"""Letters of a path that are shown; assumed."""


def sensitivity(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """What each setting does to each metric, with 95 % intervals: a panel a metric, a line a setting.

    Parameters
    ----------
    found : what `ls.sensitivity` returns, of any of its methods
    ax : where to draw; it is divided into panels, its `child_axes`. New axes if not given

    Raises
    ------
    ValueError : for a frame that is not one of sensitivity
    """
    missing = [name for name in NEEDS if name not in found.columns]
    pair = next((pair for pair in PAIRS if set(pair) >= set(found["measure"])), None) if not missing else None
    if missing or pair is None:
        raise ValueError(f"not a table of sensitivity: {'no ' + ', '.join(missing) if missing else 'mixed measures'}")
    metrics = list(dict.fromkeys(found["metric"]))
    settings = max((found[found["metric"] == metric]["path"].nunique() for metric in metrics), default=1)
    ax = new_axes(7.2, (LINE * settings + GAP) * max(len(metrics), 1) + 1.2) if ax is None else ax
    n = int(found["n"].max()) if len(found) else 1
    names = dict(zip(pair, PAIRS[pair]))
    colors = {pair[0]: COLORS[0] if pair[0] == "low" else FOCAL_COLOR, pair[1]: FOCAL_COLOR}
    if not len(found) or not np.isfinite(found["effect"].to_numpy(float)).all():
        head(ax, QUESTION)
        say(ax, "Nothing was measured.")
        return ax
    tornado = pair[0] == "low"
    marks = "orange: {}; blue: {}" if tornado else "filled: {}; hollow: {}"
    head(ax, QUESTION, f"{averaged_over(n, 'lines')} {marks.format(*names.values()).capitalize()}.", left=2.9)
    tall = ax.get_position().height * ax.figure.bbox.height / ax.figure.dpi
    rows = panels(ax, [1.0], [1.0] * len(metrics), 0.0, min(GAP / tall, 0.5 / len(metrics)))
    for (panel,), metric in zip(rows, metrics):
        own = found[found["metric"] == metric]
        paths = list(dict.fromkeys(own["path"]))
        of_variance = pair[0] == "S1"
        scale, unit = (1.0, "share of its variance") if of_variance else unit_of(metric, str(own["unit"].iloc[0]))
        for row in own.to_dict("records"):
            _one(panel, row, paths.index(row["path"]), pair.index(row["measure"]), scale, tornado, colors)
        dress_rows(panel, f"{metric.replace('_', ' ')}, {unit}", [short(path, WIDE, 1) for path in paths])
        panel.axvline(0, color=INK, linewidth=0.8, zorder=1)
        panel.margins(x=0.16 if tornado else 0.06)
    return ax


def unit_of(metric: str, unit: str) -> tuple[float, str]:
    """By how much numbers of a metric are multiplied, and what they then are: rates in percentage points."""
    variable = VARIABLES.get(metric)
    rate = variable is not None and variable.kind == "rate" and unit == "1"
    return (100.0, "percentage points") if rate else (1.0, "score" if unit == "1" else unit)


def _one(
    panel: Axes, row: dict[str, Any], y: int, place: int, scale: float, tornado: bool, colors: dict[str, str]
) -> None:
    """A bar or a marker, with its interval."""
    mean, low, high = (scale * float(row[name]) for name in ("effect", "ci_low", "ci_high"))
    color = colors[row["measure"]]
    if tornado:
        at = y - 0.18 + 0.36 * place
        panel.barh(at, mean, height=0.34, color=color, linewidth=0, zorder=2)
        if np.isfinite(low):
            panel.plot([low, high], [at, at], color=INK, linewidth=1.1, zorder=3)
        ends = [end for end in (mean, low, high) if np.isfinite(end)]
        left = mean < 0
        panel.annotate(
            plain(f"{row['value']:g}"), (min(0.0, *ends) if left else max(0.0, *ends), at),
            ha="right" if left else "left", va="center", xytext=(-4 if left else 4, 0), textcoords="offset points",
            fontsize=SMALL_SIZE - 1, color=INK,
        )  # fmt: skip
        return
    at = y - 0.1 + 0.2 * place
    if np.isfinite(low):
        panel.plot([low, high], [at, at], color=color, linewidth=1.4, zorder=2)
    panel.plot(
        [mean], [at], marker="so"[place], markersize=5.5, color=color, markerfacecolor="white" if place else color,
        linestyle="none", zorder=3,
    )  # fmt: skip
