"""Value of word of mouth: what is it worth, and through whom? A waterfall of parts that add up (docs/model.md (E96)).

Each bar begins where the one above it ended; the total begins at zero. Below it the same total is divided by how it was
heard. Black lines are the 95 % interval of the bar's own size, laid at its end; hollow bars: the interval holds zero.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.plots.style import (
    ALONE,
    COLORS,
    FAINT,
    FOCAL_COLOR,
    INK,
    LABEL_SIZE,
    SMALL_SIZE,
    dress_rows,
    head,
    new_axes,
    say,
)
from loyaltysim.plots.words import numeral, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "What is word of mouth worth, and through whom?"
NEEDS = ("part", "metric", "effect", "ci_low", "ci_high", "baseline", "n", "unit")
BARS = {
    "retention": ("customers we had", 0),
    "acceleration": ("others, who buy anyway", 0),
    "expansion": ("others, who would not buy", 0),
    "costs": ("costs of programs, invitations …", 0),
    "total": ("all word of mouth", None),
    "direct": ("of it heard at first hand", 1),
    "indirect": ("of it passed on", 1),
}
"""What the bars are called, and in which of two sums they are; the total begins both."""
PARTS = {"acquisition": "all others", **{part: words for part, (words, _) in BARS.items()}}
"""What all parts are called: others are one bar, or two."""
THICK = 0.6


class Bar(NamedTuple):
    """One bar, from where it begins."""

    part: str
    start: float
    size: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether its interval leaves zero out."""
        return self.low > 0 or self.high < 0


def word_of_mouth_value(frame: pd.DataFrame, ax: Axes | None = None, *, metric: str = "margin") -> Axes:
    """The parts of what word of mouth brings the focal brand, with 95 % intervals.

    Parameters
    ----------
    frame : what `word_of_mouth_value` gives
    ax : where to draw; new axes if not given
    metric : "margin", "units" or "customers"

    Raises
    ------
    ValueError : for a frame without the columns of a value of word of mouth, or a metric that is not in it
    """
    missing = [name for name in NEEDS if name not in frame.columns]
    if missing:
        raise ValueError(f"not a value of word of mouth: there is no {', '.join(missing)}")
    rows = frame[frame["metric"] == metric].set_index("part")
    if rows.empty:
        raise ValueError(f"no part is told in {metric}; there are: {', '.join(dict.fromkeys(frame['metric']))}")
    ax = new_axes(7.2, 3.6) if ax is None else ax
    bars = _bars(rows)
    if all(bar.size == 0 for bar in bars):
        head(ax, word(QUESTION))
        say(ax, word("Word of mouth changed nothing."))
        return ax
    for y, bar in enumerate(bars):
        _draw(ax, y, bar)
    for y, (above, below) in enumerate(pairwise(bars)):
        end = below.start if BARS[below.part][1] is not None else below.size
        if above.part != "total":
            ax.plot([end, end], [y + THICK / 2, y + 1 - THICK / 2], color=INK, linewidth=0.6, linestyle=":")
    total = rows.loc["total"]
    says = f"{word(metric)} ({total['unit']})" if metric == "margin" else word(metric)
    dress_rows(ax, says, [word(BARS[bar.part][0]) for bar in bars], LABEL_SIZE)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    ax.margins(x=0.16)
    n = int(total["n"])
    sure = word("Lines: 95 % intervals; hollow: zero is inside.") if n > 1 else word(ALONE)
    share = (
        " "
        + word(
            "All is {share} % of what there is without.",
            share=numeral(f"{100 * total['effect'] / total['baseline']:+.1f}"),
        )
        if total["baseline"]
        else ""
    )
    head(ax, word(QUESTION), f"{word('With what is heard, less without.')} {sure}{share}", left=2.6)
    return ax


def _bars(rows: pd.DataFrame) -> list[Bar]:
    """Every part that is there, from where it begins; costs are left out where there are none."""
    bars = []
    at = [0.0, 0.0]
    for part, (_, sum_) in BARS.items():
        if part not in rows.index or (part == "costs" and rows.loc[part, "effect"] == 0):
            continue
        size, low, high = (float(rows.loc[part, end]) for end in ("effect", "ci_low", "ci_high"))
        bars.append(Bar(part, 0.0 if sum_ is None else at[sum_], size, low, high))
        if sum_ is not None:
            at[sum_] += size
    return bars


def _draw(ax: Axes, y: int, bar: Bar) -> None:
    """A bar with its interval and its number."""
    color = {"total": FAINT, "direct": COLORS[1], "indirect": COLORS[1]}.get(bar.part, FOCAL_COLOR)
    color = COLORS[0] if bar.size < 0 and bar.part != "total" else color
    known = np.isfinite(bar.low)
    face = color if bar.sure or not known else "white"
    ax.barh(y, bar.size, THICK, left=bar.start, color=face, edgecolor=color, linewidth=1.2, alpha=0.85, zorder=2)
    ends = [bar.start, bar.start + bar.size]
    if known:
        ends += [bar.start + bar.low, bar.start + bar.high]
        ax.plot(ends[2:], [y, y], color=INK, linewidth=1.4, zorder=3)
        ax.plot(ends[2:], [y, y], "|", color=INK, markersize=6, zorder=3)
    ax.annotate(
        numeral(f"{bar.size:+,.0f}"), (max(ends), y), xytext=(5, 0), textcoords="offset points", va="center",
        fontsize=SMALL_SIZE, color=INK,
    )  # fmt: skip
