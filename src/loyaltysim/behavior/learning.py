"""Learning: how experiences teach customers what to expect, and how sure they are of it.

A kind changes the state `expectation` of the brand bought; one that keeps `trust`, its precision, lets it fade.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers, pick
from loyaltysim.record import Part, setting
from loyaltysim.world import World

f4 = np.float32


class Learning(Part, room="learning model"):
    """How customers learn what to expect."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def fade(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Bring the staged trust up to now, before the choice."""

    def update(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Learn from this round's experiences."""


class NoLearning(Learning):
    """Customers go on expecting each brand's own quality."""

    kind: Literal["none"] = "none"


class ConstantShare(Learning):
    """The expectation moves a constant share of the way to each experience (eq. E18): exponential smoothing."""

    kind: Literal["constant"] = "constant"
    reads = ("expectation",)
    writes = ("expectation",)

    share: float = setting(0.2, "Share of the way to the experience.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("expectation", world.market.quality[0])

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        expectation = shoppers.ask("bought.expectation")
        pick(shoppers.columns["expectation"], shoppers.brand, shoppers.n, expectation)
        _learn(shoppers.columns["experience"], shoppers.n, self.share, expectation)
        world.put_bought(shoppers, "expectation", expectation)


@jit
def _learn(experience, n, share, expectation):
    """expectation[q] += share · (experience[q] - expectation[q])."""
    share = f4(share)
    for q in range(n):
        expectation[q] += share * (experience[q] - expectation[q])
