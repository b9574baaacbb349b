"""Poach: a coupon for a rival's customers, printed at the till.

Who bought a rival last time finds a coupon with the bill. That is what a firm can buy from retailers, whose tills know
what was in the basket but nothing else of the customer: no taste, bond or satisfaction. The coupon is for the next
purchase of the category; who bought the brand itself last time, or nothing yet, pays the usual price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.faults import Fault
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.pricing import rivals
from loyaltysim.pricing.spell import Spell
from loyaltysim.record import setting
from loyaltysim.routine import known
from loyaltysim.world import World

f4 = np.float32


@dataclass
class Coupon:
    """What an offer keeps."""

    luck: np.uint64
    named: np.ndarray
    """uint8, one per brand: 1 for those whose customers are meant."""


class Poach(Spell):
    """The brand's price on the shelf less `depth`, for who bought a rival last time (eq. E128)."""

    kind: Literal["poach"] = "poach"
    promotes = True
    reads = ("last_brand",)

    rivals: tuple[str, ...] = setting((), "Brands whose customers are meant; none: all others.")
    depth: float = setting(0.2, "Share taken off the price on the shelf.", ge=0, le=1, unit="1")
    chance: float = setting(1.0, "Chance that the coupon is there, drawn anew for each step.", ge=0, le=1, unit="1")

    def check(self, brand: str, brands: Mapping[str, Any], weeks: float) -> Iterator[Fault]:
        yield from rivals.faults(self.rivals, brand, tuple(brands))

    def open(self, world: World, brand: int, number: int) -> Coupon:
        world.stage("last_brand")
        named = np.zeros(len(world.brands), np.uint8)
        named[rivals.places(self.rivals, brand, world.brands)] = 1
        return Coupon(purpose(f"pricing.{world.brands[brand]}.poach.{number}"), named)

    def phase(self, own: Coupon, world: World, step: int) -> bool:
        return self.runs(world, step)

    def offer(self, own: Coupon, world: World, brand: int, shoppers: Shoppers, step: int) -> None:
        if self.depth and self.runs(world, known(step)):
            _lower(
                shoppers.columns["last_brand"], shoppers.key, own.named, world.market.price[:, brand],
                shoppers.first_replication, shoppers.begins, own.luck, step, self.chance, 1 - self.depth,
                shoppers.price[brand],
            )  # fmt: skip


@jit
def _lower(last, key, named, shelf, first_replication, begins, purpose, step, chance, left, price):
    """price[q] = the shelf's · `left` for whose last brand is named and who has the coupon, if that is lower."""
    luck, chance, left = salt(purpose, step, 0, 0), f4(chance), f4(left)
    for r in range(begins.shape[0] - 1):
        offered = shelf[first_replication + r] * left
        for q in range(begins[r], begins[r + 1]):
            if last[q] >= 0 and named[last[q]] != 0 and uniform(key[q], luck) < chance:
                price[q] = min(price[q], offered)
