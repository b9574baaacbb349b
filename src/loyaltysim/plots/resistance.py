"""Resistance: how deep must rivals' discounts be before our customers go? Defection by depth (docs/model.md (E78)).

The band is how well the share itself is known, the bars are the paired effect against depth 0, laid on the line:
with common luck they are shorter. Bars that leave the dashed line out are sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.labels import End, label_ends
from loyaltysim.plots.style import (
    COLORS,
    FOCAL_COLOR,
    INK,
    LABEL_SIZE,
    LINES,
    MARKERS,
    dress,
    head,
    new_axes,
    say,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "How deep must rivals' discounts be before our customers go?"
NEEDS = ("depth", "defection", "defection_low", "defection_high", "ci_low", "ci_high", "n")


def resistance(curve: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Defection from the focal brand during a deal of rivals, by the depth of their discounts, with 95 % intervals.

    Parameters
    ----------
    curve : what `resistance_curve` gives; with a column `scenario` a line for each of several
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for a frame without the columns of a resistance curve
    """
    missing = [name for name in NEEDS if name not in curve.columns]
    if missing:
        raise ValueError(f"not a resistance curve: there is no {', '.join(missing)}")
    ax = new_axes() if ax is None else ax
    known = curve[curve["defection"].notna()]
    if known.empty:
        head(ax, QUESTION)
        say(ax, "No customer of ours was there when rivals promoted.")
        return ax
    several = "scenario" in known.columns
    lines = list(known.groupby("scenario", sort=False)) if several else [("", known)]
    colors, styles, markers = (FOCAL_COLOR, *COLORS), ("-", *LINES), "o" + MARKERS
    ends = []
    for place, (name, line) in enumerate(lines):
        line, look = line.sort_values("depth"), place % len(colors)
        depth, mean = 100 * line["depth"].to_numpy(), 100 * line["defection"].to_numpy()
        color = colors[look]
        ax.axhline(mean[0], color=color if several else INK, linewidth=0.8, linestyle=(0, (6, 3)), zorder=1)
        ax.plot(
            depth, mean, color=color, linestyle=styles[look], marker=markers[look], markersize=5, linewidth=1.8,
            markeredgecolor="white", markeredgewidth=0.5, zorder=3, label=str(name),
        )  # fmt: skip
        low, high = 100 * line["defection_low"].to_numpy(), 100 * line["defection_high"].to_numpy()
        ax.fill_between(depth, low, high, color=color, alpha=0.15, linewidth=0)
        ends.append(End(float(depth[-1]), float(mean[-1]), str(name), color))
        half = 50 * (line["ci_high"] - line["ci_low"]).to_numpy()
        sure = np.isfinite(half) & (line["depth"].to_numpy() > 0)
        ax.errorbar(
            depth[sure],
            mean[sure],
            half[sure],
            fmt="none",
            ecolor=INK,
            elinewidth=1.0,
            capsize=4,
            capthick=1.0,
            zorder=4,
        )
    dress(ax, "depth of rivals' discounts (% of the list price)", "bought elsewhere\n(% of our customers)")
    n = int(known["n"].max())
    told = (
        f"Mean of {n} replications; band: its 95 % interval; bars: that of the paired difference from no discount."
        if n > 1
        else "One replication: no interval."
    )
    head(ax, QUESTION, f"While a deal of rivals lasts; dashed: the same deal with nothing off. {told}")
    if several:
        label_ends(ax, ends, size=LABEL_SIZE)
    return ax
