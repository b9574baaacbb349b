"""Bond: the emotional attachment to a brand, which grows slowly from satisfaction and fades.

No kind has a term by which a discount builds a bond: loyalty cannot be bought (docs/model.md, "Discounts").
A kind changes the bond with the brand bought, or with all brands, and writes it back.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers, pick, place, put_by_brand
from loyaltysim.record import Part, setting
from loyaltysim.world import World

f4 = np.float32


class Bond(Part, room="bond model"):
    """How a bond grows and fades."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def fade(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Bring the staged bond up to this step, before the choice."""

    def update(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Change the bond after the purchase."""

    def as_of(self, own: Any, world: World, step: int) -> np.ndarray | None:
        """Everybody's bond at a step, brands × rows, for measuring: nothing is changed. None if there is no bond."""
        return world.customers.arrays.get("bond")


class NoBond(Bond):
    """Customers feel no bond."""

    kind: Literal["none"] = "none"


class Linear(Bond):
    """At each purchase the bond grows with satisfaction and loses a share of itself (eq. E19)."""

    kind: Literal["linear"] = "linear"
    reads = ("satisfaction", "bond")
    writes = ("bond",)

    start: float = setting(0.0, "Bond before the first purchase.", unit="1")
    from_satisfaction: float = setting(0.1, "Growth per unit of satisfaction.", unit="1 a purchase")
    fading: float = setting(0.05, "Share lost.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("bond", self.start)

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        bond = shoppers.ask("bought.bond")
        pick(shoppers.columns["bond"], shoppers.brand, shoppers.n, bond)
        _grow(shoppers.columns["bought.satisfaction"], shoppers.n, self.from_satisfaction, self.fading, bond)
        world.put_bought(shoppers, "bond", bond)


class Drift(Bond):
    """Between purchases the bond drifts to where growth and fading balance, exactly for any time (eqs. E20–E21).

    Growth comes from satisfaction above a threshold, and only for brands that were bought before. Buying on deal may
    wear the bond (`deal_erosion`, 0 by default); nothing paid to the customer adds to it. The drift is worked out
    when the customer shops, for the time since the last occasion, with the satisfaction that held since then.
    """

    kind: Literal["drift"] = "drift"
    reads = ("satisfaction", "bond", "tried", "seen")
    writes = ("bond",)

    start: float = setting(0.0, "Bond before the first purchase.", ge=0, le=1, unit="1")
    from_satisfaction: float = setting(
        0.02, "Growth per unit of satisfaction above the threshold.", ge=0, unit="1/week"
    )
    threshold: float = setting(0.5, "Satisfaction from which a bond grows.", unit="1")
    fading: float = setting(0.005, "Fading; 0.005 is a half-life of about 2.7 years.", ge=0, unit="1/week")
    deal_erosion: float = setting(0.0, "Share of the bond lost when buying on deal.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("bond", self.start)
        world.stage("satisfaction")
        world.stage("tried")
        world.customers.ask("seen")

    def fade(self, own: None, world: World, shoppers: Shoppers) -> None:
        columns = shoppers.columns
        drift(
            columns["satisfaction"], columns["tried"], columns["elapsed"], shoppers.n, self.from_satisfaction,
            self.threshold, self.fading, columns["bond"],
        )  # fmt: skip

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        column = shoppers.columns["bond"]
        if self.deal_erosion:
            bond = shoppers.ask("bought.bond")
            pick(column, shoppers.brand, shoppers.n, bond)
            _erode(shoppers.shelf, shoppers.columns["list_price"], shoppers.brand, shoppers.n, self.deal_erosion, bond)
            place(bond, shoppers.brand, shoppers.n, column)
        put_by_brand(world.customers.arrays["bond"].T, shoppers.rows, shoppers.n, column, shoppers.brands)

    def as_of(self, own: None, world: World, step: int) -> np.ndarray:
        arrays, bond = world.customers.arrays, world.customers.arrays["bond"].copy()
        drift(
            arrays["satisfaction"], arrays["tried"], world.elapsed(step), world.customers.rows, self.from_satisfaction,
            self.threshold, self.fading, bond,
        )  # fmt: skip
        return bond


@jit
def _grow(satisfaction, n, from_satisfaction, fading, bond):
    """bond[q] += from_satisfaction · satisfaction[q] - fading · bond[q]."""
    from_satisfaction, fading = f4(from_satisfaction), f4(fading)
    for q in range(n):
        bond[q] += from_satisfaction * satisfaction[q] - fading * bond[q]


@jit
def drift(satisfaction, tried, elapsed, n, from_satisfaction, threshold, fading, bond):
    """Move bond[b, q] toward growth / (growth + fading) for elapsed[q] weeks."""
    from_satisfaction, threshold, fading = f4(from_satisfaction), f4(threshold), f4(fading)
    zero, tiny = f4(0.0), f4(1e-30)
    for b in range(bond.shape[0]):
        own, level = bond[b], satisfaction[b]
        bit = np.uint32(1) << np.uint32(b)
        for q in range(n):
            known = f4((tried[q] & bit) != np.uint32(0))
            growth = known * from_satisfaction * max(level[q] - threshold, zero)
            speed = growth + fading
            target = growth / max(speed, tiny)
            own[q] = target + (own[q] - target) * exp(-speed * elapsed[q])


@jit
def _erode(price, list_price, brand, n, deal_erosion, bond):
    """bond[q] *= 1 - deal_erosion where the brand was bought below its list price."""
    deal_erosion = f4(deal_erosion)
    for q in range(n):
        b = max(brand[q], 0)
        bond[q] -= bond[q] * deal_erosion * f4(price[b, q] < list_price[b, q])
