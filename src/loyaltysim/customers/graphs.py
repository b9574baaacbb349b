"""Graphs of networkx, and GraphML files through it, as networks and back.

Customer i is the i-th node, in the order in which the graph or file has them, whatever its name. A tie may have a
`strength`, above 0 and at most 8; without it, 1. Ties go both ways, so a directed graph is refused, as are ties of a
node to itself and several ties between two nodes. GraphML has no lines to tell, so faults name the nodes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.customers.neighbors import STRENGTH_MOST, STRENGTH_ONE, Neighbors, Ties
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import networkx

KEY = "network.file"


def ties_of_graph(graph: networkx.Graph, file: str | None = None) -> Ties:
    """Take the ties out of a graph. Raises ScenarioError with one fault per tie that cannot be."""
    number = {node: place for place, node in enumerate(graph)}
    wrong = ["is directed: ties go both ways"] if graph.is_directed() else []
    smaller, larger, strength = [], [], []
    pairs = set()
    for one, other, given in graph.edges(data=True):
        pair = (min(number[one], number[other]), max(number[one], number[other]))
        if one == other:
            wrong.append(f"node {one!r} is tied to itself")
        elif pair in pairs and not graph.is_directed():
            wrong.append(f"there are several ties between {one!r} and {other!r}")
        pairs.add(pair)
        size = _strength(given.get("strength", 1.0))
        if size is None:
            tie = f"the tie between {one!r} and {other!r}"
            rule = f"must be a number above 0 and at most {STRENGTH_MOST:g}"
            wrong.append(f"strength of {tie}: {rule}, was {given['strength']!r}")
        smaller.append(pair[0])
        larger.append(pair[1])
        strength.append(size or STRENGTH_ONE)
    if wrong:
        raise ScenarioError(Fault(file, None, KEY if file else "", message) for message in wrong)
    order = np.lexsort((larger, smaller))
    sizes = np.array(strength, np.int32)[order]
    ends = np.array(smaller, np.int64)[order], np.array(larger, np.int64)[order]
    return (*ends, None if (sizes == STRENGTH_ONE).all() else sizes)


def _strength(given: Any) -> int | None:
    """A strength in 1/1024, at least 1 of them; None if it cannot be one."""
    if isinstance(given, bool) or not isinstance(given, (int, float, np.number)) or not 0 < given <= STRENGTH_MOST:
        return None
    return max(round(float(given) * STRENGTH_ONE), 1)


def read_graphml(path: Path, n_customers: int | None = None) -> tuple[Ties, int]:
    """Read the ties of a GraphML file, and how many customers there are: as many as nodes, if not `n_customers`.

    Raises ScenarioError with all that is wrong with it.
    """
    import networkx

    try:
        graph = networkx.read_graphml(path)
    except OSError as error:
        raise ScenarioError([Fault(str(path), None, KEY, f"cannot be read: {error.strerror}")]) from None
    except (networkx.NetworkXError, SyntaxError, ValueError, KeyError) as error:
        raise ScenarioError([Fault(str(path), None, KEY, f"is no GraphML: {error}")]) from None
    if n_customers is not None and len(graph) > n_customers:
        message = f"has {len(graph)} nodes, there are {n_customers} customers"
        raise ScenarioError([Fault(str(path), None, KEY, message)])
    return ties_of_graph(graph, str(path)), len(graph) if n_customers is None else n_customers


def write_graphml(network: Neighbors, path: Path, replication: int) -> None:
    """Write one replication's ties, to a temporary name first, then renamed."""
    import networkx

    with whole_file(path) as temporary:
        networkx.write_graphml(network.to_networkx(replication), temporary)
