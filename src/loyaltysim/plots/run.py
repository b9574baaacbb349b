"""Run: what every plot asks of a Dataset: is it one run, which segment, when is a step, who promotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR
from loyaltysim.plots.words import numeral, word

if TYPE_CHECKING:
    import xarray as xr

LONG_STEP = 60.0
"""Steps of so many days or more are told in years; assumed."""
SHORT_RUN = 60.0
"""A run of fewer days is told in days; assumed."""


def one_run(ds: xr.Dataset) -> xr.Dataset:
    """The Dataset with a dim `replication`. Raises ValueError where several scenarios or points are in it."""
    for dim in ("scenario", "point"):
        if dim in ds.dims:
            raise ValueError(f"the Dataset holds several runs along {dim!r}: choose one with ds.isel({dim}=0)")
    missing = {"units", "switches", "on_promotion"} - set(ds.data_vars)
    if missing:
        raise ValueError(f"not the result of a run: there is no {', '.join(sorted(missing))}")
    return ds if "replication" in ds.dims else ds.expand_dims("replication")


def of_segment(ds: xr.Dataset, segment: str) -> xr.Dataset:
    """Only that segment. Raises ValueError if there is none of that name."""
    names = [str(name) for name in ds["segment"].values]
    if segment not in names:
        raise ValueError(f"no segment {segment!r}; there are: {', '.join(names)}")
    return ds.sel(segment=segment)


def whose(segment: str) -> str:
    """A sentence for the note under a title: whose numbers these are, if not everybody's."""
    return "" if segment == "all" else " " + word("Segment {segment}.", segment=segment)


def focal_of(ds: xr.Dataset) -> str:
    """The focal brand; the first one if the Dataset does not say."""
    names = [str(name) for name in ds["brand"].values]
    focal = str(ds.attrs.get("focal", ""))
    return focal if focal in names else names[0]


class Clock(NamedTuple):
    """How time is told: the length of a step in units, and what a unit is called, in the plural."""

    step: float
    unit: str

    def tell(self, length: float) -> str:
        """A length of time in words: "1 week", "13 weeks"."""
        return f"{numeral(f'{length:.3g}')} {word(self.unit[:-1] if length == 1 else self.unit)}"


def clock(ds: xr.Dataset) -> Clock:
    """Weeks, for most runs; days for short ones, years where steps are long."""
    days = float(ds.attrs.get("step_days", DAYS_PER_WEEK))
    if days >= LONG_STEP:
        return Clock(days / DAYS_PER_YEAR, "years")
    if days < DAYS_PER_WEEK and days * ds.sizes["step"] < SHORT_RUN:
        return Clock(days, "days")
    return Clock(days / DAYS_PER_WEEK, "weeks")


def stretches(on: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end (exclusive) of every stretch of true in a row of bools."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(on, bool), [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def promotion_steps(ds: xr.Dataset, brand: str) -> np.ndarray:
    """Whether the brand promotes, one bool a step: in at least half of the replications."""
    return np.asarray(ds["on_promotion"].sel(brand=brand).mean("replication").values >= 0.5)
