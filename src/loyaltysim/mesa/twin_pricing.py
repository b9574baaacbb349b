"""The twin's prices that are not planned: answers to rivals, coupons for their customers, recorded ones (E127–E129)."""

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
        self.rivals = rivals.places(getattr(settings, "rivals", ()), brand, tuple(model.setup.brands))

    def runs(self) -> bool:
        """Whether it holds in this step."""
        span = (self.settings.from_week, self.settings.until_week)
        return bool(self.model.calendar.within(self.model.now, *span))

    def react(self) -> None:
        """Decide, by what was seen in earlier steps."""

    def show(self) -> None:
        """Put the price on the shelf."""

    def ask(self, price: float) -> None:
        """Ask a price, if it is less than what else is asked; below the list price that is a promotion."""
        market, b = self.model.market, self.brand
        market.on_promotion[b] |= price < market.list_prices[b]
        market.prices[b] = min(market.prices[b], price)

    def watch(self) -> None:
        """Look at the shelf when all prices are up."""

    def offer(self, customer: Customer) -> None:
        """Change what one customer pays."""

    def attention(self, customer: Customer) -> float:
        """What it adds to the utility of the brand for a customer."""
        return 0.0

    def count(self) -> None:
        """Note at the end of a step what was sold."""


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
        """Ask what was decided until that has run out."""
        if self.runs() and self.ends > self.model.now:
            self.ask(self.price)

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


class Recorded(Pricing):
    """Each purchase of a panel household meets the price, leaflet and display that it really met."""

    def row(self, customer: Customer) -> int:
        """The household's row of this step; who has no more is shown the last."""
        first = self.model.panel.first
        return int(max(min(first[customer.number] + self.model.now, first[customer.number + 1] - 1), 0))

    def offer(self, customer: Customer) -> None:
        """Show the recorded price."""
        customer.shelf[self.brand] = float(self.model.panel.price[self.row(customer), self.brand])

    def attention(self, customer: Customer) -> float:
        """What leaflet and display add, instead of what the brand shows to all."""
        choice, panel, place = self.model.choice, self.model.panel, (self.row(customer), self.brand)
        if choice.kind != "logit":
            return 0.0
        shown = choice.feature_weight * panel.feature[place] + choice.display_weight * panel.display[place]
        return float(shown - self.model.market.shown[self.brand])


class BestResponse(Pricing):
    """The price of a grid that would earn most, if the market were what the brand believes it to be (eq. E129)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, name: str, number: int) -> None:
        super().__init__(settings, model, brand, name, number)
        cost, usual = list(model.setup.brands.values())[brand].unit_cost, model.market.list_prices[brand]
        most = usual if settings.ceiling is None else settings.ceiling
        self.cost, self.grid = cost, np.linspace(float(settings.least(cost)), most, settings.grid).tolist()
        self.price = math.inf
        """What was decided; infinite: nothing yet."""
        self.last = list(model.market.prices)
        """Prices on the shelf in the last step."""
        self.forget()

    def forget(self) -> None:
        """Begin anew to add up what is sold, and prices on the shelf, until the next decision."""
        brands = self.model.n_brands
        self.sold, self.shelf, self.steps = [0] * brands, [0.0] * brands, 0

    def count(self) -> None:
        """Add up what the category sold, and at which prices."""
        market = self.model.market
        self.sold = [before + now for before, now in zip(self.sold, self.model.counts["units"])]
        self.shelf = [before + now for before, now in zip(self.shelf, market.prices)]
        self.last, self.steps = list(market.prices), self.steps + 1

    def react(self) -> None:
        """Decide, if it is time and something was sold."""
        pricing, model = self.settings, self.model
        if model.calendar.recurs(model.now, pricing.every_weeks, pricing.from_week or 0.0):
            if self.runs() and self.steps and self.sold[self.brand]:
                best = max(self.grid, key=lambda price: (price - self.cost) * self.share(price))
                self.price = float(np.float32(best))
            self.forget()

    def share(self, price: float) -> float:
        """The share of occasions that it believes to win at a price, rivals' prices being as they were last."""
        b, outside = self.brand, self.settings.outside_share / (1 - self.settings.outside_share)
        odds = {rival: self.sold[rival] / self.sold[b] for rival in self.rivals if self.sold[rival]}
        against = outside * (1 + sum(odds.values()))
        against += sum(odd * self.kept(rival, self.last[rival]) for rival, odd in odds.items())
        return float(1 / (1 + against / self.kept(b, price)))

    def kept(self, brand: int, price: float) -> float:
        """What is left of a brand's odds at a price, against those at its usual one."""
        dearer = price - self.shelf[brand] / self.steps
        return math.exp(-self.settings.price_response * dearer)

    def show(self) -> None:
        """Ask what was decided."""
        if self.runs():
            self.ask(self.price)


KINDS: dict[str, type[Pricing]] = {
    "undercut": Answering, "match": Answering, "best_response": BestResponse, "poach": Poach, "panel": Recorded
}  # fmt: skip


def open_pricing(model: TwinModel) -> list[Pricing]:
    """All pricing that answers rivals, in order; what is planned is on the market board."""
    return [
        KINDS[pricing.kind](pricing, model, b, name, number)
        for b, (name, brand) in enumerate(model.setup.brands.items())
        for number, pricing in enumerate(brand.pricing)
        if pricing.kind in KINDS
    ]
