"""Branches: replications run to the end of the burn-in once, and from there into worlds that differ in one thing.

Worlds that branch off one state share all that was before, and the luck of all that comes. So their difference is what
the thing does from then on, customer by customer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import numpy as np

from loyaltysim.accounts.lifetime_value import discount
from loyaltysim.at_once import at_once, held_by
from loyaltysim.draws import salt
from loyaltysim.results import COSTS, INCOME
from loyaltysim.runs import stacks_of
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation, check_count, check_seed
from loyaltysim.totals import BY_PROGRAM, MONEY_UNIT
from loyaltysim.word_of_mouth.coming import draw_bits

T = TypeVar("T")

Progress = Callable[[str, float], None]
STACK_ROWS = 1 << 15
"""Replications are stacked to so many rows: of more, the logs of all branches, now some hundred megabytes, would be too
large (assumed)."""
TINY = 1e-9
"""Steps by which a time may be off through rounding."""


@dataclass(frozen=True)
class Account:
    """What a branch brought the focal brand from the branch on: whole numbers, replications × customers."""

    units: np.ndarray
    money: np.ndarray
    """What was paid less cost of goods, discounted, in 1/10,000 of the currency: rewards taken at the till are off."""
    bought: np.ndarray
    """Whether the customer bought the brand at all."""
    costs: np.ndarray
    """By replication: margin of the brand less all of `money`, what is told of no single purchase; costs below 0."""


def each_stack(
    scenario: Scenario,
    do: Callable[[Simulation], T],
    *,
    replications: int,
    seed: int,
    threads: int | None = None,
    progress: Progress | None = None,
    alone: bool = False,
) -> list[T]:
    """`do` with each stack of replications, opened and not yet run; several at a time.

    With `alone` every replication is a stack by itself. `progress` is called with "replications" and how many are done.
    """
    check_count("replications", replications)
    check_seed(seed)
    threads = os.cpu_count() or 1 if threads is None else check_count("threads", threads, 1024)
    rows = scenario.population.n_customers if alone else STACK_ROWS
    stacks = stacks_of(scenario, 0, replications, threads, rows=rows)
    done = [0.0] * len(stacks)

    def tell(place: int, part: float) -> None:
        done[place] = part * len(stacks[place])
        if progress is not None:
            progress("replications", sum(done))

    pieces = [(do, scenario, seed, stack) for stack in stacks]
    return at_once(_opened, pieces, hands=threads, scenarios=[scenario, *held_by(do)], tell=tell)


def _opened(
    do: Callable[[Simulation], T], scenario: Scenario, seed: int, stack: range, *, tell: Callable[[float], None]
) -> T:
    return do(Simulation(scenario, seed=seed, threads=1, replications=stack))


def each_step(tell: Callable[[float], None], steps: int) -> Callable[[], None]:
    """What to call after each step of simulations that have so many together: it tells their share that is made."""
    made = count(1)
    return lambda: tell(next(made) / steps)


def account(simulation: Simulation, discount_rate: float = 0.0) -> Account:
    """Read the account of a finished branch that kept a log, from the first measured step on.

    Payments count by the step in which they came: each is discounted to the first measured step at a yearly rate (E72)
    and rounded to 1/10,000 of the currency, so that sums over any customers are exact.
    """
    scenario, calendar, world = simulation.scenario, simulation.calendar, simulation.world
    assert simulation.transactions is not None
    log = simulation.transactions.frame()
    log = log[(log["brand"] == scenario.focal).to_numpy()]
    replication = log["replication"].to_numpy().astype(np.int64) - world.customers.replications.start
    units = log["units"].to_numpy().astype(np.int64)
    step = np.floor(log["time"].to_numpy() / calendar.step_days + TINY).astype(np.int64)
    factor = discount(discount_rate, calendar.years * np.arange(calendar.steps))
    paid = np.rint(log["price_paid"].to_numpy() * MONEY_UNIT).astype(np.int64)
    payment = paid - units * simulation.schedule.unit_cost[replication, world.focal]
    people = world.n_replications, world.customers.n_customers
    who = replication * people[1] + log["customer"].to_numpy()
    when = replication * calendar.steps + step
    left = _margin(simulation) - _sum(when, payment, (world.n_replications, calendar.steps))
    return Account(
        units=_sum(who, units, people),
        money=_sum(who, np.rint(payment * factor[step]).astype(np.int64), people),
        bought=_sum(who, np.ones_like(units), people) > 0,
        costs=np.rint(left * factor).astype(np.int64).sum(1),
    )


def ever_bought(simulation: Simulation) -> np.ndarray:
    """Say who ever bought the focal brand, replications × customers."""
    tried, focal = simulation.world.customers.arrays["tried"], np.uint32(simulation.world.focal)
    return np.asarray((tried >> focal) & np.uint32(1) != 0).reshape(simulation.world.n_replications, -1)


def first_of(
    simulation: Simulation, among: np.ndarray, value: np.ndarray | None, n: int, purpose: np.uint64
) -> np.ndarray:
    """The `n` of some rows whose value, one per row, is highest; by chance among equals, or of all if there is none."""
    luck = np.empty(simulation.world.customers.rows, np.uint64)
    draw_bits(simulation.world.customers.key, np.uint64(salt(purpose, 0, 0, 0)), luck)
    order = (luck[among],) if value is None else (luck[among], -value[among])
    return np.sort(among[np.lexsort(order)[:n]])


def _margin(simulation: Simulation) -> np.ndarray:
    """Margin of the focal brand, replications × measured steps, in 1/10,000 of the currency."""
    scenario, flows = simulation.scenario, simulation.raw().flows
    owners = np.array([name for name, _, _ in scenario.programs], object)
    whole = np.zeros((simulation.world.n_replications, simulation.calendar.steps), np.int64)
    for name in (*INCOME, *COSTS):
        of_us = owners == scenario.focal if name in BY_PROGRAM else [simulation.world.focal]
        of_step = flows[name][simulation.calendar.burn_in :][..., of_us].sum((2, 3)).T
        whole += of_step if name in INCOME else -of_step
    return whole


def _sum(places: np.ndarray, values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Sum whole numbers by place, exactly."""
    out = np.zeros(shape[0] * shape[1], np.int64)
    np.add.at(out, places, values)
    return out.reshape(shape)
