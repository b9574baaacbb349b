"""Survival: how long do customers stay? A staircase a brand, by tenure (docs/model.md (E69)).

A curve that flattens does not say that loyalty grows: those likely to leave leave first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.measures import survival_at
from loyaltysim.plots.interval import Interval, interval
from loyaltysim.plots.labels import End, label_ends
from loyaltysim.plots.style import LABEL_SIZE, averaged, dress, head, looks, new_axes, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "How long do customers stay?"
MOST_STEPS = 400
"""Where lives have more lengths than these, the curve is read at so many; assumed: finer than a picture shows."""


def survival(curves: pd.DataFrame, ax: Axes | None = None, *, focal: str | None = None) -> Axes:
    """Share of customers still there by tenure, a line a brand, with the 95 % interval of the mean over replications.

    A line ends where in some replication nobody was observed for so long: from there on it would average others.

    Parameters
    ----------
    curves : what `measures.survival` gives, by replication and brand, or by one of them, or of all
    ax : where to draw; new axes if not given
    focal : the brand to draw boldest; the first if not given

    Raises
    ------
    ValueError : for a frame that holds no survival curves, or an unknown focal brand
    """
    missing = [name for name in ("weeks", "survival") if name not in curves.columns]
    if missing:
        raise ValueError(f"not survival curves: there is no {', '.join(missing)}")
    ax = new_axes() if ax is None else ax
    if curves.empty:
        head(ax, QUESTION)
        say(ax, "Nobody ever was a customer.")
        return ax
    brands = list(dict.fromkeys(map(str, curves["brand"]))) if "brand" in curves.columns else [""]
    if focal is not None and focal not in brands:
        raise ValueError(f"no brand {focal!r}; there are: {', '.join(brands)}")
    named = _named(curves, brands, focal or brands[0])
    ends = []
    for name, look in looks(named).items():
        own = curves[curves["brand"].astype(str) == name] if "brand" in curves.columns else curves
        when, read = _staircase(own)
        ax.plot(
            when, read.mean, color=look.color, linestyle=look.line, linewidth=look.width, drawstyle="steps-post",
            zorder=3 if look.focal else 2, label=name,
        )  # fmt: skip
        ax.fill_between(when, read.low, read.high, color=look.color, alpha=look.band, linewidth=0, step="post")
        last = np.flatnonzero(np.isfinite(read.mean))[-1]
        ends.append(End(float(when[last]), float(read.mean[last]), name, look.color, look.focal))
    dress(ax, "tenure (weeks since the first purchase)", "customers still there (%)")
    ax.set_ylim(0, 102)
    ax.set_xlim(left=0)
    head(
        ax,
        QUESTION,
        f"Kaplan–Meier: customers who have not left yet count for as long as they were seen. {averaged(named)}",
    )
    if brands != [""]:
        label_ends(ax, ends, size=LABEL_SIZE)
    return ax


def _staircase(own: pd.DataFrame) -> tuple[np.ndarray, Interval]:
    """Tenures, and the mean curve of one brand there in percent; NaN where a replication is not known."""
    when = np.unique(own["weeks"].to_numpy(float))
    if len(when) > MOST_STEPS:
        when = np.linspace(0, when[-1], MOST_STEPS)
    by = ["replication"] if "replication" in own.columns else []
    read = survival_at(own, when, by)["survival"].to_numpy().reshape(-1, len(when))
    every = np.isfinite(read).all(0)
    return when, interval(np.where(every, 100 * read, np.nan))


def _named(curves: pd.DataFrame, brands: list[str], focal: str) -> Any:
    """A Dataset of nothing but names and replications, from which brands get their looks."""
    import xarray as xr

    replications = curves["replication"].unique() if "replication" in curves.columns else [0]
    return xr.Dataset(coords={"brand": brands, "replication": replications}, attrs={"focal": focal})
