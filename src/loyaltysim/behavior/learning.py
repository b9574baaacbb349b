"""Learning: how experiences teach customers what to expect, and how sure they are of it.

A kind changes the state `expectation` of the brand bought; one that keeps `trust`, its precision, lets it fade.
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

SOME = 1024
"""Shoppers for whom forgetting is worked out once, for all brands."""


class Learning(Part, room="learning model"):
    """How customers learn what to expect."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def fade(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Bring the staged trust up to now, before the choice."""

    def update(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Learn from this round's experiences."""

    def as_of(self, own: Any, world: World, step: int, rows: np.ndarray | None = None) -> np.ndarray | None:
        """The trust at a step, brands × rows, of some or everybody: nothing is changed. None if there is no trust."""
        trust = world.customers.arrays.get("trust")
        return trust if trust is None or rows is None else trust.take(rows, axis=-1)


class NoLearning(Learning):
    """Customers go on expecting what each brand is worth."""

    kind: Literal["none"] = "none"


class ConstantShare(Learning):
    """The expectation moves a constant share of the way to each experience (eq. E18): exponential smoothing."""

    kind: Literal["constant"] = "constant"
    reads = ("expectation",)
    writes = ("expectation",)

    share: float = setting(0.2, "Share of the way to the experience.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("expectation", world.market.worth[0])

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        expectation = shoppers.ask("bought.expectation")
        pick(shoppers.columns["expectation"], shoppers.brand, shoppers.n, expectation)
        _learn(shoppers.columns["experience"], shoppers.n, self.share, expectation)
        world.put_bought(shoppers, "expectation", expectation)


class Bayesian(Learning):
    """The surer a customer is of a brand, the less an experience teaches (eqs. E54–E55).

    The expectation is the mean and trust the precision of a normal belief, as in Erdem and Keane (1996): each
    experience adds its own precision, 1/noise². Between occasions trust fades, and with it the resistance to new
    experiences; the expectation stays.
    """

    kind: Literal["bayesian"] = "bayesian"
    reads = ("expectation", "trust", "seen")
    writes = ("expectation", "trust")

    noise: float = setting(
        0.2, "Standard deviation of experiences as customers believe it.", ge=0.001, unit="1"
    )  # at less, sums of trust would leave 64 bits
    prior: float | None = setting(
        None, "Quality expected before the first purchase; none: what each brand is worth.", unit="1"
    )
    prior_trust: float = setting(4.0, "Trust before the first purchase, a precision.", ge=0, le=1e6, unit="1")
    forgetting: float = setting(0.01, "Rate at which trust fades between occasions.", ge=0, unit="1/week")

    @property
    def information(self) -> float:
        """The precision of one experience, 1/noise²: what it adds to trust."""
        return 1 / (self.noise * self.noise)

    def open(self, world: World) -> None:
        world.stage("expectation", world.market.worth[0] if self.prior is None else self.prior)
        world.stage("trust", self.prior_trust)
        world.customers.ask("seen")

    def fade(self, own: None, world: World, shoppers: Shoppers) -> None:
        _forget(shoppers.columns["elapsed"], shoppers.n, self.forgetting, shoppers.columns["trust"])

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        columns = shoppers.columns
        expectation, trust = shoppers.ask("bought.expectation"), shoppers.ask("bought.trust")
        pick(columns["expectation"], shoppers.brand, shoppers.n, expectation)
        pick(columns["trust"], shoppers.brand, shoppers.n, trust)
        _revise(columns["experience"], shoppers.n, self.information, expectation, trust)
        world.put_bought(shoppers, "expectation", expectation)
        place(trust, shoppers.brand, shoppers.buyers, shoppers.n_buyers, columns["trust"])
        put_by_brand(
            world.customers.arrays["trust"].T, shoppers.rows, shoppers.n, columns["trust"], shoppers.brands
        )  # all brands, since all have faded

    def as_of(self, own: None, world: World, step: int, rows: np.ndarray | None = None) -> np.ndarray:
        trust = world.customers.arrays["trust"]
        trust = trust.copy() if rows is None else trust.take(rows, axis=-1)
        _forget(world.elapsed(step, rows), trust.shape[-1], self.forgetting, trust)
        return trust


@jit
def _learn(experience, n, share, expectation):
    """expectation[q] += share · (experience[q] - expectation[q])."""
    share = f4(share)
    for q in range(n):
        expectation[q] += share * (experience[q] - expectation[q])


@jit
def _forget(elapsed, n, forgetting, trust):
    """trust[b, q] *= e^(-forgetting · elapsed[q])."""
    forgetting, left = f4(forgetting), np.empty(SOME, np.float32)
    for start in range(0, n, SOME):
        some = slice(start, min(start + SOME, n))
        weeks = elapsed[some]
        for q in range(weeks.shape[0]):
            left[q] = exp(-forgetting * weeks[q])
        for b in range(trust.shape[0]):
            own = trust[b, some]
            for q in range(own.shape[0]):
                own[q] *= left[q]


@jit
def _revise(experience, n, information, expectation, trust):
    """Weigh each experience by its precision against trust, and add it; no precision at all teaches nothing."""
    information, tiny = f4(information), f4(1e-30)
    for q in range(n):
        gain = information / max(trust[q] + information, tiny)
        expectation[q] += gain * (experience[q] - expectation[q])
        trust[q] += information
