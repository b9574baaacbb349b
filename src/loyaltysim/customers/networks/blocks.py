"""Ties mostly within the own segment: birds of a feather (docs/model.md, eq. E87).

A stochastic block model with given numbers of ties (Holland, Laskey and Leinhardt 1983, Stochastic blockmodels: first
steps, Social Networks 5:109) whose blocks are the segments of the population. Of m = round(n · mean_degree / 2) ties

    round(homophily · m)       are within segments, shared out in proportion to their sizes
    all others                 join any two customers that are not tied yet

each drawn as in the kind `random`. So a customer of a segment with the share s of all has about

    homophily + (1 − homophily) · s

of its ties within the segment: homophily is the share of ties beyond chance that stay within, 0 for mixing without
regard to segments, 1 for ties within only, and all segments have the same mean degree. A segment that is too small for
its ties has all there can be; those beyond are lost. Sizes of segments, and so ties, differ between replications.

Ties within and between segments may differ in strength. Defaults are assumed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from loyaltysim.customers.neighbors import STRENGTH_ONE
from loyaltysim.customers.network import Network, bytes_of, connect
from loyaltysim.draws import WEYL, bits, customer_key, mix, purpose, salt
from loyaltysim.jit import jit
from loyaltysim.pairs import CHUNK, DENSE, draw_more, draw_until, select_pairs
from loyaltysim.record import setting

u8, i8, f8 = np.uint64, np.int64, np.float64

TIES = purpose("network.blocks")
MOST_SEGMENTS = 256  # they are numbered in 8 bits


class BlocksNetwork(Network):
    """Ties mostly within the own segment (stochastic block model)."""

    kind: Literal["blocks"] = "blocks"
    mean_degree: float = setting(
        10.0, "Mean number of neighbors, in every segment; at most a quarter of all.", unit="customers", ge=0
    )
    homophily: float = setting(0.5, "Share of ties beyond chance that stay in the own segment.", unit="1", ge=0, le=1)
    strength_within: float = setting(
        1.0, "Part of a message that a tie within a segment lets through.", unit="1", ge=0, le=1
    )
    strength_between: float = setting(
        1.0, "Part of a message that a tie between segments lets through.", unit="1", ge=0, le=1
    )

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        if self.mean_degree == 0 or self.mean_degree <= DENSE * n_customers:
            return []
        least = f"{self.mean_degree / DENSE:g}"
        return [f"mean_degree {self.mean_degree:g} needs {least} customers, there are {n_customers}"]

    def n_ties(self, n_customers: int) -> int:
        """Count the ties of one replication, those that are lost included."""
        return min(round(n_customers * self.mean_degree / 2), n_customers * (n_customers - 1) // 2)

    @property
    def is_weighted(self) -> bool:
        """Whether ties have strengths other than 1."""
        return self.strength_within != 1 or self.strength_between != 1

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        rows, ties = n_customers * replications, self.n_ties(n_customers)
        drawing = 8 * rows + 4 * ties * replications + 28 * n_customers + 4 * ties
        return max(bytes_of(rows, ties * replications, 0.0 if self.is_weighted else 1.0), drawing)

    def make(self, stack):
        """Draw the ties, make the rows, and tell ties within segments from those between."""
        n, ties = stack.n_customers, self.n_ties(stack.n_customers)
        segment = np.zeros(stack.rows, np.uint8) if stack.segment is None else stack.segment
        begin = np.zeros(stack.rows + 1, np.int64)
        later = np.empty(ties * stack.replications, np.int32)
        made = draw_blocks(
            stack.seed, stack.first_replication, stack.replications, n, segment, ties, round(self.homophily * ties),
            begin, later,
        )  # fmt: skip
        network = connect(n, begin, later[:made])
        if not self.is_weighted:
            return network
        strength = np.empty(len(network.neighbor), np.int32)
        within, between = (round(part * STRENGTH_ONE) for part in (self.strength_within, self.strength_between))
        weigh(network.first, network.neighbor, segment, within, between, strength)
        return replace(network, strength=strength)


@jit
def draw_blocks(seed, first_replication, replications, n, segment, ties, within, begin, later):
    """Write the ties of a stack into `begin` (rows + 1) and `later`; return how many there are.

    `within` of the `ties` of a replication are within segments. Ties are drawn between places in an order of customers
    by segment, where a segment is a network of its own, and then written by customer.
    """
    smaller, larger = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
    place, seen = np.empty(n, np.int64), np.empty(n, np.int32)
    member, bounds = np.empty(n, np.int32), np.empty(MOST_SEGMENTS + 1, np.int64)
    places, ends = np.empty(n + 1, np.int64), np.empty(ties, np.int32)
    start = i8(0)
    for r in range(replications):
        row = r * n
        key = bits(customer_key(seed, first_replication + r, 0), salt(TIES, 0, 0, 0))
        by_segment(segment[row : row + n], bounds, member)
        have = i8(0)
        for s in range(MOST_SEGMENTS):
            size = bounds[s + 1] - bounds[s]
            wanted = share_of(within, bounds[s + 1], n) - share_of(within, bounds[s], n)
            pairs = size * (size - 1) // 2
            wanted = min(wanted, pairs)
            own = mix(key + u8(s + 1) * WEYL)
            if size > 0 and wanted > DENSE * pairs:
                select_pairs(own, size, wanted, bounds[s], have, places, ends)
            elif size > 0:
                draw_until(own, size, wanted, bounds[s], have, places, ends, place, seen, smaller, larger)
            have += wanted
        places[n] = have
        draw_more(key, n, have + ties - within, 0, 0, places, ends, place, seen, smaller, larger)
        start = by_customer(n, row, start, places, ends, member, place, begin, later)
    return start


@jit
def share_of(ties, customers, n):
    """The part of `ties` that goes to the first `customers` of `n`, half to even."""
    return i8(np.rint(f8(ties) * (f8(customers) / f8(n))))


@jit
def by_segment(segment, bounds, member):
    """Write the customers in the order of their segments (`member`), and where each segment begins (`bounds`)."""
    for s in range(len(bounds)):
        bounds[s] = 0
    for i in range(len(segment)):
        bounds[i8(segment[i]) + 1] += 1
    total = i8(0)  # bounds[s + 1] is where the next customer of s goes; when all are there, it is where s ends
    for s in range(1, len(bounds)):
        size = bounds[s]
        bounds[s] = total
        total += size
    for i in range(len(segment)):
        own = i8(segment[i]) + 1
        member[bounds[own]] = i
        bounds[own] += 1


@jit
def by_customer(n, row, start, places, ends, member, place, begin, later):
    """Write the ties between places as ties between customers, in the row of the smaller; return where they end."""
    for i in range(n):
        place[i] = 0
    for p in range(n):
        for e in range(places[p], places[p + 1]):
            place[min(member[p], member[ends[e]])] += 1
    for i in range(n):
        begin[row + i] = start
        start += place[i]
        place[i] = begin[row + i]
    begin[row + n] = start
    for p in range(n):
        for e in range(places[p], places[p + 1]):
            one, other = member[p], member[ends[e]]
            smaller = min(one, other)
            later[place[smaller]] = row + max(one, other)
            place[smaller] += 1
    return start


@jit
def weigh(first, neighbor, segment, within, between, strength):
    """Write the strength of each tie, by whether it is within a segment."""
    for i in range(len(first) - 1):
        own = segment[i]
        for e in range(first[i], first[i + 1]):
            strength[e] = within if segment[neighbor[e]] == own else between
