"""Brand advertising: stories and feelings that bind those who know the brand."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.advertising import Advertising, Remembered
from loyaltysim.record import setting
from loyaltysim.world import World


class BrandAdvertising(Advertising):
    """Bonds with the brand grow besides what satisfies, as long as its advertising is in mind (eq. E137).

    Bonds grow with those alone who have bought the brand; others are `awareness_advertising`'s to win.
    """

    kind: Literal["brand_advertising"] = "brand_advertising"
    changes = ("bond_growth",)

    growth: float = setting(
        0.002, "Growth of bonds that advertising adds that has gone on for long.", ge=0, le=1e3, unit="1/week"
    )

    def show(self, own: Remembered, world: World, step: int) -> None:
        growth = self._fact(own, world, "bond_growth")
        growth += np.float32(self.strength * self.growth * self.adstock(own, world, step))
