"""The base of all pricing.

A kind that knows its prices beforehand writes them into the plan, steps × brands. A kind that offers prices to single
shoppers changes the column `shoppers.price`.

To write another: a `Pricing` with a `kind` and one of the two methods.
"""

from __future__ import annotations

from typing import Any, ClassVar

from loyaltysim.market.calendar import Calendar
from loyaltysim.market.market import Plan
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part
from loyaltysim.world import World


class Pricing(Part, room="pricing"):
    """How a brand sets its price."""

    promotes: ClassVar[bool] = False
    """Whether it is a promotion: what the question "what do rivals' promotions do?" takes away."""

    def plan(self, plan: Plan, brand: int, calendar: Calendar) -> None:
        """Write what is known beforehand into the plan's column of the brand."""

    def open(self, world: World, brand: int) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def offer(self, own: Any, world: World, brand: int, shoppers: Shoppers, step: int) -> None:
        """Change what this round's shoppers are offered."""
