"""Talk: what customers say of brands.

A kind writes messages into the block's pile (board `Messages`), heard in the next step. A message has a strength in
1/1024 of a full message, positive for praise and negative for blame.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import bits, mix, poisson, purpose, salt, uniform
from loyaltysim.elementary import exp, logistic
from loyaltysim.jit import jit
from loyaltysim.market.messages import STRENGTH_UNIT, MessagePile
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

TALK = purpose("talk.message")
FRIEND = purpose("talk.friend")
SIGN = purpose("talk.sign")

f4, i4, i8, u8 = np.float32, np.int32, np.int64, np.uint64


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
        """Write what this round's shoppers say."""

    def after_step(
        self, own: Any, world: World, block: Block, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int
    ) -> None:
        """Write what everybody of the block says once a step."""


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
        pile.room_for(shoppers.n)
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

    def open(self, world: World) -> None:
        for name in ("satisfaction", "last_brand"):
            world.stage(name)

    def after_step(
        self, own: None, world: World, block: Block, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int
    ) -> None:
        customers, columns = world.customers, world.customers.arrays
        mean, good, value = shoppers.ask("talk.mean"), shoppers.ask("talk.good"), shoppers.ask("talk.value")
        last, start, stop = columns["last_brand"], block.start, block.stop
        _of_last(columns["satisfaction"], last, start, stop, value)
        _rates(
            value, last, start, stop, world.calendar.weeks, self.talk_good, self.talk_bad, self.high, self.low,
            self.width, mean, good,
        )  # fmt: skip
        advocacy = world.market.advocacy
        advocates = bool(advocacy.any())
        if customers.has("bond") and (self.bond_talk or advocates):
            _of_last(columns["bond"], last, start, stop, value)
            if advocates:
                _advocate(value, last, start, block.bounds, advocacy, block.first_replication, mean, good)
            if self.bond_talk:
                _attached(value, stop - start, self.bond_talk, mean)
        if customers.has("talkativeness"):
            _talkative(columns["talkativeness"], block.start, block.stop, mean)
        n = _who_talks(
            mean, customers.key, start, stop, TALK, step, shoppers.ask("talk.mask", dtype=np.int32), shoppers.rows,
            shoppers.occasions,
        )  # fmt: skip
        pile.room_for(int(shoppers.occasions[:n].sum()))
        pile.n = _say(
            shoppers.rows, shoppers.occasions, n, block.start, good, columns["last_brand"], customers.key,
            customers.segment, customers.n_customers, SIGN, FRIEND, step, self.strength, pile.n, pile.sender,
            pile.brand, pile.strength, pile.luck, totals.messages_positive, totals.messages_negative,
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


@jit
def _of_last(state, last, start, stop, value):
    """value[i] = state of the block's row i with the brand it bought last; brand 0's if there is none."""
    own = last[start:stop]
    column = state[0, start:stop]
    for i in range(own.shape[0]):
        value[i] = column[i]
    one = f4(1.0)
    for b in range(1, state.shape[0]):
        column = state[b, start:stop]
        for i in range(own.shape[0]):
            here = f4(own[i] == np.int8(b))
            value[i] = here * column[i] + (one - here) * value[i]


@jit
def _rates(level, last, start, stop, weeks, talk_good, talk_bad, high, low, width, mean, good):
    """Expected messages of each row of the block in a step, and the share of them that is praise."""
    talk_good, talk_bad = f4(talk_good) * f4(weeks), f4(talk_bad) * f4(weeks)
    high, low, width, tiny = f4(high), f4(low), f4(width), f4(1e-30)
    own = last[start:stop]
    for i in range(own.shape[0]):
        praise = talk_good * logistic((level[i] - high) / width)
        blame = talk_bad * logistic((low - level[i]) / width)
        total = praise + blame
        good[i] = praise / max(total, tiny)
        mean[i] = total * f4(own[i] >= 0)


@jit
def _advocate(bond, last, start, bounds, advocacy, first_replication, mean, good):
    """Praise comes 1 + advocacy of the brand last bought · bond with it times as often, blame as before (eq. E139)."""
    zero, tiny = f4(0.0), f4(1e-30)
    for r in range(bounds.shape[0] - 1):
        of, some = advocacy[first_replication + r], slice(bounds[r], bounds[r + 1])
        own, messages, praise, attached = (
            last[start + bounds[r] : start + bounds[r + 1]],
            mean[some],
            good[some],
            bond[some],
        )
        for i in range(own.shape[0]):
            more = messages[i] * praise[i] * of[np.uint32(max(own[i], np.int8(0)))] * max(attached[i], zero)
            total = messages[i] + more
            share = (messages[i] * praise[i] + more) / max(total, tiny)
            praise[i] = share if more > zero else praise[i]
            messages[i] = total


@jit
def _attached(bond, n, bond_talk, mean):
    """mean[i] *= 1 + bond_talk · bond with the brand last bought."""
    bond_talk, one = f4(bond_talk), f4(1.0)
    for i in range(n):
        mean[i] *= one + bond_talk * bond[i]


@jit
def _talkative(talkativeness, start, stop, mean):
    """mean[i] *= talkativeness."""
    for i in range(stop - start):
        mean[i] *= talkativeness[start + i]


@jit
def _who_talks(mean, key, start, stop, purpose, step, mask, rows, count):
    """Write the rows that say anything, and how many messages each sends; returns how many rows."""
    luck = salt(purpose, step, 0, 0)
    first = u8(mix(luck))  # the draw with which `poisson` begins
    own = key[start:stop]
    for i in range(own.shape[0]):
        some = uniform(own[i], first) > exp(-min(mean[i], f4(8.0)))
        mask[i] = i4(some | (mean[i] > f4(8.0)))
    found = u8(0)  # without a sign, so that no index is checked for being negative
    for i in range(own.shape[0]):
        rows[found] = start + i
        found += u8(mask[i])
    n = i8(found)
    for q in range(n):
        count[q] = poisson(key[rows[q]], luck, mean[rows[q] - start])
    return n


@jit
def _say(
    rows, count, n_talkers, start, good, last, key, segment, n_customers, sign_purpose, friend_purpose, step, strength,
    n, sender, about, strengths, friend, positive, negative,
):  # fmt: skip
    """Append each talker's messages, praise or blame by chance, and count them; returns how many there are."""
    for q in range(n_talkers):
        row = rows[q]
        b = last[row]
        for m in range(count[q]):
            praise = i8(uniform(key[row], salt(sign_purpose, step, m, 0)) < good[row - start])
            sender[n] = row
            about[n] = b
            strengths[n] = (praise + praise - 1) * strength
            friend[n] = bits(key[row], salt(friend_purpose, step, m, 0))
            positive[row // n_customers, segment[row], b] += praise
            negative[row // n_customers, segment[row], b] += 1 - praise
            n += 1
    return n
