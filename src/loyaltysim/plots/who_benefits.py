"""Who benefits: rewards and margin by what customers bought before the program (docs/model.md (E119))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, PALE, SMALL_SIZE, dress, head, new_axes, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "Who is rewarded, and who earns it back?"
WORDS = {
    "none": "bought nothing before",
    "light": "lightest third",
    "medium": "middle third",
    "heavy": "heaviest third",
}
NEEDS = ("group", "metric", "effect", "ci_low", "ci_high", "n", "unit")
THICK = 0.3


def who_benefits(groups: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """For each group of customers what rewards it got, of them for purchases made anyway, and what margin it brought.

    Parameters
    ----------
    groups : `ProgramValue.groups`
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for a frame that is not one of groups
    """
    missing = [name for name in NEEDS if name not in groups.columns]
    if missing:
        raise ValueError(f"not the groups of a program's value: there is no {', '.join(missing)}")
    found = groups.set_index(["group", "metric"])
    names = [name for name in dict.fromkeys(groups["group"]) if found.loc[(name, "customers"), "effect"] > 0]
    ax = new_axes(7.2, 0.72 * len(names) + 1.6) if ax is None else ax
    if not names:
        head(ax, QUESTION)
        say(ax, "There is nobody to tell of.")
        return ax
    for y, name in enumerate(names):
        cost, gift, margin = (found.loc[(name, what)] for what in ("program_cost", "subsidy", "margin"))
        top, low = y - THICK / 2 - 0.02, y + THICK / 2 + 0.02
        ax.barh(top, gift["effect"], THICK, color=COLORS[0], hatch="////", edgecolor="white", linewidth=0)
        won = cost["effect"] - gift["effect"]
        ax.barh(top, won, THICK, left=gift["effect"], color=COLORS[2], linewidth=0)
        ax.barh(low, margin["effect"], THICK, color=FOCAL_COLOR, linewidth=0)
        if np.isfinite(margin["ci_low"]):
            ax.plot([margin["ci_low"], margin["ci_high"]], [low, low], color=INK, linewidth=1.2)
        share = 100 * gift["effect"] / cost["effect"] if cost["effect"] else np.nan
        told = f"{share:.0f} % for what they would have bought" if np.isfinite(share) else "no rewards"
        for place, x, words in ((top, cost["effect"], told), (low, max(margin["effect"], margin["ci_high"]), "margin")):
            ax.annotate(
                words, (max(x if np.isfinite(x) else 0, 0), place), xytext=(5, 0), textcoords="offset points",
                va="center", fontsize=SMALL_SIZE, color=INK,
            )  # fmt: skip
    unit = str(groups.loc[groups["metric"] == "margin", "unit"].iloc[0])
    dress(ax, f"rewards, and what the group's purchases brought ({unit})", "")
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", color=PALE, linewidth=0.4)
    ax.set_yticks(range(len(names)), [WORDS.get(str(name), str(name)) for name in names], fontsize=SMALL_SIZE + 1)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.margins(x=0.3)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
    n = int(groups["n"].iloc[0])
    sure = f"Mean of {n} replications; lines: 95 %." if n > 1 else "One replication: no interval."
    head(
        ax, QUESTION,
        f"Hatched: rewards for purchases made anyway; purple: for purchases won; blue: margin. {sure}", left=1.6,
    )  # fmt: skip
    return ax
