"""Reproduction number: does the market still grow by itself? Others brought per customer, by cohort (model.md (E93)).

Where the time to bring others is not limited by `within`, later cohorts had less of it, and the line ends at zero
whatever happens. It falls as the market fills, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, averaged_over, dress, head, new_axes, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "How many others do those bring who come now?"
NEEDS = ("replication", "cohort", "begin", "start", "reproduction_number", "within")


def reproduction_number(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Others brought per customer by cohort, with 95 % intervals; the diamond is those who were there at the start.

    Cohorts in which nobody came in a replication are averaged over the others.

    Parameters
    ----------
    table : what `measures.reproduction_number` gives; with `within`, all cohorts are told apart fairly
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for a frame that holds no reproduction numbers
    """
    missing = [name for name in NEEDS if name not in table.columns]
    if missing:
        raise ValueError(f"not reproduction numbers: there is no {', '.join(missing)}")
    ax = new_axes() if ax is None else ax
    if table.empty:
        head(ax, QUESTION)
        say(ax, "Nobody came.")
        return ax
    wide = table.pivot_table(index="replication", columns=["start", "cohort"], values="reproduction_number")
    begin = table.groupby(["start", "cohort"])["begin"].min().reindex(wide.columns).to_numpy(float)
    there = wide.columns.get_level_values("start").to_numpy(bool)
    known = interval(wide.to_numpy(float))
    new = np.flatnonzero(~there)
    ax.plot(begin[new], known.mean[new], color=FOCAL_COLOR, linewidth=1.8, marker="o", markersize=3.5, zorder=3)
    ax.fill_between(begin[new], known.low[new], known.high[new], color=FOCAL_COLOR, alpha=0.2, linewidth=0)
    for place in np.flatnonzero(there):
        ends = [known.low[place], known.high[place]]
        ax.plot([begin[place]] * 2, ends, color=COLORS[0], linewidth=1.4, zorder=3)
        ax.plot(
            begin[place],
            known.mean[place],
            color=COLORS[0],
            marker="D",
            markersize=7,
            markeredgecolor="white",
            zorder=4,
        )
    within, highest = float(table["within"].iloc[0]), float(np.nanmax([known.mean, known.high]))
    crosses = np.isnan(within) or highest > 1
    if crosses:
        ax.axhline(1, color=INK, linewidth=0.8, linestyle=(0, (6, 3)), zorder=1)
    what = "others brought per customer" + ("" if np.isnan(within) else f"\nwithin {within:g} weeks of coming")
    dress(ax, "first week of the cohort", what)
    ax.set_ylim(0, 1.08 * max(1.0 if crosses else 0.0, highest) or 1.0)
    notes = [
        averaged_over(len(wide)),
        "Diamond: those who were there at the start." if there.any() else "",
        "Above the dashed line each generation is larger than the one before." if crosses else "",
        "Later cohorts had less time: in any market the line falls at its end." if np.isnan(within) else "",
    ]
    head(ax, QUESTION, " ".join(filter(None, notes)))
    return ax
