"""Community: a place for customers of the brand, and what it does for the places they live in."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.belonging import Belonging, Members
from loyaltysim.levers.lever import Account
from loyaltysim.record import setting
from loyaltysim.world import World


class Community(Belonging):
    """While it lasts, bonds with the brand grow besides what satisfies (eq. E135): who belongs is attached.

    With a target it is a club, and the bonds of its members alone grow so (eq. E157).
    """

    kind: Literal["community"] = "community"
    changes = ("bond_growth",)
    touches = ("growth",)

    growth: float = setting(0.002, "Growth of bonds that it adds.", ge=0, le=1e3, unit="1/week")

    def show(self, own: Account, world: World, step: int) -> None:
        if self.target is None:
            growth = self._fact(own, world, "bond_growth")
            growth += np.float32(self.strength * self.growth)

    def give(self, own: Members, world: World) -> None:
        self._add(own, world, "growth", self.growth)
