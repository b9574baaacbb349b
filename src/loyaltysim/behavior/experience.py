"""Experience: what a purchase was worth to the customer, from which satisfaction follows.

A kind fills the column `experience`, one per shopper, for the brand bought. A kind by which a brand's worth is not its
quality puts an array of its own in `market.worth`, and keeps it up to date in `weigh`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import normal_of, purpose, salt, two_uniforms
from loyaltysim.jit import jit
from loyaltysim.market.market import Market
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

    def weigh(self, own: Any, world: World) -> None:
        """Once a step: bring `market.worth` up to date."""

    def live(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Write the column `experience`."""


class NoExperience(Experience):
    """Purchases leave no impression."""

    kind: Literal["none"] = "none"


class _WithLuck(Experience):
    """What the brand is worth, and normal luck (eq. E14)."""

    spread: float = setting(
        0.35, "How much experiences of a brand vary: standard deviation around what it is worth.", ge=0, unit="1"
    )

    def live(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        _live(
            world.market.worth, shoppers.first_replication, shoppers.begins, shoppers.brand, shoppers.key,
            EXPERIENCE, step, occasion, self.spread, shoppers.ask("experience.first"),
            shoppers.ask("experience.second"), shoppers.ask("experience"),
        )  # fmt: skip


class NormalQuality(_WithLuck):
    """The brand is worth its quality, the product's."""

    kind: Literal["normal"] = "normal"


COMPONENTS = ("product", "service", "ease", "consistency")


class Index(_WithLuck):
    """The brand is worth a weighted mean of product, service, ease and consistency that the weakest holds down.

    A mean of constant elasticity (eq. E53; Arrow, Chenery, Minhas and Solow 1961). Below an elasticity of 1 no
    component makes up for another that is missing: improving one alone gains less and less.
    """

    kind: Literal["index"] = "index"

    product: float = setting(0.4, "Weight of the product's quality; the weights add up to 1.", ge=0, le=1, unit="1")
    service: float = setting(0.3, "Weight of service.", ge=0, le=1, unit="1")
    ease: float = setting(0.15, "Weight of ease.", ge=0, le=1, unit="1")
    consistency: float = setting(0.15, "Weight of consistency over channels.", ge=0, le=1, unit="1")
    elasticity: float = setting(
        0.5, "How far one component makes up for another: 0 not at all, 1 in proportion.", gt=0, lt=1, unit="1",
        source="assumed: no single component is enough",
    )  # fmt: skip

    @property
    def weights(self) -> np.ndarray:
        """Weights in the order of `COMPONENTS`."""
        return np.array([getattr(self, name) for name in COMPONENTS])

    @model_validator(mode="after")
    def _check(self) -> Index:
        total = self.weights.sum()
        if abs(total - 1) > 1e-9:  # rounding of decimal shares
            given = " + ".join(f"{getattr(self, name):g} ({name})" for name in COMPONENTS)
            raise ValueError(f"the weights must add up to 1, were {given} = {total:g}")
        return self

    def open(self, world: World) -> list[bytes]:
        """What the market showed at last."""
        world.market.worth = self.worth(world.market)
        return self._shown(world.market)

    def weigh(self, own: list[bytes], world: World) -> None:
        shown = self._shown(world.market)
        if shown != own:
            own[:] = shown
            world.market.worth[:] = self.worth(world.market)

    def _shown(self, market: Market) -> list[bytes]:
        return [getattr(market, name).tobytes() for name in ("quality", *COMPONENTS[1:])]

    def worth(self, market: Market) -> np.ndarray:
        """The mean (eq. E53) of every brand's components, float32, replications × brands; 0 where one is not above 0.

        Components are told in units of the weakest, so that no power overflows.
        """
        facts = np.stack([market.quality, market.service, market.ease, market.consistency]).astype(float)
        counts = self.weights > 0
        facts, weights = facts[counts], self.weights[counts] / self.weights.sum()
        weakest, best = facts.min(0), facts.max(0)
        power = (self.elasticity - 1) / self.elasticity
        times_weakest = facts / np.where(weakest > 0, weakest, 1.0)
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            mean = weakest * np.tensordot(weights, np.maximum(times_weakest, 1.0) ** power, 1) ** (1 / power)
        return np.where(weakest > 0, np.clip(mean, weakest, best), 0.0).astype(f4)


@jit
def _live(
    worth, first_replication, begins, brand, key, purpose, step, occasion, spread, first, second, experience
):  # fmt: skip
    """experience[q] = worth of the brand bought + spread · normal; brand 0's where nothing was bought."""
    spread = f4(spread)
    luck = salt(purpose, step, occasion, 0)
    for q in range(begins[-1]):
        first[q], second[q] = two_uniforms(key[q], luck)
    for r in range(begins.shape[0] - 1):
        own = worth[first_replication + r]
        met, of = experience[begins[r] : begins[r + 1]], brand[begins[r] : begins[r + 1]]
        for q in range(met.shape[0]):
            met[q] = own[max(of[q], 0)]
    for q in range(begins[-1]):
        experience[q] += spread * normal_of(first[q], second[q])
