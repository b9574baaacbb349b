"""Who hears whom: the ties between customers, over which word of mouth travels.

Each kind of network is one file in ``customers/networks``; this file has what they share. To write another kind, make a
record ``class Mine(Network)`` with ``kind: Literal["mine"] = "mine"``, settings, a `check`, `expected_bytes`, and a
`make` that gives each tie once to `connect`. A kernel draws with the key of its replication and nothing else, so that a
network is the same whether its replication is built alone or in a stack.

Networks are undirected, without ties of a customer to itself and with one tie between two customers at most. A *row* is
one customer of one replication: row = replication · n_customers + customer. Customers' numbers carry no meaning in the
model, so a kind may give small numbers to hubs or neighboring numbers to neighbors.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from loyaltysim.jit import jit
from loyaltysim.record import Part

if TYPE_CHECKING:
    import networkx

MAX_ROWS = 2**31 - 1  # rows are kept as int32
STRENGTH_ONE = 1024  # a tie of strength 1, in the unit of messages


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The ties of a stack of networks, as compressed rows."""

    n_customers: int  # of one replication
    first: NDArray[np.int64]  # rows + 1: where each row's neighbors begin in `neighbor`, and their number
    neighbor: NDArray[np.int32]  # both directions of each tie: row numbers, ascending within a row
    strength: NDArray[np.int32] | None = None  # of each entry of `neighbor`, in 1/1024; None: all are 1

    @property
    def replications(self) -> int:
        """How many networks are stacked."""
        return (len(self.first) - 1) // self.n_customers if self.n_customers else 0

    @property
    def bytes(self) -> int:
        """Memory of the ties, in bytes."""
        return self.first.nbytes + self.neighbor.nbytes + (0 if self.strength is None else self.strength.nbytes)

    def degree(self) -> NDArray[np.int64]:
        """Count the neighbors: one number per row."""
        return np.diff(self.first)

    def edges(self, replication: int = 0) -> NDArray[np.int64]:
        """List the ties of the stack's replication counted from 0: ties × 2 customer numbers, the smaller first."""
        customer, other, _ = self._entries(replication)
        once = customer < other
        return np.column_stack((customer[once], other[once]))

    def to_networkx(self, replication: int = 0) -> networkx.Graph:
        """Copy one replication of the stack, counted from 0; where strengths differ, ties have a `strength`."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(range(self.n_customers))
        customer, other, strength = self._entries(replication)
        once = customer < other
        ties = customer[once].tolist(), other[once].tolist()
        if strength is None:
            graph.add_edges_from(zip(*ties))
        else:
            graph.add_weighted_edges_from(zip(*ties, (strength[once] / STRENGTH_ONE).tolist()), weight="strength")
        return graph

    def _entries(self, replication: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32] | None]:
        """Every tie of a replication in both directions: customer, neighbor, strength."""
        if not 0 <= replication < max(self.replications, 1):
            raise IndexError(f"replication {replication} of a stack of {self.replications}")
        begin = replication * self.n_customers
        first = self.first[begin : begin + self.n_customers + 1]
        here = slice(first[0], first[-1])
        customer = np.repeat(np.arange(self.n_customers), np.diff(first))
        other = self.neighbor[here].astype(np.int64) - begin
        return customer, other, None if self.strength is None else self.strength[here]


@dataclass(frozen=True)
class Totals:
    """Everybody hears everybody: no tie is kept, what is said is added up by replication."""

    n_customers: int  # of one replication
    replications: int
    bytes: ClassVar[int] = 0

    def degree(self) -> NDArray[np.int64]:
        """Count the neighbors: one number per row, all the others."""
        return np.full(self.n_customers * self.replications, max(self.n_customers - 1, 0), np.int64)


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

    def build(
        self, n_customers: int, seed: int, replications: int, first_replication: int = 0, folder: Path | None = None
    ) -> Neighbors | Totals | None:
        """Make the networks of `replications` replications from number `first_replication` on, as one stack.

        `folder` is where the scenario's file lies; files of ties are found from there.
        Raises ValueError if `check` has something to say or if there are too many rows, and ScenarioError for a
        faulty file.
        """
        faults = self.check(n_customers)
        if n_customers * replications > MAX_ROWS:
            faults.append(f"{replications} × {n_customers} customers are too many in one stack: at most {MAX_ROWS}")
        if faults:
            raise ValueError("; ".join(faults))
        return self.make(n_customers, seed, replications, first_replication, folder)

    def make(
        self, n_customers: int, seed: int, replications: int, first_replication: int, folder: Path | None
    ) -> Neighbors | Totals | None:
        """Make the networks, after the checks of `build`: what a kind is about."""
        raise NotImplementedError


class NoNetwork(Network):
    """Nobody hears anybody."""

    kind: Literal["none"] = "none"

    def make(self, n_customers, seed, replications, first_replication, folder):
        """Make nothing."""
        return None


def too_many_neighbors(mean_degree: float, n_customers: int) -> list[str]:
    """Say that there are not enough customers for `mean_degree` neighbors each, if so."""
    if mean_degree == 0 or mean_degree < n_customers:
        return []
    return [f"mean_degree {mean_degree:g} needs more than {mean_degree:g} customers, there are {n_customers}"]


def bytes_of(rows: int, ties: int) -> int:
    """Tell the highest memory of drawing `ties` ties, kept once, and of `connect`.

    int64 by row: `begin` and `first`; int32 by tie: once in `later`, twice in `neighbor`. The kinds need less before.
    """
    return 2 * 8 * (rows + 1) + 3 * 4 * ties


def connect(n_customers: int, begin: NDArray[np.int64], later: NDArray[np.int32]) -> Neighbors:
    """Make the rows of neighbors from ties that are kept once, in the row of their smaller end.

    Row i has its neighbors of larger number in ``later[begin[i]:begin[i + 1]]``, each once, in any order.
    """
    first = np.zeros(len(begin), np.int64)
    neighbor = np.empty(2 * len(later), np.int32)
    both_ways(begin, later, first, neighbor)
    return Neighbors(n_customers, first, neighbor)


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
