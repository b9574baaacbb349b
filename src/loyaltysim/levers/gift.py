"""Gift: merchandise and small presents for customers, whether they buy or not."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World


class Gift(Reaching):
    """Now and then those whom the target chooses get a present, and their bonds jump (eq. E121).

    Reciprocity: feeling valued is a source of the bond, money off is none (docs/model.md, "Discounts").
    """

    kind: Literal["gift"] = "gift"
    touches = ("jump",)

    every_weeks: float = setting(52.0, "Time from one time to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(3.0, "What a present costs, with its post.", ge=0, le=1e9, unit="currency")
    jump: float = setting(0.05, "Share of what the bond lacks to 1 that a present adds.", ge=0, le=1, unit="1 a gift")

    def reach(self, own: Reach, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        self._jump(own, world, rows, self.strength * self.jump)
