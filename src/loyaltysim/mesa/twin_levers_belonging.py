"""The twin's levers that are for everybody or, with a target, for those who belong (eqs. E124, E135, E139, E157)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyaltysim.mesa.twin_levers import Lever
from loyaltysim.mesa.twin_levers_reaching import Reaching

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer


class Belonging(Reaching):
    """A lever for everybody or, with a target, for those who belong until the next choice (eq. E157)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        self.for_all = settings.target is None
        if self.for_all:
            Lever.__init__(self, settings, model, brand, label)
        else:
            super().__init__(settings, model, brand, label)
        self.members: set[Customer] = set()

    def work(self) -> None:
        """Choose anew who belongs, if it is time."""
        if not self.for_all:
            super().work()

    def choose(self, customers: list[Customer]) -> list[Customer]:
        """Those who belong from now on, and no others."""
        chosen = super().choose(customers)
        self.members = set(chosen)
        return chosen

    def is_for(self, customer: Customer) -> bool:
        """Whether the customer belongs."""
        return customer in self.members and self.runs()


class Community(Belonging):
    """Who belongs is attached: bonds grow besides what satisfies (eq. E135)."""

    def show(self) -> None:
        """Let everybody's bonds grow faster."""
        if self.for_all and self.runs():
            self.model.market.bond_growth[self.brand] += self.settings.strength * self.settings.growth

    def growing(self, customer: Customer) -> float:
        """Let the bonds of members grow faster."""
        return float(self.settings.strength * self.settings.growth) if self.is_for(customer) else 0.0


class Advocacy(Community):
    """A place where those with a bond praise the brand more often, and bonds grow (eq. E139)."""

    def show(self) -> None:
        """Be there for everybody."""
        super().show()
        if self.for_all and self.runs():
            self.model.market.advocacy[self.brand] += self.settings.strength * self.settings.praise

    def praising(self, customer: Customer) -> float:
        """Be there for those who are asked in."""
        return float(self.settings.strength * self.settings.praise) if self.is_for(customer) else 0.0


class Service(Belonging):
    """Staff who serve better and answer complaints sooner, more fairly and in person (eq. E124)."""

    def show(self) -> None:
        """Be better in each of the four; the contact person may be for some alone."""
        service, market = self.settings, self.model.market
        if self.runs():
            self.improve(market.service, service.better)
            self.improve(market.distributive, service.fairer)
            market.response_days[self.brand] *= self.left_over(service.sooner)
            if self.for_all:
                self.improve(market.interaction, service.in_person)

    def impersonal(self, customer: Customer) -> float:
        """Which share of what answers lack is left."""
        return self.left_over(self.settings.in_person) if self.is_for(customer) else 1.0
