"""Channels: how do customers come? Newcomers to the market and to a brand by step and channel (docs/model.md (E94)).

Friends and advertising stand in for each other, so a channel's line is not what would be missing without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots import style
from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import label_ends
from loyaltysim.plots.lines import draw_line
from loyaltysim.plots.pooled import pool, steps_a_point
from loyaltysim.plots.run import clock, focal_of, one_run
from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, LABEL_SIZE, Look, averaged, dress, head, panels
from loyaltysim.totals import CHANNELS

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "How do customers come?"
MOST_POINTS = 52
"""Longer runs are drawn in means over several steps; assumed: counts of few customers are jagged."""
LOOKS = dict(
    zip(
        CHANNELS,
        (
            Look(FAINT, ":", "s", 1.3, "....", 0.13, False),
            Look(COLORS[0], "--", "^", 1.3, "////", 0.13, False),
            Look(FOCAL_COLOR, "-", "o", 2.0, "", 0.2, True),
            Look(COLORS[1], "-.", "D", 1.6, "xxxx", 0.13, False),
        ),
    )
)
"""How the channels are drawn, in every picture alike."""
SAYS = dict(zip(CHANNELS, ("there at the start", "advertising", "friends", "invitation")))
"""What they are called there."""


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    return "" if "entered" in ds and ds["entered"].values.any() else "Nobody came: all were there from the start."


def channels(ds: xr.Dataset, ax: Axes | None = None, *, brand: str | None = None) -> Axes:
    """Who came into the market, and who first bought a brand, by channel over time, with 95 % intervals.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; it is divided into two panels, its `child_axes`. New axes if not given
    brand : whose first buyers; the focal brand if not given

    Raises
    ------
    ValueError : for several scenarios in one Dataset, or an unknown brand
    """
    ds = one_run(ds)
    names = [str(name) for name in ds["brand"].values]
    brand = focal_of(ds) if brand is None else brand
    if brand not in names:
        raise ValueError(f"no brand {brand!r}; there are: {', '.join(names)}")
    ax = style.new_axes(height=5.0) if ax is None else ax
    if missing(ds):
        head(ax, QUESTION)
        style.say(ax, missing(ds))
        return ax
    time, pooled = clock(ds), steps_a_point(ds, MOST_POINTS)
    flows = (ds["entered"], ds["won"].sel(brand=brand))
    headings = ("Who came into the market", f"Who bought {brand} for the first time")
    (above,), (below,) = panels(ax, (1,), (1, 1), 0, 0.13)
    for panel, flow, heading in zip((above, below), flows, headings):
        length = pooled * time.step
        by_channel = pool(flow.transpose("replication", "channel", "step").values, pooled) / length
        middle = (np.arange(by_channel.shape[-1]) + 0.5) * length
        own = interval(by_channel)
        there = [place for place, name in enumerate(CHANNELS) if by_channel[:, place].any()]
        ends = [draw_line(panel, middle, own.of(p), SAYS[CHANNELS[p]], LOOKS[CHANNELS[p]], thin=0.8) for p in there]
        dress(panel, f"{time.unit} since the start", f"customers (a {time.unit[:-1]})")
        panel.set_title(heading, loc="left", fontsize=LABEL_SIZE, color=INK, pad=3)
        panel.set_xlim(0, ds.sizes["step"] * time.step)
        panel.set_ylim(bottom=0)
        panel.tick_params(labelbottom=panel is below)
        label_ends(panel, ends, size=LABEL_SIZE)
    above.set_xlabel("")
    steps = f" A point is {pooled} steps." if pooled > 1 else ""
    head(ax, QUESTION, f"{averaged(ds)}{steps}", above=LABEL_SIZE + 5)
    return ax
