"""Shares: who sells how much? Unit share by step, with everybody's promotions in lanes above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import End, label_ends, short
from loyaltysim.plots.run import clock, focal_of, of_segment, one_run, promotion_steps, stretches
from loyaltysim.plots.style import INK, LABEL_SIZE, SMALL_SIZE, Look, averaged, dress, head, looks, new_axes, say

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "Who sells how much?"
MOST_POINTS = 208
"""Longer runs are drawn in means over several steps; assumed: four years of weeks."""
LANE = 0.05
"""Height of a lane of promotions in axes; assumed."""


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    return "" if ds["units"].values.any() else "Nothing was sold."


def shares(ds: xr.Dataset, ax: Axes | None = None, *, segment: str = "all") -> Axes:
    """Share of units by step, a line a brand, with the 95 % interval of the mean over replications.

    Bars above the lines are promotions, a lane a brand: the focal brand's solid, rivals' hatched. More than 208 steps
    are pooled, a point every so many steps.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; new axes if not given (``ax.figure`` is what a notebook shows)
    segment : whose purchases

    Raises
    ------
    ValueError : for several scenarios in one Dataset, or an unknown segment
    """
    ds = of_segment(one_run(ds), segment)
    ax = new_axes() if ax is None else ax
    if missing(ds):
        head(ax, QUESTION)
        say(ax, missing(ds))
        return ax
    pooled = -(-ds.sizes["step"] // MOST_POINTS)
    units = _pool(ds["units"].transpose("replication", "brand", "step").values, pooled)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100 * units / units.sum(1, keepdims=True)
    time = clock(ds)
    middle = (np.arange(share.shape[2]) + 0.5) * time.step * pooled
    focal, ends, highest = focal_of(ds), [], 0.0
    for place, (name, look) in enumerate(looks(ds).items()):
        own = interval(share[:, place])
        ax.plot(middle, own.mean, color=look.color, linestyle=look.line, linewidth=look.width * 0.7, zorder=look.order, label=name)
        ax.fill_between(middle, own.low, own.high, color=look.color, alpha=look.band, linewidth=0)
        highest = max(highest, float(np.nanmax(np.where(np.isfinite(own.high), own.high, own.mean))))
        ends.append(End(float(middle[-1]), float(own.mean[-1]), name, look.color, name == focal))
    promoting = {name: look for name, look in looks(ds).items() if promotion_steps(ds, name).any()}
    room = 1 - LANE * len(promoting)
    ax.set_xlim(0, ds.sizes["step"] * time.step)
    ax.set_ylim(0, 1.05 * highest / room)
    dress(ax, f"{time.unit} since the start", "share of units (%)")
    for lane, (name, look) in enumerate(promoting.items()):
        _lane(ax, name, look, stretches(promotion_steps(ds, name)), time.step, 1 - LANE * (lane + 1))
    whose = "" if segment == "all" else f" Segment {segment}."
    steps = f" A point is {pooled} steps." if pooled > 1 else ""
    bars = " Bars: promotions." if promoting else ""
    head(ax, QUESTION, f"{averaged(ds)}{bars}{steps}{whose}")
    label_ends(ax, ends, size=LABEL_SIZE, top=room)
    return ax


def _pool(units: np.ndarray, steps: int) -> np.ndarray:
    """Sums over so many steps each, along the last axis; the rest at the end is left out."""
    whole = units.shape[-1] // steps
    return np.asarray(units[..., : whole * steps].reshape(*units.shape[:-1], whole, steps).sum(-1))


def _lane(ax: Axes, name: str, look: Look, spans: list[tuple[int, int]], step: float, bottom: float) -> None:
    """One brand's promotions as bars, and whose they are."""
    ax.broken_barh(
        [(begin * step, (end - begin) * step) for begin, end in spans], (bottom, LANE * 0.75),
        transform=ax.get_xaxis_transform(), facecolor=look.color if not look.hatch else "white", edgecolor=look.color,
        hatch=look.hatch, linewidth=0.6, label=f"{name}: promotions",
    )  # fmt: skip
    ax.text(
        1.03, bottom + LANE * 0.35, short(f"{name} promotes", 30, 1), transform=ax.transAxes, fontsize=SMALL_SIZE - 1,
        color=look.color if not look.hatch else INK, va="center",
    )  # fmt: skip
