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

from loyaltysim.draws import mix, poisson, purpose, salt, uniform
from loyaltysim.elementary import exp, log
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.world import World

NEEDS = purpose("needs.occasions")
TIME = purpose("needs.time")
EXIT = purpose("needs.exit")
MOST_SEASON = 100  # assumed: more is a slip
MOST_LIFT = 5.0  # of the logarithm of needs by all contacts of a step, 148-fold; assumed: more is a slip

f4, i8, u4, u8 = np.float32, np.int64, np.uint32, np.uint64


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


def exit_weeks(world: World, step: int) -> float:
    """Weeks in which customers may have left the category (eq. E43): those since the first measured step.

    Each customer leaves at a time of its own, which is one draw; during the burn-in everybody is there.
    """
    return max(step - world.calendar.burn_in, 0) * world.calendar.weeks


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
        _expected(world.customers.arrays["needs"], block.start, block.stop, own[step], mean)
        if world.customers.has("pace"):
            _quicken(world.customers.arrays["pace"], block.start, block.stop, mean)
        if self.stock_damping:
            arrays = world.customers.arrays
            _damp(
                arrays["stock"], arrays["seen"], arrays["needs"], block.start, block.stop, step, world.calendar.weeks,
                self._consumption, self.stock_damping, mean,
            )  # fmt: skip
        if self.contact_lift and "contact" in world.touches.arrays:
            _lift(world.touches.arrays["contact"], block.start, block.stop, self.contact_lift, mean)
        _leave_category(world, block, step, mean)
        shoppers.n = _draw_poisson(
            mean, world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.begins,
        )  # fmt: skip
        if shoppers.n and shoppers.occasions[: shoppers.n].min() == 0:  # means above 8 are let in undrawn
            next_round(shoppers, 0)
        return shoppers.n

    @property
    def _consumption(self) -> float:
        """Units a week, below 0 where it is the customer's own need."""
        return -1.0 if self.consumption is None else self.consumption

    def after_round(self, own: np.ndarray, world: World, shoppers: Shoppers) -> None:
        if self.stock_damping:
            _put_away(
                shoppers.rows, shoppers.brand, shoppers.units, shoppers.columns["elapsed"], shoppers.n,
                world.customers.arrays["needs"], self._consumption, world.customers.arrays["stock"],
            )  # fmt: skip


class Bernoulli(Needs):
    """At most one occasion a step, with the chance that the trait `needs` gives: of a step, not a rate (eq. E7)."""

    kind: Literal["bernoulli"] = "bernoulli"
    once = True

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        shoppers.n = _draw_bernoulli(
            world.customers.arrays["needs"], world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.begins,
        )  # fmt: skip
        return shoppers.n


class Contract(Needs):
    """Who has a contract buys once a step, its brand; who has none comes to choose one at the rate of needs (eq. E45).

    A contract begins with a purchase and goes on until `behavior.lapse` ends it; without lapse, for ever.
    """

    kind: Literal["contract"] = "contract"
    reads = ("needs", "contract", "category_exit")
    writes = ("contract",)
    once = True

    def open(self, world: World) -> None:
        world.stage("contract")

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        mean = shoppers.ask("needs.mean")
        _expected(world.customers.arrays["needs"], block.start, block.stop, world.calendar.weeks, mean)
        _leave_category(world, block, step, mean)
        shoppers.n = _draw_contracts(
            mean, world.customers.arrays["contract"], world.customers.key, block.start, block.bounds, NEEDS, step,
            shoppers.ask("needs.mask", dtype=np.int32), shoppers.rows, shoppers.occasions, shoppers.key,
            shoppers.begins,
        )  # fmt: skip
        return shoppers.n

    def bind(self, own: None, world: World, shoppers: Shoppers, step: int) -> None:
        _bind(
            shoppers.columns["contract"], shoppers.rows, shoppers.n, shoppers.brand, world.customers.arrays["contract"]
        )


class Regular(Needs):
    """Exactly one occasion a step for everybody: the limit in which choice alone is studied."""

    kind: Literal["regular"] = "regular"
    once = True

    def draw(self, own: None, world: World, block: Block, shoppers: Shoppers, step: int) -> int:
        shoppers.n = _everybody(
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
        shoppers.n = _recorded(
            world.panel.first, step, world.customers.n_customers, world.customers.key, block.start, block.bounds,
            shoppers.rows, shoppers.occasions, shoppers.key, shoppers.begins,
        )  # fmt: skip
        return shoppers.n


def next_round(shoppers: Shoppers, occasion: int) -> int:
    """Keep those with more occasions than `occasion`; returns how many."""
    shoppers.n = _next_round(
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
    _times(shoppers.key, shoppers.occasions, shoppers.n, TIME, step, occasion, shoppers.time)


def _leave_category(world: World, block: Block, step: int, mean: np.ndarray) -> None:
    """Nothing is needed any more by those of the block who have left the category."""
    if world.customers.has("category_exit"):
        _drop_needs(
            world.customers.arrays["category_exit"], world.customers.key, block.start, block.stop, EXIT,
            exit_weeks(world, step), mean,
        )  # fmt: skip


@jit
def _expected(needs, start, stop, factor, mean):
    """mean[i] = needs of the block's row i × factor."""
    factor = f4(factor)
    own = needs[start:stop]
    for i in range(own.shape[0]):
        mean[i] = own[i] * factor


@jit
def _quicken(pace, start, stop, mean):
    """mean[i] *= pace of the block's row i."""
    own = pace[start:stop]
    for i in range(own.shape[0]):
        mean[i] *= own[i]


@jit
def _damp(stock, seen, needs, start, stop, step, weeks, consumption, damping, mean):
    """mean[i] *= e**(-damping · stock of the block's row i as of now); consumption below 0: the customer's needs."""
    weeks, consumption, damping = f4(weeks), f4(consumption), f4(damping)
    zero, step = f4(0.0), np.int32(step)
    home, last, own = stock[start:stop], seen[start:stop], needs[start:stop]
    for i in range(home.shape[0]):
        used = own[i] if consumption < zero else consumption
        left = max(home[i] - used * (f4(step - last[i]) * weeks), zero)
        mean[i] *= exp(-damping * left)


@jit
def _put_away(rows, brand, units, elapsed, n, needs, consumption, stock):
    """Use up what was needed since the last occasion, and add what was bought (eq. E44)."""
    consumption, zero = f4(consumption), f4(0.0)
    for q in range(n):
        row = rows[q]
        used = needs[row] if consumption < zero else consumption
        stock[row] = max(stock[row] - used * elapsed[q], zero) + f4(units[q]) * f4(brand[q] >= 0)


@jit
def _lift(contacts, start, stop, lift, mean):
    """mean[i] *= e**(lift · contacts by all brands), within limits, for the block's row i."""
    lift, most = f4(lift), f4(MOST_LIFT)
    for i in range(stop - start):
        count = f4(0.0)
        for b in range(contacts.shape[0]):
            count += f4(contacts[b, start + i])
        mean[i] *= exp(max(min(lift * count, most), -most))


@jit
def _drop_needs(rate, keys, start, stop, purpose, weeks, mean):
    """mean[i] = 0 for the block's row i if it has left the category: its uniform is not below e**(-rate · weeks)."""
    luck, weeks = salt(purpose, 0, 0, 0), f4(weeks)
    own, key = rate[start:stop], keys[start:stop]
    for i in range(own.shape[0]):
        mean[i] *= f4(uniform(key[i], luck) < exp(-own[i] * weeks))


@jit
def _keep(mask, start, bounds, rows, begins):
    """Write the rows whose mask is 1, and at which of them each replication begins; returns how many."""
    n = u8(0)  # without a sign, so that no index is checked for being negative: twice as fast
    for r in range(bounds.shape[0] - 1):
        begins[r] = i8(n)
        own, first = mask[bounds[r] : bounds[r + 1]], start + bounds[r]
        for i in range(own.shape[0]):
            rows[n] = first + i
            n += u8(own[i])
    for r in range(bounds.shape[0] - 1, begins.shape[0]):
        begins[r] = i8(n)
    return i8(n)


@jit
def _draw_poisson(mean, keys, start, bounds, purpose, step, mask, rows, occasions, key, begins):
    """Poisson occasions: first, for everybody, whether there is any; then how many, for those who have."""
    luck = salt(purpose, step, 0, 0)
    first = mix(luck)  # the draw with which `poisson` begins
    own = keys[start : start + bounds[-1]]
    for i in range(own.shape[0]):
        some = uniform(own[i], first) > exp(-min(mean[i], f4(8.0)))
        mask[i] = np.int32(some | (mean[i] > f4(8.0)))
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        key[q] = keys[rows[q]]
        occasions[q] = poisson(key[q], luck, mean[rows[q] - start])
    return n


@jit
def _draw_bernoulli(chance, keys, start, bounds, purpose, step, mask, rows, occasions, key, begins):
    """One occasion with a chance."""
    luck = salt(purpose, step, 0, 0)
    stop = start + bounds[-1]
    own, limit = keys[start:stop], chance[start:stop]
    for i in range(own.shape[0]):
        mask[i] = np.int32(uniform(own[i], luck) < limit[i])
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        key[q] = keys[rows[q]]
        occasions[q] = 1
    return n


@jit
def _draw_contracts(mean, contract, keys, start, bounds, purpose, step, mask, rows, occasions, key, begins):
    """One occasion for everybody with a contract, and for others with chance 1 - e**-mean."""
    luck = salt(purpose, step, 0, 0)
    stop = start + bounds[-1]
    own, bound = keys[start:stop], contract[start:stop]
    for i in range(own.shape[0]):
        mask[i] = np.int32((uniform(own[i], luck) > exp(-mean[i])) | (bound[i] >= 0))
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        key[q] = keys[rows[q]]
        occasions[q] = 1
    return n


@jit
def _bind(bound, rows, n, brand, contract):
    """brand[q] = the brand of the contract; who has none begins one with what was chosen."""
    for q in range(n):
        if bound[q] >= 0:
            brand[q] = bound[q]
        elif brand[q] >= 0:
            contract[rows[q]] = brand[q]


@jit
def _everybody(keys, start, bounds, rows, occasions, key, begins):
    """One occasion each."""
    n = bounds[-1]
    for i in range(n):
        rows[i] = start + i
        key[i] = keys[start + i]
        occasions[i] = 1
    for r in range(begins.shape[0]):
        begins[r] = bounds[min(r, bounds.shape[0] - 1)]
    return n


@jit
def _recorded(first, step, n_customers, keys, start, bounds, rows, occasions, key, begins):
    """One occasion for each household that has a recorded purchase of this number."""
    n = i8(0)
    for r in range(bounds.shape[0] - 1):
        begins[r] = n
        for i in range(bounds[r], bounds[r + 1]):
            household = (start + i) % n_customers
            if first[household] + step < first[household + 1]:
                rows[n] = start + i
                key[n] = keys[start + i]
                occasions[n] = 1
                n += i8(1)
    for r in range(bounds.shape[0] - 1, begins.shape[0]):
        begins[r] = n
    return n


@jit
def _next_round(n, occasion, rows, occasions, key, time, bought, begins):
    """Close the ranks: keep shoppers with more occasions than `occasion`, in order."""
    kept = i8(0)
    r = i8(0)
    for q in range(n):
        while r < begins.shape[0] and begins[r] <= q:
            begins[r] = kept
            r += i8(1)
        if occasions[q] > occasion:
            rows[kept] = rows[q]
            occasions[kept] = occasions[q]
            key[kept] = key[q]
            time[kept] = time[q]
            bought[kept] = bought[q]
            kept += i8(1)
    for r2 in range(r, begins.shape[0]):
        begins[r2] = kept
    return kept


@jit
def _times(key, occasions, n, purpose, step, occasion, time):
    """The next order statistic: 1 - (1 - t)(u ** (1 / occasions left)), t the one before."""
    luck = salt(purpose, step, occasion, 0)
    for q in range(n):
        before = time[q] if occasion > 0 else f4(0.0)
        left = f4(occasions[q] - occasion)
        time[q] = f4(1.0) - (f4(1.0) - before) * exp(log(uniform(key[q], luck)) / left)
