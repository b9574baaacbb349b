"""Communication: news by mail, app or letter, which keep a brand in mind until they tire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.market.seen import Seen
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

LN_2 = float(np.log(2.0))
NEVER = -1

f4 = np.float32


@dataclass
class Reminded(Reach):
    """What is left of earlier contacts, one per row, as of the last one."""

    recent: np.ndarray
    """Contacts that are still in mind."""
    fatigue: np.ndarray
    """Contacts that still tire."""
    last: np.ndarray
    """Step of the last contact, -1 never."""
    out: np.ndarray
    """1 for who wants to hear no more."""


class Communication(Reaching):
    """Each contact adds to the utility of the brand, less with every one that still tires, and some opt out for good.

    Contacts are remembered with a half-life and tire for a while (eq. E125); each may make the customer opt out, the
    rather the more it tires (eq. E126). `behavior.needs` says whether contacts also bring needs forward
    (`contact_lift`).
    """

    kind: Literal["communication"] = "communication"
    touches = ("contact", "jump")

    cost_each: float = setting(0.02, "What a contact costs; a letter costs about 1.", ge=0, le=1e9, unit="currency")
    relevance: float = setting(
        0.1, "Utility that a contact in mind adds, as long as none tires.", ge=-10, le=10, unit="logit"
    )
    half_life_weeks: float = setting(2.0, "Time after which half of a contact is forgotten.", gt=0, unit="weeks")
    tiring: float = setting(0.2, "How far a contact that tires lowers the logarithm of the effect.", ge=0, unit="1")
    recovery_weeks: float = setting(8.0, "Time after which a contact tires 1/e as much.", gt=0, unit="weeks")
    opt_out: float = setting(
        0.001, "Hazard to opt out at a contact, per contact that tires, this one included.", ge=0, le=10,
        unit="1 a contact",
    )  # fmt: skip
    jump: float = setting(
        0.0, "Share of what the bond lacks to 1 that a contact adds, as far as it does not tire.", ge=0, le=1,
        unit="1 a contact", source="assumed: 0",
    )  # fmt: skip

    def open(self, world: World, brand: int, number: int) -> Reminded:
        reach, rows = self._reach(world, brand, number), world.customers.rows
        label = reach["label"]
        return Reminded(
            **reach,
            recent=world.own(f"{label}.recent", (rows,), np.float32),
            fatigue=world.own(f"{label}.fatigue", (rows,), np.float32),
            last=world.own(f"{label}.last", (rows,), np.int32, NEVER),
            out=world.own(f"{label}.out", (rows,), np.uint8),
        )

    def among(self, own: Reminded, world: World, seen: Seen) -> np.ndarray:
        """Who ever bought the brand and has not opted out."""
        rows = seen.customers
        return rows[own.out[rows] == 0]

    def reach(self, own: Reminded, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        weeks, fresh = world.calendar.weeks, np.empty(len(rows), np.float32)
        _contact(
            rows, world.customers.key, own.luck("opt_out"), step, weeks / self.half_life_weeks * LN_2,
            weeks / self.recovery_weeks, self.tiring, self.opt_out * self.strength, own.recent, own.fatigue, own.last,
            own.out, world.touches.arrays["contact"][own.brand], fresh,
        )  # fmt: skip
        if self.jump:
            self._jump(own, world, rows, np.float32(self.strength * self.jump) * fresh)
        left = rows[own.out[rows] != 0]
        place = (left // world.customers.n_customers, world.customers.segment[left])
        np.add.at(totals.opted_out[:, :, own.brand], place, 1)

    def offer(self, own: Reminded, world: World, shoppers: Shoppers, step: int) -> None:
        if self.relevance and self.strength:
            weeks = world.calendar.weeks
            _attend(
                shoppers.rows, shoppers.n, step, weeks / self.half_life_weeks * LN_2, weeks / self.recovery_weeks,
                self.tiring, self.strength * self.relevance, own.recent, own.fatigue, own.last,
                shoppers.ask("attention", True)[own.brand],
            )  # fmt: skip


@jit
def _contact(
    rows, key, luck, step, forgetting, recovering, tiring, opt_out, recent, fatigue, last, out, contacts, fresh
):  # fmt: skip
    """Each row is contacted: what is left of earlier contacts plus one; fresh[k] = how far it does not tire."""
    forgetting, recovering, tiring, opt_out = f4(forgetting), f4(recovering), f4(tiring), f4(opt_out)
    one, chance = f4(1.0), salt(luck, step, 0, 0)
    for k in range(rows.shape[0]):
        row = rows[k]
        steps = f4(step - last[row])  # before the first contact nothing is there to fade
        tired = fatigue[row] * exp(-recovering * steps)
        fresh[k] = exp(-tiring * tired)
        recent[row] = recent[row] * exp(-forgetting * steps) + one
        fatigue[row] = tired + one
        last[row] = step
        contacts[row] += np.uint8(contacts[row] < np.uint8(255))
        out[row] = np.uint8(uniform(key[row], chance) >= exp(-opt_out * fatigue[row]))


@jit
def _attend(rows, n, step, forgetting, recovering, tiring, relevance, recent, fatigue, last, attention):
    """attention[q] += relevance · contacts in mind · e**(-tiring · contacts that tire), as of now (eq. E125)."""
    forgetting, recovering, tiring, relevance = f4(forgetting), f4(recovering), f4(tiring), f4(relevance)
    for q in range(n):
        row = rows[q]
        steps = f4(step - last[row])
        tired = fatigue[row] * exp(-recovering * steps)
        attention[q] += relevance * recent[row] * exp(-forgetting * steps - tiring * tired)
