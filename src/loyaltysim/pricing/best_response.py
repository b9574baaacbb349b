"""Best response: the price from a grid that would earn most, if the market were what the brand believes it to be.

What it sees: the units that it and the rivals it looks at sold since its last decision, as a scanner panel of the
category tells them, and their prices on the shelf in that time and in the last step of it. What it believes: a logit in
which everybody minds prices alike, by `price_response`, and `outside_share` of all occasions end without a purchase
(eq. E129). It sees no coupons or rewards of others, and knows nothing of tastes, habits, bonds, or of stocks at home;
where these count, its belief is wrong, and so may be its price. It does not learn `price_response`, and does not
foresee that others answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.faults import Fault
from loyaltysim.pricing.reacting import Notes, Reacting
from loyaltysim.record import setting
from loyaltysim.world import World

LARGEST = 700.0
"""Exponents beyond which float64 has no numbers."""


@dataclass
class Report(Notes):
    """What a brand keeps that responds; all since its last decision, replications × brands."""

    sold: np.ndarray
    """int64, units."""
    shelf: np.ndarray
    """float64, prices on the shelf, added up over steps …"""
    steps: np.ndarray
    """… int32, of so many; one number."""
    last: np.ndarray
    """float32, the price on the shelf at the last step."""
    most: float
    """The highest price of the grid."""


class BestResponse(Reacting):
    """The price of a grid with the highest expected profit, given rivals' prices and a believed demand (eq. E129)."""

    kind: Literal["best_response"] = "best_response"

    every_weeks: float = setting(4.0, "Time from one decision to the next.", gt=0, le=5200, unit="weeks")
    price_response: float = setting(..., "Believed price sensitivity of customers.", gt=0, unit="logit/currency")
    outside_share: float = setting(
        0.0, "Believed share of occasions that ended without a purchase.", ge=0, lt=1, unit="1"
    )
    grid: int = setting(41, "Number of prices to choose from, from the floor to the ceiling.", ge=2, le=10_001)
    ceiling: float | None = setting(None, "Highest price; none: the list price.", ge=0, unit="currency")

    def check(self, brand: str, brands: Mapping[str, Any], weeks: float) -> Iterator[Fault]:
        yield from super().check(brand, brands, weeks)
        price, least = brands[brand].price, float(self.least(brands[brand].unit_cost))
        if self.ceiling is not None and self.ceiling > price:
            yield Fault(None, None, "ceiling", f"{self.ceiling:g} is above the list price of {price:g}")
        if self.ceiling is not None and self.ceiling < least <= price:
            yield Fault(None, None, "ceiling", f"{self.ceiling:g} is below the floor of {least:g}")

    def open(self, world: World, brand: int, number: int) -> Report:
        notes, shape = self._notes(world, brand), (world.n_replications, len(world.brands))
        label, usual = notes["label"], float(world.market.plan.list_price[0, brand])
        return Report(
            **notes,
            sold=world.own(f"{label}.sold", shape, np.int64),
            shelf=world.own(f"{label}.shelf", shape, np.float64),
            steps=world.own(f"{label}.steps", (1,), np.int32),
            last=world.own(f"{label}.last", shape, np.float32),
            most=usual if self.ceiling is None else self.ceiling,
        )

    def count(self, own: Report, world: World, brand: int, sold: np.ndarray, step: int) -> None:
        own.sold += sold
        own.shelf += world.market.price
        own.steps += 1
        own.last[:] = world.market.price

    def react(self, own: Report, world: World, brand: int, step: int) -> None:
        if not self.is_due(world, step):
            return
        if self.runs(world, step) and own.steps[0]:
            usual, cost = own.shelf / own.steps[0], world.market.cost[:, brand]
            for r in range(world.n_replications):  # one by one: the same numbers alone and stacked
                if own.sold[r, brand]:  # who sold nothing learns nothing
                    prices = np.linspace(own.least[r], own.most, self.grid)
                    share = self.share(prices, brand, own.rivals, own.sold[r], usual[r], own.last[r])
                    own.price[r] = prices[np.argmax((prices - cost[r]) * share)]
        for array in (own.sold, own.shelf, own.steps):
            array[:] = 0

    def share(
        self, prices: np.ndarray, brand: int, others: list[int], sold: np.ndarray, usual: np.ndarray, last: np.ndarray
    ) -> np.ndarray:
        """Share of occasions that it believes to win at each price, rivals' prices being as they were last.

        Units sold, the usual and the last price are one per brand; some units of the brand itself must have been sold.
        """
        others = [rival for rival in others if sold[rival]]
        odds = sold[others] / sold[brand]  # against the brand, at usual prices
        outside = self.outside_share / (1 - self.outside_share) * (1 + odds.sum())
        with np.errstate(over="ignore"):  # beyond all numbers, shares are 0
            against = (odds * self._attraction(last[others] - usual[others])).sum() + outside
            share: np.ndarray = 1 / (1 + against / self._attraction(prices - usual[brand]))
        return share

    def _attraction(self, dearer: np.ndarray) -> np.ndarray:
        """What is left of the odds of a brand that got dearer by so much."""
        kept: np.ndarray = np.exp(np.clip(-self.price_response * dearer, -LARGEST, LARGEST))
        return kept
