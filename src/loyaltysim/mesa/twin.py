"""The twin: the same model as the arrays, one Python object a customer, in ordinary Mesa. Read it from top to bottom.

A step of the market (`TwinModel.step`): prices turn, the messages of the last step arrive, every customer has its step,
counts are collected. A step of a customer (`Customer.step`) is its occasions, one after the other, each of them

    see what is offered → choose → pay and collect points → experience → feel → remember prices → perhaps tell friends

Customers act on each other only by messages, which arrive in the next step; so it makes no difference in which order they
act, nor that the arrays take the first occasions of all customers before anybody's second.

With ``luck="keyed"`` every draw is the one that the arrays make, and every choice is theirs (tests/mesa/test_twin.py);
where Python's floats (64 bits) and the arrays' (32 bits) part on the two sides of a draw, one choice in some millions may
not be. With ``luck="mesa"`` draws come from Mesa's own generator: another sample of the same model. Population, ties and
shelf prices are the arrays' in both. The twin counts everybody together, not by segment, and knows no panel of recorded
purchases.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import mesa
import numpy as np

from loyaltysim.behavior.choice import CHOICE, Switching
from loyaltysim.behavior.experience import EXPERIENCE
from loyaltysim.behavior.needs import NEEDS
from loyaltysim.customers.fields import FIELDS
from loyaltysim.customers.network import Totals
from loyaltysim.draws import mix
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.mesa.twin_luck import KeyedLuck, MesaLuck
from loyaltysim.mesa.twin_program import Card, Rules
from loyaltysim.scenario import Scenario
from loyaltysim.simulate import Simulation
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT
from loyaltysim.word_of_mouth.talk import FRIEND, SIGN, TALK

if TYPE_CHECKING:
    import pandas as pd

Message = tuple["Customer", int, int, int | None]
"""Who says it, of which brand, how strongly (negative for blame), and to which friend (None: to all)."""

COUNTS = (
    "buyers purchases units revenue cost_of_goods messages_positive messages_negative joined repeat_purchases "
    "purchases_after members points_earned points_redeemed points_expired rewards_redeemed program_cost"
).split()
"""What is counted by step and brand, under the names of the Dataset; members are those who join."""
MONEY = ("revenue", "cost_of_goods", "program_cost")
POINTS = ("points_earned", "points_redeemed", "points_expired")


class Customer(mesa.Agent):  # type: ignore[misc]
    """One customer: traits that stay, and what it feels, remembers and has heard, by brand."""

    def __init__(self, model: TwinModel, number: int, key: np.uint64, traits: dict[str, Any]) -> None:
        super().__init__(model)
        self.number, self.key = number, key
        self.needs: float = traits["needs"]
        self.price_sensitivity: float = traits["price_sensitivity"]
        self.inertia: float = traits["inertia"]
        self.talkativeness: float = traits["talkativeness"]
        self.taste: list[float] = traits["taste"]
        self.last_brand: int | None = None
        self.tried = [False] * model.n_brands
        self.satisfaction = [float(getattr(model.satisfaction, "start", FIELDS["satisfaction"].off))] * model.n_brands
        self.expectation = list(model.quality)
        self.bond = [float(getattr(model.bond, "start", FIELDS["bond"].off))] * model.n_brands
        self.bond_since = 0
        self.reference_price = list(model.list_prices)
        self.heard = [0.0] * model.n_brands
        self.praise, self.blame = [0] * model.n_brands, [0] * model.n_brands
        self.friends: list[Customer] = []
        self.ties: list[int] = []
        self.cards = [Card(rules, self) for rules in model.rules]
        self.purchases: list[tuple[int, int, int, int]] = []
        """Step, occasion, brand and money paid (in 1/10,000 of the currency) of all purchases."""

    def step(self) -> None:
        """One step of the schedule: stages 5 to 12, for this customer."""
        for occasion in range(self.count_occasions()):
            self.shop(occasion)
        if self.model.talk.kind == "rates":
            self.chat()
        for card in self.cards:
            card.expire()

    def count_occasions(self) -> int:
        """How often the category is needed in this step (eqs. E6–E7)."""
        model = self.model
        if model.needs.kind == "regular":
            return 1
        if model.needs.kind == "bernoulli":
            return int(model.luck.uniform(self.key, NEEDS) < self.needs)
        mean = self.needs * model.weeks * model.season()
        for card in self.cards:
            mean *= card.pace()
        return model.luck.poisson(self.key, NEEDS, mean)

    def shop(self, occasion: int) -> None:
        """One occasion (stages 7 to 11)."""
        model = self.model
        self.drift()
        felt = self.felt_satisfaction()
        prices, rewards = list(model.prices), [0.0] * model.n_brands
        for card in self.cards:
            card.offer(prices, rewards)
        brand = self.choose(prices, rewards, felt, occasion)
        self.count(brand)
        if brand is not None:
            shelf, paid = money(model.prices[brand]), money(prices[brand])
            model.counts["revenue"][brand] += shelf
            for card in self.cards:
                if card.rules.brand == brand:
                    card.settle(occasion, shelf, paid, self.bond[brand], felt[brand])
            self.live(brand, felt[brand], prices[brand] < model.list_prices[brand], occasion)
            self.purchases.append((model.now, occasion, brand, paid))
            self.last_brand, self.tried[brand] = brand, True
        if model.has_reference_price:
            self.see(prices)

    def felt_satisfaction(self) -> list[float]:
        """Satisfaction by brand, with what was said since the last purchase of each (eq. E26)."""
        shift = self.model.shift_of_satisfaction
        if not shift:
            return self.satisfaction
        return [s + shift * (good + bad) for s, good, bad in zip(self.satisfaction, self.praise, self.blame)]

    def choose(self, prices: list[float], rewards: list[float], felt: list[float], occasion: int) -> int | None:
        """The brand that is bought, or None (eqs. E12–E13)."""
        model = self.model
        luck = model.luck.uniform(self.key, CHOICE, occasion)
        if isinstance(model.choice, Switching):
            chances = model.cumulative[model.n_brands if self.last_brand is None else self.last_brand]
            return sum(c <= luck for c in chances[:-1])
        utility = self.utility(prices, rewards, felt)
        top = max(0.0, *utility) if model.choice.outside_option else max(utility)
        weights = [math.exp(u - top) for u in utility]
        limit = luck * (sum(weights) + (math.exp(-top) if model.choice.outside_option else 0.0))
        below = 0.0
        for brand, weight in enumerate(weights):
            below += weight
            if limit < below:
                return brand
        return None if model.choice.outside_option else model.n_brands - 1

    def utility(self, prices: list[float], rewards: list[float], felt: list[float]) -> list[float]:
        """The utility of each brand (eqs. E9–E11)."""
        model, choice = self.model, self.model.choice
        utility = []
        for b, price in enumerate(prices):
            u = model.appeal[b] - self.price_sensitivity * price + self.taste[b] + self.heard[b] + rewards[b]
            if model.has_reference_price:
                more = price - self.reference_price[b]
                u -= self.price_sensitivity * (choice.loss * max(more, 0.0) - choice.gain * max(-more, 0.0))
            if b == self.last_brand:
                u += self.inertia
            u += model.satisfaction_weight * (felt[b] - choice.satisfaction_reference)
            u += model.bond_weight * (self.bond[b] - choice.bond_reference)
            utility.append(u + model.shown[b])
        return utility

    def live(self, brand: int, felt: float, on_deal: bool, occasion: int) -> None:
        """Experience the brand bought, and feel accordingly (eqs. E14–E19); some talk about it at once (eq. E23)."""
        model, experience = self.model, 0.0
        if model.experience.kind == "normal":
            luck = model.luck.normal(self.key, EXPERIENCE, occasion)
            experience = model.quality[brand] + model.experience.spread * luck
        satisfaction = model.satisfaction
        if satisfaction.kind == "level":
            self.satisfaction[brand] = felt + satisfaction.memory * (experience - felt)
        elif satisfaction.kind == "disconfirmation":
            surprise = experience - self.expectation[brand]
            judged = satisfaction.base + satisfaction.on_quality * (experience - satisfaction.usual_quality)
            judged += satisfaction.on_better * max(surprise, 0.0) - satisfaction.on_worse * max(-surprise, 0.0)
            self.satisfaction[brand] = felt + satisfaction.memory * (min(max(judged, 0.0), 1.0) - felt)
            self.expectation[brand] += satisfaction.learning * surprise
        if model.shift_of_satisfaction:
            self.praise[brand] = self.blame[brand] = 0  # it is part of satisfaction now
        if model.bond.kind == "linear":
            self.bond[brand] += model.bond.from_satisfaction * self.satisfaction[brand] - model.bond.fading * self.bond[brand]
        elif model.bond.kind == "drift" and on_deal:
            self.bond[brand] -= model.bond.deal_erosion * self.bond[brand]
        talk = model.talk
        if talk.kind == "threshold":
            luck = model.luck.uniform(self.key, TALK, occasion)
            if experience > talk.good_above and luck < talk.good_chance:
                self.say(brand, 1, mix(self.key), TALK, occasion)
            elif experience < talk.bad_below and luck < talk.bad_chance:
                self.say(brand, -1, mix(self.key), TALK, occasion)

    def drift(self) -> None:
        """Bring the bond up to now, from the last occasion on (eqs. E20–E21)."""
        bond, now = self.model.bond, self.model.now
        if bond.kind != "drift":
            return
        for b in range(self.model.n_brands):
            growth = bond.from_satisfaction * max(self.satisfaction[b] - bond.threshold, 0.0) if self.tried[b] else 0.0
            speed = growth + bond.fading
            target = growth / speed if speed else 0.0
            passed = math.exp(-speed * (now - self.bond_since) * self.model.weeks)
            self.bond[b] = target + (self.bond[b] - target) * passed
        self.bond_since = now

    def see(self, prices: list[float]) -> None:
        """Get used to the prices seen (eq. E10)."""
        memory = self.model.choice.reference_memory
        for b, price in enumerate(prices):
            self.reference_price[b] += memory * (price - self.reference_price[b])

    def chat(self) -> None:
        """Talk about the brand bought last, at rates that follow satisfaction (eqs. E24–E25)."""
        model, talk, brand = self.model, self.model.talk, self.last_brand
        if brand is None:
            return
        praise = talk.talk_good / (1 + math.exp(-(self.satisfaction[brand] - talk.high) / talk.width))
        blame = talk.talk_bad / (1 + math.exp(-(talk.low - self.satisfaction[brand]) / talk.width))
        mean = (praise + blame) * model.weeks * (1 + talk.bond_talk * self.bond[brand]) * self.talkativeness
        for m in range(model.luck.poisson(self.key, TALK, mean)):
            good = model.luck.uniform(self.key, SIGN, m) < praise / (praise + blame)
            self.say(brand, 1 if good else -1, self.key, FRIEND, m)

    def say(self, brand: int, sign: int, key: Any, purpose: Any, occasion: int) -> None:
        """Send a message, to all friends or to one of them by chance."""
        model = self.model
        model.counts["messages_positive" if sign > 0 else "messages_negative"][brand] += 1
        n = len(model.hearers(self))
        friend = model.luck.one_of(n, np.uint64(key), purpose, occasion) if n and model.talk.audience == "one" else None
        model.messages.append((self, brand, sign * model.talk.strength, friend))

    def hear(self, brand: int, strength: int, sign: int) -> None:
        """Keep a message until it takes effect."""
        (self.praise if sign > 0 else self.blame)[brand] += strength

    def take_in(self) -> None:
        """Forget some of what was heard before, and add what is new, the own brand's blame with doubts (eqs. E27–E28)."""
        influence = self.model.influence
        shift, most = influence.shift / STRENGTH_UNIT, influence.heard_max
        for b, (praise, blame) in enumerate(zip(self.praise, self.blame)):
            believed = 1.0 - influence.resist_hearing if b == self.last_brand else 1.0
            heard = self.model.heard_kept * self.heard[b] + shift * (praise + blame * believed)
            self.heard[b] = min(max(heard, -most), most)
            self.praise[b] = self.blame[b] = 0

    def count(self, brand: int | None) -> None:
        """Enter an occasion into the counts of the step; `revenue` is entered at the till."""
        model, counts, last = self.model, self.model.counts, self.last_brand
        model.occasions += 1
        if brand is None:
            model.no_purchase += 1
            return
        counts["purchases"][brand] += 1
        counts["units"][brand] += 1
        counts["cost_of_goods"][brand] += model.unit_costs[brand]
        counts["joined"][brand] += not self.tried[brand]
        today = (bought for step, _, bought, _ in reversed(self.purchases[-32:]) if step == model.now)
        counts["buyers"][brand] += brand not in today
        if last is not None:
            model.switches[last][brand] += 1
            counts["purchases_after"][last] += 1
            counts["repeat_purchases"][brand] += last == brand
