"""Program value: what a program brings and costs, as a waterfall: each bar begins where the one above it ends.

Bars of income are blue, of cost orange and hatched, sums dark; the line on each is the 95 % paired interval of that
part alone (docs/model.md (E118)).
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.style import ALONE, COLORS, FOCAL_COLOR, INK, SMALL_SIZE, dress_rows, head, new_axes, say
from loyaltysim.plots.words import numeral, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "What does the program bring, and what does it cost?"
STEPS = {
    "revenue": ("more revenue", 1),
    "program_fees": ("fees of members", 1),
    "cost_of_goods": ("cost of the goods", -1),
    "other_costs": ("other costs", -1),
    "subsidy": ("rewards for purchases that would have been made anyway", -1),
    "rewards_won": ("rewards for purchases won", -1),
    "margin": ("margin", 0),
    "liability": ("rewards still owed", -1),
    "margin_accrued": ("margin, what is owed taken off", 0),
}
"""Every bar, from above: its words and its sign; 0 is a sum, which begins at zero."""
WHERE_ANY = ("program_fees", "other_costs")
"""Parts that are left out where there are none."""
NEEDS = ("part", "effect", "ci_low", "ci_high", "n", "unit")
LINE_COLOR = "#666666"
HEIGHT = 0.42
"""Inches of a bar with its gap; assumed."""


def program_value(parts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The parts of a program's margin as a waterfall, in currency, with their 95 % intervals.

    Parameters
    ----------
    parts : `ProgramValue.parts`
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for a frame that is not one of parts
    """
    missing = [name for name in NEEDS if name not in parts.columns]
    lacking = [] if missing else [name for name in STEPS if name not in set(parts["part"])]
    if missing or lacking:
        raise ValueError(f"not the parts of a program's value: there is no {', '.join(missing or lacking)}")
    found = parts.set_index("part")
    shown = [name for name in STEPS if name not in WHERE_ANY or found.loc[name, "effect"] != 0]
    ax = new_axes(7.2, HEIGHT * len(shown) + 1.4) if ax is None else ax
    if not np.isfinite(found.loc[shown, "effect"].to_numpy(float)).all():
        head(ax, word(QUESTION))
        say(ax, word("Nothing was measured."))
        return ax
    reached, ends = 0.0, [0.0]
    for y, name in enumerate(shown):
        sign, row = STEPS[name][1], found.loc[name]
        before = reached if sign else 0.0
        size = (sign or 1) * row["effect"]
        reached, gain = before + size, size >= 0
        color, hatch = (INK, "") if not sign else (FOCAL_COLOR, "") if gain else (COLORS[0], "////")
        ax.barh(y, reached - before, left=before, height=0.62, color=color, hatch=hatch, edgecolor="white", linewidth=0)
        half = (row["ci_high"] - row["ci_low"]) / 2
        if np.isfinite(half):
            ax.plot([reached - half, reached + half], [y, y], color="white", linewidth=3.4, solid_capstyle="butt")
            ax.plot([reached - half, reached + half], [y, y], color=LINE_COLOR, linewidth=1.4, solid_capstyle="butt")
        if y + 1 < len(shown):
            ax.plot([reached, reached], [y, y + 1], color=INK, linewidth=0.6, linestyle=":", zorder=1)
        edge = max(before, reached, reached + (half if np.isfinite(half) else 0.0))
        ax.annotate(
            numeral(f"{round(size, 0) + 0.0:+,.0f}"), (edge, y), xytext=(4, 0), ha="left", va="center",
            textcoords="offset points", fontsize=SMALL_SIZE, color=INK, fontweight="normal" if sign else "bold",
            bbox={"color": "white", "pad": 0.5},
        )  # fmt: skip
        ends += [before, reached, edge, reached - (half if np.isfinite(half) else 0.0)]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.14 or 1.0  # assumed: a number beside the longest bar
    ax.set_xlim(low - 0.03 * (high - low) if low < 0 else 0, high + room)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    says = word("{unit} of a run, against the market without the program", unit=found.loc["margin", "unit"])
    dress_rows(ax, says, [textwrap.fill(word(STEPS[name][0]), 34) for name in shown])
    n = int(found.loc["margin", "n"])
    told = word("Mean of {n} replications; lines: 95 % interval of each part.", n=n) if n > 1 else word(ALONE)
    head(ax, word(QUESTION), f"{told} {word('Orange takes away; dark bars are sums.')}", left=2.3)
    return ax
