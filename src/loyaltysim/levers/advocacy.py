"""Advocacy: a place where loyal customers share what they like about the brand."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.lever import Account, Lever
from loyaltysim.record import setting
from loyaltysim.world import World


class Advocacy(Lever):
    """While it lasts, customers praise the brand more often, the stronger their bond the more, and bonds grow.

    Eq. E139. Blame stays as it is: who is angry finds a place anyway.
    """

    kind: Literal["advocacy"] = "advocacy"
    changes = ("advocacy", "bond_growth")

    praise: float = setting(
        1.0, "How much more often customers with a full bond praise the brand.", ge=0, le=1e3, unit="1"
    )
    growth: float = setting(0.001, "Growth of bonds that it adds.", ge=0, le=1e3, unit="1/week")

    def show(self, own: Account, world: World, step: int) -> None:
        for name, more in (("advocacy", self.praise), ("bond_growth", self.growth)):
            fact = self._fact(own, world, name)
            fact += np.float32(self.strength * more)
