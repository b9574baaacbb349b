"""A ring of neighbors with some ties moved: many triangles and yet few steps between any two customers.

Source: Watts and Strogatz 1998, Collective dynamics of 'small-world' networks, Nature 393:440. Customer i is tied to
the next k/2 ones on a ring, k = mean_degree. Then, first for all the ties to the next one, then to the one after it,
and so on, each tie moves its far end with the chance `rewire` to a customer drawn from all that i is not tied to. With
k neighbors and no rewiring the clustering is 3 (k − 2) / (4 (k − 1)), with rewiring about (1 − rewire)³ of that (Barrat
and Weigt 2000, European Physical Journal B 13:547).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.customers.network import Tied, bytes_of, connect, too_many_neighbors, turn
from loyaltysim.draws import WEYL, bits, customer_key, mix, purpose, salt, uniform_double
from loyaltysim.jit import jit
from loyaltysim.record import setting

u8, i8, f8 = np.uint64, np.int64, np.float64

MOVES, TARGETS = purpose("network.small_world.moves"), purpose("network.small_world.targets")


class SmallWorldNetwork(Tied):
    """Neighbors on a ring, some ties moved to anywhere (Watts and Strogatz)."""

    kind: Literal["small_world"] = "small_world"
    mean_degree: int = setting(
        10, "Number of neighbors on the ring, half on each side; the mean stays.", unit="customers", ge=0, multiple_of=2
    )
    rewire: float = setting(0.1, "Chance that a tie is moved to a customer drawn at random.", unit="chance", ge=0, le=1)

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        return too_many_neighbors(self.mean_degree, n_customers)

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        rows = n_customers * replications
        return bytes_of(rows, rows * self.mean_degree // 2, self.strength) + 4 * n_customers

    def make(self, stack):
        """Lay the ring, move ties, then make the rows."""
        half, n = self.mean_degree // 2, stack.n_customers
        far = np.empty((stack.rows, half), np.int32)
        ring(stack.seed, stack.first_replication, n, self.rewire, far, np.empty(n, np.int32))
        begin, later = turn(half * np.arange(stack.rows + 1), far.reshape(-1))
        del far
        return connect(n, begin, later, self.strength)


@jit
def ring(seed, first_replication, n, rewire, far, degree):
    """Write the far ends of each row's ties into `far` (rows × half, as rows); `degree` is scratch by customer."""
    rows, half = far.shape
    rewire = f8(rewire)
    for row in range(0, rows, max(n, 1)):
        replication = first_replication + row // n
        moves = bits(customer_key(seed, replication, 0), salt(MOVES, 0, 0, 0))
        targets = bits(customer_key(seed, replication, 0), salt(TARGETS, 0, 0, 0))
        for i in range(n):
            degree[i] = 2 * half
            for lap in range(half):
                far[row + i, lap] = row + (i + lap + 1) % n
        for lap in range(half):
            for i in range(n):
                address = u8(lap * n + i) * WEYL
                if uniform_double(moves, address) < rewire and degree[i] < n - 1:
                    target = free_customer(mix(targets + address), n, row, i, far)
                    degree[far[row + i, lap] - row] -= 1
                    degree[target] += 1
                    far[row + i, lap] = row + target


@jit
def free_customer(key, n, row, i, far):
    """A customer drawn from those that customer `i` is not tied to; there must be one."""
    t = u8(0)
    while True:
        target = i8(uniform_double(key, t * WEYL) * f8(n))
        t += u8(1)
        if target != i and not (has(far, row + i, row + target) or has(far, row + target, row + i)):
            return target


@jit
def has(far, row, other):
    """Whether one of the ties kept in `row` goes to the row `other`."""
    for lap in range(far.shape[1]):
        if far[row, lap] == other:
            return True
    return False
