"""The base of all pricing.

A kind that knows its prices beforehand writes them into the plan, steps × brands. A kind that answers to what it sees
decides in `react`, from what it noted in `watch` and `count` at earlier steps and keeps in arrays of its own, and puts
its price on the market in `show`; it is a `pricing.reacting.Reacting`. A kind that offers prices to single shoppers
changes the column `shoppers.price` in `offer`.

To write another: a `Pricing` with a `kind` and some of these methods.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from loyaltysim.faults import Fault
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

    def check(self, brand: str, brands: Mapping[str, Any], weeks: float) -> Iterator[Fault]:
        """What contradicts itself in the settings of a brand's pricing, among all brands' tables, by setting.

        `weeks` is the length of a step.
        """
        for message in self.shorter_than(weeks):
            yield Fault(None, None, "", message)

    def lowest(self, price: float, unit_cost: float) -> float:
        """The lowest that it may put on the shelf, at a list price and a unit cost; in currency."""
        return price

    def open(self, world: World, brand: int, number: int) -> Any:
        """Ask for what the brand's pricing `number` needs; returns the part's own arrays."""
        return None

    def phase(self, own: Any, world: World, step: int) -> Hashable:
        """What of a step, beside its number, changes what `offer` calls (`routine.known`)."""
        return None

    def react(self, own: Any, world: World, brand: int, step: int) -> None:
        """Decide on the price of a step, from what was noted before (stage 1). No market is to be seen yet."""

    def show(self, own: Any, world: World, brand: int, step: int) -> None:
        """Put what was decided on the market board. Changes nothing else; may be called again."""

    def watch(self, own: Any, world: World, brand: int, step: int) -> None:
        """Note what the market shows now, when all brands have put up their prices."""

    def count(self, own: Any, world: World, brand: int, sold: np.ndarray, step: int) -> None:
        """Note what all brands have sold in a step that has ended: units, replications × brands."""

    def offer(self, own: Any, world: World, brand: int, shoppers: Shoppers, step: int) -> None:
        """Change what this round's shoppers are offered."""
