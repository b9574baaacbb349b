"""Basket: how many units a purchase has.

A kind fills the column `shoppers.units`, one per shopper. More units than one fill the stock at home, on which needs
may look (`behavior.needs`): so a promotion brings purchases forward.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.draws import COUNT_ON, few_of_poisson, mix, poisson, purpose, salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.world import World

UNITS = purpose("basket.units")
MOST_EXTRA = 100.0  # mean extra units of a purchase, however low the price; assumed: more is a slip

f4, u4, u8 = np.float32, np.uint32, np.uint64


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


class ExtraUnits(Basket):
    """One unit and a Poisson number of extra ones, more of them the lower the price (eq. E52).

    The price is that on the shelf, as it counts for a customer with a bond (eq. E49), beside the price the customer is
    used to or, where nobody gets used to prices, the list price. Rewards of programs are for one unit: they change no
    basket.
    """

    kind: Literal["poisson"] = "poisson"
    reads = ("reference_price",)

    extra: float = setting(0.5, "Mean extra units at the usual price.", ge=0, le=MOST_EXTRA, unit="units")
    price_response: float = setting(
        0.0, "What the logarithm of extra units loses per unit of price above the usual one.", ge=0, unit="1/currency",
        source="assumed: 0",
    )  # fmt: skip

    def fill(self, own: None, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        usual = "reference_price" if world.customers.has("reference_price") else "list_price"
        shelf = shoppers.columns.get("perceived.shelf", shoppers.shelf)
        _fill(
            shelf, shoppers.columns[usual], shoppers.brand, shoppers.key, shoppers.n, self.extra, self.price_response,
            UNITS, step, occasion, shoppers.units,
        )  # fmt: skip


@jit
def _fill(price, usual, brand, key, n, extra, price_response, purpose, step, occasion, units):
    """units[q] = 1 + Poisson(extra · e**(-price_response · (price - usual price)))."""
    extra, price_response, most = f4(extra), f4(price_response), f4(MOST_EXTRA)
    luck = u8(salt(purpose, step, occasion, 0))
    first, more = mix(luck), np.empty(n, np.float32)  # the draw with which `poisson` begins
    for q in range(n):
        b = u4(max(brand[q], 0))
        more[q] = price[b, q] - usual[b, q]
    for q in range(n):
        more[q] = min(extra * exp(-price_response * more[q]), most) * f4(brand[q] >= 0)
        units[q] = few_of_poisson(uniform(key[q], first), more[q])
    for q in range(n):
        if units[q] == COUNT_ON:
            units[q] = poisson(key[q], luck, more[q])
        units[q] += 1
