"""Exclusive: offers for those who are customers already, and what they may buy before others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.levers.lever import Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import setting
from loyaltysim.routine import known
from loyaltysim.totals import Totals
from loyaltysim.world import World

NEVER = -1

f4, i4 = np.float32, np.int32


@dataclass
class Chosen(Reach):
    """Since when each row has had its offer."""

    since: np.ndarray
    """Step, -1 never; one per row."""


class Exclusive(Reaching):
    """For some weeks those whom the target chooses pay less, or get what others cannot get yet (eq. E143).

    Nobody else sees the price. It is what they pay, so that the offer costs revenue; `cost_each` is for telling them.
    When the lever stops being pulled, offers that still run end.
    """

    kind: Literal["exclusive"] = "exclusive"
    touches = ()

    every_weeks: float = setting(13.0, "Time from one offer to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(0.05, "What it costs to tell one customer.", ge=0, le=1e9, unit="currency")
    weeks: float = setting(2.0, "How long an offer lasts.", gt=0, le=5200, unit="weeks")
    percent: float = setting(10.0, "Share off the price, for every unit.", ge=0, le=100, unit="%")
    utility: float = setting(
        0.0, "Utility of what others cannot get yet.", ge=-10, le=10, unit="logit", source="assumed: 0"
    )

    @property
    def takes_off(self) -> float:
        return min(self.strength * self.percent / 100, 1.0)

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks", "weeks")

    @property
    def felt(self) -> tuple[str, ...]:
        return ("attention",)

    def check(self, weeks: float) -> list[str]:
        nothing = not self.percent and not self.utility
        return [*super().check(weeks), *["offers nothing: set percent or utility above 0"] * nothing]

    def open(self, world: World, brand: int, number: Number) -> Chosen:
        reach = self._reach(world, brand, number)
        since = world.own(f"{reach['label']}.since", (world.customers.rows,), np.int32, NEVER)
        return Chosen(**reach, since=since)

    def reach(self, own: Chosen, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        own.since[rows] = step

    def phase(self, own: Chosen, world: World, step: int) -> bool:
        return self.runs(world, step)

    def offer(self, own: Chosen, world: World, shoppers: Shoppers, step: int) -> None:
        if not self.runs(world, known(step)):
            return
        steps = world.calendar.lasts(self.weeks)
        if self.percent:
            left = 1 - self.takes_off
            _lower(shoppers.rows, shoppers.n, step, steps, own.since, left, shoppers.price[own.brand])
        if self.utility:
            attention = shoppers.ask("attention", True)[own.brand]
            _attract(shoppers.rows, shoppers.n, step, steps, own.since, self.strength * self.utility, attention)


@jit
def _lower(rows, n, step, steps, since, left, price):
    """price[q] *= left for whose offer has begun and runs."""
    left, one = f4(left), f4(1.0)
    for q in range(n):
        begun = since[rows[q]]
        price[q] *= left if (begun >= i4(0)) & (step - begun < steps) else one


@jit
def _attract(rows, n, step, steps, since, utility, attention):
    """attention[q] += utility for the same."""
    utility = f4(utility)
    for q in range(n):
        begun = since[rows[q]]
        attention[q] += utility * f4((begun >= i4(0)) & (step - begun < steps))
