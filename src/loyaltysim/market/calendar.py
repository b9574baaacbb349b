"""The calendar: how long a step is, how many there are, and which are measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from loyaltysim.record import ROUNDING

DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Calendar:
    """Steps are counted from 0, the burn-in first. Rates in a scenario are per week; a step is `weeks` long."""

    step_days: float
    burn_in: int
    steps: int
    """Measured steps, after the burn-in."""

    @property
    def weeks(self) -> float:
        """Weeks in a step."""
        return self.step_days / DAYS_PER_WEEK

    @property
    def years(self) -> float:
        """Years in a step."""
        return self.step_days / DAYS_PER_YEAR

    @property
    def last(self) -> int:
        """All steps, burn-in and measured."""
        return self.burn_in + self.steps

    def week(self, step: Any) -> Any:
        """Week in which a step begins, counted from the first measured one; of many steps, if these are an array."""
        return (step - self.burn_in) * self.weeks

    def within(self, step: Any, from_week: float | None, until_week: float | None) -> Any:
        """Whether a step, or each of many, begins in a span of weeks; none: no limit."""
        begin = -math.inf if from_week is None else from_week - ROUNDING
        end = math.inf if until_week is None else until_week - ROUNDING
        week = self.week(step)
        return (week >= begin) & (week < end)

    def lasts(self, weeks: float) -> int:
        """Steps that begin within so many weeks from the beginning of one, that one included."""
        return math.ceil((weeks - ROUNDING) / self.weeks)

    def recurs(self, step: Any, every_weeks: float, first_week: float = 0.0, weeks: float | None = None) -> Any:
        """Whether a step begins in the first `weeks` of `every_weeks`, before the first too (eq. E22).

        By default it is the first step of them alone, of which there is one in each, if no less than a step.
        """
        here, before = (self.week(step - ago) - first_week + ROUNDING for ago in (0, 1))
        return here // every_weeks > before // every_weeks if weeks is None else here % every_weeks < weeks
