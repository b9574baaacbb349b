"""Choice: which brand a shopper buys, or none.

A kind fills `shoppers.brand` from what is offered and what the customer feels.

To write another: a `Choice` with a `kind`, whose `choose` writes `shoppers.brand`, -1 for no purchase.
"""

from __future__ import annotations

from typing import Any

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part
from loyaltysim.world import World

CHOICE = purpose("choice.brand")


class Choice(Part, room="choice model"):
    """How a shopper comes to a brand."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def choose(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Write the brand that each shopper buys, -1 for none."""
        raise NotImplementedError

    def remember(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Write back what the customer remembers of the offers."""
