"""States: what do customers feel? Mean satisfaction and bond of those who ever bought the brand, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import label_ends
from loyaltysim.plots.lines import draw_line
from loyaltysim.plots.run import clock, of_segment, one_run, whose
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
    head(ax, QUESTION, f"Customers who ever bought the brand.{whose(segment)} {averaged(ds)}")
    for name, (panel,) in zip(SHOWN, panels(ax, (1,), (1, 1), 0, 0.1)):
        _draw_state(panel, ds, name)
    return ax


def _draw_state(ax: Axes, ds: xr.Dataset, state: str) -> None:
    """One panel: the state at the end of every step in which it was measured."""
    values = ds[state].transpose("replication", "brand", "step").values
    time, unit = clock(ds), ds[state].attrs.get("units", "1")
    last = state == SHOWN[-1]
    dress(ax, f"{time.unit} since the start" if last else "", f"{state} ({'score' if unit == '1' else unit})")
    ax.set_xlim(0, ds.sizes["step"] * time.step)
    measured = np.flatnonzero(np.isfinite(values).any((0, 1)))
    if not len(measured):
        say(ax, f"This scenario keeps no {state}.")
        return
    ends = [
        draw_line(ax, (measured + 1) * time.step, interval(values[:, place, measured]), name, look, thin=0.8)
        for place, (name, look) in enumerate(looks(ds).items())
    ]
    label_ends(ax, ends, size=LABEL_SIZE)
