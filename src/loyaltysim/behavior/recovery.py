"""Recovery: failures at purchases, complaints about them, and what the brand's answer mends.

A kind writes the incidents board (`market.incidents`), changes satisfaction with the brand that failed, and adds to
`strain`, which weighs when the customer next decides to stay.
"""

from __future__ import annotations

from typing import Any, Literal

from loyaltysim.market.messages import MessagePile
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part
from loyaltysim.totals import Totals
from loyaltysim.world import World


class Recovery(Part, room="recovery model"):
    """What goes wrong, and what is made of it."""

    @property
    def is_public(self) -> bool:
        """Whether others may see complaints."""
        return False

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def handle(
        self, own: Any, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int, occasion: int
    ) -> None:
        """Let some of this round's purchases fail, and work through what follows."""


class NoRecovery(Recovery):
    """Nothing ever goes wrong."""

    kind: Literal["none"] = "none"
