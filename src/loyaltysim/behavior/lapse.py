"""Lapse: when customers leave a brand, and when it is open to them again.

A brand that was left is not considered (bit in `status`) until the customer returns to it or is won back. A kind
either decides after each repeat purchase, or when contracts are due, and writes who left to the board of leavers.
"""

from __future__ import annotations

from typing import Any, Literal

from loyaltysim.market.leavers import Leavers
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part
from loyaltysim.totals import Totals
from loyaltysim.world import World


class Lapse(Part, room="lapse model"):
    """When customers leave a brand."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def renew(self, own: Any, world: World, block: Block, leavers: Leavers, totals: Totals, step: int) -> None:
        """Before anybody shops: end the contracts of the block that are due and not renewed."""

    def come_back(self, own: Any, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        """Before the choice: open brands that were left to some of this round's shoppers again."""

    def after_purchase(
        self, own: Any, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int, occasion: int
    ) -> None:
        """After the purchase: let some of this round's buyers leave the brand."""


class NoLapse(Lapse):
    """Nobody ever leaves for good."""

    kind: Literal["none"] = "none"
