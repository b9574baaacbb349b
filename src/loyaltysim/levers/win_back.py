"""Win-back: offers to those whom the brand believes to have lost, to come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import salt, uniform
from loyaltysim.jit import jit
from loyaltysim.levers.lever import Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.market.seen import Seen
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.market.touches import BUNDLE, DISCOUNT, UPGRADE
from loyaltysim.record import ROUNDING, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

NUMBERS = {"discount": DISCOUNT, "upgrade": UPGRADE, "bundle": BUNDLE}
NEVER = -1
NOBODY = np.empty(0, np.int64)

f4, i4 = np.float32, np.int32


@dataclass
class Offered(Reach):
    """Who has an offer, and who took one."""

    accepted: np.ndarray
    """Step at whose end each row last took an offer of this lever, -1 never."""
    rows: np.ndarray
    """Who is offered to come back in this step."""


class WinBackOffers(Reaching):
    """Who seems lost is offered a discount, an upgrade or both, to come back to the brand (eqs. E144, E145).

    A firm sees who has cancelled a contract. Without contracts it sees only who has not bought for a while, so that
    some who never left get the offer as well: it costs, and does nothing to them, for there is nothing to accept.
    Who accepts is `behavior.win_back`'s to say (eq. E67). A discount is a price: it lasts from the step after, is what
    is paid, and therefore costs revenue; an upgrade costs `cost_accepted` alone. Strength is the share of offers that
    are noticed, all from 1 on: an offer is made or not.
    """

    kind: Literal["win_back"] = "win_back"
    touches = ("win_back",)

    every_weeks: float = setting(13.0, "Time from one time to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(0.5, "What an offer costs, whoever gets it.", ge=0, le=1e9, unit="currency")
    cost_accepted: float = setting(
        0.0, "What an accepted offer costs besides: the upgrade, the trouble.", ge=0, le=1e9, unit="currency",
        source="assumed: 0",
    )  # fmt: skip
    after_weeks: float = setting(
        26.0, "Time without a purchase after which a customer is believed lost; contracts tell by themselves.", gt=0,
        le=5200, unit="weeks",
    )  # fmt: skip
    gives: Literal["discount", "upgrade", "bundle"] = setting("discount", "What is offered; a bundle is both.")
    percent: float = setting(20.0, "Share that a discount, or a bundle's, takes off.", ge=0, le=100, unit="%")
    weeks: float = setting(13.0, "How long it lasts after it is accepted.", gt=0, le=5200, unit="weeks")

    @model_validator(mode="after")
    def _discounts(self) -> WinBackOffers:
        given = [name for name in ("percent", "weeks") if name in self.given()]
        if self.gives == "upgrade" and given:
            raise ValueError(f'an upgrade has no {given[0]}: leave it out, or set gives to "discount" or "bundle"')
        return self

    @property
    def takes_off(self) -> float:
        return 0.0 if self.gives == "upgrade" else self.percent / 100

    @property
    def is_free(self) -> bool:
        return super().is_free and not self.cost_accepted

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks", *["weeks"] * (self.gives != "upgrade"))

    def open(self, world: World, brand: int, number: Number) -> Offered:
        reach = self._reach(world, brand, number)
        for kind in ("offered", "won_back"):
            world.touches.ask(kind)
        accepted = world.own(f"{reach['label']}.accepted", (world.customers.rows,), np.int32, NEVER)
        return Offered(**reach, accepted=accepted, rows=NOBODY)

    def among(self, own: Offered, world: World, seen: Seen) -> np.ndarray:
        """Who is believed lost, and has no other offer of the brand to come back in this step (eq. E144)."""
        rows = seen.customers
        away = seen.since("last_step")[rows]
        # a contract buys every step: who was not here in the last one has cancelled
        after = 1.5 * seen.weeks if world.customers.has("contract") else self.after_weeks - ROUNDING
        return rows[(away >= after) & (world.touches.arrays["offered"][own.brand, rows] == 0)]

    def reach(self, own: Offered, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        world.touches.arrays["offered"][own.brand, rows] = 1
        noticed = np.empty(len(rows), np.bool_)
        _notice(rows, world.customers.key, own.luck("noticed"), step, self.strength, noticed)
        own.rows = rows[noticed]
        world.touches.arrays["win_back"][own.brand, own.rows] = NUMBERS[self.gives]

    def offer(self, own: Offered, world: World, shoppers: Shoppers, step: int) -> None:
        if self.gives != "upgrade" and self.percent:
            steps = world.calendar.lasts(self.weeks)
            left = 1 - self.percent / 100
            _lower(shoppers.rows, shoppers.n, step, steps, own.accepted, left, shoppers.price[own.brand])

    def close(self, own: Offered, world: World, totals: Totals, step: int) -> None:
        took = own.rows[world.touches.arrays["won_back"][own.brand, own.rows] != 0]
        own.accepted[took] = step
        self._pay(own, world, totals, took, self.cost_accepted)
        own.rows = NOBODY


@jit
def _notice(rows, key, luck, step, strength, noticed):
    """Draw who notices the offer."""
    strength, chance = f4(strength), salt(luck, step, 0, 0)
    for k in range(rows.shape[0]):
        noticed[k] = uniform(key[rows[k]], chance) < strength


@jit
def _lower(rows, n, step, steps, accepted, left, price):
    """price[q] *= left in the steps after the one at whose end an offer was accepted."""
    left, one = f4(left), f4(1.0)
    for q in range(n):
        begun = accepted[rows[q]]
        price[q] *= left if (begun >= i4(0)) & (step > begun) & (step - begun <= steps) else one
