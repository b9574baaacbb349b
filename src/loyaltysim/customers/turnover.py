"""Turnover: ties end and others take their place, while everybody keeps as many neighbors (eq. E90).

In each step but the first, when what was said before is heard, rate · years · ties / 2 times two ties are exchanged: of
a–b and c–d, drawn at random, come a–d and c–b, if that ties nobody to itself and no two twice; else two others are
drawn (a double edge swap). So a tie is still there after a time t with chance e^(−rate · t), everybody keeps as many
neighbors, and what else a kind of network has, such as triangles, wears off. Strengths stay too: in such a network all
are the same.

The ties of a step are a pure function of those before and of the step's luck. They are no part of a checkpoint: who
goes on from one makes the network anew and exchanges its ties up to there. The mechanism and the rate are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.customers.neighbors import Neighbors
from loyaltysim.draws import WEYL, bits, customer_key, purpose, salt, uniform_double
from loyaltysim.jit import jit

u8, i8, f8 = np.uint64, np.int64, np.float64

TURNOVER = purpose("network.turnover")
MOST_TRIES = 100  # assumed: a network in which so many draws fail has next to nothing to exchange


@dataclass
class Turnover:
    """How fast ties change, and as of which step they are."""

    rate: float  # 1/year
    years: float  # of a step
    seed: int
    first_replication: int
    step: int = 0

    def bring(self, network: Neighbors, step: int) -> bool:
        """Exchange ties in place until they are as of `step`; returns whether there was something to do.

        Raises ValueError if they are as of a later step.
        """
        if step < self.step:
            raise ValueError(f"the ties are as of step {self.step}, they cannot go back to step {step}")
        changes, rate = step > self.step, self.rate * self.years
        while self.step < step:
            self.step += 1
            exchange(
                self.seed, self.first_replication, network.replications, network.n_customers, self.step, rate,
                network.first, network.neighbor,
            )  # fmt: skip
        return changes


@jit
def exchange(seed, first_replication, replications, n, step, rate, first, neighbor):
    """Exchange ties of each network of a stack, `rate` times each in the mean; rows of `neighbor` stay in order."""
    for r in range(replications):
        row = r * n
        start, entries = first[row], first[row + n] - first[row]
        pairs = f8(rate) * f8(entries // 2) / f8(2)  # of ties, in a step
        wanted = i8(np.floor(pairs * f8(step))) - i8(np.floor(pairs * f8(step - 1)))
        key = bits(customer_key(seed, first_replication + r, 0), salt(TURNOVER, step, 0, 0))
        t = u8(0)
        for _ in range(wanted):
            for _ in range(MOST_TRIES):
                e = start + i8(uniform_double(key, t * WEYL) * f8(entries))
                g = start + i8(uniform_double(key, (t + u8(1)) * WEYL) * f8(entries))
                t += u8(2)
                a, b = row_of(first, row, row + n, e), i8(neighbor[e])
                c, d = row_of(first, row, row + n, g), i8(neighbor[g])
                if a != d and c != b and not is_tied(first, neighbor, a, d) and not is_tied(first, neighbor, c, b):
                    put(first, neighbor, a, b, d)
                    put(first, neighbor, d, c, a)
                    put(first, neighbor, c, d, b)
                    put(first, neighbor, b, a, c)
                    break


@jit
def row_of(first, low, high, e):
    """Which of the rows from `low` on and below `high` has the entry `e`."""
    while high - low > 1:
        middle = (low + high) // 2
        if first[middle] <= e:
            low = middle
        else:
            high = middle
    return low


@jit
def place_of(neighbor, begin, end, row):
    """The first place of the ascending neighbor[begin:end] that has `row` or a larger one."""
    while begin < end:
        middle = (begin + end) // 2
        if neighbor[middle] < row:
            begin = middle + 1
        else:
            end = middle
    return begin


@jit
def is_tied(first, neighbor, one, other):
    """Whether two rows are tied."""
    place = place_of(neighbor, first[one], first[one + 1], other)
    return place < first[one + 1] and neighbor[place] == other


@jit
def put(first, neighbor, row, old, new):
    """Write a neighbor of `row` in the place of another one, in order."""
    begin, end = first[row], first[row + 1]
    place = place_of(neighbor, begin, end, old)
    while place > begin and neighbor[place - 1] > new:
        neighbor[place] = neighbor[place - 1]
        place -= 1
    while place + 1 < end and neighbor[place + 1] < new:
        neighbor[place] = neighbor[place + 1]
        place += 1
    neighbor[place] = new
