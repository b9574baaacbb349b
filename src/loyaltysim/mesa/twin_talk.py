"""The twin's talk: what a customer says of brands, and what it makes of what it hears (eqs. E22–E28, E63)."""

from __future__ import annotations

from typing import Any

from loyaltysim.draws import mix
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.mesa.twin_person import Person
from loyaltysim.mesa.twin_program import logistic
from loyaltysim.word_of_mouth.talk import FRIEND, SIGN, TALK


class Talking(Person):
    """The part of a customer that talks and listens."""

    def comment(self, brand: int, experience: float, occasion: int) -> None:
        """Perhaps praise a good experience, or blame a bad one (eq. E23)."""
        model, talk = self.model, self.model.talk
        if talk.kind != "threshold":
            return
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
        more = model.market.advocacy[brand]
        more += sum(lever.praising(self) for lever in model.levers if lever.brand == brand)  # eq. E157
        praise *= 1 + more * max(self.bond[brand], 0.0)  # eq. E139
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
        """Forget a part of what was heard, and add what is new, doubting blame of the own brand (eqs. E27–E28).

        Of public complaints everybody hears a part (eq. E63).
        """
        model, influence = self.model, self.model.influence
        shift = influence.shift / STRENGTH_UNIT
        for b in range(model.n_brands):
            believed = 1.0 - influence.resist_hearing if b == self.last_brand else 1.0
            new = shift * (self.praise[b] + self.blame[b] * believed + model.public[b] / len(model.customers))
            heard = model.heard_kept * self.heard[b] + new
            self.heard[b] = min(max(heard, -influence.heard_max), influence.heard_max)
            self.praise[b] = self.blame[b] = 0
