"""Community: a place for customers of the brand, and what it does for the places they live in."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.lever import Account, Lever
from loyaltysim.record import setting
from loyaltysim.world import World


class Community(Lever):
    """While it lasts, bonds with the brand grow besides what satisfies (eq. E135): who belongs is attached."""

    kind: Literal["community"] = "community"
    changes = ("bond_growth",)

    growth: float = setting(0.002, "Growth of bonds that it adds.", ge=0, le=1e3, unit="1/week")

    def show(self, own: Account, world: World, step: int) -> None:
        growth = self._fact(own, world, "bond_growth")
        growth += np.float32(self.strength * self.growth)
