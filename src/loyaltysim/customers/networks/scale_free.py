"""Newcomers tie themselves to the well connected: few hubs with very many neighbors.

Source: Barabási and Albert 1999, Emergence of scaling in random networks, Science 286:509. Customers come one after the
other. Each ties itself to m = mean_degree / 2 different customers that came before it, with chances in proportion to
the neighbors these have, or to all of them while they are m at most. In the limit a share of
2 m (m + 1) / (k (k + 1) (k + 2)) has k neighbors, k ≥ m (Dorogovtsev, Mendes and Samukhin 2000, Physical Review Letters
85:4633). A customer with k neighbors is an end of k ties, so the end of a tie drawn at random is what is wanted
(Batagelj and Brandes 2005, Physical Review E 71:036113).

The mean degree is m (2 n − m − 1) / n, a little below 2 m. The hubs are customers of small numbers.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.customers.network import Tied, bytes_of, connect, too_many_neighbors, turn
from loyaltysim.draws import WEYL, bits, customer_key, mix, purpose, salt, uniform_double
from loyaltysim.jit import jit
from loyaltysim.record import setting

u8, i8, f8 = np.uint64, np.int64, np.float64

ENDS = purpose("network.scale_free")


class ScaleFreeNetwork(Tied):
    """A few hubs with very many neighbors (Barabási and Albert)."""

    kind: Literal["scale_free"] = "scale_free"
    mean_degree: int = setting(
        10, "Mean number of neighbors; a newcomer makes half as many ties.", unit="customers", ge=0, multiple_of=2
    )

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        return too_many_neighbors(self.mean_degree, n_customers)

    def n_ties(self, n_customers: int) -> int:
        """Count the ties of one replication, always the same number."""
        links = self.mean_degree // 2
        return links * n_customers - links * (links + 1) // 2

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        rows, ties = n_customers * replications, self.n_ties(n_customers) * replications
        return bytes_of(rows, ties, self.strength) + 8 * n_customers

    def make(self, stack):
        """Let the customers come, then make the rows."""
        n, links = stack.n_customers, self.mean_degree // 2
        begin = np.empty(stack.rows + 1, np.int64)
        earlier = np.empty(self.n_ties(n) * stack.replications, np.int32)
        attach(stack.seed, stack.first_replication, stack.replications, n, links, begin, earlier)
        begin, earlier = turn(begin, earlier)
        return connect(n, begin, earlier, self.strength)


@jit
def attach(seed, first_replication, replications, n, links, begin, earlier):
    """Write the ties of each row to earlier ones into `begin` (rows + 1) and `earlier`."""
    links = i8(links)
    e = i8(0)
    for r in range(replications):
        row, start = r * n, e
        key = bits(customer_key(seed, first_replication + r, 0), salt(ENDS, 0, 0, 0))
        for i in range(n):
            begin[row + i] = e
            if i <= links:
                for j in range(i):
                    earlier[e + j] = row + j
                e += i
            else:
                newcomer(mix(key + u8(i) * WEYL), row, start, e, links, earlier)
                e += links
    begin[replications * n] = e


@jit
def newcomer(key, row, start, e, links, earlier):
    """Draw `links` different ends of the ties earlier[start:e], and write them behind."""
    ends = f8(2 * (e - start))
    early = links * (links + 1) // 2  # ties of the first links + 1 customers, who make fewer than `links`
    t = u8(0)
    found = i8(0)
    while found < links:
        end = i8(uniform_double(key, t * WEYL) * ends)
        t += u8(1)
        tie = end // 2
        if end % 2 == 0:
            customer = i8(earlier[start + tie])
        elif tie >= early:
            customer = row + links + 1 + (tie - early) // links
        else:
            customer = row + newer_end(tie)
        if not among(earlier, e, e + found, customer):
            earlier[e + found] = customer
            found += 1


@jit
def newer_end(tie):
    """Who made an early tie: customer i, tied to all before it, made the ties from number i (i − 1) / 2 on."""
    i = i8(1)
    while i * (i + 1) // 2 <= tie:
        i += 1
    return i


@jit
def among(values, begin, end, value):
    """Whether `value` is in values[begin:end]."""
    for e in range(begin, end):
        if values[e] == value:
            return True
    return False
