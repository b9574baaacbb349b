"""Event: sales evenings for customers, seminars, customer meetings; some of those who are invited come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import logistic
from loyaltysim.jit import jit
from loyaltysim.levers.lever import Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

NOBODY = np.empty(0, np.int64)

f4 = np.float32


@dataclass
class Invited(Reach):
    """Who comes to the event of this step."""

    guests: np.ndarray
    """Rows."""


class Event(Reaching):
    """Those whom the target chooses are invited; the stronger the bond, the rather they come, and it jumps (eq. E142).

    The firm sees who comes, not why. That events which guests live through strengthen what they feel for a brand:
    Zarantonello and Schmitt 2013.
    """

    kind: Literal["event"] = "event"
    touches = ("jump",)
    reads = ("bond",)

    every_weeks: float = setting(26.0, "Time from one event to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(0.5, "What an invitation costs.", ge=0, le=1e9, unit="currency")
    cost_a_guest: float = setting(15.0, "What a guest costs.", ge=0, le=1e9, unit="currency")
    come: float = setting(-2.0, "Logit of coming for whom nothing binds to the brand.", unit="logit")
    by_bond: float = setting(2.0, "What a unit of bond adds to it.", ge=0, unit="logit")
    jump: float = setting(0.1, "Share of what the bond lacks to 1 that a guest's gains.", ge=0, le=1, unit="1 an event")

    @property
    def is_free(self) -> bool:
        return super().is_free and not self.cost_a_guest

    def open(self, world: World, brand: int, number: Number) -> Invited:
        return Invited(**self._reach(world, brand, number), guests=NOBODY)

    def _charge(self, own: Any, world: World, totals: Totals, rows: np.ndarray) -> None:
        super()._charge(own, world, totals, rows)
        own.guests = self._guests(own, world, rows)
        self._pay(own, world, totals, own.guests, self.cost_a_guest)

    def reach(self, own: Invited, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        self._jump(own, world, own.guests, self.strength * self.jump)

    def _guests(self, own: Reach, world: World, rows: np.ndarray) -> np.ndarray:
        """Those of the invited who come to the event of this step, by the bonds that they have now."""
        bonds, comes = world.bonds(world.now), np.empty(len(rows), np.bool_)
        bond = np.zeros(len(rows), np.float32) if bonds is None else bonds[own.brand, rows]
        _come(rows, world.customers.key, own.luck("come"), world.now, self.come, self.by_bond, bond, comes)
        return rows[comes]


@jit
def _come(rows, key, luck, step, come, by_bond, bond, comes):
    """Draw who comes: with chance logistic(come + by_bond · bond)."""
    come, by_bond, chance = f4(come), f4(by_bond), salt(luck, step, 0, 0)
    for k in range(rows.shape[0]):
        comes[k] = uniform(key[rows[k]], chance) < logistic(come + by_bond * bond[k])
