"""Ethics: better conduct toward suppliers, staff and nature."""

from __future__ import annotations

from typing import Literal

from loyaltysim.levers.lever import Account, Lever
from loyaltysim.record import setting
from loyaltysim.world import World


class Ethics(Lever):
    """While it lasts, a share of what the brand's conduct lacks to the best is closed (eq. E135).

    Customers who weigh values choose it more (eq. E48) and, where `behavior.bond.from_values` says so, bonds grow from
    values that are shared (eq. E56).
    """

    kind: Literal["ethics"] = "ethics"
    changes = ("ethics",)

    better: float = setting(0.3, "Share of what its ethics lack to 1 that it gains.", ge=0, le=1, unit="1")

    def show(self, own: Account, world: World, step: int) -> None:
        self._raise(own, world, "ethics", self.better)
