"""Advocacy: a place where loyal customers share what they like about the brand."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.belonging import Belonging, Members
from loyaltysim.levers.lever import Account
from loyaltysim.record import setting
from loyaltysim.world import World


class Advocacy(Belonging):
    """While it lasts, customers praise the brand more often, the stronger their bond the more, and bonds grow.

    Eq. E139. Blame stays as it is: who is angry finds a place anyway. With a target it is so with those alone who are
    asked in (eq. E157).
    """

    kind: Literal["advocacy"] = "advocacy"
    changes = ("advocacy", "bond_growth")
    touches = ("praise", "growth")

    praise: float = setting(
        1.0, "How much more often customers with a full bond praise the brand.", ge=0, le=1e3, unit="1"
    )
    growth: float = setting(0.001, "Growth of bonds that it adds.", ge=0, le=1e3, unit="1/week")

    def show(self, own: Account, world: World, step: int) -> None:
        if self.target is None:
            for name, more in (("advocacy", self.praise), ("bond_growth", self.growth)):
                fact = self._fact(own, world, name)
                fact += np.float32(self.strength * more)

    def give(self, own: Members, world: World) -> None:
        self._add(own, world, "praise", self.praise)
        self._add(own, world, "growth", self.growth)
