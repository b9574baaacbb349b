"""Liability: what is owed to members, and how much of what they earned is never claimed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import label_ends
from loyaltysim.plots.lines import draw_line
from loyaltysim.plots.run import clock, focal_of, one_run
from loyaltysim.plots.style import COLORS, LABEL_SIZE, averaged, dress, head, looks, new_axes, panels, say
from loyaltysim.plots.words import tick, word

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "What is owed to members, and how much is never claimed?"


def missing(ds: xr.Dataset) -> str:
    """Why there is nothing to see; empty if there is."""
    own = ds["liability"].sel(brand=focal_of(ds))
    return "" if (own > 0).any() else "The program owes nothing: it hands out what it gives at once."


def liability(ds: xr.Dataset, ax: Axes | None = None) -> Axes:
    """The focal brand's liability by step, and the points that members hold and have lost.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; it is divided into two panels, its `child_axes`. New axes if not given

    Raises
    ------
    ValueError : for several scenarios in one Dataset
    """
    ds = one_run(ds)
    focal = focal_of(ds)
    ax = new_axes(7.2, 4.6) if ax is None else ax
    if missing(ds):
        head(ax, word(QUESTION))
        say(ax, word(missing(ds)))
        return ax
    time = clock(ds)
    (above,), (below,) = panels(ax, [1], [1, 0.8], 0, 0.16)
    own = ds.sel(brand=focal, segment="all")
    when = time.step * np.arange(1, ds.sizes["step"] + 1)
    owed = own["liability"].transpose("replication", "step").values
    draw_line(above, when, interval(owed), focal, looks(ds)[focal])
    above.set_ylim(bottom=0)
    above.yaxis.set_major_formatter(FuncFormatter(tick))
    below.yaxis.set_major_formatter(FuncFormatter(tick))
    dress(above, "", word("owed ({unit})", unit=ds.attrs.get("currency", "currency")))
    held = own["points_outstanding"].transpose("replication", "step").values
    lost = own["breakage"].transpose("replication", "step").values.cumsum(1)
    plain_look = looks(ds)[focal]
    ends = [
        draw_line(below, when, interval(held), word("held by members"), plain_look),
        draw_line(below, when, interval(lost), word("lost so far"), plain_look._replace(color=COLORS[0], line="--")),
    ]
    for panel in (above, below):
        panel.set_xlim(0, when[-1])
        panel.set_ylim(bottom=0)
    dress(below, word("{unit} since the start", unit=word(time.unit)), word("points or stamps (number)"))
    label_ends(below, ends, size=LABEL_SIZE)
    head(ax, word(QUESTION), f"{word('Above: what is expected to be claimed of all points.')} {averaged(ds)}")
    return ax
