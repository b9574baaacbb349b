"""Pricing that holds for a span of weeks."""

from __future__ import annotations

from pydantic import model_validator

from loyaltysim.pricing.pricing import Pricing
from loyaltysim.record import setting
from loyaltysim.world import World


class Spell(Pricing):
    """Pricing with a first and a last week."""

    from_week: float | None = setting(
        None, "Week from which it holds, from the first measured step on; none: no limit.", unit="weeks"
    )
    until_week: float | None = setting(None, "Week from which it no longer holds; none: no limit.", unit="weeks")

    @model_validator(mode="after")
    def _in_order(self) -> Spell:
        if self.from_week is not None and self.until_week is not None and self.from_week >= self.until_week:
            raise ValueError(f"from_week ({self.from_week:g}) must be before until_week ({self.until_week:g})")
        return self

    def runs(self, world: World, step: int) -> bool:
        """Whether it holds at a step."""
        return bool(world.calendar.within(step, self.from_week, self.until_week))
