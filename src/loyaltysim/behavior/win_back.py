"""Win-back: how those who left a brand answer its offers to come back.

Offers are on the board of touches, column `win_back`: 1 a discount, 2 an upgrade, 3 a bundle, 0 none.
"""

from __future__ import annotations

from typing import Any, Literal

from loyaltysim.market.shoppers import Block
from loyaltysim.record import Part
from loyaltysim.totals import Totals
from loyaltysim.world import World


class WinBack(Part, room="win-back model"):
    """How those who left answer an offer."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def answer(self, own: Any, world: World, block: Block, totals: Totals, step: int) -> None:
        """Once a step: open the brands whose offers are accepted."""


class NoWinBack(WinBack):
    """Nobody answers."""

    kind: Literal["none"] = "none"
