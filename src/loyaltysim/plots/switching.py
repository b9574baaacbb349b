"""Switching: where does the next purchase go? A row for the brand bought before, a column for the brand bought now."""

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
PALER = 1.5
"""The color scale ends at so many times the largest share, so that numbers stay readable; assumed."""
DARK = 0.65
"""Cells from this share of the scale on are written in white; assumed."""
APART = 0.25
"""Between the brands and the last row, in cells; assumed."""


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    return "" if ds["switches"].values.any() else "Nobody bought twice."


def switching(ds: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Heat map of where customers of each brand buy next, in percent of their purchases: every row adds up to 100.

    The last row is what all of them bought. A brand draws from each rival what it draws from all, unless those who like
    the one like the other too. With up to 6 brands cells tell the half width of their 95 % interval.

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
    ax = new_axes(max(4.6, 3.2 + 0.75 * n), 2.2 + 0.5 * n) if ax is None else ax
    if missing(ds):
        head(ax, QUESTION)
        say(ax, missing(ds))
        return ax
    moves = ds["switches"].transpose("replication", "step", "brand", "brand_to").values.sum(1)
    moves = np.concatenate([moves, moves.sum(1, keepdims=True)], 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = interval(100 * moves / moves.sum(2, keepdims=True)).within(0, 100)
    scale_end = PALER * float(np.nanmax(share.mean))
    for first, last, lower in ((0, n, 0.0), (n, n + 1, APART)):  # the last row stands apart
        edges = np.arange(first, last + 1) - 0.5 + lower
        cells = np.ma.masked_invalid(share.mean[first:last])
        ax.pcolormesh(np.arange(n + 1) - 0.5, edges, cells, cmap="Blues", vmin=0, vmax=scale_end)
    heights = np.append(np.arange(n), n + APART)
    tells = ds.sizes["replication"] > 1 and n <= MOST_WITH_INTERVALS
    for row, column in np.ndindex(n + 1, n):
        mean, half = float(share.mean[row, column]), float((share.high - share.low)[row, column] / 2)
        color = "white" if mean >= DARK * scale_end else INK
        _write(ax, column, float(heights[row]), mean, half if tells else np.nan, color)
    for place in range(n):
        frame = Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.2, clip_on=False)
        ax.add_patch(frame)
    dress(ax, "brand bought now", "brand bought the time before")
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n + 0.5 + APART, -0.5)
    ax.set_xticks(np.arange(n), [short(name, 12, 3) for name in names], fontsize=SMALL_SIZE)
    ax.set_yticks(heights, [*(short(name, 24) for name in names), "all brands"], fontsize=SMALL_SIZE)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(False)
    left = 0.6 + 0.05 * min(24, max(map(len, names)))  # inches that the names take
    runs = averaged(ds, "±") if tells or ds.sizes["replication"] == 1 else averaged(ds).split(";")[0] + "."
    head(ax, QUESTION, f"% of a row's purchases; framed: the same brand again.\n{runs}", left=left)
    return ax


def _write(ax: Axes, x: float, y: float, mean: float, half: float, color: str) -> None:
    """One cell's number, and under it its half interval if there is one to tell."""
    number, tells = f"{mean:.0f}" if np.isfinite(mean) else "–", np.isfinite(half)
    ax.text(x, y, number, ha="center", va="bottom" if tells else "center", color=color, fontsize=LABEL_SIZE)
    if tells:
        ax.text(x, y + 0.08, f"±{half:.1f}", ha="center", va="top", color=color, fontsize=SMALL_SIZE - 1)
