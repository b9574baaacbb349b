"""Households: everybody is tied to all who live in the same one, and to nobody else.

Customers are put in an order drawn at random, which is cut into households: of the k-th, k from 0 on, are the places
from k · size up to (k + 1) · size. So with a whole number as `size` all households have that size, the last perhaps
less; else their sizes are the two whole numbers around it. Who lives together is luck, whatever the segment. Assumed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.customers.network import Tied, bytes_of, connect
from loyaltysim.draws import bits, customer_key, purpose, salt
from loyaltysim.jit import jit
from loyaltysim.pairs import shuffle
from loyaltysim.record import setting

i8, f8 = np.int64, np.float64

ORDER = purpose("network.household")


class HouseholdNetwork(Tied):
    """All who live together are tied, nobody else."""

    kind: Literal["household"] = "household"
    size: float = setting(2.2, "Mean number of people in a household.", unit="customers", ge=1, le=1000)

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        ties = int(count_ties(n_customers, self.size)) * replications
        return bytes_of(n_customers * replications, ties, self.strength) + 12 * n_customers

    def make(self, stack):
        """Draw who lives together, then make the rows."""
        n = stack.n_customers
        begin = np.zeros(stack.rows + 1, np.int64)
        later = np.empty(int(count_ties(n, self.size)) * stack.replications, np.int32)
        live_together(
            stack.seed, stack.first_replication, stack.replications, n, self.size, np.empty(n, np.int32),
            np.empty(n, np.int64), begin, later,
        )  # fmt: skip
        return connect(n, begin, later, self.strength)


@jit
def household_end(n, size, k):
    """Where the k-th household ends in the order of customers."""
    return min(i8(n), i8(np.ceil(f8(k + 1) * f8(size))))


@jit
def count_ties(n, size):
    """Ties in all households of one replication."""
    ties, begin, k = i8(0), i8(0), i8(0)
    while begin < n:
        end = household_end(n, size, k)
        ties += (end - begin) * (end - begin - 1) // 2
        begin = end
        k += 1
    return ties


@jit
def live_together(seed, first_replication, replications, n, size, order, place, begin, later):
    """Write the ties of a stack into `begin` (rows + 1) and `later`; `order` and `place` are scratch by customer."""
    start = i8(0)
    for r in range(replications):
        row = r * n
        for i in range(n):
            order[i] = i
            place[i] = 0
        shuffle(bits(customer_key(seed, first_replication + r, 0), salt(ORDER, 0, 0, 0)), order)
        for fills in range(2):  # first count each row's ties, then write them
            first, k = i8(0), i8(0)
            while first < n:
                end = household_end(n, size, k)
                for p in range(first, end):
                    for q in range(p + 1, end):
                        smaller = min(order[p], order[q])
                        if fills == 1:
                            later[place[smaller]] = row + max(order[p], order[q])
                        place[smaller] += 1
                first = end
                k += 1
            if fills == 0:
                for i in range(n):
                    begin[row + i] = start
                    start += place[i]
                    place[i] = begin[row + i]
    begin[replications * n] = start
