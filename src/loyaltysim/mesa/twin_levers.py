"""The twin's levers: what all share, and those that change what the brand is to everybody (E133–E138)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.mesa.twin_program import money

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer

FORGOTTEN = 1e-6
"""Advertising of which less is left has been forgotten for good."""


class Lever:
    """A lever of a brand: its settings, and when it is pulled."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        self.settings, self.model, self.brand, self.label = settings, model, brand, f"lever.{label}"
        self.cost = self.contacts = 0
        """What it has cost so far, in ledger units, and whom it has reached, once for each time."""

    def purpose(self, name: str) -> Any:
        """The purpose of its draws of that name."""
        return purpose(f"{self.label}.{name}")

    def runs(self) -> bool:
        """Whether it is pulled in this step."""
        span = (self.settings.from_week, self.settings.until_week)
        return bool(self.model.calendar.within(self.model.now, *span))

    def pay(self, amount: float, times: int = 1) -> None:
        """Charge an amount so many times."""
        paid = money(amount) * times
        self.model.counts["lever_cost"][self.brand] += paid
        self.cost += paid

    def act(self) -> None:
        """Pull it, if it is time: pay what a week costs, and do the work."""
        if self.runs():
            self.pay(self.settings.cost_a_week * self.model.weeks)
            self.work()

    def work(self) -> None:
        """What it does to single customers."""

    def show(self) -> None:
        """What it makes of the brand in this step."""

    def improve(self, facts: list[float], share: float) -> None:
        """Close a share of what a fact of the brand lacks to 1."""
        facts[self.brand] += min(self.settings.strength * share, 1.0) * max(1 - facts[self.brand], 0.0)

    def left_over(self, share: float) -> float:
        """What saving a share leaves."""
        return float(1 - min(self.settings.strength * share, 1.0))

    def offer(self, customer: Customer) -> None:
        """Change the price on the shelf for a customer."""

    def attention(self, customer: Customer) -> float:
        """What it adds to the utility of the brand for a customer."""
        return 0.0

    def growing(self, customer: Customer) -> float:
        """What it adds to the growth of a customer's bond with the brand, but for what it does so for everybody."""
        return 0.0

    def praising(self, customer: Customer) -> float:
        """What it adds so to praise with a full bond."""
        return 0.0

    def impersonal(self, customer: Customer) -> float:
        """Which share of what answers to a customer lack it leaves so."""
        return 1.0

    def lower(self, customer: Customer, percent: float) -> None:
        """Take a share off the price on the shelf; in float32, as in the arrays: the till rounds it."""
        left = np.float32(1 - percent / 100)
        customer.shelf[self.brand] = float(np.float32(customer.shelf[self.brand]) * left)

    def close(self) -> None:
        """See, at the end of the step, what became of what it did."""


class Convenience(Lever):
    """A brand that is near, easy to deal with and to complain to, and of one piece (eq. E134)."""

    def show(self) -> None:
        """Be better in each of the four."""
        convenience, market = self.settings, self.model.market
        if self.runs():
            market.effort[self.brand] *= self.left_over(convenience.nearer)
            self.improve(market.ease, convenience.easier)
            self.improve(market.complaint_ease, convenience.open_to_complaints)
            self.improve(market.consistency, convenience.alike)


class Ethics(Lever):
    """Better conduct (eq. E135)."""

    def show(self) -> None:
        """Be better."""
        if self.runs():
            self.improve(self.model.market.ethics, self.settings.better)


class Moderation(Lever):
    """Who is there where customers complain in public is told more, and looks better (eq. E133)."""

    def show(self) -> None:
        """Make up where others see it, and be easier to complain to."""
        moderation, market = self.settings, self.model.market
        if self.runs():
            self.improve(market.moderation, moderation.in_public)
            self.improve(market.complaint_ease, moderation.easier)


class Advertising(Lever):
    """What is remembered for a while: it builds up, and fades (eq. E136)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.adstock = 0.0
        """What is in mind, as a share of what it comes to if advertising never stops."""

    def act(self) -> None:
        """Advertise, and let what was before be forgotten by and by."""
        super().act()
        left = 0.5 ** (self.model.weeks / self.settings.half_life_weeks)
        self.adstock = left * self.adstock + (1 - left) * self.runs()
        if self.adstock <= FORGOTTEN:
            self.adstock = 0.0


class BrandAdvertising(Advertising):
    """Bonds grow as long as the brand's advertising is in mind (eq. E137)."""

    def show(self) -> None:
        """Let bonds grow faster."""
        more = self.settings.strength * self.settings.growth * self.adstock
        self.model.market.bond_growth[self.brand] += more


class AwarenessAdvertising(Advertising):
    """It brings prospects, and lets those look at the brand who never bought it (eq. E138)."""

    def show(self) -> None:
        """Let prospects come at a higher rate."""
        lever = self.settings
        self.model.market.awareness[self.brand] += lever.strength * lever.rate * self.adstock

    def attention(self, customer: Customer) -> float:
        """Who never bought the brand recalls it as far as it is in mind; whom it has just brought, fully."""
        lever, b = self.settings, self.brand
        if customer.tried[b] or not self.adstock:
            return 0.0
        is_new = customer.entered == self.model.now and customer.advertised == b
        return float(lever.strength * lever.recall * (1.0 if is_new else self.adstock))
