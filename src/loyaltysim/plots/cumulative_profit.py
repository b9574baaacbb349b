"""Cumulative profit: when has a program earned what it cost? With the band of its interval, and of break-even."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from loyaltysim.plots.interval import interval
from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, SMALL_SIZE, averaged_over, dress, head, new_axes, say
from loyaltysim.plots.words import numeral, tick, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUESTION = "When does the program break even?"


def cumulative_profit(
    accrued: np.ndarray,
    ax: Axes | None = None,
    *,
    weeks: float = 1.0,
    currency: str = "EUR",
    band: tuple[int | None, int | None, int | None] = (None, None, None),
) -> Axes:
    """Profit since the launch by the end of each step, what is owed to members taken off.

    Parameters
    ----------
    accrued : replications × steps, in currency
    ax : where to draw; new axes if not given
    weeks : length of a step
    band : steps at break-even by the mean, and by the upper and the lower end of the interval; None: not reached
    """
    ax = new_axes() if ax is None else ax
    if not accrued.size or not np.isfinite(accrued).all():
        head(ax, word(QUESTION))
        say(ax, word("Nothing was measured."))
        return ax
    when = weeks * np.arange(1, accrued.shape[1] + 1)
    own = interval(accrued)
    ax.axhline(0, color=INK, linewidth=0.8)
    if len(accrued) <= 30:  # assumed: more would be a band of their own
        for one in accrued:
            ax.plot(when, one, color=FOCAL_COLOR, linewidth=0.5, alpha=0.25)
    ax.plot(when, own.mean, color=FOCAL_COLOR, linewidth=2.2)
    ax.fill_between(when, own.low, own.high, color=FOCAL_COLOR, alpha=0.22, linewidth=0)
    middle, first, last = band
    if middle is not None:
        ax.axvspan(
            weeks * (first or middle), weeks * (last or len(when)), color=COLORS[1], alpha=0.13, linewidth=0, zorder=0
        )
    if middle is not None:
        ax.axvline(weeks * middle, color=COLORS[1], linewidth=1.4, linestyle="--")
        ax.annotate(
            " " + word("week {n}", n=numeral(f"{round(weeks * middle, 1):g}")), (weeks * middle, 1),
            xycoords=("data", "axes fraction"), va="top", fontsize=SMALL_SIZE, color=INK,
        )  # fmt: skip
    ax.set_xlim(0, when[-1])
    dress(ax, word("weeks since the launch"), word("profit so far ({unit})", unit=currency))
    ax.yaxis.set_major_formatter(FuncFormatter(tick))
    green = (
        " " + word("Green: from the first to the last week of break-even that the interval allows.") if middle else ""
    )
    head(ax, word(QUESTION), f"{averaged_over(len(accrued))} {word('Thin lines: single replications.')}{green}")
    return ax
