"""Promotions at fixed times: a discount for some weeks, again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.faults import Fault
from loyaltysim.market.calendar import Calendar
from loyaltysim.market.market import Plan
from loyaltysim.pricing.spell import Spell
from loyaltysim.record import ROUNDING, setting, weeks_text


class PromotionCalendar(Spell):
    """A discount of `depth` for `weeks` weeks of every `every_weeks`, beginning at `first_week` (eq. E22).

    Weeks are counted from the first measured step; the rhythm holds in the burn-in too.
    """

    kind: Literal["promotion_calendar"] = "promotion_calendar"
    promotes = True

    depth: float = setting(0.2, "Share taken off the list price.", ge=0, le=1, unit="1")
    weeks: float = setting(1.0, "How long a promotion lasts.", gt=0, unit="weeks")
    every_weeks: float = setting(8.0, "Time from the start of one promotion to the next.", gt=0, unit="weeks")
    first_week: float = setting(0.0, "When the first one begins.", unit="weeks")
    feature: bool = setting(False, "Whether the brand is in the leaflet while the promotion lasts.")
    display: bool = setting(False, "Whether the brand is on display in the store while the promotion lasts.")

    @model_validator(mode="after")
    def _check(self) -> PromotionCalendar:
        if self.weeks > self.every_weeks:
            raise ValueError(
                f"a promotion of {self.weeks:g} weeks does not fit into a rhythm of {self.every_weeks:g} weeks"
            )
        return self

    def check(self, brand: str, brands: Mapping[str, Any], weeks: float) -> Iterator[Fault]:
        if self.weeks < weeks - ROUNDING:
            message = f"a promotion of {weeks_text(self.weeks)} is shorter than a step of {weeks_text(weeks)}"
            yield Fault(None, None, "weeks", message)

    def lowest(self, price: float, unit_cost: float) -> float:
        return price * (1 - self.depth)

    def active(self, calendar: Calendar) -> np.ndarray:
        """Whether the promotion runs, one bool a step, burn-in included."""
        steps = np.arange(calendar.last)
        on: np.ndarray = calendar.recurs(steps, self.every_weeks, self.first_week, self.weeks)
        return on & calendar.within(steps, self.from_week, self.until_week)

    def plan(self, plan: Plan, brand: int, calendar: Calendar) -> None:
        on = self.active(calendar)
        cut = (plan.list_price[:, brand] * np.float32(1 - self.depth)).astype(np.float32)
        plan.price[on, brand] = np.minimum(plan.price[on, brand], cut[on])
        plan.on_promotion[on, brand] |= self.depth > 0
        if self.feature:
            plan.feature[on, brand] = 1
        if self.display:
            plan.display[on, brand] = 1
