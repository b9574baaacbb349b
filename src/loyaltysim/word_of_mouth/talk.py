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
from loyaltysim.market.shoppers import Block, Shoppers, take
from loyaltysim.record import Part, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

TALK = purpose("talk.message")
FRIEND = purpose("talk.friend")
SIGN = purpose("talk.sign")

f4, i4, i8, u4, u8 = np.float32, np.int32, np.int64, np.uint32, np.uint64

EQUALLY = np.empty(0, np.float32)
"""Stands for talkativeness where all are alike."""
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
        customers, columns, rows = world.customers, world.customers.arrays, shoppers.rows
        mean, good, value = shoppers.ask("talk.mean"), shoppers.ask("talk.good"), shoppers.ask("talk.value")
        last, talkative = shoppers.ask("last_brand", dtype=np.int8), columns.get("talkativeness", EQUALLY)
        n = _may_talk(
            self._most(world, block), talkative, customers.key, block.start, block.stop, TALK, step,
            shoppers.ask("talk.mask", dtype=np.int32), rows,
        )  # fmt: skip
        take(columns["last_brand"], rows, n, last)
        _of_last(columns["satisfaction"], last, rows, n, value)
        _rates(
            value, last, n, world.calendar.weeks, self.talk_good, self.talk_bad, self.high, self.low, self.width, mean,
            good,
        )  # fmt: skip
        praise = world.touches.arrays.get("praise")
        advocates = praise is not None or bool(world.market.advocacy.any())
        if customers.has("bond") and (self.bond_talk or advocates):
            _of_last(columns["bond"], last, rows, n, value)
            if advocates:
                more = shoppers.ask("talk.more")
                _more(last, rows, n, customers.n_customers, world.market.advocacy, more)
                if praise is not None:
                    _more_of_some(praise, last, rows, n, more)
                _advocate(value, n, more, mean, good)
            if self.bond_talk:
                _attached(value, n, self.bond_talk, mean)
        if len(talkative):
            _talkative(talkative, rows, n, mean)
        n = _who_talks(mean, good, customers.key, n, TALK, step, rows, shoppers.occasions)
        pile.room_for(int(shoppers.occasions[:n].sum()))
        pile.n = _say(
            rows, shoppers.occasions, n, good, columns["last_brand"], customers.key, customers.segment,
            customers.n_customers, SIGN, FRIEND, step, self.strength, pile.n, pile.sender, pile.brand, pile.strength,
            pile.luck, totals.messages_positive, totals.messages_negative,
        )  # fmt: skip

    def _most(self, world: World, block: Block) -> float:
        """More messages than any customer of the block with a talkativeness of 1 can be expected to send in a step."""
        most = (self.talk_good + self.talk_bad) * world.calendar.weeks
        if world.customers.has("bond"):
            bond = max(float(world.customers.arrays["bond"][:, block.start : block.stop].max()), 0.0)
            more, praise = float(world.market.advocacy.max()), world.touches.arrays.get("praise")
            if praise is not None:
                more += float(praise[:, block.start : block.stop].max())
            most *= (1 + self.bond_talk * bond) * (1 + more * bond)
        return most * MARGIN


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
def _may_talk(most, talkative, key, start, stop, purpose, step, mask, rows):
    """Write the rows of the block whose luck makes them talk if they talk as much as anybody could; returns how many.

    Few do, and only theirs are looked at: rates differ, but for everybody else they come to nothing.
    """
    most, eight = f4(most), f4(8.0)
    first = u8(mix(salt(purpose, step, 0, 0)))  # the draw with which `poisson` begins
    own, quiet = key[start:stop], exp(-most) if most < eight else f4(0.0)
    for i in range(own.shape[0]):
        mask[i] = i4(uniform(own[i], first) > quiet)
    if talkative.shape[0] > 0:
        times = talkative[start:stop]
        for i in range(own.shape[0]):
            mean = most * times[i]
            mask[i] = i4((uniform(own[i], first) > exp(-mean)) | (mean > eight))
    n = u8(0)  # without a sign, so that no index is checked for being negative
    for i in range(own.shape[0]):
        rows[n] = start + i
        n += u8(mask[i])
    return i8(n)


@jit
def _of_last(state, last, rows, n, value):
    """value[k] = state of rows[k] with the brand bought last; brand 0's if there is none."""
    for k in range(n):
        value[k] = state[u4(max(last[k], np.int8(0))), u4(rows[k])]


@jit
def _rates(level, last, n, weeks, talk_good, talk_bad, high, low, width, mean, good):
    """Expected messages of each row in a step, and the share of them that is praise."""
    talk_good, talk_bad = f4(talk_good) * f4(weeks), f4(talk_bad) * f4(weeks)
    high, low, width, tiny = f4(high), f4(low), f4(width), f4(1e-30)
    for k in range(n):
        praise = talk_good * logistic((level[k] - high) / width)
        blame = talk_bad * logistic((low - level[k]) / width)
        total = praise + blame
        good[k] = praise / max(total, tiny)
        mean[k] = total * f4(last[k] >= 0)


@jit
def _more(last, rows, n, n_customers, advocacy, more):
    """more[k] = advocacy of the brand last bought, as it is to everybody."""
    for k in range(n):
        more[k] = advocacy[rows[k] // n_customers, u4(max(last[k], np.int8(0)))]


@jit
def _more_of_some(praise, last, rows, n, more):
    """more[k] += what the brand last bought does so for this customer besides (eq. E157)."""
    for k in range(n):
        more[k] += praise[u4(max(last[k], np.int8(0))), u4(rows[k])]


@jit
def _advocate(bond, n, advocacy, mean, good):
    """Praise comes 1 + advocacy[k] · bond with the brand last bought times as often, blame as before (eq. E139)."""
    zero, tiny = f4(0.0), f4(1e-30)
    for k in range(n):
        more = mean[k] * good[k] * advocacy[k] * max(bond[k], zero)
        total = mean[k] + more
        share = (mean[k] * good[k] + more) / max(total, tiny)
        good[k] = share if more > zero else good[k]
        mean[k] = total


@jit
def _attached(bond, n, bond_talk, mean):
    """mean[k] *= 1 + bond_talk · bond with the brand last bought."""
    bond_talk, one = f4(bond_talk), f4(1.0)
    for k in range(n):
        mean[k] *= one + bond_talk * bond[k]


@jit
def _talkative(talkativeness, rows, n, mean):
    """mean[k] *= talkativeness."""
    for k in range(n):
        mean[k] *= talkativeness[u4(rows[k])]


@jit
def _who_talks(mean, good, key, n, purpose, step, rows, count):
    """Close the ranks: keep who says anything, and write how many messages each sends; returns how many rows."""
    luck = salt(purpose, step, 0, 0)
    first = u8(mix(luck))  # the draw with which `poisson` begins
    for k in range(n):
        some = uniform(key[u4(rows[k])], first) > exp(-min(mean[k], f4(8.0)))
        count[k] = i4(some | (mean[k] > f4(8.0)))
    found = u8(0)
    for k in range(n):
        talks = u8(count[k])
        rows[found], mean[found], good[found] = rows[k], mean[k], good[k]
        found += talks
    for q in range(i8(found)):
        count[q] = poisson(key[u4(rows[q])], luck, mean[q])
    return i8(found)


@jit
def _say(
    rows, count, n_talkers, good, last, key, segment, n_customers, sign_purpose, friend_purpose, step, strength,
    n, sender, about, strengths, friend, positive, negative,
):  # fmt: skip
    """Append each talker's messages, praise or blame by chance, and count them; returns how many there are."""
    for q in range(n_talkers):
        row = rows[q]
        b = last[row]
        for m in range(count[q]):
            praise = i8(uniform(key[row], salt(sign_purpose, step, m, 0)) < good[q])
            sender[n] = row
            about[n] = b
            strengths[n] = (praise + praise - 1) * strength
            friend[n] = bits(key[row], salt(friend_purpose, step, m, 0))
            positive[row // n_customers, segment[row], b] += praise
            negative[row // n_customers, segment[row], b] += 1 - praise
            n += 1
    return n
