"""States: means of satisfaction, bond and trust with each brand, over everybody who ever bought it.

Floats are added in float64 inside leaves of 1,024 customers, in order, then leaf by leaf: one order for any block size,
stacking and number of threads.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import LEAF
from loyaltysim.world import World

f8, i8, u4 = np.float64, np.int64, np.uint32

STATES = ("satisfaction", "bond", "trust")


def add_up(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the states, float64 `STATES` × replications × segments × brands, and over how many customers, int64.

    A state that nobody keeps is NaN.
    """
    customers = world.customers
    shape = (world.n_replications, len(world.segments), len(world.brands))
    sums, people = np.full((len(STATES), *shape), np.nan), np.zeros(shape, np.int64)
    tried = customers.arrays["tried"]
    _people(tried, customers.segment, customers.n_customers, people)
    for place, name in enumerate(STATES):
        if customers.has(name):
            sums[place] = 0.0
            _sum(customers.arrays[name], tried, customers.segment, customers.n_customers, LEAF, sums[place])
    return sums, people


@jit
def _people(tried, segment, n_customers, people):
    """Count who ever bought each brand."""
    for row in range(tried.shape[0]):
        for b in range(people.shape[2]):
            people[row // n_customers, segment[row], b] += i8((tried[row] >> u4(b)) & u4(1))


@jit
def _sum(state, tried, segment, n_customers, leaf_size, sums):
    """Add `state`, brands × rows, over those who ever bought the brand: leaf by leaf, in order."""
    leaf = np.zeros(sums.shape[1], np.float64)
    for b in range(state.shape[0]):
        own = state[b]
        for r in range(sums.shape[0]):
            for start in range(r * n_customers, (r + 1) * n_customers, leaf_size):
                leaf[:] = 0.0
                for row in range(start, min(start + leaf_size, (r + 1) * n_customers)):
                    known = f8(i8((tried[row] >> u4(b)) & u4(1)))
                    leaf[segment[row]] += f8(own[row]) * known
                for s in range(sums.shape[1]):
                    sums[r, s, b] += leaf[s]
