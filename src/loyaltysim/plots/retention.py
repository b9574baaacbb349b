"""Retention: does each brand keep its customers? A line a brand, a point a period (docs/model.md (E36))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import label_ends
from loyaltysim.plots.lines import draw_line
from loyaltysim.plots.run import clock, of_segment, one_run, whose
from loyaltysim.plots.style import LABEL_SIZE, averaged, dress, head, looks, new_axes, say
from loyaltysim.plots.words import word

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "Does each brand keep its customers?"
MOST_TICKS = 14
"""Every period gets a tick up to so many; assumed."""


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    if not ds.sizes.get("period"):
        return "No period was measured: metrics.period_steps is 0, or longer than the run."
    if not np.isfinite(ds["retention_rate"].values).any():
        return "No brand had customers in a period before one that was measured."
    return ""


def retention(ds: xr.Dataset, ax: Axes | None = None, *, segment: str = "all") -> Axes:
    """Retention rate by period, a line a brand, with the 95 % interval of the mean over replications.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; new axes if not given (``ax.figure`` is what a notebook shows)
    segment : whose retention

    Raises
    ------
    ValueError : for several scenarios in one Dataset, or an unknown segment
    """
    ds = of_segment(one_run(ds), segment)
    ax = new_axes() if ax is None else ax
    if missing(ds):
        head(ax, word(QUESTION))
        say(ax, word(missing(ds)))
        return ax
    time = clock(ds)
    length = int((ds["period_of_step"] == 0).sum()) * time.step
    when = (np.arange(ds.sizes["period"]) + 1) * length
    rate = 100 * ds["retention_rate"].transpose("replication", "brand", "period").values
    ends = [
        draw_line(ax, when, interval(rate[:, place]).within(0, 100), name, look, marked=True)
        for place, (name, look) in enumerate(looks(ds).items())
    ]
    dress(
        ax,
        word(
            "end of the period, {unit} since the start (a period is {length})",
            unit=word(time.unit),
            length=time.tell(length),
        ),
        word("retention rate (%)"),
    )
    if ds.sizes["period"] <= MOST_TICKS:
        ax.set_xticks(when)
    head(
        ax,
        word(QUESTION),
        f"{word('Customers of one period who buy again in the next.')}{whose(segment)} {averaged(ds)}",
    )
    label_ends(ax, ends, size=LABEL_SIZE)
    return ax
