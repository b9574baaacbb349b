"""Measured: what the page tells of the two worlds, over time and all in all, with 95 % intervals over replications.

Intervals of differences are paired, replication by replication, since both worlds have the same luck: they are much
narrower than those of either world (docs/model.md (E40–E42)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from loyaltysim.app.worlds import Pair, World
from loyaltysim.market.calendar import DAYS_PER_YEAR
from loyaltysim.plots.interval import Interval, interval
from loyaltysim.results import Arrays

MOST_POINTS = 104
"""Longer stretches are told in sums over several steps; assumed: as many as a narrow picture can show."""


class Measure(NamedTuple):
    """What is measured: how it is called, in which unit, and what it means."""

    name: str
    title: str
    unit: str
    digits: int
    """After the point."""
    says: str


def measures(currency: str) -> tuple[Measure, ...]:
    """All three, in the order in which they are shown."""
    return (
        Measure("retention", "Retention", "%", 1, "Customers of one period who buy again in the next."),
        Measure("share", "Share", "%", 1, "Share of all units that customers buy."),
        Measure("profit", "Profit", f"{currency} a year", 2, "Margin for each customer in the market, as of a year."),
    )


@dataclass(frozen=True)
class Measured:
    """One measure in one world: replications × points × brands over time, and replications × brands all in all."""

    weeks: np.ndarray
    """When each point is, since the first measured step."""
    points: np.ndarray
    whole: np.ndarray

    def until(self, points: int) -> Interval:
        """Mean and interval of the first so many points: points × brands."""
        return interval(self.points[:, :points])


def measure(world: World, names: Sequence[str], step: int | None = None) -> dict[str, Measured]:
    """Each measure in a world up to a step; as far as it has come, if none is given."""
    arrays, step = world.arrays(), world.step if step is None else step
    found = {"retention": _retention, "share": _share, "profit": _profit}
    return {name: found[name](world, arrays, step) for name in names}


def _retention(world: World, arrays: Arrays, step: int) -> Measured:
    length = max(world.scenario.metrics.period_steps, 1)
    periods = min(step // length, arrays.sizes["period"])
    start, kept = (arrays[name].values[:, :periods, :, 0] for name in ("customers_start", "customers_kept"))
    weeks = (np.arange(periods) + 1) * length * world.scenario.calendar.weeks
    return Measured(weeks, 100 * _over(kept, start), 100 * _over(kept.sum(1), start.sum(1)))


def _share(world: World, arrays: Arrays, step: int) -> Measured:
    weeks, units = _pooled(world, arrays["units"].values[:, :step, :, 0])
    whole = units.sum(1)
    share = _over(units, np.broadcast_to(units.sum(2, keepdims=True), units.shape))
    return Measured(weeks, 100 * share, 100 * _over(whole, np.broadcast_to(whole.sum(1, keepdims=True), whole.shape)))


def _profit(world: World, arrays: Arrays, step: int) -> Measured:
    length = max(world.scenario.metrics.period_steps, 1)
    weeks, margin = _pooled(world, arrays["margin"].values[:, :step, :, 0], length)
    a_year = DAYS_PER_YEAR / world.scenario.step_days / world.scenario.population.n_customers
    whole = arrays["margin"].values[:, :step, :, 0].sum(1) * a_year / max(step, 1)
    return Measured(weeks, margin * a_year / length, whole if step else np.full(whole.shape, np.nan))


def _pooled(world: World, flow: np.ndarray, length: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Sums over so many steps, and the middle of each in weeks; a last one that is not whole is left out."""
    length = -(-world.scenario.steps // MOST_POINTS) if length is None else length
    points = flow.shape[1] // length
    pooled = flow[:, : points * length].reshape(flow.shape[0], points, length, *flow.shape[2:]).sum(2)
    return (np.arange(points) + 0.5) * length * world.scenario.calendar.weeks, pooled


def _over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


class Told(NamedTuple):
    """One measure in both worlds, of all brands, and the paired difference changed − base."""

    measure: Measure
    base: Measured
    changed: Measured
    difference: Interval
    """Over time: points × brands, as far as both worlds have come."""
    whole: tuple[Interval, Interval, Interval]
    """All in all, up to where both are: base, changed, difference; one number a brand each."""


def tell(pair: Pair) -> list[Told]:
    """All measures of both worlds. Takes the lock."""
    with pair.lock:
        known = measures(pair.base.scenario.currency)
        names = [each.name for each in known]
        base, changed = (measure(world, names) for world in (pair.base, pair.changed))
        ahead = pair.base.step > pair.step
        behind = measure(pair.base, names, pair.step) if ahead else base
    told = []
    for each in known:
        one, other, same = base[each.name], changed[each.name], behind[each.name]
        points = min(same.points.shape[1], other.points.shape[1])
        difference = interval(other.points[:, :points] - same.points[:, :points])
        whole = interval(same.whole), interval(other.whole), interval(other.whole - same.whole)
        told.append(Told(each, one, other, difference, whole))
    return told
