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
from loyaltysim.draws import bits, customer_key, purpose, salt
from loyaltysim.jit import jit
from loyaltysim.pairs import CHUNK, DENSE, draw_until, select_pairs
from loyaltysim.record import setting

TIES = purpose("network.random")


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
def draw_ties(seed, first_replication, replications, n, ties, begin, later, place, seen):
    """Write the ties of a stack of sparse networks into `begin` (rows + 1) and `later`.

    `place` and `seen` are scratch, one per customer.
    """
    smaller, larger = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
    for r in range(replications):
        key = bits(customer_key(seed, first_replication + r, 0), salt(TIES, 0, 0, 0))
        draw_until(key, n, ties, r * n, r * ties, begin, later, place, seen, smaller, larger)


@jit
def select_ties(seed, first_replication, replications, n, ties, begin, later):
    """Write the ties of a stack of dense networks into `begin` (rows + 1) and `later`, looking at each pair in turn."""
    for r in range(replications):
        key = bits(customer_key(seed, first_replication + r, 0), salt(TIES, 0, 0, 0))
        select_pairs(key, n, ties, r * n, r * ties, begin, later)
