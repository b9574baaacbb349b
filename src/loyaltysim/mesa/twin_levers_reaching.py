"""The twin's levers that reach single customers, every so often those of a target (eqs. E121–E126, E140–E142)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from loyaltysim.mesa.twin_levers import Lever
from loyaltysim.mesa.twin_pilot import Pilot
from loyaltysim.mesa.twin_program import logistic
from loyaltysim.mesa.twin_targets import NEVER, SCORES, rounded
from loyaltysim.record import ROUNDING

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer


class Reaching(Lever):
    """A lever that reaches single customers."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.drawing, once = self.purpose("target"), self.purpose("once")
        self.once = [model.luck.fine_uniform(customer.key, once) for customer in model.customers]
        """Each customer's luck with a target that comes back to the same."""
        self.pilot = Pilot(self) if settings.target.kind == "uplift" else None
        """What is learned of whom it moves."""

    def work(self) -> None:
        """Reach those who are chosen, if it is time; each costs."""
        lever, model = self.settings, self.model
        if self.pilot is not None:
            self.pilot.learn()
        every = max(lever.every_weeks, model.calendar.weeks)
        if model.calendar.recurs(model.now, every, lever.from_week or 0.0):
            chosen = self.choose([customer for customer in model.customers if self.may_choose(customer)])
            model.counts["contacts"][self.brand] += len(chosen)
            self.contacts += len(chosen)
            self.pay(lever.cost_each, len(chosen))
            for customer in chosen:
                self.reach(customer)

    def may_choose(self, customer: Customer) -> bool:
        """Whether the firm knows the customer, and the last purchase is as long ago as the target asks for."""
        target, bought = self.settings.target, customer.last_bought[self.brand]
        weeks = (self.model.now - bought) * self.model.weeks
        within, after = target.bought_within_weeks, target.not_within_weeks
        too_long = within is not None and weeks > within + ROUNDING
        too_short = after is not None and weeks < after - ROUNDING
        return bought >= 0 and not too_long and not too_short

    def choose(self, customers: list[Customer]) -> list[Customer]:
        """Those who are reached: the highest scores, of equal ones by luck (eq. E122)."""
        if self.pilot is not None:
            return self.pilot.choose(customers)
        target, wanted = self.settings.target, self.wanted(len(customers))
        score = dict(zip(customers, SCORES[target.kind](self, customers)))
        willing = [customer for customer in customers if score[customer] > NEVER]
        if wanted >= len(willing):
            return willing
        luck = {customer: self.model.luck.fine_uniform(customer.key, self.drawing) for customer in willing}
        first = set(sorted(willing, key=lambda customer: (-score[customer], luck[customer]))[:wanted])
        return [customer for customer in willing if customer in first]

    def wanted(self, size: int) -> int:
        """How many of so many are to be reached."""
        target = self.settings.target
        return min(rounded(size * target.share), size if target.most is None else target.most)

    def reach(self, customer: Customer) -> None:
        """What it does to one customer."""

    def please(self, customer: Customer, share: float) -> None:
        """Let the customer's bond jump before anybody shops (eq. E121)."""
        if share:
            self.model.jumps.append((customer, self.brand, min(max(share, -1.0), 1.0)))


class Gift(Reaching):
    """Now and then a present, and the bond jumps (eq. E121)."""

    def reach(self, customer: Customer) -> None:
        """Give it."""
        self.please(customer, self.settings.strength * self.settings.jump)


class Event(Reaching):
    """Some of those who are invited come, the stronger the bond the rather, and it jumps (eq. E142)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.coming = self.purpose("come")

    def reach(self, customer: Customer) -> None:
        """Perhaps be a host."""
        event = self.settings
        chance = logistic(event.come + event.by_bond * customer.bond_now(self.brand))
        if self.model.luck.uniform(customer.key, self.coming) < chance:
            self.pay(event.cost_a_guest)
            self.please(customer, event.strength * event.jump)


class Mind:
    """What one customer has in mind of a lever's contacts, as of the last."""

    def __init__(self) -> None:
        self.recent = self.fatigue = 0.0
        """Contacts that are still in mind, and that still tire."""
        self.last = -1
        """Step of the last contact."""
        self.out = False
        """Whether the customer wants to hear no more."""


class Communication(Reaching):
    """News that keep a brand in mind, tire, and make some opt out for good (eqs. E125–E126, E141)."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.opting_out = self.purpose("opt_out")
        self.minds = [Mind() for _ in model.customers]

    def may_choose(self, customer: Customer) -> bool:
        """Nobody who has opted out."""
        return super().may_choose(customer) and not self.minds[customer.number].out

    def reach(self, customer: Customer) -> None:
        """Send news."""
        news, mind, now = self.settings, self.minds[customer.number], self.model.now
        tired = self.tired(customer)
        self.please(customer, news.strength * news.jump * self.effect(customer))
        mind.recent, mind.fatigue, mind.last = self.in_mind(mind) + 1, self.tiring(mind) + 1, now
        customer.contacts += news.strength
        stays = math.exp(-news.opt_out * news.strength * (tired + 1))
        mind.out = self.model.luck.uniform(customer.key, self.opting_out) >= stays
        self.model.counts["opted_out"][self.brand] += mind.out

    def attention(self, customer: Customer) -> float:
        """Contacts in mind add to the utility, the less the more contacts tire (eq. E125)."""
        news = self.settings
        effect = news.strength * news.relevance * self.effect(customer)
        return float(effect * self.in_mind(self.minds[customer.number]))

    def effect(self, customer: Customer) -> float:
        """How much a contact does now: all, as long as none tires."""
        return math.exp(-self.settings.tiring * self.tired(customer))

    def in_mind(self, mind: Mind) -> float:
        """Contacts that are not forgotten."""
        weeks = (self.model.now - mind.last) * self.model.weeks
        return float(mind.recent * 0.5 ** (weeks / self.settings.half_life_weeks))

    def tiring(self, mind: Mind) -> float:
        """Contacts that still tire."""
        return mind.fatigue * math.exp(-(self.model.now - mind.last) * self.model.weeks / self.settings.recovery_weeks)

    def tired(self, customer: Customer) -> float:
        """How tired a customer is of all the brand's news, others' as strongly as they are sent (eq. E141)."""
        total = 0.0
        for other in self.model.levers:
            if isinstance(other, Communication) and other.brand == self.brand:
                weight = 1.0 if other is self else other.settings.strength
                total += weight * other.tiring(other.minds[customer.number])
        return total


class Personalization(Communication):
    """Contacts that fit the customer weigh more, and put off who minds being known (eq. E140)."""

    def effect(self, customer: Customer) -> float:
        """How much a contact does now; below 0 it does harm."""
        return super().effect(customer) - float(self.settings.intrusiveness * customer.privacy_aversion)
