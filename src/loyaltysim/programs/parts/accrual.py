"""Accrual: when purchases earn more than usual."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from loyaltysim.market.calendar import Calendar
from loyaltysim.record import Part, setting


class Accrual(Part, room="accrual"):
    """What the points of a purchase are multiplied by."""

    kind: str = "plain"

    @property
    def most(self) -> float:
        """The largest factor of any step."""
        return 1.0

    def factor(self, calendar: Calendar, step: int) -> float:
        """The factor of a step."""
        return 1.0


class Plain(Accrual):
    """Every purchase earns the same."""

    kind: Literal["plain"] = "plain"


class Multiplied(Accrual):
    """Purchases earn a multiple in some weeks, counted from the first measured step, before it too."""

    kind: Literal["calendar"] = "calendar"
    factor_in_weeks: float = setting(2.0, "What points are multiplied by in those weeks.", ge=0, le=1000, unit="1")
    weeks: float = setting(1.0, "Length of such a time.", gt=0, unit="weeks")
    every_weeks: float = setting(13.0, "From the beginning of one to that of the next.", gt=0, unit="weeks")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("weeks", "every_weeks")

    @property
    def most(self) -> float:
        return self.factor_in_weeks

    @model_validator(mode="after")
    def _check(self) -> Multiplied:
        if self.weeks > self.every_weeks:
            raise ValueError(f"{self.weeks:g} weeks do not fit into a rhythm of {self.every_weeks:g} weeks")
        return self

    def factor(self, calendar: Calendar, step: int) -> float:
        # a ten-thousandth of a week forgives rounding of lengths of steps
        place = ((step - calendar.burn_in) * calendar.weeks + 1e-4) % self.every_weeks
        return self.factor_in_weeks if place < self.weeks else 1.0
