"""States: means of satisfaction, bond and trust with each brand, over everybody who ever bought it.

A state is added up in whole units of 2**-30 (trust, which is often in the thousands: 2**-10), so the sum is exact and
the same in any order of customers, blocks, stacks and threads. Rounding a float32 to such a unit is far below what a
mean can show.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.world import World

f4, i8, u4 = np.float32, np.int64, np.uint32

STATES = ("satisfaction", "bond", "trust")
GONE = ("lost", "dormant")
"""Customers who have left a brand, and those who have not but bought nothing for long: counted with the states."""
UNITS = (2.0**30, 2.0**30, 2.0**10)
"""Units in 1, by state: ten million customers with a mean of up to 800, in trust of 9e8, fit into 64 bits."""


def add_up(world: World, faded: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the states, float64 `STATES` × replications × segments × brands, and over how many customers, int64.

    A state that nobody keeps is NaN. `faded` are everybody's states now that are kept as of the last occasion.
    """
    customers, segments = world.customers, len(world.segments)
    shape = (world.n_replications, segments, len(world.brands))
    sums, people = np.full((len(STATES), *shape), np.nan), np.zeros(shape, np.int64)
    whole = np.empty(shape, np.int64)
    tried = customers.arrays["tried"]
    _people(tried, customers.segment, customers.n_customers, people)
    for place, name in enumerate(STATES):
        if name in world.kept:
            array = faded.get(name, customers.arrays[name])
            _sum(array, tried, customers.segment, customers.n_customers, UNITS[place], whole)
            sums[place] = whole / UNITS[place]
    return sums, people


def count_gone(world: World, step: int, dormant_after_weeks: float) -> np.ndarray:
    """How many have left each brand, and how many are dormant: int64 `GONE` × replications × segments × brands.

    Dormant is who once bought the brand, has not left it, and has bought none for `dormant_after_weeks`; a
    classification by what a firm sees, not a state of the customer. With 0 weeks nobody is.
    """
    customers, history = world.customers, world.history.arrays
    gone = np.zeros((len(GONE), world.n_replications, len(world.segments), len(world.brands)), np.int64)
    status = customers.arrays.get("status")
    if status is not None:
        _people(status, customers.segment, customers.n_customers, gone[0])
    if dormant_after_weeks > 0:
        latest = step - int(np.ceil(dormant_after_weeks / world.calendar.weeks - 1e-9))  # forgives rounding of weeks
        left = np.zeros(customers.rows, np.uint32) if status is None else status
        _dormant(history["last_step"], left, latest, customers.segment, customers.n_customers, gone[1])
    return gone


@jit
def _dormant(last, left, latest, segment, n_customers, dormant):
    """Count who last bought each brand at step `latest` or before, and has not left it."""
    latest = np.int32(latest)
    for r in range(dormant.shape[0]):
        first, stop = r * n_customers, (r + 1) * n_customers
        bits, own = left[first:stop], segment[first:stop]
        for b in range(dormant.shape[2]):
            column = last[b, first:stop]
            for s in range(dormant.shape[1]):
                total = i8(0)
                for i in range(bits.shape[0]):
                    here = ((bits[i] >> u4(b)) & u4(1)) ^ u4(1)
                    total += i8(here & u4(own[i] == s) & u4(column[i] >= 0) & u4(column[i] <= latest))
                dormant[r, s, b] += total


@jit
def _people(tried, segment, n_customers, people):
    """Count whose bit of each brand is set: who ever bought it, or has left it."""
    for r in range(people.shape[0]):
        first, last = r * n_customers, (r + 1) * n_customers
        bits, own = tried[first:last], segment[first:last]
        for s in range(people.shape[1]):
            for b in range(people.shape[2]):
                total = i8(0)
                for i in range(bits.shape[0]):
                    total += i8((bits[i] >> u4(b)) & u4(own[i] == s))
                people[r, s, b] = total


@jit
def _sum(state, tried, segment, n_customers, unit, sums):
    """Add `state`, brands × rows, over those who ever bought the brand, in whole units, a power of two of them in 1."""
    unit = f4(unit)
    for r in range(sums.shape[0]):
        first, last = r * n_customers, (r + 1) * n_customers
        bits, own = tried[first:last], segment[first:last]
        for b in range(sums.shape[2]):
            column = state[b, first:last]
            for s in range(sums.shape[1]):
                total = i8(0)
                for i in range(column.shape[0]):
                    total += i8(column[i] * (unit * f4((bits[i] >> u4(b)) & u4(own[i] == s))))
                sums[r, s, b] = total
