"""Ties between customers whose numbers of neighbors are given, and who is tied to whom is luck (eq. E88).

Source: the configuration model (Newman 2003, The structure and function of complex networks, SIAM Review 45:167).
Customer i wants ``degrees[i % len(degrees)]`` neighbors, so each number of the list is wanted equally often. As many
loose ends as that are shuffled (Fisher and Yates) and tied, the first to the second, the third to the fourth, and so
on; where their number is odd one is left over. Ties of a customer to itself and repeated ties are then dropped, which
is called the erased model: the others stay as likely as they were.

What is dropped does not grow with the population. With ν = mean of k (k − 1) over the mean of k, about ν / 2 ties of a
customer to itself and ν² / 4 repeated ones are expected: with 10 neighbors for all, 25 ties, of 5 a customer. Where few
are tied to a large part of all it is more, since then ν itself is large.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import field_validator

from loyaltysim.customers.network import Tied, bytes_of, connect
from loyaltysim.draws import bits, customer_key, purpose, salt
from loyaltysim.jit import jit
from loyaltysim.pairs import close_up, shuffle
from loyaltysim.record import setting

u8, i8, f8 = np.uint64, np.int64, np.float64

ENDS = purpose("network.configuration")


class ConfigurationNetwork(Tied):
    """Given numbers of neighbors, tied at random (configuration model)."""

    kind: Literal["configuration"] = "configuration"
    degrees: tuple[int, ...] = setting(
        (10,),
        "Numbers of neighbors, each for the same share of customers: [1, 1, 8] gives two thirds of them one.",
        unit="customers",
        min_length=1,
    )

    @field_validator("degrees")
    @classmethod
    def _check_degrees(cls, degrees: tuple[int, ...]) -> tuple[int, ...]:
        if min(degrees) < 0:
            raise ValueError(f"numbers of neighbors must be at least 0, one was {min(degrees)}")
        return degrees

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        most = max(self.degrees)
        if most == 0 or most < n_customers:
            return []
        return [f"degrees: {most} neighbors need more than {most} customers, there are {n_customers}"]

    def n_ends(self, n_customers: int) -> int:
        """Count the ends to be tied in one replication."""
        whole, rest = divmod(n_customers, len(self.degrees))
        return whole * sum(self.degrees) + sum(self.degrees[:rest])

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        ties = self.n_ends(n_customers) // 2 * replications
        return bytes_of(n_customers * replications, ties, self.strength) + 12 * n_customers

    def make(self, stack):
        """Shuffle the loose ends and tie them, then make the rows."""
        n, ends = stack.n_customers, self.n_ends(stack.n_customers)
        begin = np.zeros(stack.rows + 1, np.int64)
        later = np.empty(ends // 2 * stack.replications, np.int32)
        made = tie_ends(
            stack.seed, stack.first_replication, stack.replications, n, np.array(self.degrees, np.int64),
            np.empty(ends, np.int32), np.empty(n, np.int64), np.empty(n, np.int32), begin, later,
        )  # fmt: skip
        return connect(n, begin, later[:made], self.strength)


@jit
def tie_ends(seed, first_replication, replications, n, degrees, ends, place, seen, begin, later):
    """Write the ties of a stack into `begin` (rows + 1) and `later`; return how many there are.

    Scratch: `ends`, one number for each loose end of a replication; `place` and `seen`, one per customer.
    """
    start = i8(0)
    for r in range(replications):
        row = r * n
        key = bits(customer_key(seed, first_replication + r, 0), salt(ENDS, 0, 0, 0))
        filled = i8(0)
        for i in range(n):
            for _ in range(degrees[i % len(degrees)]):
                ends[filled] = i
                filled += 1
        shuffle(key, ends)
        pairs = filled // 2
        for i in range(n):
            place[i] = 0
            seen[i] = -1
        for t in range(pairs):
            one, other = ends[2 * t], ends[2 * t + 1]
            place[min(one, other)] += i8(one != other)
        total = i8(start)
        for i in range(n):
            size = place[i]
            place[i] = total
            total += size
        for t in range(pairs):
            one, other = ends[2 * t], ends[2 * t + 1]
            if one != other:
                smaller = min(one, other)
                later[place[smaller]] = row + max(one, other)
                place[smaller] += 1
        start += close_up(n, row, start, begin, later, place, seen)
    return start
