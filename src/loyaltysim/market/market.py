"""The market board: what every brand shows at a step, for each replication.

All arrays are replications × brands. What does not depend on the customers (a constant price, a promotion calendar) is
planned at opening for all steps, in `plan`; a step takes its row. Reactive pricing changes the step's row for its
brand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FACTS = {
    "service": "how good the service is, 0 … 1 by custom",
    "ease": "how easy it is to deal with the brand",
    "consistency": "how alike it is in all its channels",
    "ethics": "conduct toward suppliers, staff and nature, 0 … 1",
    "effort": "utility lost in getting there, in logits",
    "store_appeal": "utility when bought in a store, in logits",
    "online_appeal": "utility when bought online, in logits",
    "bond_growth": "growth of bonds from what the brand does besides satisfying, 1/week",
    "failure_chance": "chance of a failure at a purchase",
    "online_failure_chance": "the same for a purchase online",
    "response_days": "mean time to the answer to a complaint, in days",
    "distributive": "how far a complaint is made good, 0 … 1",
    "interaction": "how fair and friendly the answer is, 0 … 1",
    "complaint_ease": "how easy it is to complain, 0 … 1",
    "moderation": "share of what answers lack to 1 that is made up where others see them, 0 … 1",
    "advocacy": "how much more often customers with a full bond praise it",
    "awareness": "rate at which its own advertising brings prospects, 1/year",
}
"""What a brand is to its customers besides price, quality and appeal: arrays of the market board by name."""


@dataclass(frozen=True)
class Plan:
    """What is known of all steps before the first: arrays of steps × brands."""

    list_price: np.ndarray
    price: np.ndarray
    on_promotion: np.ndarray
    feature: np.ndarray
    display: np.ndarray


class Market:
    """Brands as customers see them at this step.

    Attributes
    ----------
    list_price, price : float32, in currency; `price` is on the shelf now, at most the list price unless raised
    on_promotion : bool, whether a discount is announced
    feature, display : float32, 0 or 1 (shares allowed): advertised in the leaflet, shown in the store
    quality : float32, how good the product is, 0 … 1 by custom
    worth : float32, what an experience with the brand is worth on average; `quality` itself unless
        `behavior.experience` weighs more
    appeal : float32, utility of the brand before anything else, in logits
    cost : float64, cost of goods of a unit, in currency
    the names of `FACTS` : float32, what else a brand is to its customers
    """

    service: np.ndarray
    ease: np.ndarray
    consistency: np.ndarray
    ethics: np.ndarray
    effort: np.ndarray
    store_appeal: np.ndarray
    online_appeal: np.ndarray
    bond_growth: np.ndarray
    failure_chance: np.ndarray
    online_failure_chance: np.ndarray
    response_days: np.ndarray
    distributive: np.ndarray
    interaction: np.ndarray
    complaint_ease: np.ndarray
    moderation: np.ndarray
    advocacy: np.ndarray
    awareness: np.ndarray

    def __init__(
        self, replications: int, brands: tuple[str, ...], plan: Plan, quality, appeal, cost, facts=None
    ) -> None:  # type: ignore[no-untyped-def]
        self.brands = brands
        self.plan = plan
        shape = (replications, len(brands))
        self.list_price = np.empty(shape, np.float32)
        self.price = np.empty(shape, np.float32)
        self.on_promotion = np.zeros(shape, np.bool_)
        self.feature = np.zeros(shape, np.float32)
        self.display = np.zeros(shape, np.float32)
        self.quality = np.broadcast_to(np.asarray(quality, np.float32), shape).copy()
        self.worth = self.quality
        self.appeal = np.broadcast_to(np.asarray(appeal, np.float32), shape).copy()
        self.cost = np.broadcast_to(np.asarray(cost, np.float64), shape).copy()
        for name in FACTS:  # a brand of which nothing is said has none of them
            value = (facts or {}).get(name, 0.0)
            setattr(self, name, np.broadcast_to(np.asarray(value, np.float32), shape).copy())
        self.has_feature = bool(plan.feature.any())
        self.has_display = bool(plan.display.any())
        self._usual: dict[str, np.ndarray] = {}

    def lend(self, name: str) -> np.ndarray:
        """A fact, quality or appeal that a lever may change for a step; the next step begins with the usual again."""
        array: np.ndarray = getattr(self, name)
        self._usual.setdefault(name, array.copy())
        return array

    def turn(self, step: int) -> None:
        """Take the plan's row of a step."""
        plan = self.plan
        self.price[:] = plan.price[step]
        self.list_price[:] = plan.list_price[step]
        self.on_promotion[:] = plan.on_promotion[step]
        if self.has_feature:
            self.feature[:] = plan.feature[step]
        if self.has_display:
            self.display[:] = plan.display[step]
        for name, usual in self._usual.items():
            getattr(self, name)[:] = usual
