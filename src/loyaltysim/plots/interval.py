"""Interval: the mean over replications and its 95 % t interval, NaN where there is nothing to average.

The interval tells how well the mean is known; it is not the spread of single runs (docs/model.md (E42)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Mean and the ends of its interval, arrays of one shape; ends are NaN with fewer than two numbers."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def of(self, place: int) -> Interval:
        """The interval at one place of the first axis."""
        return Interval(self.mean[place], self.low[place], self.high[place])

    def within(self, least: float, most: float) -> Interval:
        """The same, no end beyond what such a number can be."""
        return Interval(self.mean, np.maximum(self.low, least), np.minimum(self.high, most))


def interval(values: np.ndarray) -> Interval:
    """Over the first axis, replications; those that are NaN are left out, place by place."""
    values = np.asarray(values, float)
    known = np.isfinite(values)
    n = known.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0).sum(0) / n
        squares = np.where(known, (values - mean) ** 2, 0).sum(0)
        error = np.sqrt(squares / (n - 1) / n)
    half = np.where(n > 1, special.stdtrit(np.maximum(n - 1, 1), (1 + CONFIDENCE) / 2) * error, np.nan)
    return Interval(mean, mean - half, mean + half)


def ratio(above: np.ndarray, below: np.ndarray) -> Interval:
    """Mean of `above` over mean of `below`, one number a replication each, with the jackknife's interval."""
    n = len(above)
    whole = above.mean() / below.mean()
    if n < 2:
        return Interval(np.asarray(whole), np.asarray(np.nan), np.asarray(np.nan))
    without_one = (above.sum() - above) / (below.sum() - below)
    error = np.sqrt((n - 1) / n * ((without_one - without_one.mean()) ** 2).sum())
    half = special.stdtrit(n - 1, (1 + CONFIDENCE) / 2) * error
    return Interval(np.asarray(whole), np.asarray(whole - half), np.asarray(whole + half))
