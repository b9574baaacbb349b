"""Outcomes: how an answer spreads where every assumption may be wrong, and how bad its worst tenth is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, SMALL_SIZE, dress, head, new_axes, say
from loyaltysim.plots.words import numeral, tick, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUESTION = "How bad, or good, may it get?"


def outcomes(values: np.ndarray, ax: Axes | None = None, *, unit: str, worst: float = 0.1, digits: int = 0) -> Axes:
    """A dot for each draw, stacked where they are near each other; the worst ones orange.

    Parameters
    ----------
    values : one a draw
    ax : where to draw; new axes if not given
    unit : what the values are in, for the axis
    worst : share of the draws that are marked
    digits : decimals of their mean
    """
    ax = new_axes(7.2, 2.9) if ax is None else ax
    values = np.sort(np.asarray(values, float))
    if not len(values):
        head(ax, word(QUESTION))
        say(ax, word("Nothing was drawn."))
        return ax
    marked = max(1, round(worst * len(values)))
    span = (values[-1] - values[0]) or 1.0
    bins = np.minimum(((values - values[0]) / span * 30).astype(int), 29)  # assumed: columns of dots
    heights = np.array([(bins[:place] == bins[place]).sum() for place in range(len(values))])
    for part, color, marker in ((slice(marked), COLORS[0], "D"), (slice(marked, None), FOCAL_COLOR, "o")):
        ax.plot(values[part], heights[part] + 0.5, marker, color=color, markersize=6.5, linestyle="none")
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.axvline(values[:marked].mean(), color=COLORS[0], linewidth=1, linestyle=":")
    ax.annotate(
        word("mean of the worst {n}: {mean}", n=marked, mean=numeral(f"{values[:marked].mean():,.{digits}f}")),
        (values[:marked].mean(), 0), xytext=(4, 1), textcoords=("offset points", "axes fraction"),
        xycoords=("data", "axes fraction"), fontsize=SMALL_SIZE, color=INK, va="top", ha="left",
    )  # fmt: skip
    dress(ax, unit, word("draws"))
    ax.set_ylim(0, max(4.0, heights.max() + 2.5))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(FuncFormatter(tick))
    head(
        ax,
        word(QUESTION),
        word("{n} draws of all assumptions and of luck; orange: the worst {k}.", n=len(values), k=marked),
        left=0.6,
    )
    return ax
