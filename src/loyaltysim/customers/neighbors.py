"""Neighbors: the ties of a stack of networks, as kinds of network make them and word of mouth travels over them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import networkx

STRENGTH_ONE = 1024  # a tie of strength 1, in the unit of messages
EQUAL = np.empty(0, np.int32)  # strengths of ties that are all 1
STRENGTH_MOST = 8.0  # assumed: eight times the usual; keeps sums of messages far from the limits of int32

Ties = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32] | None]
"""Smaller end, larger end, strength in 1/1024 or None, one per tie of a replication: in the order of the ends."""


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The ties of a stack of networks, as compressed rows."""

    n_customers: int  # of one replication
    first: NDArray[np.int64]  # rows + 1: where each row's neighbors begin in `neighbor`, and their number
    neighbor: NDArray[np.int32]  # both directions of each tie: row numbers, ascending within a row
    strength: NDArray[np.int32] | None = None  # of each entry of `neighbor`, in 1/1024; None: all are 1
    reviews: float = 0.0  # share of all that the others say which everybody hears besides, without any tie

    @property
    def replications(self) -> int:
        """How many networks are stacked."""
        return (len(self.first) - 1) // self.n_customers if self.n_customers else 0

    @property
    def bytes(self) -> int:
        """Memory of the ties, in bytes."""
        return self.first.nbytes + self.neighbor.nbytes + (0 if self.strength is None else self.strength.nbytes)

    @property
    def weights(self) -> NDArray[np.int32]:
        """What kernels get: the strength of each entry of `neighbor` in 1/1024; empty where all are 1."""
        return EQUAL if self.strength is None else self.strength

    def degree(self) -> NDArray[np.int64]:
        """Count the neighbors: one number per row."""
        return np.diff(self.first)

    def edges(self, replication: int = 0) -> NDArray[np.int64]:
        """List the ties of the stack's replication counted from 0: ties × 2 customer numbers, the smaller first."""
        customer, other, _ = self._entries(replication)
        once = customer < other
        return np.column_stack((customer[once], other[once]))

    def strengths(self, replication: int = 0) -> NDArray[np.float64] | None:
        """Tell the strength of each tie that `edges` lists; None if all are 1."""
        customer, other, strength = self._entries(replication)
        return None if strength is None else strength[customer < other] / STRENGTH_ONE

    @classmethod
    def from_networkx(cls, graph: networkx.Graph) -> Neighbors:
        """Make one network of a graph: customer i is its i-th node, and ties may have a `strength`, above 0 up to 8.

        Raises ScenarioError, a ValueError, for a directed graph, ties of a node to itself, several ties between two
        nodes, and strengths that cannot be: with all of them.
        """
        from loyaltysim.customers.graphs import ties_of_graph
        from loyaltysim.customers.network import network_of

        return network_of(ties_of_graph(graph), len(graph))

    @classmethod
    def read(cls, path: str | Path, n_customers: int | None = None) -> Neighbors:
        """Read a file of ties: GraphML if its name ends in ``.graphml``, else an edge list (CSV).

        Without `n_customers` there are as many customers as nodes, in an edge list up to its largest number. Raises
        ScenarioError with all that is wrong with the file, by line where it has lines.
        """
        from loyaltysim.customers.networks.edge_list import read_network

        return read_network(Path(path), n_customers)

    def write(self, path: str | Path, replication: int = 0) -> None:
        """Write the ties of the stack's replication counted from 0, under a temporary name first, then renamed.

        GraphML if the name ends in ``.graphml``, else an edge list: a CSV table of from, to and, where strengths
        differ from 1, strength. `read` gives back the same ties; reviews are no ties, and are not written. Raises
        ValueError if there are ties of strength 0, which no file can have.
        """
        from loyaltysim.customers.graphs import write_graphml
        from loyaltysim.customers.networks.edge_list import GRAPHML, write_edge_list

        strength = self.strengths(replication)
        if strength is not None and not strength.all():
            raise ValueError("ties of strength 0 cannot be written: leave them out")
        path = Path(path)
        (write_graphml if path.suffix.lower() == GRAPHML else write_edge_list)(self, path, replication)

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
