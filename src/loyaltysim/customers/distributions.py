"""Distributions: how a trait is spread over the customers of a segment; a plain number is the same for everybody."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError
from scipy import special

from loyaltysim.record import Part, setting


class Distribution(Part, room="distribution"):
    """How a trait is spread over the customers of a segment."""

    def plain(self) -> object:
        """As a file gives it: a table with a `distribution`."""
        return {"distribution": self.kind, **self.given()}

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """The values below which the shares `u`, each in (0, 1), of customers lie."""
        raise NotImplementedError

    cap: float | None = setting(None, "Largest value; what is above it counts as this.")
    floor: float | None = setting(None, "Values below this count as this.")

    @model_validator(mode="after")
    def _limits(self) -> Distribution:
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise ValueError(f"floor ({self.floor:g}) must not be above cap ({self.cap:g})")
        return self

    def ends(self) -> tuple[float, float]:
        """The lowest and highest value that anybody may have; infinite where the distribution has no end."""
        low, high = self.reach()
        return max(low, self.floor if self.floor is not None else low), min(
            high, self.cap if self.cap is not None else high
        )

    def reach(self) -> tuple[float, float]:
        """The ends without floor and cap."""
        return -np.inf, np.inf

    def values(self, u: np.ndarray) -> np.ndarray:
        """Quantiles within floor and cap."""
        return (
            np.clip(self.quantile(u), self.floor, self.cap)
            if (self.cap, self.floor) != (None, None)
            else self.quantile(u)
        )


class Constant(Distribution):
    """The same value for everybody."""

    kind: Literal["constant"] = "constant"
    value: float = setting(..., "The value of everybody.")

    def plain(self) -> object:
        return self.value if (self.cap, self.floor) == (None, None) else super().plain()

    def reach(self) -> tuple[float, float]:
        return self.value, self.value

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return np.full_like(u, self.value)


class Normal(Distribution):
    """Normal."""

    kind: Literal["normal"] = "normal"
    mean: float = setting(0.0, "Mean.")
    sd: float = setting(1.0, "Standard deviation.", ge=0)

    def reach(self) -> tuple[float, float]:
        return (-np.inf, np.inf) if self.sd else (self.mean, self.mean)

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return self.mean + self.sd * special.ndtri(u)


class LogNormal(Distribution):
    """Lognormal."""

    kind: Literal["lognormal"] = "lognormal"
    median: float = setting(1.0, "Median.", gt=0)
    sigma: float = setting(0.5, "Standard deviation of the logarithm.", ge=0, le=5)  # at more, tails leave float32

    def reach(self) -> tuple[float, float]:
        return 0.0, np.inf

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return self.median * np.exp(self.sigma * special.ndtri(u))


class Gamma(Distribution):
    """Gamma with a given mean."""

    kind: Literal["gamma"] = "gamma"
    mean: float = setting(1.0, "Mean.", gt=0)
    shape: float = setting(1.0, "Shape; below 1 most have little and few have much.", gt=0)

    def reach(self) -> tuple[float, float]:
        return 0.0, np.inf

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return special.gammaincinv(self.shape, u) * (self.mean / self.shape)


class Beta(Distribution):
    """Beta on 0 … 1."""

    kind: Literal["beta"] = "beta"
    a: float = setting(1.0, "First shape.", gt=0)
    b: float = setting(1.0, "Second shape.", gt=0)

    def reach(self) -> tuple[float, float]:
        return 0.0, 1.0

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return special.betaincinv(self.a, self.b, u)


class Uniform(Distribution):
    """Uniform between two values."""

    kind: Literal["uniform"] = "uniform"
    low: float = setting(0.0, "Lowest value.")
    high: float = setting(1.0, "Highest value.")

    @model_validator(mode="after")
    def _order(self) -> Uniform:
        if self.low > self.high:
            raise ValueError(f"low ({self.low:g}) must not be above high ({self.high:g})")
        return self

    def reach(self) -> tuple[float, float]:
        return self.low, self.high

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return self.low + (self.high - self.low) * u


def _read(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Constant(value=float(value))
    if isinstance(value, dict) and "distribution" in value:
        return {"kind": value["distribution"], **{k: v for k, v in value.items() if k != "distribution"}}
    if isinstance(value, dict):
        choices = tuple(sorted(Distribution.kinds))
        raise PydanticCustomError(
            "kind", "a table for a trait needs a distribution", {"choices": choices, "nearest": None}
        )
    return value


Trait = Annotated[Distribution, BeforeValidator(_read)]
"""A number, or a table with a `distribution`."""


def outside(spread: Distribution, low: float, high: float) -> list[str]:
    """What is wrong with a distribution of a trait that must lie between two values."""
    lowest, highest = spread.ends()
    if isinstance(spread, Constant) and not low <= spread.value <= high:
        bound = f"at least {low:g}" if spread.value < low else f"at most {high:g}"
        return [f"must be {bound}, was {spread.value:g}"]
    wrong = []
    if lowest < low:
        wrong.append(f"must be at least {low:g} for everybody: give the {spread.kind} distribution a floor of {low:g}")
    if highest > high:
        wrong.append(f"must be at most {high:g} for everybody: give the {spread.kind} distribution a cap of {high:g}")
    return wrong
