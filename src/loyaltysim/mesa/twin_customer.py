"""The twin's customer: what one customer does in a step, in ordinary Python. Read it from top to bottom.

A step of a customer is its occasions, one after the other, each of them

    see what is offered → choose → pay and collect points → experience → feel → perhaps tell friends → remember prices

and what it says once a step. The numbers of equations are those of docs/model.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from loyaltysim.behavior.choice import CHOICE
from loyaltysim.behavior.experience import EXPERIENCE
from loyaltysim.behavior.needs import NEEDS
from loyaltysim.customers.fields import FIELDS
from loyaltysim.draws import mix
from loyaltysim.mesa.twin_program import Card, logistic, money
from loyaltysim.word_of_mouth.talk import FRIEND, SIGN, TALK

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel


class Customer(mesa.Agent):
    """One customer: traits that stay, and what it feels, remembers and has heard, by brand."""

    model: TwinModel

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
        self.satisfaction = [getattr(model.satisfaction, "start", FIELDS["satisfaction"].off)] * model.n_brands
        self.expectation = list(model.quality)
        self.bond = [getattr(model.bond, "start", FIELDS["bond"].off)] * model.n_brands
        self.bond_since = 0
        """The step up to which the bond has drifted."""
        self.reference_price = list(model.list_prices)
        self.heard = [0.0] * model.n_brands
        self.praise, self.blame = [0] * model.n_brands, [0] * model.n_brands
        """Messages that have not yet taken effect, in 1/1024 of a full one."""
        self.friends: list[Customer] = []
        self.ties: list[int] = []
        self.cards = [Card(rules, self) for rules in model.rules]
        self.basket: list[int] = []
        """Brands bought in this step."""
        self.purchases: list[tuple[int, int, int, int]] = []
        """Step, occasion, brand and money paid (in 1/10,000 of the currency) of all purchases."""

    def step(self) -> None:
        """One step: stages 5 to 12 of the schedule, for this customer."""
        model, occasions = self.model, self.count_occasions()
        if occasions:
            self.basket.clear()
            for occasion in range(occasions):
                self.shop(occasion)
        if model.talk.kind == "rates":
            self.chat()
        if model.balances_expire:
            for card in self.cards:
                card.expire()

    def count_occasions(self) -> int:
        """How often the customer needs the category in this step (eqs. E6–E7)."""
        model = self.model
        if model.needs.kind == "regular":
            return 1
        if model.needs.kind == "bernoulli":
            return int(model.luck.uniform(self.key, NEEDS) < self.needs)
        mean = self.needs * model.need_factor
        for card in self.cards:
            mean *= card.pace()
        return model.luck.poisson(self.key, NEEDS, mean)

    def shop(self, occasion: int) -> None:
        """One occasion: stages 7 to 11."""
        model = self.model
        if model.bond.kind == "drift":
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
                    card.settle(occasion, paid, self.bond[brand], felt[brand])
            experience = self.experience(brand, occasion)
            self.judge(brand, felt[brand], experience)
            self.attach(brand, model.prices[brand] < model.list_prices[brand])
            if model.talk.kind == "threshold":
                self.comment(brand, experience, occasion)
            self.purchases.append((model.now, occasion, brand, paid))
            self.basket.append(brand)
            self.last_brand, self.tried[brand] = brand, True
        if model.has_reference_price:
            self.get_used_to(model.prices)

    def felt_satisfaction(self) -> list[float]:
        """Satisfaction by brand, with what was said of each since its last purchase (eq. E26)."""
        shift = self.model.shift_of_satisfaction
        if not shift:
            return self.satisfaction
        return [s + shift * (good + bad) for s, good, bad in zip(self.satisfaction, self.praise, self.blame)]

    def choose(self, prices: list[float], rewards: list[float], felt: list[float], occasion: int) -> int | None:
        """The brand that is bought, None for none: by logit (eq. E12), or by the last brand alone (eq. E13)."""
        model = self.model
        luck = model.luck.uniform(self.key, CHOICE, occasion)
        if model.choice.kind == "switching":
            cumulative = model.switching[model.n_brands if self.last_brand is None else self.last_brand]
            return sum(chance <= luck for chance in cumulative[:-1])
        utility = self.utility(prices, rewards, felt)
        top = max(utility)
        nothing = 0.0
        if model.choice.outside_option:
            top = max(top, 0.0)
            nothing = math.exp(-top)
        weights = [math.exp(u - top) for u in utility]
        limit, below = luck * (sum(weights) + nothing), 0.0
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
            u = model.appeal[b] + model.shown[b] + self.taste[b] + self.heard[b] + rewards[b]
            u -= self.price_sensitivity * price
            u += model.satisfaction_weight * (felt[b] - choice.satisfaction_reference)
            u += model.bond_weight * (self.bond[b] - choice.bond_reference)
            if model.has_reference_price:
                more = model.prices[b] - self.reference_price[b]
                u -= self.price_sensitivity * (choice.loss * more if more > 0 else choice.gain * more)
            utility.append(u)
        if self.last_brand is not None:
            utility[self.last_brand] += self.inertia
        return utility

    def get_used_to(self, prices: list[float]) -> None:
        """Move reference prices toward the prices seen (eq. E10)."""
        memory = self.model.choice.reference_memory
        for b, price in enumerate(prices):
            self.reference_price[b] += memory * (price - self.reference_price[b])

    def experience(self, brand: int, occasion: int) -> float:
        """How good the purchase turns out (eq. E14)."""
        model = self.model
        if model.experience.kind == "none":
            return 0.0
        spread: float = model.experience.spread
        return model.quality[brand] + spread * model.luck.normal(self.key, EXPERIENCE, occasion)

    def judge(self, brand: int, felt: float, experience: float) -> None:
        """Let the experience change satisfaction with the brand: by its level (E15) or by surprise (E16–E18)."""
        model, satisfaction = self.model, self.model.satisfaction
        if satisfaction.kind == "level":
            self.satisfaction[brand] = felt + satisfaction.memory * (experience - felt)
        elif satisfaction.kind == "disconfirmation":
            surprise = experience - self.expectation[brand]
            judged = satisfaction.base + satisfaction.on_quality * (experience - satisfaction.usual_quality)
            judged += (satisfaction.on_better if surprise > 0 else satisfaction.on_worse) * surprise
            judged = min(max(judged, 0.0), 1.0)
            self.satisfaction[brand] = felt + satisfaction.memory * (judged - felt)
        if model.learning.kind == "constant":
            self.expectation[brand] += model.learning.share * (experience - self.expectation[brand])
        if model.shift_of_satisfaction:
            self.praise[brand] = self.blame[brand] = 0  # it is in the satisfaction now

    def attach(self, brand: int, on_deal: bool) -> None:
        """Change the bond with the brand bought (eqs. E19 and E21)."""
        bond = self.model.bond
        if bond.kind == "linear":
            self.bond[brand] += bond.from_satisfaction * self.satisfaction[brand] - bond.fading * self.bond[brand]
        elif bond.kind == "drift" and on_deal:
            self.bond[brand] -= bond.deal_erosion * self.bond[brand]

    def drift(self) -> None:
        """Bring the bond up to now, with the satisfaction that held since the last occasion (eqs. E20–E21)."""
        self.bond = [self.bond_now(b) for b in range(self.model.n_brands)]
        self.bond_since = self.model.now

    def bond_now(self, b: int) -> float:
        """The bond with a brand, drifted up to now."""
        model, bond = self.model, self.model.bond
        if bond.kind != "drift":
            return self.bond[b]
        growth = bond.from_satisfaction * max(self.satisfaction[b] - bond.threshold, 0.0) if self.tried[b] else 0.0
        speed = growth + bond.fading
        balance = growth / speed if speed else 0.0
        kept = math.exp(-speed * (model.now - self.bond_since) * model.weeks)
        return balance + (self.bond[b] - balance) * kept

    def comment(self, brand: int, experience: float, occasion: int) -> None:
        """Perhaps praise a good experience, or blame a bad one (eq. E23)."""
        model, talk = self.model, self.model.talk
        luck = model.luck.uniform(self.key, TALK, occasion)
        if experience > talk.good_above and luck < talk.good_chance:
            self.say(brand, 1, mix(self.key), TALK, occasion)
        elif experience < talk.bad_below and luck < talk.bad_chance:
            self.say(brand, -1, mix(self.key), TALK, occasion)

    def chat(self) -> None:
        """Talk about the brand bought last, at rates that follow satisfaction (eqs. E24–E25)."""
        model, talk, brand = self.model, self.model.talk, self.last_brand
        if brand is None:
            return
        praise = talk.talk_good * logistic((self.satisfaction[brand] - talk.high) / talk.width)
        blame = talk.talk_bad * logistic((talk.low - self.satisfaction[brand]) / talk.width)
        mean = (praise + blame) * model.weeks * (1 + talk.bond_talk * self.bond[brand]) * self.talkativeness
        for m in range(model.luck.poisson(self.key, TALK, mean)):
            praises = model.luck.uniform(self.key, SIGN, m) < praise / (praise + blame)
            self.say(brand, 1 if praises else -1, self.key, FRIEND, m)

    def say(self, brand: int, sign: int, key: Any, purpose: Any, occasion: int) -> None:
        """Send a message to all friends, or to one of them by chance; it arrives in the next step."""
        model, friend = self.model, None
        model.counts["messages_positive" if sign > 0 else "messages_negative"][brand] += 1
        if model.talk.audience == "one" and self.friends:
            friend = model.luck.friend(self.friends, model.everybody_hears, key, purpose, occasion)
        model.messages.append((self, brand, sign, friend))

    def hear(self, brand: int, sign: int, strength: int) -> None:
        """Keep a message until it takes effect."""
        (self.praise if sign > 0 else self.blame)[brand] += strength

    def take_in(self) -> None:
        """Forget a part of what was heard, and add what is new, doubting blame of the own brand (eqs. E27–E28)."""
        model, influence = self.model, self.model.influence
        for b in range(model.n_brands):
            believed = 1.0 - influence.resist_hearing if b == self.last_brand else 1.0
            new = model.shift_of_heard * (self.praise[b] + self.blame[b] * believed)
            heard = model.heard_kept * self.heard[b] + new
            self.heard[b] = min(max(heard, -influence.heard_max), influence.heard_max)
            self.praise[b] = self.blame[b] = 0

    def count(self, brand: int | None) -> None:
        """Enter an occasion and what was bought, None for nothing, into the counts of the step."""
        model, counts, last = self.model, self.model.counts, self.last_brand
        model.occasions += 1
        if brand is None:
            model.no_purchase += 1
            return
        counts["purchases"][brand] += 1
        counts["units"][brand] += 1
        counts["cost_of_goods"][brand] += model.unit_costs[brand]
        counts["buyers"][brand] += brand not in self.basket
        counts["joined"][brand] += not self.tried[brand]
        if last is not None:
            model.switches[last][brand] += 1
            counts["purchases_after"][last] += 1
            counts["repeat_purchases"][brand] += last == brand
