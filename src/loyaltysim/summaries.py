"""Summaries: one number a replication for each result: what `run` prints and studies compare.

A flow is summed, a stock is its mean over the last period, a rate is Σ numerators / Σ denominators over the periods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.results import Arrays

TIME = ("step", "period")


def summary(data: xr.Dataset, name: str) -> xr.DataArray:
    """The summary of a result with the coordinates that are left (brand, segment …), a number a replication each."""
    array = data[name]
    over = {dim: 0 for dim in TIME if dim in array.dims}
    if any(data.sizes[dim] == 0 for dim in over):  # no periods: nothing to take the coordinates from
        over = {}
        array = array.sum([dim for dim in TIME if dim in array.dims])
    return array.isel(over, drop=True).copy(data=summarized(data, name)).assign_attrs(data[name].attrs)


def summarized(data: xr.Dataset | Arrays, name: str) -> np.ndarray:
    """The numbers of `summary`, in the order of the result's dims without time; float64, NaN where nothing is known."""
    variable = VARIABLES[name]
    if variable.numerator:
        top, bottom = (_summed(data, part) for part in (variable.numerator, variable.denominator))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(bottom > 0, top / bottom, np.nan)
    array, time = data[name], next((dim for dim in TIME if dim in variable.dims), None)
    counted, values = array.values.dtype.kind == "i", array.values.astype(float)
    if time is None:
        return values
    axis = array.dims.index(time)
    if time == "period" and not data.sizes["period"]:
        return np.full(np.delete(values.shape, axis), np.nan)
    if variable.kind == "flow":
        return values.sum(axis) if counted else np.nansum(values, axis)
    if time == "period":
        return values.take(-1, axis)
    period = data["period_of_step"].values
    last = np.flatnonzero(period == period.max())
    known = np.isfinite(values.take(last, axis))
    with np.errstate(invalid="ignore"):
        return np.where(known, values.take(last, axis), 0).sum(axis) / known.sum(axis)


def _summed(data: xr.Dataset | Arrays, name: str) -> np.ndarray:
    """A part of a rate, over all periods: replications × brands × segments."""
    plain = name.rstrip("*")
    array, periods = data[plain], data.sizes["period"]
    values, dims = array.values.astype(float), array.dims
    if "step" in dims:
        period = data["period_of_step"].values
        inside = period >= 0 if periods else np.zeros(len(period), bool)
        values = values[:, inside].sum(1)
    elif "period" in dims:
        values = values.sum(1) if periods else np.full(np.delete(values.shape, 1), np.nan)
    elif plain == "population":
        values = values[:, None] * periods
    return values.sum(1, keepdims=True) if name.endswith("*") else values
