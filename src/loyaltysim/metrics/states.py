"""States: means of satisfaction, bond and trust with each brand, over everybody who ever bought it.

A state is added up in whole units of 2**-30, so the sum is exact and the same in any order of customers, blocks,
stacks and threads. Rounding a float32 to such a unit is far below what a mean can show.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.world import World

f8, i8, u4 = np.float64, np.int64, np.uint32

STATES = ("satisfaction", "bond", "trust")
UNIT = 2.0**30  # ten million customers with a mean of up to 800 fit into 64 bits


def add_up(world: World, bond: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the states, float64 `STATES` × replications × segments × brands, and over how many customers, int64.

    A state that nobody keeps is NaN. `bond` is everybody's bond now, since it is kept as of the last occasion.
    """
    customers, segments = world.customers, len(world.segments)
    shape = (world.n_replications, segments, len(world.brands))
    sums, people = np.full((len(STATES), *shape), np.nan), np.zeros(shape, np.int64)
    whole = np.empty(shape, np.int64)
    tried = customers.arrays["tried"]
    _people(tried, customers.segment, customers.n_customers, people)
    for place, name in enumerate(STATES):
        if name in world.kept:
            array = bond if name == "bond" and bond is not None else customers.arrays[name]
            _sum(array, tried, customers.segment, customers.n_customers, UNIT, whole)
            sums[place] = whole / UNIT
    return sums, people


@jit
def _people(tried, segment, n_customers, people):
    """Count who ever bought each brand."""
    for r in range(people.shape[0]):
        first, last = r * n_customers, (r + 1) * n_customers
        bits, own = tried[first:last], segment[first:last]
        for s in range(people.shape[1]):
            for b in range(people.shape[2]):
                total = i8(0)
                for i in range(bits.shape[0]):
                    total += i8((bits[i] >> u4(b)) & u4(1)) * i8(own[i] == s)
                people[r, s, b] = total


@jit
def _sum(state, tried, segment, n_customers, unit, sums):
    """Add `state`, brands × rows, over those who ever bought the brand, in whole units."""
    for r in range(sums.shape[0]):
        first, last = r * n_customers, (r + 1) * n_customers
        bits, own = tried[first:last], segment[first:last]
        for b in range(sums.shape[2]):
            column = state[b, first:last]
            for s in range(sums.shape[1]):
                total = i8(0)
                for i in range(column.shape[0]):
                    counts = i8((bits[i] >> u4(b)) & u4(1)) * i8(own[i] == s)
                    total += i8(f8(column[i]) * unit) * counts
                sums[r, s, b] = total
