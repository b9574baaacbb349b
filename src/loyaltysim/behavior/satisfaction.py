"""Satisfaction: how experiences with a brand add up.

A kind changes the column `bought.satisfaction`, one per shopper for the brand bought, and writes it back.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers, pick
from loyaltysim.record import Part, setting
from loyaltysim.world import World

f4, u4 = np.float32, np.uint32


class Satisfaction(Part, room="satisfaction model"):
    """How satisfaction follows from experience."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def update(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Change satisfaction with the brand bought."""


class NoSatisfaction(Satisfaction):
    """Customers keep no satisfaction; it counts as 0.5."""

    kind: Literal["none"] = "none"


class Level(Satisfaction):
    """Satisfaction moves a share of the way to each experience (eq. E15)."""

    kind: Literal["level"] = "level"
    reads = ("satisfaction",)
    writes = ("satisfaction",)

    start: float = setting(0.5, "Satisfaction before the first purchase.", unit="1")
    memory: float = setting(
        0.2, "How much the newest experience counts: share of the way to it.", ge=0, le=1, unit="1 a purchase"
    )

    def open(self, world: World) -> None:
        world.stage("satisfaction", self.start)

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        columns = shoppers.columns
        _approach(
            columns["satisfaction"], columns["experience"], shoppers.rows, shoppers.brand, shoppers.buyers,
            shoppers.n_buyers, self.memory, shoppers.ask("bought.satisfaction"),
            world.customers.arrays["satisfaction"].T,
        )  # fmt: skip


class Disconfirmation(Satisfaction):
    """Experience against expectation: worse than expected weighs more than better (eqs. E16–E17; Oliver 1980).

    What is expected is learned by `behavior.learning`; where that is off it stays what the brand was worth at first.
    """

    kind: Literal["disconfirmation"] = "disconfirmation"
    reads = ("satisfaction", "expectation")
    writes = ("satisfaction",)

    start: float = setting(0.5, "Satisfaction before the first purchase.", ge=0, le=1, unit="1")
    base: float = setting(
        0.5, "Satisfaction after an experience of usual quality that was expected.", ge=0, le=1, unit="1"
    )
    usual_quality: float = setting(0.5, "Quality at which satisfaction is the base.", unit="1")
    on_quality: float = setting(0.5, "Satisfaction per unit of quality above the usual.", ge=0, unit="1")
    on_better: float = setting(0.5, "Satisfaction per unit of quality above the expectation.", ge=0, unit="1")
    on_worse: float = setting(
        1.0, "Satisfaction lost per unit of quality below the expectation.", ge=0, unit="1",
        source="sign: Anderson and Sullivan 1993; size 2:1 assumed",
    )  # fmt: skip
    memory: float = setting(0.2, "Weight of the newest experience.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("satisfaction", self.start)
        world.stage("expectation", world.market.worth[0])

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        satisfaction, expectation = shoppers.ask("bought.satisfaction"), shoppers.ask("bought.expectation")
        pick(shoppers.columns["satisfaction"], shoppers.brand, shoppers.n, satisfaction)
        pick(shoppers.columns["expectation"], shoppers.brand, shoppers.n, expectation)
        _disconfirm(
            shoppers.columns["experience"], shoppers.n, self.base, self.usual_quality, self.on_quality, self.on_better,
            self.on_worse, self.memory, expectation, satisfaction,
        )  # fmt: skip
        world.put_bought(shoppers, "satisfaction", satisfaction)


@jit
def _approach(staged, experience, rows, brand, buyers, n_buyers, memory, satisfaction, state):
    """Move each buyer's satisfaction with the brand bought by memory · (experience - satisfaction), for good."""
    memory = f4(memory)
    for k in range(n_buyers):
        q = u4(buyers[k])
        b = u4(brand[q])
        before = staged[b, q]
        satisfaction[q] = before + memory * (experience[q] - before)
        state[u4(rows[q]), b] = satisfaction[q]


@jit
def _disconfirm(experience, n, base, usual, on_quality, on_better, on_worse, memory, expectation, satisfaction):
    """Judge each experience against the expectation, and remember it."""
    base, usual, on_quality, on_better = f4(base), f4(usual), f4(on_quality), f4(on_better)
    on_worse, memory = f4(on_worse), f4(memory)
    zero, one = f4(0.0), f4(1.0)
    for q in range(n):
        surprise = experience[q] - expectation[q]
        judged = (
            base
            + on_quality * (experience[q] - usual)
            + on_better * max(surprise, zero)
            - on_worse * max(-surprise, zero)
        )
        judged = min(max(judged, zero), one)
        satisfaction[q] += memory * (judged - satisfaction[q])
