"""Needs: who shops in a step, and how often.

A kind writes the rows that have at least one occasion, and how many each has. Rounds follow: round k holds every
customer with at least k occasions, each once, so the second purchase of a step sees what the first one changed.

To write another: a `Needs` with a `kind`, whose `draw` fills `shoppers.rows`, `shoppers.occasions` and
`shoppers.begins` for a block and returns how many rows shop.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import field_validator

from loyaltysim.behavior import need_rates, occasions
from loyaltysim.behavior.need_rates import MOST_LIFT
from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.world import World

NEEDS = purpose("needs.occasions")
TIME = purpose("needs.time")
EXIT = purpose("needs.exit")
MOST_SEASON = 100  # assumed: more is a slip


class Needs(Part, room="needs model"):
    """When customers need the category."""

    reads: ClassVar[tuple[str, ...]] = ("needs", "pace")
    once: ClassVar[bool] = False
    """Whether nobody ever has more than one occasion a step, so that there is one round."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def draw(self, own: Any, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        """Write this step's shoppers of a block; returns how many."""
        raise NotImplementedError

    def bind(self, own: Any, world: World, shoppers: Shoppers, step: int) -> None:
        """After the choice: hold those with a contract to it."""

    def after_round(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """After the purchases of a round: put away what was bought."""


class Poisson(Needs):
    """Occasions come at a constant rate: a Poisson count a step (eq. E6), of mean needs · weeks · season · pace.

    What is at home damps them (eqs. E43–E44), so that purchases brought forward by a promotion are missing after it;
    contacts by brands lift them.
    """

    kind: Literal["poisson"] = "poisson"
    reads = ("needs", "pace", "category_exit", "stock", "seen")
    writes = ("stock",)
    season: tuple[float, ...] = setting(
        (),
        "Multipliers of needs in equal parts of the year, which begins with the first measured step; none: no seasons.",
        unit="1",
        source="assumed: none",
    )
    stock_damping: float = setting(
        0.0, "How far a unit at home lowers the logarithm of needs; 0: nobody looks what is at home.", ge=0,
        unit="1/unit", source="assumed: 0",
    )  # fmt: skip
    consumption: float | None = setting(
        None, "Units used up a week; none: as many as the customer needs a week.", ge=0, unit="units/week"
    )
    contact_lift: float = setting(
        0.0, "What a contact by a brand adds to the logarithm of needs in that step.", ge=-MOST_LIFT, le=MOST_LIFT,
        unit="1 a contact", source="assumed: 0",
    )  # fmt: skip

    @field_validator("season")
    @classmethod
    def _check(cls, season: tuple[float, ...]) -> tuple[float, ...]:
        if season and not 0 <= min(season) <= max(season) <= MOST_SEASON:
            raise ValueError(f"multipliers must be from 0 to {MOST_SEASON}, were {', '.join(f'{s:g}' for s in season)}")
        return season

    def open(self, world: World) -> np.ndarray:
        """The factor of each step: weeks × season."""
        if self.stock_damping:
            world.customers.ask("stock")
            world.customers.ask("seen")
        steps = np.arange(world.calendar.last)
        factor = np.full(world.calendar.last, world.calendar.weeks)
        if self.season:
            # a billionth of a year forgives rounding, which would put a month's first moment into the month before
            year = ((steps - world.calendar.burn_in) * world.calendar.years + 1e-9) % 1.0
            factor *= np.asarray(self.season)[(year * len(self.season)).astype(int)]
        return factor

    def draw(self, own: np.ndarray, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        mean = shoppers.ask("needs.mean")
        need_rates.expected(world.customers.arrays["needs"], block.start, block.stop, own, step, mean)
        if world.customers.has("pace"):
            need_rates.quicken(world.customers.arrays["pace"], block.start, block.stop, mean)
        if self.stock_damping:
            arrays = world.customers.arrays
            need_rates.damp(
                arrays["stock"], arrays["seen"], arrays["needs"], block.start, block.stop, step, world.calendar.weeks,
                self._consumption, self.stock_damping, mean,
            )  # fmt: skip
        if self.contact_lift and "contact" in world.touches.arrays:
            need_rates.lift(world.touches.arrays["contact"], block.start, block.stop, self.contact_lift, mean)
        _leave_category(world, block, step, mean)
        shoppers.n = occasions.draw_poisson(
            mean, world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.time, shoppers.ask("bought", dtype=np.uint32), shoppers.begins,
        )  # fmt: skip
        return shoppers.n

    @property
    def _consumption(self) -> float:
        """Units a week, below 0 where it is the customer's own need."""
        return -1.0 if self.consumption is None else self.consumption

    def after_round(self, own: np.ndarray, world: World, shoppers: Shoppers) -> None:
        if self.stock_damping:
            need_rates.put_away(
                shoppers.rows, shoppers.brand, shoppers.units, shoppers.columns["elapsed"], shoppers.n,
                world.customers.arrays["needs"], self._consumption, world.customers.arrays["stock"],
            )  # fmt: skip


class Bernoulli(Needs):
    """At most one occasion a step, with the chance that the trait `needs` gives: of a step, not a rate (eq. E7)."""

    kind: Literal["bernoulli"] = "bernoulli"
    once = True

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        shoppers.n = occasions.draw_bernoulli(
            world.customers.arrays["needs"], world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.begins,
        )  # fmt: skip
        return shoppers.n


class ContractNeeds(Needs):
    """Who has a contract buys once a step, its brand; who has none comes to choose one at the rate of needs (eq. E45).

    A contract begins with a purchase and goes on until `behavior.lapse` ends it; without lapse, for ever. Who bought a
    brand before the first step (`start_brand`) has a contract with it, which begins with that step.
    """

    kind: Literal["contract"] = "contract"
    reads = ("needs", "contract", "category_exit")
    writes = ("contract",)
    once = True

    def open(self, world: World) -> np.ndarray:
        """The factor of each step: its weeks."""
        contract = world.stage("contract")
        if world.history.start_brand is not None:
            contract[:] = world.history.start_brand
        return np.full(world.calendar.last, world.calendar.weeks)

    def draw(self, own: np.ndarray, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        mean = shoppers.ask("needs.mean")
        need_rates.expected(world.customers.arrays["needs"], block.start, block.stop, own, step, mean)
        _leave_category(world, block, step, mean)
        shoppers.n = occasions.draw_contracts(
            mean, world.customers.arrays["contract"], world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.begins,
        )  # fmt: skip
        return shoppers.n

    def bind(self, own: None, world: World, shoppers: Shoppers, step: int) -> None:
        occasions.bind(
            shoppers.columns["contract"], shoppers.rows, shoppers.n, shoppers.brand, world.customers.arrays["contract"]
        )


class Regular(Needs):
    """Exactly one occasion a step for everybody: the limit in which choice alone is studied."""

    kind: Literal["regular"] = "regular"
    once = True

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        shoppers.n = occasions.everybody(
            world.customers.key,
            block.start,
            block.bounds,
            shoppers.rows,
            shoppers.occasions,
            shoppers.key,
            shoppers.begins,
        )
        return shoppers.n


class Panel(Needs):
    """A recorded household's purchases, one a step, in the recorded order; who has no more stays at home."""

    kind: Literal["panel"] = "panel"
    once = True

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        shoppers.n = occasions.recorded(
            world.panel.first, step, world.customers.n_customers, world.customers.key, block.start, block.bounds,
            shoppers.rows, shoppers.occasions, shoppers.key, shoppers.begins,
        )  # fmt: skip
        return shoppers.n


def next_round(shoppers: Shoppers, occasion: int) -> int:
    """After an occasion, 0 the first of the step, keep those who have another; returns how many."""
    shoppers.n = occasions.next_round(
        shoppers.n,
        occasion,
        shoppers.rows,
        shoppers.occasions,
        shoppers.key,
        shoppers.time,
        shoppers.ask("bought", dtype=np.uint32),
        shoppers.begins,
    )
    return shoppers.n


def draw_times(shoppers: Shoppers, step: int, occasion: int) -> None:
    """Write when in the step the occasion falls, 0 … 1: the next order statistic of uniforms (eq. E8)."""
    occasions.times(shoppers.key, shoppers.occasions, shoppers.n, TIME, step, occasion, shoppers.time)


def _leave_category(world: World, block: Block, step: int, mean: np.ndarray) -> None:
    """Nothing is needed any more by those of the block who have left the category."""
    if world.customers.has("category_exit"):
        need_rates.drop_needs(
            world.customers.arrays["category_exit"], world.customers.key, block.start, block.stop, EXIT, step,
            world.calendar.burn_in, world.calendar.weeks, mean,
        )  # fmt: skip
