"""Pareto front: what can be had of two objectives at once, and what one costs in the other; and how the search went.

What is drawn is what a design adds to the market as it is, which lies where the lines at zero cross. Every design that
was tried is a pale dot. Designs on the front, which no other beats in both, are blue with their 95 % paired intervals,
run with luck that the search has not seen; hollow where another beats them with that luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.sensitivity import unit_of
from loyaltysim.plots.style import COLORS, FOCAL_COLOR, SMALL_SIZE, averaged_over, dress, head, new_axes, panels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NEEDS = ("trial", "objective", "value", "effect", "effect_low", "effect_high", "n", "unit", "on_front")
PALE_DOT = "#b5b5b5"
BETTER = {"max": "more is better", "min": "less is better"}


def pareto_front(
    trials: pd.DataFrame, front: pd.DataFrame, objectives: Mapping[str, str], ax: Axes | None = None
) -> Axes:
    """The designs of a search by what they add to two of their objectives.

    Parameters
    ----------
    trials, front : of what `ls.optimize` returns
    objectives : "max" or "min" of the two metrics to draw; the first lies across
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for frames that are not of a search, and fewer or more than two objectives
    """
    chosen = list(objectives)
    _check(trials, chosen)
    _check(front, chosen)
    if len(chosen) != 2:
        raise ValueError(f"a front is drawn of two objectives, not of {len(chosen)}: {', '.join(chosen)}")
    ax = new_axes(7.2, 4.8) if ax is None else ax
    scales, units = zip(*(unit_of(metric, _unit(metric, trials)) for metric in chosen))
    tried = [_of(trials, metric)["effect"] * scale for metric, scale in zip(chosen, scales)]
    ax.axhline(0, color=COLORS[0], linestyle="--", linewidth=1.0, zorder=1)
    ax.axvline(0, color=COLORS[0], linestyle="--", linewidth=1.0, zorder=1, label="as it is")
    ax.plot(
        *(own[own.index > 0] for own in tried), "o", color=PALE_DOT, markersize=3.5, label="designs tried", zorder=2
    )
    order = _of(front, chosen[0]).sort_values("effect").index
    found = [_of(front, metric).loc[order] for metric in chosen]
    places = [own["effect"].to_numpy(float) * scale for own, scale in zip(found, scales)]
    bars = [
        np.abs(own[["effect_low", "effect_high"]].to_numpy(float).T * scale - place)
        for own, scale, place in zip(found, scales, places)
    ]
    ax.errorbar(
        places[0], places[1], xerr=bars[0], yerr=bars[1], fmt="none", ecolor=FOCAL_COLOR, elinewidth=1, zorder=3
    )
    still = found[0]["on_front"].to_numpy(bool)
    ax.plot(*(place[still] for place in places), color=FOCAL_COLOR, linewidth=0.8, zorder=2)
    for own, face, told in ((still, FOCAL_COLOR, "on the front"), (~still, "white", "beaten with new luck")):
        if own.any():
            ax.plot(
                *(place[own] for place in places), "o", color=FOCAL_COLOR, markerfacecolor=face, markersize=6, zorder=4,
                label=told,
            )  # fmt: skip
    dress(ax, *(f"{_words(metric)}, {unit}; {BETTER[objectives[metric]]}" for metric, unit in zip(chosen, units)))
    _round_ticks(ax)
    ax.legend(fontsize=SMALL_SIZE, framealpha=0.9, edgecolor="none", loc="best").set_zorder(6)
    told = averaged_over(int(front["n"].max()), "bars")
    head(ax, "What can be had at once?", f"Against the market as it is. {told} The front was run again with new luck.")
    return ax


def search_history(trials: pd.DataFrame, objectives: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """What each design of a search was worth, in the order in which they were tried; a panel an objective.

    The line is the best so far, the dashed one the market as it is. Where the best no longer gets better, more trials
    would hardly help. Arguments and errors as of `pareto_front`, for any number of objectives; panels are `child_axes`.
    """
    chosen = list(objectives)
    _check(trials, chosen)
    ax = new_axes(7.2, 1.4 + 1.9 * len(chosen)) if ax is None else ax
    rows = panels(ax, [1.0], [1.0] * len(chosen), 0.0, 0.16)
    for (panel,), metric in zip(rows, chosen):
        scale, unit = unit_of(metric, _unit(metric, trials))
        own = _of(trials, metric).sort_index()
        values, front = scale * own["value"], own["on_front"].to_numpy(bool)
        tried = values[own.index > 0]
        best = (np.maximum if objectives[metric] == "max" else np.minimum).accumulate(tried.to_numpy(float))
        if 0 in own.index:
            panel.axhline(values[0], color=COLORS[0], linestyle="--", linewidth=1.0, zorder=1)
        panel.plot(tried, "o", color=PALE_DOT, markersize=3.5)
        panel.plot(values[front & (own.index > 0)], "o", color=FOCAL_COLOR, markersize=4.5)
        panel.plot(tried.index, best, drawstyle="steps-post", color=FOCAL_COLOR, linewidth=1.6)
        named = f"{_words(metric)}, {unit.replace('percentage points', '%')}"
        dress(panel, "design" if metric == chosen[-1] else "", named)
        _round_ticks(panel)
    n = int(trials["n"].max())
    means = f"Means of {n} replications." if n > 1 else "One replication."
    head(ax, "Does the search still find better designs?",
         f"{means} Blue: on the front; line: the best so far; dashed: the market as it is.")  # fmt: skip
    return ax


def _check(frame: pd.DataFrame, chosen: Sequence[str]) -> None:
    missing = [name for name in NEEDS if name not in frame.columns]
    missing = missing or [metric for metric in chosen if metric not in set(frame["objective"])]
    if missing:
        raise ValueError(f"not the designs of a search: there is no {', '.join(missing)}")


def _of(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    return frame[frame["objective"] == metric].set_index("trial")


def _unit(metric: str, frame: pd.DataFrame) -> str:
    return str(frame.loc[frame["objective"] == metric, "unit"].iloc[0])


def _words(metric: str) -> str:
    return metric.replace("_", " ")


def _round_ticks(ax: Axes) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
