"""Retention: does each brand keep its customers? A line a brand, a point a period (docs/model.md (E36))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import End, label_ends
from loyaltysim.plots.run import clock, focal_of, of_segment, one_run
from loyaltysim.plots.style import LABEL_SIZE, averaged, dress, head, looks, new_axes, say

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
        return "Retention needs two periods: there is only the first."
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
    whose = "" if segment == "all" else f" Segment {segment}."
    if missing(ds):
        head(ax, QUESTION)
        say(ax, missing(ds))
        return ax
    length = int((ds["period_of_step"] == 0).sum()) * clock(ds).step
    ends_of_periods = (np.arange(ds.sizes["period"]) + 1) * length
    ends = []
    for name, look in looks(ds).items():
        rate = interval(100 * ds["retention_rate"].sel(brand=name).transpose("replication", "period").values)
        ax.plot(
            ends_of_periods, rate.mean, color=look.color, linestyle=look.line, linewidth=look.width,
            marker=look.marker, markersize=5, markeredgecolor="white", markeredgewidth=0.5, zorder=look.order, label=name,
        )  # fmt: skip
        ax.fill_between(ends_of_periods, rate.low, rate.high, color=look.color, alpha=look.band, linewidth=0)
        known = np.flatnonzero(np.isfinite(rate.mean))
        if len(known):
            last = known[-1]
            ends.append(End(ends_of_periods[last], float(rate.mean[last]), name, look.color, name == focal_of(ds)))
    unit = clock(ds).unit
    dress(ax, f"{unit} since the start, at the end of each period of {length:g}", "retention rate (%)")
    if ds.sizes["period"] <= MOST_TICKS:
        ax.set_xticks(ends_of_periods)
    head(ax, QUESTION, f"Share of the customers of one period who buy again in the next.{whose} {averaged(ds)}")
    label_ends(ax, ends, size=LABEL_SIZE)
    return ax
