"""Who benefits: rewards and margin by what customers bought before the program (docs/model.md (E119))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.style import (
    ALONE,
    COLORS,
    FOCAL_COLOR,
    INK,
    LABEL_SIZE,
    SMALL_SIZE,
    dress_rows,
    head,
    new_axes,
    say,
)
from loyaltysim.plots.words import word

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
        head(ax, word(QUESTION))
        say(ax, word("There is nobody to tell of."))
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
        told = (
            word("{share} % for what they would have bought", share=f"{share:.0f}")
            if np.isfinite(share)
            else word("no rewards")
        )
        for place, x, says in (
            (top, cost["effect"], told),
            (low, max(margin["effect"], margin["ci_high"]), word("margin")),
        ):
            ax.annotate(
                says, (max(x if np.isfinite(x) else 0, 0), place), xytext=(5, 0), textcoords="offset points",
                va="center", fontsize=SMALL_SIZE, color=INK,
            )  # fmt: skip
    unit = str(groups.loc[groups["metric"] == "margin", "unit"].iloc[0])
    says = word("rewards, and what the group's purchases brought ({unit})", unit=unit)
    dress_rows(ax, says, [word(WORDS[name]) if name in WORDS else str(name) for name in names], LABEL_SIZE)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    ax.margins(x=0.3)
    n = int(groups["n"].iloc[0])
    sure = word("Mean of {n} replications; lines: 95 %.", n=n) if n > 1 else word(ALONE)
    head(
        ax, word(QUESTION),
        f"{word('Hatched: rewards for purchases made anyway; purple: for purchases won; blue: margin.')} {sure}",
        left=1.6,
    )  # fmt: skip
    return ax
