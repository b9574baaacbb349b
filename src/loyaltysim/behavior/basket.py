"""Basket: how many units a purchase has.

A kind fills the column `shoppers.units`, one per shopper.
"""

from __future__ import annotations

from typing import Any, Literal

from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part
from loyaltysim.world import World


class Basket(Part, room="basket model"):
    """How many units a purchase has."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def fill(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Write how many units each shopper takes; the column is 1 for everybody until somebody writes it."""


class OneUnit(Basket):
    """One unit a purchase."""

    kind: Literal["one"] = "one"
