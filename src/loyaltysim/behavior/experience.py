"""Experience: what a purchase was worth to the customer, from which satisfaction follows.

A kind fills the column `experience`, one per shopper, for the brand bought.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.draws import normal_of, purpose, salt, two_uniforms
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.world import World

EXPERIENCE = purpose("experience.quality")

f4 = np.float32


class Experience(Part, room="experience model"):
    """How good a purchase turns out."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def live(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Write the column `experience`."""


class NoExperience(Experience):
    """Purchases leave no impression."""

    kind: Literal["none"] = "none"


class NormalQuality(Experience):
    """The brand's quality and normal luck (eq. E14)."""

    kind: Literal["normal"] = "normal"

    spread: float = setting(0.35, "Standard deviation of an experience around the brand's quality.", ge=0, unit="1")

    def live(self, own: None, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        _live(
            world.market.quality, shoppers.first_replication, shoppers.begins, shoppers.brand, shoppers.key,
            EXPERIENCE, step, occasion, self.spread, shoppers.ask("experience.first"),
            shoppers.ask("experience.second"), shoppers.ask("experience"),
        )  # fmt: skip


@jit
def _live(
    quality, first_replication, begins, brand, key, purpose, step, occasion, spread, first, second, experience
):  # fmt: skip
    """experience[q] = quality of the brand bought + spread · normal; brand 0's where nothing was bought."""
    spread = f4(spread)
    luck = salt(purpose, step, occasion, 0)
    for q in range(begins[-1]):
        first[q], second[q] = two_uniforms(key[q], luck)
    for r in range(begins.shape[0] - 1):
        own = quality[first_replication + r]
        met, of = experience[begins[r] : begins[r + 1]], brand[begins[r] : begins[r + 1]]
        for q in range(met.shape[0]):
            met[q] = own[max(of[q], 0)]
    for q in range(begins[-1]):
        experience[q] += spread * normal_of(first[q], second[q])
