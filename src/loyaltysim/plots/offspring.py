"""Offspring: how many others does a customer bring? The share who brought at least so many (docs/model.md (E92))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.channels import LOOKS, SAYS
from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import End, label_ends
from loyaltysim.plots.lines import MARKER_SIZE
from loyaltysim.plots.style import LABEL_SIZE, Look, averaged_over, dress, head, new_axes, say
from loyaltysim.totals import CHANNELS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "How many others does a customer bring?"
NEEDS = ("replication", "offspring", "share")
ROOM = 0.7
"""Share of the smallest share that the axis begins at; assumed."""


def offspring(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share of customers who brought at least one, two … others, a line a channel, with 95 % intervals.

    Behind each name stands the mean, in which those who brought nobody count. Where the time is not limited by
    `within`, those who came late had less of it.

    Parameters
    ----------
    table : what `measures.offspring` gives, for all customers or ``by=["channel"]``
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for a frame that holds no offspring
    """
    missing = [name for name in NEEDS if name not in table.columns]
    if missing:
        raise ValueError(f"not a distribution of offspring: there is no {', '.join(missing)}")
    ax = new_axes() if ax is None else ax
    if not len(table) or not (table["share"] * table["offspring"]).any():
        head(ax, QUESTION)
        say(ax, "Nobody brought anybody.")
        return ax
    ends, lowest = [], 100.0
    for name, look, own in _lines(table):
        shares = _shares(own)
        at_least = 100 * shares[:, ::-1].cumsum(1)[:, ::-1][:, 1:]
        known, x = interval(at_least), np.arange(1, shares.shape[1])
        each = float((shares @ np.arange(shares.shape[1])).mean())
        label = f"{name}: {each:.2f}"
        if not len(x):
            continue
        lowest = min(lowest, float(known.mean[known.mean > 0].min()))
        ax.plot(
            x, known.mean, color=look.color, linestyle=look.line, linewidth=look.width, marker=look.marker, label=label,
            markersize=MARKER_SIZE * 0.8, markeredgecolor="white", markeredgewidth=0.5, zorder=3 if look.focal else 2,
        )  # fmt: skip
        ax.fill_between(
            x, np.maximum(known.low, lowest * ROOM**3), known.high, color=look.color, alpha=look.band, linewidth=0
        )
        ends.append(End(float(x[-1]), float(known.mean[-1]), label, look.color, look.focal))
    ax.set_yscale("log")
    ax.set_ylim(lowest * ROOM, 100)
    ax.set_xlim(0.8, max(end.x for end in ends) + 0.2)
    dress(ax, "customers brought", "customers who brought at least so many (%)")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.minorticks_off()
    n = table["replication"].nunique()
    head(ax, QUESTION, f"{averaged_over(n)} Behind names: brought per customer.")
    label_ends(ax, ends, size=LABEL_SIZE)
    return ax


def _lines(table: pd.DataFrame) -> Iterator[tuple[str, Look, pd.DataFrame]]:
    """What each line is called, how it looks, and its rows."""
    if "channel" not in table.columns:
        yield "all", LOOKS["friends"], table
        return
    for channel in CHANNELS:
        own = table[table["channel"] == channel]
        if len(own):
            yield SAYS[channel], LOOKS[channel], own


def _shares(own: pd.DataFrame) -> np.ndarray:
    """Replications × numbers brought; what a replication does not reach is 0."""
    wide = own.pivot_table(index="replication", columns="offspring", values="share", aggfunc="sum", fill_value=0.0)
    return np.asarray(wide.reindex(columns=range(int(own["offspring"].max()) + 1), fill_value=0.0), float)
