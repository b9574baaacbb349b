"""Switching: where does the next purchase go? A row for the brand bought the time before, a column for the brand bought now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import short
from loyaltysim.plots.run import one_run
from loyaltysim.plots.style import INK, LABEL_SIZE, SMALL_SIZE, averaged, dress, head, new_axes, say

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "Where does the next purchase go?"
MOST_WITH_INTERVALS = 6
"""More brands than these, and cells are too small for their intervals; assumed."""
DARK = 0.55
"""Cells from this share of the scale on are written in white; assumed."""


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    return "" if ds["switches"].values.any() else "Nobody bought twice."


def switching(ds: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Heat map of where customers of each brand buy next, in percent of their purchases: every row adds up to 100.

    The last row is what anybody bought: where people go who leave a brand for no brand in particular.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; new axes if not given (``ax.figure`` is what a notebook shows)

    Raises
    ------
    ValueError : for several scenarios in one Dataset
    """
    ds = one_run(ds)
    names = [str(name) for name in ds["brand"].values]
    n = len(names)
    ax = new_axes(3.2 + 0.75 * n, 2.2 + 0.5 * n) if ax is None else ax
    if missing(ds):
        head(ax, QUESTION)
        say(ax, missing(ds))
        return ax
    moves = ds["switches"].transpose("replication", "step", "brand", "brand_to").values.sum(1)
    moves = np.concatenate([moves, moves.sum(1, keepdims=True)], 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = interval(100 * moves / moves.sum(2, keepdims=True))
    heights = np.append(np.arange(n), n + 0.25)  # the last row stands apart
    edges = np.concatenate([np.arange(n) - 0.5, [n - 0.5, n - 0.25, n + 0.75]])
    cells = np.insert(share.mean, n, np.nan, axis=0)
    ax.pcolormesh(np.arange(n + 1) - 0.5, edges, np.ma.masked_invalid(cells), cmap="Blues", vmin=0, vmax=100)
    for row, height in enumerate(heights):
        for column in range(n):
            _write(ax, column, float(height), *(float(end[row, column]) for end in share), n <= MOST_WITH_INTERVALS)
    for place in range(n):
        ax.add_patch(Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.2))
    dress(ax, "brand bought now", "brand bought the time before")
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(edges[-1], edges[0])
    ax.set_xticks(np.arange(n), [short(name, 12, 3) for name in names], fontsize=SMALL_SIZE)
    ax.set_yticks(heights, [*(short(name, 24) for name in names), "any brand"], fontsize=SMALL_SIZE)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(False)
    half = "; ±: 95 % interval of the mean" if ds.sizes["replication"] > 1 and n <= MOST_WITH_INTERVALS else ""
    runs = averaged(ds).split(";")[0].rstrip(".")
    head(ax, QUESTION, f"% of a row's purchases; framed: the same brand again.\n{runs}{half}.")
    return ax


def _write(ax: Axes, x: float, y: float, mean: float, low: float, high: float, with_interval: bool) -> None:
    """One cell's number, with its half interval if there is one and room for it."""
    color = "white" if mean / 100 >= DARK else INK
    text = f"{mean:.0f}" if np.isfinite(mean) else "–"
    ax.text(x, y, text, ha="center", va="bottom" if with_interval and np.isfinite(high) else "center", color=color, fontsize=LABEL_SIZE)
    if with_interval and np.isfinite(high):
        ax.text(x, y + 0.08, f"±{(high - low) / 2:.1f}", ha="center", va="top", color=color, fontsize=SMALL_SIZE - 1)
