"""Pooled: long runs are drawn a point every so many steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK

if TYPE_CHECKING:
    import xarray as xr


def steps_a_point(ds: xr.Dataset, most: int) -> int:
    """One, or in long runs so many that there are at most `most` points: at least a week of steps."""
    if ds.sizes["step"] <= most:
        return 1
    week = round(DAYS_PER_WEEK / float(ds.attrs.get("step_days", DAYS_PER_WEEK)))
    return max(week, -(-ds.sizes["step"] // most))


def pool(flow: np.ndarray, steps: int) -> np.ndarray:
    """Sums over so many steps each, along the last axis; the rest at the end is left out."""
    whole = flow.shape[-1] // steps
    return np.asarray(flow[..., : whole * steps].reshape(*flow.shape[:-1], whole, steps).sum(-1))
