"""Standings: how several scores went, round by round, a line a team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.labels import short
from loyaltysim.plots.style import SMALL_SIZE, dress, head, looks_of, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHIFT = 0.04
"""By how many rounds teams stand apart, so that intervals do not hide each other (assumed)."""


def standings(
    scores: Mapping[str, Sequence[tuple[float, float, float]]],
    ax: Axes | None = None,
    *,
    question: str,
    unit: str,
    note: str = "",
) -> Axes:
    """The score after each round with its interval, a line a team; the first team's is thick.

    Parameters
    ----------
    scores : by team, the first first: mean, low and high after each round
    ax : where to draw; new axes if not given
    question, unit, note : the title, what the numbers are in, and what is said under the title
    """
    ax = new_axes(7.2, 4.4) if ax is None else ax
    teams = list(scores)
    looks = looks_of(sorted(teams), teams[0])
    for place, team in enumerate(teams):
        look, series = looks[team], np.array(scores[team], float)
        mean, low, high = series.T
        ax.errorbar(
            np.arange(1, len(series) + 1) + SHIFT * (place - (len(teams) - 1) / 2), mean,
            yerr=np.nan_to_num(np.array([mean - low, high - mean])), color=look.color, linestyle=look.line,
            linewidth=look.width, marker=look.marker, markersize=5, elinewidth=1, capsize=2, label=short(team, 18),
        )  # fmt: skip
    dress(ax, "round", unit)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
    ax.set_xlim(0.7, len(scores[teams[0]]) + 0.3)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=SMALL_SIZE)
    head(ax, question, note)
    return ax
