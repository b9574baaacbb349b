"""Talk: what customers say of brands.

A kind writes messages into the block's pile (board `Messages`), heard in the next step. A message has a strength in
1/1024 of a full message, positive for praise and negative for blame.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import bits, mix, purpose, salt, uniform
from loyaltysim.jit import jit
from loyaltysim.market.messages import STRENGTH_UNIT, MessagePile
from loyaltysim.market.shoppers import Block, Shoppers, take
from loyaltysim.record import Part, setting
from loyaltysim.totals import Totals
from loyaltysim.word_of_mouth import talk_rates
from loyaltysim.world import World

TALK = purpose("talk.message")
FRIEND = purpose("talk.friend")
SIGN = purpose("talk.sign")

f4, i4, i8, u4, u8 = np.float32, np.int32, np.int64, np.uint32, np.uint64

EQUALLY = np.empty(0, np.float32)
"""Stands for talkativeness where all are alike …"""
NO_STATE = np.empty((0, 0), np.float32)
"""… and for a state by brand that nobody has."""
MARGIN = 1.001
"""Rounding of float32 is far below this: whoever talks is among those who may."""


class Talk(Part, room="talk model"):
    """Who talks, and when."""

    audience: Literal["all", "one"] = setting("all", "Whether all friends hear a message, or one of them by chance.")
    expression: float = setting(1.0, "Strength of a message.", ge=0, le=8, unit="1")

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    @property
    def strength(self) -> int:
        """Strength of a message in whole units."""
        return round(self.expression * STRENGTH_UNIT)

    def after_purchase(
        self, own: Any, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int, occasion: int
    ) -> None:
        """Write what this round's shoppers say, one message each at most, for which there is room."""

    def after_step(self, own: Any, world: World, block: Block, shoppers: Shoppers, step: int) -> None:
        """Write who of the block says anything once a step: `shoppers.rows`, `n` of them, and `n_messages` of all."""

    def say(self, own: Any, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int) -> None:
        """Write what they say; there is room for it."""


class NoTalk(Talk):
    """Nobody talks."""

    kind: Literal["none"] = "none"


class Threshold(Talk):
    """A buyer praises a good experience and blames a bad one, each with a chance (eq. E23)."""

    kind: Literal["threshold"] = "threshold"

    good_above: float = setting(0.8, "Experience above which a buyer may praise.", unit="1")
    bad_below: float = setting(0.1, "Experience below which a buyer may blame.", unit="1")
    good_chance: float = setting(0.2, "Chance to praise a good experience.", ge=0, le=1, unit="1")
    bad_chance: float = setting(0.4, "Chance to blame a bad experience.", ge=0, le=1, unit="1")

    @model_validator(mode="after")
    def _check(self) -> Threshold:
        if self.bad_below > self.good_above:
            raise ValueError(f"bad_below ({self.bad_below:g}) must not be above good_above ({self.good_above:g})")
        return self

    def after_purchase(
        self, own: None, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int, occasion: int
    ) -> None:
        pile.n = _after_purchase(
            shoppers.columns["experience"], shoppers.brand, shoppers.rows, shoppers.key, shoppers.segment,
            shoppers.begins, shoppers.first_replication, TALK, step, occasion, self.good_above, self.bad_below,
            self.good_chance, self.bad_chance, self.strength, shoppers.ask("talk.picked", dtype=np.int32), pile.n,
            pile.sender, pile.brand, pile.strength, pile.luck, totals.messages_positive, totals.messages_negative,
        )  # fmt: skip


class Rates(Talk):
    """Customers talk about the brand they bought last, at rates that follow satisfaction (eqs. E24–E25).

    Praise comes at `talk_good` · logistic((satisfaction - high) / width), blame at `talk_bad` · logistic((low -
    satisfaction) / width), both times talkativeness and 1 + `bond_talk` · bond. Where brands give them a place to (fact
    `advocacy`), those with a bond praise more often (eq. E139). With the defaults of `grocery` messages come near 3 : 1
    (East, Hammond and Wright 2007).
    """

    kind: Literal["rates"] = "rates"
    reads = ("last_brand", "satisfaction", "bond", "talkativeness")

    audience: Literal["all", "one"] = setting("one", "Whether all friends hear a message, or one of them by chance.")
    talk_good: float = setting(0.08, "Highest rate of praise.", ge=0, unit="1/week")
    talk_bad: float = setting(0.08, "Highest rate of blame.", ge=0, unit="1/week")
    high: float = setting(0.6, "Satisfaction at which praise comes at half its highest rate.", unit="1")
    low: float = setting(0.35, "Satisfaction at which blame comes at half its highest rate.", unit="1")
    width: float = setting(0.08, "How gradually the rates rise.", gt=0, unit="1")
    bond_talk: float = setting(0.5, "How much more a full bond makes a customer talk.", ge=0, unit="1")

    @property
    def highest(self) -> float:
        """Above the messages a week that satisfaction lets anybody send: nobody praises and blames most at once.

        Where satisfaction is above the middle of `high` and `low`, blame is below `share` of its highest rate; where it
        is below, praise is.
        """
        share = (1 - math.tanh((self.high - self.low) / (4 * self.width))) / 2  # logistic of half the way between
        return max(self.talk_good + self.talk_bad * share, self.talk_bad + self.talk_good * share)

    def open(self, world: World) -> bool:
        """Whether brands may give those who praise them a place to."""
        for name in ("satisfaction", "last_brand"):
            world.stage(name)
        return "advocacy" in world.felt or bool(world.market.advocacy.any())

    def after_step(self, own: bool, world: World, block: Block, shoppers: Shoppers, step: int) -> None:
        customers, columns, rows = world.customers, world.customers.arrays, shoppers.rows
        mean, good, value = shoppers.ask("talk.mean"), shoppers.ask("talk.good"), shoppers.ask("talk.value")
        last, talkative = shoppers.ask("last_brand", dtype=np.int8), columns.get("talkativeness", EQUALLY)
        praise = world.touches.arrays.get("praise")
        most = talk_rates.most_messages(
            columns.get("bond", NO_STATE), world.market.advocacy, NO_STATE if praise is None else praise, block.start,
            block.stop, self.highest * world.calendar.weeks, self.bond_talk, MARGIN,
        )  # fmt: skip
        n = talk_rates.may_talk(
            most, talkative, customers.key, block.start, block.stop, TALK, step,
            shoppers.ask("talk.mask", dtype=np.int32), rows,
        )  # fmt: skip
        take(columns["last_brand"], rows, n, last)
        talk_rates.of_last(columns["satisfaction"], last, rows, n, value)
        talk_rates.rates(
            value, last, n, world.calendar.weeks, self.talk_good, self.talk_bad, self.high, self.low, self.width, mean,
            good,
        )  # fmt: skip
        if customers.has("bond") and (self.bond_talk or own or praise is not None):
            talk_rates.of_last(columns["bond"], last, rows, n, value)
            if own or praise is not None:
                more = shoppers.ask("talk.more")
                talk_rates.advocacy_of_last(last, rows, n, customers.n_customers, world.market.advocacy, more)
                if praise is not None:
                    talk_rates.add_praise_of_last(praise, last, rows, n, more)
                talk_rates.advocate(value, n, more, mean, good)
            if self.bond_talk:
                talk_rates.attached(value, n, self.bond_talk, mean)
        if len(talkative):
            talk_rates.times_talkativeness(talkative, rows, n, mean)
        own_keys = shoppers.ask("talk.key", dtype=np.uint64)
        shoppers.n = talk_rates.who_talks(mean, good, customers.key, n, TALK, step, rows, own_keys, shoppers.occasions)
        shoppers.n_messages = talk_rates.count_messages(shoppers.occasions, shoppers.n)

    def say(self, own: bool, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int) -> None:
        customers = world.customers
        pile.n = talk_rates.say(
            shoppers.rows, shoppers.occasions, shoppers.n, shoppers.columns["talk.good"],
            customers.arrays["last_brand"], customers.key, customers.segment, customers.n_customers, SIGN, FRIEND, step,
            self.strength, pile.n, pile.sender, pile.brand, pile.strength, pile.luck, totals.messages_positive,
            totals.messages_negative,
        )  # fmt: skip


@jit
def _after_purchase(
    experience, brand, rows, key, segment, begins, first_replication, purpose, step, occasion, good_above, bad_below,
    good_chance, bad_chance, strength, picked, n, sender, about, strengths, friend, positive, negative,
):  # fmt: skip
    """Append a message for each buyer who talks, and count them; returns how many messages there are."""
    good_above, bad_below = f4(good_above), f4(bad_below)
    good_chance, bad_chance = f4(good_chance), f4(bad_chance)
    luck = salt(purpose, step, occasion, 0)
    for q in range(begins[-1]):
        u = uniform(key[q], luck)
        good = (experience[q] > good_above) & (u < good_chance)
        bad = (experience[q] < bad_below) & (u < bad_chance)
        picked[q] = i4((good | bad) & (brand[q] >= 0))
    talkers = u8(0)
    for q in range(begins[-1]):  # the list of talkers grows over marks that were read already
        talks = u8(picked[q])
        picked[talkers] = q
        talkers += talks
    r = 0
    for k in range(i8(talkers)):
        q = picked[k]
        while q >= begins[r + 1]:
            r += 1
        good = i8(experience[q] > good_above)
        sender[n] = rows[q]
        about[n] = brand[q]
        strengths[n] = (good + good - 1) * strength
        friend[n] = bits(mix(key[q]), luck)
        positive[first_replication + r, segment[q], brand[q]] += good
        negative[first_replication + r, segment[q], brand[q]] += 1 - good
        n += 1
    return n
