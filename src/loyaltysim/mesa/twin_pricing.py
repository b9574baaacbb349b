"""The twin's prices that answer rivals: undercut and match, and coupons for rivals' customers (eqs. E127–E128)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.pricing import rivals

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer


class Pricing:
    """A brand's pricing that is not planned beforehand."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, name: str, number: int) -> None:
        self.settings, self.model, self.brand = settings, model, brand
        self.label = f"pricing.{name}.{settings.kind}"
        self.rivals = rivals.places(settings.rivals, brand, tuple(model.setup.brands))

    def runs(self) -> bool:
        """Whether it holds in this step."""
        span = (self.settings.from_week, self.settings.until_week)
        return bool(self.model.calendar.within(self.model.now, *span))

    def react(self) -> None:
        """Decide, by what was seen in earlier steps."""

    def show(self) -> None:
        """Put the price on the shelf."""

    def watch(self) -> None:
        """Look at the shelf when all prices are up."""

    def offer(self, customer: Customer) -> None:
        """Change what one customer pays."""


class Answering(Pricing):
    """Answers the cheapest rival of some weeks ago, for some weeks, down to a floor (eq. E127)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, name: str, number: int) -> None:
        super().__init__(settings, model, brand, name, number)
        self.answering = purpose(f"{self.label}.answer")
        lag = model.calendar.lasts(settings.lag_weeks)
        self.seen = [math.inf] * lag
        """The cheapest rival's price by step, the last `lag` steps going round; infinite: nothing to answer."""
        self.price, self.ends = math.inf, 0
        """What was answered, and the step in which that has run out."""
        self.least = float(settings.least(list(model.setup.brands.values())[brand].unit_cost))

    def react(self) -> None:
        """Answer by chance, if it is time to decide."""
        pricing, model = self.settings, self.model
        if self.runs() and model.calendar.recurs(model.now, pricing.every_weeks, pricing.from_week or 0.0):
            cheapest = self.seen[model.now % len(self.seen)]
            if cheapest < math.inf and model.luck.uniform(model.firm_key, self.answering) < pricing.chance:
                # prices on the shelf are float32
                self.price = float(np.float32(max(self.answer(cheapest), self.least)))
                self.ends = model.now + model.calendar.lasts(pricing.lasts_weeks)

    def answer(self, price: float) -> float:
        """The same price, or one below."""
        if self.settings.kind == "match":
            return price
        return float(price * (1 - self.settings.by) - self.settings.by_amount)

    def show(self) -> None:
        """Ask what was decided until that has run out, if it is less than what else is asked."""
        prices = self.model.market.prices
        if self.runs() and self.ends > self.model.now:
            prices[self.brand] = min(prices[self.brand], self.price)

    def watch(self) -> None:
        """Note the cheapest rival, or the cheapest of those below their list prices."""
        market, all_count = self.model.market, self.settings.answers == "prices"
        noted = [market.prices[b] for b in self.rivals if all_count or market.prices[b] < market.list_prices[b]]
        self.seen[self.model.now % len(self.seen)] = min(noted, default=math.inf)


class Poach(Pricing):
    """A coupon for who bought a rival last time (eq. E128)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, name: str, number: int) -> None:
        super().__init__(settings, model, brand, name, number)
        self.printing = purpose(f"{self.label}.{number}")
        self.found: dict[Customer, bool] = {}
        """Whether each customer who looked in this step has found the coupon."""

    def show(self) -> None:
        """Print new coupons."""
        self.found.clear()

    def offer(self, customer: Customer) -> None:
        """Lower the price for a rival's customer who has found the coupon."""
        coupon, model, b = self.settings, self.model, self.brand
        if self.runs() and customer.last_brand in self.rivals:
            if customer not in self.found:
                self.found[customer] = model.luck.uniform(customer.key, self.printing) < coupon.chance
            if self.found[customer]:
                lowered = float(np.float32(model.market.prices[b]) * np.float32(1 - coupon.depth))
                customer.shelf[b] = min(customer.shelf[b], lowered)


KINDS: dict[str, type[Pricing]] = {"undercut": Answering, "match": Answering, "poach": Poach}


def open_pricing(model: TwinModel) -> list[Pricing]:
    """All pricing that answers rivals, in order; what is planned is on the market board."""
    return [
        KINDS[pricing.kind](pricing, model, b, name, number)
        for b, (name, brand) in enumerate(model.setup.brands.items())
        for number, pricing in enumerate(brand.pricing)
        if pricing.kind in KINDS
    ]
