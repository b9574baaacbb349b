"""The twin's levers that ask customers, or offer them what others do not get (eqs. E132, E143–E145)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from loyaltysim.levers.win_back import NUMBERS
from loyaltysim.mesa.twin_levers_reaching import Reaching
from loyaltysim.record import ROUNDING

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer


class Feedback(Reaching):
    """Some of those who are asked answer; after a lag the product fits better, and they feel heard (eq. E132)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.answering = self.purpose("answer")
        self.waiting: dict[Customer, int] = {}
        """Who has answered and waits for what comes of it, with the step of the answer."""
        self.known = 0.0
        """Answers to which the product is made."""

    def may_choose(self, customer: Customer) -> bool:
        """Who waits for an answer is not asked again."""
        return super().may_choose(customer) and customer not in self.waiting

    def reach(self, customer: Customer) -> None:
        """Perhaps get an answer."""
        if self.model.luck.uniform(customer.key, self.answering) < self.settings.answers:
            self.waiting[customer] = self.model.now

    def act(self) -> None:
        """Ask, and then see to the answers that are due: who gave them is pleased, or disappointed."""
        super().act()
        asks, model = self.settings, self.model
        lag = (asks.lag_weeks - ROUNDING) / model.weeks
        due = [customer for customer, step in self.waiting.items() if model.now - step >= lag]
        if asks.wears_off_weeks is not None:
            self.known *= math.exp(-model.weeks / asks.wears_off_weeks)
        if asks.acted_on:
            self.known += len(due)
        for customer in due:
            self.please(customer, asks.strength * (asks.jump if asks.acted_on else -asks.loss))
            del self.waiting[customer]

    def show(self) -> None:
        """Have a better product, the better the more was answered."""
        asks = self.settings
        if self.known:
            self.improve(self.model.market.quality, asks.closes * self.known / (self.known + asks.answers_needed))


class Exclusive(Reaching):
    """For some weeks those whom the target chooses pay less, or get what others cannot get yet (eq. E143)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.since: dict[Customer, int] = {}
        """The step of each one's latest offer."""

    def reach(self, customer: Customer) -> None:
        """Tell of the offer."""
        self.since[customer] = self.model.now

    def has_offer(self, customer: Customer) -> bool:
        """Whether the customer's offer still runs."""
        steps = self.model.calendar.lasts(self.settings.weeks)
        return self.runs() and customer in self.since and self.model.now - self.since[customer] < steps

    def offer(self, customer: Customer) -> None:
        """Lower the price."""
        if self.has_offer(customer):
            self.lower(customer, min(self.settings.strength * self.settings.percent, 100.0))

    def attention(self, customer: Customer) -> float:
        """Be worth a visit."""
        return float(self.settings.strength * self.settings.utility) if self.has_offer(customer) else 0.0


class WinBackOffers(Reaching):
    """Who seems lost is offered a discount, an upgrade or both, to come back (eqs. E144–E145)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.noticing = self.purpose("noticed")
        self.asked: list[Customer] = []
        """Who has noticed an offer in this step."""
        self.accepted: dict[Customer, int] = {}
        """The step at whose end each last took one."""

    def may_choose(self, customer: Customer) -> bool:
        """Who has cancelled a contract, or not bought for long, and has no other offer of the brand in this step."""
        model, b = self.model, self.brand
        away = (model.now - customer.last_bought[b]) * model.weeks
        # a contract buys every step: who was not here in the last one has cancelled
        after = 1.5 * model.weeks if model.needs.kind == "contract" else self.settings.after_weeks - ROUNDING
        return super().may_choose(customer) and away >= after and customer.asked_back_at[b] != model.now

    def reach(self, customer: Customer) -> None:
        """Make an offer, which may go unnoticed."""
        customer.asked_back_at[self.brand] = self.model.now
        if self.model.luck.uniform(customer.key, self.noticing) < self.settings.strength:
            customer.offers[self.brand] = NUMBERS[self.settings.gives]
            self.asked.append(customer)

    def offer(self, customer: Customer) -> None:
        """Lower the price for those who accepted a discount, from the step after."""
        steps = self.model.calendar.lasts(self.settings.weeks)
        begun = self.accepted.get(customer, self.model.now)
        if self.settings.gives != "upgrade" and 0 < self.model.now - begun <= steps:
            self.lower(customer, self.settings.percent)

    def close(self) -> None:
        """Pay for those who have come back."""
        for customer in self.asked:
            if customer.won_back_at[self.brand] == self.model.now:
                self.accepted[customer] = self.model.now
                self.pay(self.settings.cost_accepted)
        self.asked.clear()
