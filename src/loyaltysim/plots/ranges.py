"""Ranges: one number in several worlds, with its interval in each, a line a world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.labels import short
from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, LABEL_SIZE, SMALL_SIZE, dress_rows, head, new_axes
from loyaltysim.plots.words import numeral

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = 0.46
"""Inches of a line; assumed."""


def ranges(
    rows: Sequence[tuple[str, float, float, float]], ax: Axes | None = None, *, question: str, unit: str, note: str = ""
) -> Axes:
    """A point with its interval for each row: name, mean, low, high. Blue above zero, orange below, hollow if open.

    Parameters
    ----------
    rows : from above to below
    ax : where to draw; new axes if not given
    question, unit, note : the title, what the numbers are in, and what is said under the title
    """
    ax = new_axes(7.2, LINE * len(rows) + 1.5) if ax is None else ax
    for y, (_, mean, low, high) in enumerate(rows):
        color = FOCAL_COLOR if mean >= 0 else COLORS[0]
        sure = low > 0 or high < 0 or not np.isfinite(low)
        if np.isfinite(low):
            ax.plot([low, high], [y, y], color=color, linewidth=2.2, solid_capstyle="butt")
        ax.plot(
            [mean], [y], "o", markersize=7, markeredgecolor=color, markerfacecolor=color if sure else "white",
            markeredgewidth=1.6,
        )  # fmt: skip
        ax.annotate(
            numeral(f"{mean:+,.0f}"), (np.nanmax([mean, high]), y), xytext=(8, 0), va="center",
            textcoords="offset points", fontsize=SMALL_SIZE, color=INK, bbox={"color": "white", "pad": 0.5},
        )  # fmt: skip
    dress_rows(ax, unit, [short(name, 28) for name, *_ in rows], LABEL_SIZE)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    ax.margins(x=0.14)
    head(ax, question, note, left=2.3)
    return ax
