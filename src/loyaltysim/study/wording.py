"""Wording: how numbers with their intervals and lengths of time are written, in tables, sentences and reports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR
from loyaltysim.study.compare import paired_effect
from loyaltysim.summaries import summary
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

USUAL_DIGITS, MOST_DIGITS = 2, 6
"""Decimals at most: of a number that these tell from 0, and of any other (assumed)."""
UNKNOWN = "–"


@dataclass(frozen=True)
class Number:
    """A number with its 95 % interval; NaN where it cannot be told."""

    mean: float
    low: float
    high: float
    fixed_digits: int | None = None
    """Decimals to write, where another number beside it says so."""

    @property
    def half(self) -> float:
        """Half the interval's width."""
        return (self.high - self.low) / 2

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out 0."""
        return bool(self.low > 0 or self.high < 0)

    def times(self, factor: float) -> Number:
        """The same in another unit; a negative factor turns it around."""
        low, high = sorted((self.low * factor, self.high * factor))
        return Number(self.mean * factor, low, high)

    def within(self, least: float, most: float) -> Number:
        """The same, no end beyond what such a number can be."""
        return Number(self.mean, max(self.low, least), min(self.high, most))

    @property
    def digits(self) -> int:
        """Decimals worth writing: two digits of the interval's half width; all that keep an end apart from 0."""
        return self.decimals(2)

    def decimals(self, kept: int) -> int:
        """The same with so many digits of the interval's half width."""
        if self.fixed_digits is not None:
            return self.fixed_digits
        size = self.half if self.half > 0 else abs(self.mean) / 100
        ends = (self.low, self.high) if self.certain else () if math.isfinite(self.half) else (self.mean,)
        apart = max((_place(abs(end)) for end in ends if end and math.isfinite(end)), default=0)
        wanted = kept - 1 + _place(size) if size > 0 and math.isfinite(size) else 0
        return max(min(wanted, USUAL_DIGITS), min(apart, MOST_DIGITS), 0)

    def text(self) -> str:
        """The mean, "64.21"."""
        return _written(self.mean, self.digits)

    def with_half(self) -> str:
        """The mean and half the interval, "64.21 ± 0.32"."""
        if not math.isfinite(self.mean):
            return UNKNOWN
        return f"{self.text()} ± {_written(self.half, self.digits)}" if math.isfinite(self.half) else self.text()

    def interval(self) -> str:
        """The interval, "0.9 to 1.5"."""
        return (
            f"{_written(self.low, self.digits)} to {_written(self.high, self.digits)}"
            if math.isfinite(self.half)
            else UNKNOWN
        )


def number_of(row: Any) -> Number:
    """The number of a row of effects: effect, ci_low, ci_high; NaN for what is None there."""
    mean, low, high = (math.nan if row[end] is None else float(row[end]) for end in ("effect", "ci_low", "ci_high"))
    return Number(mean, low, high)


def _place(value: float) -> int:
    """The decimal of a positive number's first digit: 1 for 0.3, 0 for 3, -1 for 30."""
    return -math.floor(math.log10(value))


def _written(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    return f"{round(value, digits) + 0.0:,.{digits}f}"  # adding 0 makes -0 a 0


def is_share(metric: str) -> bool:
    """Whether a metric is told in %, and its effects in points of it."""
    return metric in VARIABLES and VARIABLES[metric].kind == "rate" and VARIABLES[metric].unit == "1"


def digits_of(values: np.ndarray) -> int:
    """Decimals worth writing of many values, and of means and quantiles of them: by the worse three quarters."""
    return Number(float(np.mean(values)), float(np.min(values)), float(np.quantile(values, 0.75))).digits


def number(data: xr.Dataset, metric: str, brand: str, segment: str = "all") -> Number:
    """A metric's summary: mean over replications and 95 % interval of the mean."""
    return mean_of(summary(data, metric).sel(brand=brand, segment=segment).values)


def mean_of(values: np.ndarray) -> Number:
    """Mean of one number a replication, with the 95 % interval of the mean."""
    found = paired_effect(values, np.zeros_like(values, float))
    return Number(found["effect"], found["ci_low"], found["ci_high"])


def span(days: float) -> str:
    """A time in words: "13 weeks", "1 year", "28 days"."""
    for unit, length in (("year", DAYS_PER_YEAR), ("week", DAYS_PER_WEEK), ("day", 1.0)):
        if math.isclose(days / length, round(days / length)) and days >= length:
            return f"{days / length:,.0f} {unit}{'' if days == length else 's'}"
    return f"{days:g} days"
