"""States: what do customers feel? Mean satisfaction and bond of those who ever bought the brand, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import End, label_ends
from loyaltysim.plots.run import clock, focal_of, of_segment, one_run
from loyaltysim.plots.style import LABEL_SIZE, averaged, dress, head, looks, new_axes, panels, say

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "What do customers feel?"
SHOWN = ("satisfaction", "bond")


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    if not any(np.isfinite(ds[name].values).any() for name in SHOWN):
        return "No state was measured: metrics.states_every is 0, or satisfaction and bond are off."
    return ""


def states(ds: xr.Dataset, ax: Axes | None = None, *, segment: str = "all") -> Axes:
    """Mean satisfaction (above) and bond (below) of everybody who ever bought the brand, a line a brand, with interval.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; it is divided into two panels, its `child_axes`. New axes if not given
    segment : whose feelings

    Raises
    ------
    ValueError : for several scenarios in one Dataset, or an unknown segment
    """
    ds = of_segment(one_run(ds), segment)
    ax = new_axes(height=5.2) if ax is None else ax
    if missing(ds):
        head(ax, QUESTION)
        say(ax, missing(ds))
        return ax
    whose = "" if segment == "all" else f" Segment {segment}."
    head(ax, QUESTION, f"Customers who ever bought the brand.{whose} {averaged(ds)}")
    for name, (panel,) in zip(SHOWN, panels(ax, (1,), (1, 1), 0, 0.1)):
        _state(panel, ds, name)
    first, last = ax.child_axes
    first.set_xlabel("")
    last.set_xlim(first.get_xlim())
    return ax


def _state(ax: Axes, ds: xr.Dataset, state: str) -> None:
    """One panel: the state at the end of every step in which it was measured."""
    values = ds[state].transpose("replication", "brand", "step").values
    time = clock(ds)
    dress(ax, f"{time.unit} since the start", f"{state} ({_scale(ds[state].attrs.get('units', '1'))})")
    ax.set_xlim(0, ds.sizes["step"] * time.step)
    measured = np.flatnonzero(np.isfinite(values).any((0, 1)))
    if not len(measured):
        say(ax, f"This scenario keeps no {state}.")
        return
    when, ends = (measured + 1) * time.step, []
    for place, (name, look) in enumerate(looks(ds).items()):
        own = interval(values[:, place, measured])
        ax.plot(when, own.mean, color=look.color, linestyle=look.line, linewidth=look.width * 0.8, zorder=look.order, label=name)
        ax.fill_between(when, own.low, own.high, color=look.color, alpha=look.band, linewidth=0)
        known = np.flatnonzero(np.isfinite(own.mean))
        if len(known):
            end = known[-1]
            ends.append(End(float(when[end]), float(own.mean[end]), name, look.color, name == focal_of(ds)))
    label_ends(ax, ends, size=LABEL_SIZE)


def _scale(unit: str) -> str:
    """The unit of a state; "1" is a score."""
    return "score" if unit == "1" else unit
