"""The twin's levers: what brands do besides prices and programs, before anybody shops (eqs. E121–E126, E141–E142).

`Service` changes what the brand is to everybody. The others reach single customers: every so often those among the
brand's customers whom a target names, at a cost each.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from loyaltysim.draws import purpose
from loyaltysim.mesa.twin_program import logistic, money

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer

FORGIVEN = 5e-4
"""Weeks, as the calendar forgives."""


class Lever:
    """A lever of a brand: its settings, and when it is pulled."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        self.settings, self.model, self.brand, self.label = settings, model, brand, f"lever.{label}"

    def purpose(self, name: str) -> Any:
        """The purpose of its draws of that name."""
        return purpose(f"{self.label}.{name}")

    def runs(self) -> bool:
        """Whether it is pulled in this step."""
        span = (self.settings.from_week, self.settings.until_week)
        return bool(self.model.calendar.within(self.model.now, *span))

    def pay(self, amount: float, times: int = 1) -> None:
        """Charge an amount so many times."""
        self.model.counts["lever_cost"][self.brand] += money(amount) * times

    def act(self) -> None:
        """Pull it, if it is time: pay what a week costs, and do the work."""
        if self.runs():
            self.pay(self.settings.cost_a_week * self.model.weeks)
            self.work()

    def work(self) -> None:
        """What it does to single customers."""

    def show(self) -> None:
        """What it makes of the brand in this step."""

    def attention(self, customer: Customer) -> float:
        """What it adds to the utility of the brand for a customer."""
        return 0.0


class Service(Lever):
    """Staff who serve better and answer complaints sooner, more fairly and in person (eq. E124)."""

    def show(self) -> None:
        """Close a share of what lacks to the best in each of the four."""
        service, market, b = self.settings, self.model.market, self.brand
        if self.runs():
            for facts, share in (
                (market.service, service.better),
                (market.distributive, service.fairer),
                (market.interaction, service.in_person),
            ):
                facts[b] += min(service.strength * share, 1.0) * max(1 - facts[b], 0.0)
            market.response_days[b] *= 1 - min(service.strength * service.sooner, 1.0)


class Reaching(Lever):
    """A lever that reaches single customers."""

    def __init__(self, settings: Any, model: TwinModel, brand: int, label: str) -> None:
        super().__init__(settings, model, brand, label)
        self.drawing, once = self.purpose("target"), self.purpose("once")
        self.once = [model.luck.fine_uniform(customer.key, once) for customer in model.customers]
        """Each customer's luck with a target that comes back to the same."""

    def work(self) -> None:
        """Reach those who are chosen, if it is time; each costs, also at strength 0."""
        lever, model = self.settings, self.model
        if model.calendar.recurs(model.now, lever.every_weeks, lever.from_week or 0.0):
            chosen = self.choose([customer for customer in model.customers if self.may_choose(customer)])
            model.counts["contacts"][self.brand] += len(chosen)
            self.pay(lever.cost_each, len(chosen))
            for customer in chosen:
                self.reach(customer)

    def may_choose(self, customer: Customer) -> bool:
        """Whether the firm knows the customer, and the last purchase is as long ago as the target asks for."""
        target, bought = self.settings.target, customer.last_bought[self.brand]
        weeks = (self.model.now - bought) * self.model.weeks
        within, after = target.bought_within_weeks, target.not_within_weeks
        too_long = within is not None and weeks > within + FORGIVEN
        too_short = after is not None and weeks < after - FORGIVEN
        return bought >= 0 and not too_long and not too_short

    def choose(self, customers: list[Customer]) -> list[Customer]:
        """Those who are reached (eq. E122): a share, drawn anew each time or once and for all."""
        target, luck = self.settings.target, self.model.luck
        wanted = math.floor(len(customers) * target.share + 0.5)
        if target.most is not None:
            wanted = min(wanted, target.most)
        if wanted == len(customers):
            return customers
        if target.kind == "random":
            rank = {customer: -self.once[customer.number] for customer in customers}
        else:
            rank = {customer: luck.fine_uniform(customer.key, self.drawing) for customer in customers}
        first = set(sorted(customers, key=rank.__getitem__)[:wanted])
        return [customer for customer in customers if customer in first]

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
        if not news.strength:
            return
        tired = self.tired(customer)
        self.please(customer, news.strength * news.jump * math.exp(-news.tiring * tired))
        mind.recent, mind.fatigue, mind.last = self.in_mind(mind) + 1, self.tiring(mind) + 1, now
        customer.contacts += 1
        stays = math.exp(-news.opt_out * news.strength * (tired + 1))
        mind.out = self.model.luck.uniform(customer.key, self.opting_out) >= stays
        self.model.counts["opted_out"][self.brand] += mind.out

    def attention(self, customer: Customer) -> float:
        """Contacts in mind add to the utility, the less the more contacts tire (eq. E125)."""
        news = self.settings
        effect = news.strength * news.relevance * math.exp(-news.tiring * self.tired(customer))
        return float(effect * self.in_mind(self.minds[customer.number]))

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


LEVERS = {"service": Service, "gift": Gift, "event": Event, "communication": Communication}


def open_levers(model: TwinModel) -> list[Lever]:
    """All levers of the scenario, in order."""
    return [
        LEVERS[lever.kind](lever, model, b, f"{name}.{number}")
        for b, (name, brand) in enumerate(model.setup.brands.items())
        for number, lever in enumerate(brand.levers)
    ]
