"""The calendar: how long a step is, how many there are, and which are measured."""

from __future__ import annotations

from dataclasses import dataclass

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
