"""Tornado: which assumptions does the answer rest on? A line each, its bars what both ends of its range add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.labels import plain, short
from loyaltysim.plots.style import ALONE, COLORS, FOCAL_COLOR, INK, SMALL_SIZE, dress_rows, head, new_axes, say
from loyaltysim.plots.words import numeral, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "Which assumptions does the answer rest on?"
NEEDS = ("path", "measure", "value", "effect", "ci_low", "ci_high", "n", "unit")
ENDS = {"low": (COLORS[0], "////"), "high": (FOCAL_COLOR, "")}
LINE = 0.5
"""Inches of a line; assumed."""


def tornado(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    value: float = 0.0,
    what: str = "the answer",
    names: Mapping[str, str] | None = None,
) -> Axes:
    """What the low and the high end of each assumption add to an answer, the most important above.

    Parameters
    ----------
    frame : `ls.sensitivity` of one metric, or `study.program_doubt.tornado`
    ax : where to draw; new axes if not given
    value : the answer where all is as it is: a dotted line marks where the sum would be zero
    what : what the answer is, for the axis
    names : what to call paths; the paths themselves if not given

    Raises
    ------
    ValueError : for a frame that is no tornado
    """
    missing = [name for name in NEEDS if name not in frame.columns]
    if missing or set(frame["measure"]) - set(ENDS):
        raise ValueError(f"not a tornado: there is no {', '.join(missing or ENDS)}")
    paths = list(dict.fromkeys(frame["path"]))
    ax = new_axes(7.2, LINE * len(paths) + 1.6) if ax is None else ax
    if not paths:
        head(ax, word(QUESTION))
        say(ax, word("Nothing was varied."))
        return ax
    for row in frame.to_dict("records"):
        end, y = str(row["measure"]), float(paths.index(row["path"]))
        color, hatch = ENDS[end]
        y += -0.19 if end == "low" else 0.19
        ax.barh(y, row["effect"], 0.34, color=color, hatch=hatch, edgecolor="white", linewidth=0)
        if np.isfinite(row["ci_low"]):
            ax.plot([row["ci_low"], row["ci_high"]], [y, y], color=INK, linewidth=1)
        reach = row["effect"] if not np.isfinite(row["ci_low"]) else row["ci_high" if row["effect"] >= 0 else "ci_low"]
        ax.annotate(
            numeral(f"{row['value']:.4g}"), (reach, y), xytext=(4 if row["effect"] >= 0 else -4, 0), va="center",
            ha="left" if row["effect"] >= 0 else "right", textcoords="offset points", fontsize=SMALL_SIZE - 1,
            color=INK, bbox={"color": "white", "pad": 0.5},
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
    low, high = ax.get_xlim()
    if low < -value < high and value:
        ax.axvline(-value, color=INK, linewidth=1, linestyle=":")
    added = word("added to {what} ({unit})", what=what, unit=frame["unit"].iloc[0])
    dress_rows(ax, added, [short(names[path], 42) if names else _name(path) for path in paths])
    ax.margins(x=0.12)
    n = int(frame["n"].iloc[0])
    sure = word("{n} replications; lines: 95 %.", n=n) if n > 1 else word(ALONE)
    dotted = " " + word("Dotted: there the answer would be zero.") if value and low < -value < high else ""
    head(
        ax,
        word(QUESTION),
        f"{word('Hatched: at the lower value; blue: at the higher, written beside.')} {sure}{dotted}",
        left=2.4,
    )
    return ax


def _name(path: str) -> str:
    """A path on two lines, its last part below."""
    above, dot, last = path.rpartition(".")
    return plain(f"{above}{dot}\n{last}" if len(path) > 24 else path)
