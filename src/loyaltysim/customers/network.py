"""Who hears whom: the ties between customers, over which word of mouth travels.

Each kind of network is one file in ``customers/networks``; this file has what they share. To write another kind, make a
record ``class Mine(Tied)`` with ``kind: Literal["mine"] = "mine"``, settings, a `check`, `expected_bytes`, and a
`make` that gives each tie of a `Stack` once to `connect`. A kernel draws with the key of its replication and nothing
else, so that a network is the same whether its replication is built alone or in a stack.

Networks are undirected, without ties of a customer to itself and with one tie between two customers at most. A *row* is
one customer of one replication: row = replication · n_customers + customer. Customers' numbers carry no meaning in the
model, so a kind may give small numbers to hubs or neighboring numbers to neighbors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.neighbors import STRENGTH_ONE, Neighbors, Ties, Totals
from loyaltysim.jit import jit
from loyaltysim.record import Part, setting

MAX_ROWS = 2**31 - 1  # rows are kept as int32


@dataclass(frozen=True, eq=False)
class Stack:
    """Which networks to make: those of some replications, one after the other, and for whom."""

    n_customers: int  # of one replication
    seed: int
    replications: int = 1
    first_replication: int = 0
    folder: Path | None = None  # where the scenario's file lies; files of ties are found from there
    segment: NDArray[np.uint8] | None = None  # of each row; None: everybody is alike

    @property
    def rows(self) -> int:
        """Customers of all replications."""
        return self.n_customers * self.replications


class Network(Part, room="network"):
    """The base of all kinds of network."""

    as_totals: ClassVar[bool] = False
    """Whether everybody hears everybody, so that no ties are kept."""

    kind: str = "none"

    def check(self, n_customers: int) -> list[str]:
        """Say what does not fit a population of `n_customers`, a sentence each."""
        return []

    def expected_bytes(self, n_customers: int, replications: int, folder: Path | None = None) -> int:
        """Tell how much memory `build` takes at its highest, before building; `folder` as in `build`."""
        return 0

    def files(self) -> dict[str, str]:
        """Tell the files that are read, by the setting that names them."""
        return {}

    def build(
        self,
        n_customers: int,
        seed: int,
        replications: int,
        first_replication: int = 0,
        folder: Path | None = None,
        segment: NDArray[np.uint8] | None = None,
    ) -> Neighbors | Totals | None:
        """Make the networks of `replications` replications from number `first_replication` on, as one stack.

        `folder` is where the scenario's file lies; files of ties are found from there. `segment` numbers the segment
        of each row; without it everybody is alike.
        Raises ValueError if `check` has something to say or if there are too many rows, and ScenarioError for a
        faulty file.
        """
        faults = self.check(n_customers)
        if n_customers * replications > MAX_ROWS:
            faults.append(f"{replications} × {n_customers} customers are too many in one stack: at most {MAX_ROWS}")
        if faults:
            raise ValueError("; ".join(faults))
        return self.make(Stack(n_customers, seed, replications, first_replication, folder, segment))

    def make(self, stack: Stack) -> Neighbors | Totals | None:
        """Make the networks, after the checks of `build`: what a kind is about."""
        raise NotImplementedError


class NoNetwork(Network):
    """Nobody hears anybody."""

    kind: Literal["none"] = "none"

    def make(self, stack):
        """Make nothing."""
        return None


class Tied(Network):
    """The base of the kinds whose ties all have one strength."""

    strength: float = setting(1.0, "Part of a message that a tie lets through.", unit="1", ge=0, le=1)
    turnover: float = setting(
        0.0, "Rate at which ties end and others begin; everybody keeps as many.", unit="1/year", ge=0, le=52
    )


def too_many_neighbors(mean_degree: float, n_customers: int) -> list[str]:
    """Say that there are not enough customers for `mean_degree` neighbors each, if so."""
    if mean_degree == 0 or mean_degree < n_customers:
        return []
    return [f"mean_degree {mean_degree:g} needs more than {mean_degree:g} customers, there are {n_customers}"]


def bytes_of(rows: int, ties: int, strength: float = 1.0) -> int:
    """Tell the highest memory of drawing `ties` ties, kept once, and of `connect`.

    int64 by row: `begin` and `first`; int32 by tie: once in `later`, twice in `neighbor`. The kinds need less before.
    Strengths other than 1 are int32, twice by tie, when `begin` and `later` are gone.
    """
    drawn = 2 * 8 * (rows + 1) + 3 * 4 * ties
    return drawn if strength == 1 else max(drawn, 8 * (rows + 1) + 4 * 4 * ties)


def connect(n_customers: int, begin: NDArray[np.int64], later: NDArray[np.int32], strength: float = 1.0) -> Neighbors:
    """Make the rows of neighbors from ties that are kept once, in the row of their smaller end.

    Row i has its neighbors of larger number in ``later[begin[i]:begin[i + 1]]``, each once, in any order. All ties get
    the same strength.
    """
    first = np.zeros(len(begin), np.int64)
    neighbor = np.empty(2 * len(later), np.int32)
    both_ways(begin, later, first, neighbor)
    return Neighbors(n_customers, first, neighbor, one_strength(strength, len(neighbor)))


def one_strength(strength: float, size: int) -> NDArray[np.int32] | None:
    """Give `size` entries the same strength; None for 1."""
    return None if strength == 1 else np.full(size, round(strength * STRENGTH_ONE), np.int32)


def network_of(ties: Ties, n_customers: int) -> Neighbors:
    """Make one network of ties in the order of their ends."""
    smaller, larger, strength = ties
    begin = np.concatenate(([0], np.cumsum(np.bincount(smaller, minlength=n_customers))))
    one = connect(n_customers, begin, larger.astype(np.int32))
    if strength is None:
        return one
    # In the rows, ties to larger numbers come in the order of (smaller, larger), others in (larger, smaller).
    upward = one.neighbor > np.repeat(np.arange(n_customers), one.degree())
    both = np.empty(len(one.neighbor), np.int32)
    both[upward] = strength
    both[~upward] = strength[np.lexsort((smaller, larger))]
    return replace(one, strength=both)


def turn(begin: NDArray[np.int64], other: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Move ties that are kept once, in the row of either end, to the row of their smaller end; for `connect`."""
    turned = np.zeros(len(begin), np.int64)
    later = np.empty(len(other), np.int32)
    by_smaller_end(begin, other, turned, later)
    return turned, later


@jit
def by_smaller_end(begin, other, turned, later):
    """Read ties in the rows of either end (`begin`, `other`); write them by the smaller end (`turned`, `later`)."""
    rows = len(begin) - 1
    for i in range(rows):
        for e in range(begin[i], begin[i + 1]):
            smaller = np.int64(min(i, other[e]))
            turned[smaller + 1] += 1
    # turned[i + 1] is where row i's next tie goes; when all are there, it is where row i ends
    total = np.int64(0)
    for i in range(rows):
        size = turned[i + 1]
        turned[i + 1] = total
        total += size
    for i in range(rows):
        for e in range(begin[i], begin[i + 1]):
            smaller = np.int64(min(i, other[e]))
            later[turned[smaller + 1]] = max(i, other[e])
            turned[smaller + 1] += 1


@jit
def both_ways(begin, later, first, neighbor):
    """Read ties once (`begin`, `later`); write them both ways, rows ascending (`first`, `neighbor`).

    No row is sorted: going through the smaller ends in order, row h gets its smaller neighbors in order; going then
    through the rows in order, row h gets its larger neighbors in order, after the smaller ones. first[0] must be 0.
    """
    rows = len(begin) - 1
    for i in range(rows):
        first[i + 1] = begin[i + 1] - begin[i]
    for e in range(len(later)):
        first[np.int64(later[e]) + 1] += 1
    # first[i + 1] is where row i's next neighbor goes; when all are there, it is where row i ends
    total = np.int64(0)
    for i in range(rows):
        size = first[i + 1]
        first[i + 1] = total
        total += size
    for i in range(rows):
        for e in range(begin[i], begin[i + 1]):
            place = np.int64(later[e]) + 1
            neighbor[first[place]] = i
            first[place] += 1
    start = np.int64(0)
    for i in range(rows):
        smaller_end = first[i + 1]  # so far row i has its smaller neighbors only
        for e in range(start, smaller_end):
            place = np.int64(neighbor[e]) + 1
            neighbor[first[place]] = i
            first[place] += 1
        start = smaller_end + (begin[i + 1] - begin[i])


# The kinds join the room by being imported; they import the base above, so this comes last.
import loyaltysim.customers.networks  # noqa: E402, F401
