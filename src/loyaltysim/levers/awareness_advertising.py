"""Awareness advertising: it brings prospects into the market, and lets those look at a brand who never bought it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.levers.advertising import Advertising, Remembered
from loyaltysim.levers.lever import Number
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import setting
from loyaltysim.routine import known
from loyaltysim.world import World

f4 = np.float32


@dataclass
class Shown(Remembered):
    """What is left of advertising, and what of it rounds are shown."""

    shown: np.ndarray
    """float64, one number: what of it is in mind in the step that is shown."""


class AwarenessAdvertising(Advertising):
    """Prospects come at a higher rate, and whoever has never bought the brand is more likely to (eq. E138).

    Whom it brings into the market recalls the brand fully in that step; others who never bought it, as far as
    advertising is in mind. Customers of the brand feel nothing: they know it. All who come through advertising cost the
    `acquisition_cost` of the brand that they buy first, these too: `cost_a_week` is for what is not paid by customer.
    """

    kind: Literal["awareness_advertising"] = "awareness_advertising"
    changes = ("awareness",)
    touches = ("attention",)
    reads = ("tried", "entered", "advertised")

    rate: float = setting(
        0.03, "Rate at which advertising brings a prospect that has gone on for long.", ge=0, le=1e3, unit="1/year",
        source="assumed: as much as all that there is without it (p of word_of_mouth.acquisition)",
    )  # fmt: skip
    recall: float = setting(
        0.5, "Utility of the brand for who never bought it, if it is fully in mind.", ge=-10, le=10, unit="logit"
    )

    def open(self, world: World, brand: int, number: Number) -> Shown:
        world.customers.ask("tried")
        if world.customers.has("entered"):  # some are prospects
            world.customers.ask("advertised")
        return Shown(**vars(super().open(world, brand, number)), shown=np.zeros(1))

    def show(self, own: Shown, world: World, step: int) -> None:
        own.shown[0] = self.adstock(own, world, step)
        awareness = self._fact(own, world, "awareness")
        awareness += np.float32(self.strength * self.rate * own.shown[0])

    def phase(self, own: Shown, world: World, step: int) -> bool:
        return self.acts(own, world, step)

    def offer(self, own: Shown, world: World, shoppers: Shoppers, step: int) -> None:
        states = world.customers.arrays
        if not (self.recall and self.acts(own, world, known(step))):
            return
        recall, attention = self.strength * self.recall, shoppers.ask("attention", True)[own.brand]
        _look(shoppers.rows, shoppers.n, own.brand, states["tried"], recall, own.shown, attention)
        if "advertised" in states:
            _recognize(
                shoppers.rows, shoppers.n, step, own.brand, states["tried"], states["entered"], states["advertised"],
                recall, own.shown, attention,
            )  # fmt: skip


@jit
def _look(rows, n, brand, tried, recall, adstock, attention):
    """attention[q] += recall · adstock of those who never bought the brand."""
    bit, recall = np.uint32(1) << np.uint32(brand), f4(recall * adstock[0])
    for q in range(n):
        attention[q] += recall * f4((tried[rows[q]] & bit) == np.uint32(0))


@jit
def _recognize(rows, n, step, brand, tried, entered, advertised, recall, adstock, attention):
    """attention[q] += what lacks to recall for those whom the brand's advertising brings in now, until they buy it."""
    bit, recall = np.uint32(1) << np.uint32(brand), f4(recall * (1.0 - adstock[0]))
    for q in range(n):
        row = rows[q]
        brought = (entered[row] == step) & (advertised[row] == brand) & ((tried[row] & bit) == np.uint32(0))
        attention[q] += recall * f4(brought)
