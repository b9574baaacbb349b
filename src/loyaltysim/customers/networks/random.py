"""Ties between pairs drawn at random: a given number of ties, every set of that many pairs with the same chance.

Source: Erdős and Rényi 1959, On random graphs I, Publicationes Mathematicae 6:290; their G(n, m) with

    m = round(n · mean_degree / 2)        ties, half to even

Few ties: pairs are drawn one after the other, those drawn before are dropped, until there are m. The t-th pair is a
pure function of the key and t, so it is drawn once to count and again to place, and none is kept in between. Many ties
(more than a quarter of all pairs): each pair in turn is taken with the chance (ties still wanted) / (pairs still left),
which gives exactly m (selection sampling; Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.customers.network import Tied, bytes_of, connect, too_many_neighbors
from loyaltysim.draws import WEYL, bits, customer_key, purpose, salt, uniform_double
from loyaltysim.jit import jit
from loyaltysim.record import setting

u8, i8, f8 = np.uint64, np.int64, np.float64

TIES = purpose("network.random")
DENSE = 0.25  # assumed: share of all pairs above which each pair is looked at in turn
CHUNK = 1024  # pairs drawn at once, in a loop of their own: twice to four times as fast (measured)


class RandomNetwork(Tied):
    """Any two customers are tied with the same chance (Erdős and Rényi)."""

    kind: Literal["random"] = "random"
    mean_degree: float = setting(10.0, "Mean number of neighbors of a customer.", unit="customers", ge=0)

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        return too_many_neighbors(self.mean_degree, n_customers)

    def n_ties(self, n_customers: int) -> int:
        """Count the ties of one replication, always the same number."""
        return min(round(n_customers * self.mean_degree / 2), n_customers * (n_customers - 1) // 2)

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        rows, ties = n_customers * replications, self.n_ties(n_customers) * replications
        return bytes_of(rows, ties, self.strength) + 12 * n_customers

    def make(self, stack):
        """Draw the ties, then make the rows."""
        n = stack.n_customers
        ties, pairs = self.n_ties(n), n * (n - 1) // 2
        begin = np.zeros(stack.rows + 1, np.int64)
        later = np.empty(ties * stack.replications, np.int32)
        if ties > DENSE * pairs:
            select_ties(stack.seed, stack.first_replication, stack.replications, n, ties, begin, later)
        else:
            place, seen = np.empty(n, np.int64), np.empty(n, np.int32)
            draw_ties(stack.seed, stack.first_replication, stack.replications, n, ties, begin, later, place, seen)
            del place, seen
        return connect(n, begin, later, self.strength)


@jit
def draw_pairs(key, t, size, n, smaller, larger):
    """Write the t-th pair and those after it: two different customers of `n`, every pair with the same chance."""
    for q in range(size):
        address = u8(2 * (t + q))
        i = i8(uniform_double(key, address * WEYL) * f8(n))
        j = i8(uniform_double(key, (address + u8(1)) * WEYL) * f8(n - 1))
        j += i8(j >= i)
        smaller[q] = min(i, j)
        larger[q] = max(i, j)


@jit
def draw_ties(seed, first_replication, replications, n, ties, begin, later, place, seen):
    """Write the ties of a stack of sparse networks into `begin` (rows + 1) and `later`.

    `place` and `seen` are scratch, one per customer.
    """
    smaller, larger = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
    for r in range(replications):
        key = bits(customer_key(seed, first_replication + r, 0), salt(TIES, 0, 0, 0))
        draw_until(key, n, ties, r * n, r * ties, begin, later, place, seen, smaller, larger)


@jit
def draw_until(key, n, ties, row, start, begin, later, place, seen, smaller, larger):
    """Write the ties of one network, whose rows begin at `row` and whose ties at `start`."""
    for i in range(n + 1):
        begin[row + i] = start
    draw_more(key, n, ties, row, start, begin, later, place, seen, smaller, larger)


@jit
def draw_more(key, n, ties, row, start, begin, later, place, seen, smaller, larger):
    """Draw ties to those that a network has already, until there are `ties`.

    A round draws as many pairs as are wanting, puts them behind what their rows have, and drops those that were there.
    """
    have, drawn = i8(begin[row + n] - start), i8(0)
    while True:
        draws_end = drawn + ties - have
        for i in range(n):
            place[i] = 0
            seen[i] = -1
        for t in range(drawn, draws_end, CHUNK):
            size = min(CHUNK, draws_end - t)
            draw_pairs(key, t, size, n, smaller, larger)
            for q in range(size):
                place[smaller[q]] += 1
        spread(n, row, start + ties, begin, later, place)
        for t in range(drawn, draws_end, CHUNK):
            size = min(CHUNK, draws_end - t)
            draw_pairs(key, t, size, n, smaller, larger)
            for q in range(size):
                i = smaller[q]
                later[place[i]] = row + larger[q]
                place[i] += 1
        have = close_up(n, row, start, begin, later, place, seen)
        drawn = draws_end
        if have == ties:
            break


@jit
def spread(n, row, end, begin, later, place):
    """Move the rows apart, the last one to `end`: row i gets room for place[i] more; place[i] becomes where they go."""
    old_end = begin[row + n]
    begin[row + n] = end
    for back in range(n):
        i = n - 1 - back
        old = begin[row + i]
        size = old_end - old
        new = begin[row + i + 1] - place[i] - size
        if new > old:
            for e in range(size):
                later[new + size - 1 - e] = later[old + size - 1 - e]
        begin[row + i] = new
        place[i] = new + size
        old_end = old


@jit
def close_up(n, row, start, begin, later, place, seen):
    """Drop what a row has twice and move the rows together, the first one to `start`; return how many ties are left."""
    kept = i8(start)
    old = i8(start)
    for i in range(n):
        end = place[i]
        begin[row + i] = kept
        for e in range(old, end):
            other = later[e]
            if seen[other - row] != i:
                seen[other - row] = i
                later[kept] = other
                kept += 1
        old = end
    begin[row + n] = kept
    return kept - start


@jit
def select_ties(seed, first_replication, replications, n, ties, begin, later):
    """Write the ties of a stack of dense networks into `begin` (rows + 1) and `later`, looking at each pair in turn."""
    for r in range(replications):
        key = bits(customer_key(seed, first_replication + r, 0), salt(TIES, 0, 0, 0))
        select_pairs(key, n, ties, r * n, r * ties, begin, later)


@jit
def select_pairs(key, n, ties, row, start, begin, later):
    """Write the ties of one dense network, whose rows begin at `row` and whose ties at `start`."""
    e = i8(start)
    wanted, left = i8(ties), i8(n) * i8(n - 1) // 2
    for i in range(n):
        begin[row + i] = e
        for j in range(i + 1, n):
            if uniform_double(key, u8(left) * WEYL) * f8(left) < f8(wanted):
                later[e] = row + j
                e += 1
                wanted -= 1
            left -= 1
    begin[row + n] = e
