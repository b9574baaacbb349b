"""Shares: who sells how much? Unit share by step, with everybody's promotions in lanes above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import label_ends, short
from loyaltysim.plots.lines import draw_line
from loyaltysim.plots.pooled import pool, steps_a_point
from loyaltysim.plots.run import clock, of_segment, one_run, promotion_steps, stretches, whose
from loyaltysim.plots.style import LABEL_SIZE, SMALL_SIZE, Look, averaged, dress, head, looks, new_axes, say
from loyaltysim.plots.words import word

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "Who sells how much?"
MOST_POINTS = 208
"""Longer runs are drawn in means over several steps; assumed: four years of weeks."""
LANE = 0.05
"""Height of a lane of promotions in axes; assumed."""
MOST_SHADED = 0.3
"""While promotions fill no more than this share of the time they are shaded down through the lines; assumed."""


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
        head(ax, word(QUESTION))
        say(ax, word(missing(ds)))
        return ax
    time, pooled = clock(ds), steps_a_point(ds, MOST_POINTS)
    units = pool(ds["units"].transpose("replication", "brand", "step").values, pooled)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = interval(100 * units / units.sum(1, keepdims=True)).within(0, 100)
    middle = (np.arange(units.shape[2]) + 0.5) * time.step * pooled
    ends = [
        draw_line(ax, middle, own.of(place), name, look, thin=0.7)
        for place, (name, look) in enumerate(looks(ds).items())
    ]
    promotions = {name: promotion_steps(ds, name) for name in looks(ds)}
    promoting = {name: on for name, on in promotions.items() if on.any()}
    room = 1 - LANE * len(promoting)
    highest = 1.05 * float(np.nanmax([own.mean, own.high]))
    ax.set_xlim(0, ds.sizes["step"] * time.step)
    ax.set_ylim(0, highest / room)
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= highest])
    dress(ax, word("{unit} since the start", unit=word(time.unit)), word("share of units (%)"))
    down = bool(np.mean(np.any([*promoting.values(), np.zeros(ds.sizes["step"])], axis=0)) <= MOST_SHADED)
    for lane, (name, on) in enumerate(promoting.items()):
        spans = [(begin * time.step, (end - begin) * time.step) for begin, end in stretches(on)]
        _draw_lane(ax, name, looks(ds)[name], spans, 1 - LANE * (lane + 1), down)
    bars = " " + word("Bars on top: promotions.") if promoting else ""
    steps = " " + word("A point is {n} steps.", n=pooled) if pooled > 1 else ""
    head(ax, word(QUESTION), f"{averaged(ds)}{bars}{steps}{whose(segment)}")
    label_ends(ax, ends, size=LABEL_SIZE, top=room)
    return ax


def _draw_lane(ax: Axes, name: str, look: Look, spans: list[tuple[float, float]], bottom: float, down: bool) -> None:
    """One brand's promotions, (begin, length), as bars, and whose they are; shaded down to the ground if wanted."""
    for begin, length in spans if down else ():
        ax.axvspan(begin, begin + length, ymax=bottom, color=look.color, alpha=0.1, linewidth=0, zorder=0)
    ax.broken_barh(
        spans, (bottom, LANE * 0.75), transform=ax.get_xaxis_transform(), edgecolor=look.color, linewidth=0.6,
        facecolor=look.color if look.focal else "white", hatch=look.hatch, label=f"{name}: promotions",
    )  # fmt: skip
    ax.text(
        1.03, bottom + LANE * 0.37, short(name, 26, 1), transform=ax.transAxes, fontsize=SMALL_SIZE - 1,
        color=look.color, va="center",
    )  # fmt: skip
