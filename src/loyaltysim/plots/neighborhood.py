"""Neighborhood: some customers who know each other, where to draw them, and what becomes of them step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.customers.neighbors import Neighbors

if TYPE_CHECKING:
    from loyaltysim.simulation import Simulation
    from loyaltysim.world import World

PROSPECT, NO_BRAND = -2, -1
"""What customers are who are not in the market, or have bought nothing yet; else the number of the last brand."""
MOST_BY_DISTANCE = 250
"""Up to so many customers are drawn as far apart as ties lie between them; assumed: takes seconds, and grows fast."""
GOLDEN_TURN = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class Scene:
    """The neighborhood after a step."""

    step: int
    """Measured steps made; before the first measured one it is negative or 0."""
    state: np.ndarray
    """One per customer of the neighborhood: `PROSPECT`, `NO_BRAND` or a brand."""
    new: np.ndarray
    """Whether each came since the scene before."""
    ties: np.ndarray
    """Ties × 2: places in the neighborhood."""
    brought: np.ndarray
    """Those of whom both are in the neighborhood: who brought, and whom."""


def around(world: World, size: int, seed: int, customer: int | None = None) -> np.ndarray:
    """Up to `size` customers of the first replication, ascending: breadth first from one of them over ties.

    Where ties end before there are enough, another customer is drawn to go on from; where there are none, all are drawn
    by lot. `customer` is where to begin, drawn if not given.
    """
    n, luck = world.customers.n_customers, np.random.default_rng(seed)
    order = luck.permutation(n) if customer is None else np.append(customer, luck.permutation(n))
    network = world.neighbors
    found: dict[int, bool] = {}
    waiting: list[int] = []
    for start in order.tolist():
        waiting.append(start)
        while waiting and len(found) < size:
            row = waiting.pop(0)
            if row in found:
                continue
            found[row] = True
            if isinstance(network, Neighbors):
                waiting += luck.permutation(network.neighbor[network.first[row] : network.first[row + 1]]).tolist()
        if len(found) >= size:
            break
    return np.sort(np.array(list(found), np.int64))


def ties_among(world: World, rows: np.ndarray) -> np.ndarray:
    """Ties between these rows, each once: ties × 2 places in `rows`."""
    network = world.neighbors
    if not isinstance(network, Neighbors):
        return np.empty((0, 2), np.int64)
    place = {int(row): i for i, row in enumerate(rows)}
    found = [
        (i, place[other])
        for i, row in enumerate(rows)
        for other in network.neighbor[network.first[row] : network.first[row + 1]].tolist()
        if other > row and other in place
    ]
    return np.array(found, np.int64).reshape(-1, 2)


def spread_out(n: int, ties: np.ndarray, seed: int) -> np.ndarray:
    """Where to draw so many customers, n × 2 within 0 … 1: friends near each other; without ties, evenly on a disk."""
    if not len(ties):
        turn, away = GOLDEN_TURN * np.arange(n), np.sqrt((np.arange(n) + 0.5) / max(n, 1)) / 2
        return 0.5 + np.column_stack((away * np.cos(turn), away * np.sin(turn)))
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(ties.tolist())
    if n <= MOST_BY_DISTANCE:  # Kamada and Kawai 1989: no knots, and nobody far out
        apart = dict(networkx.all_pairs_shortest_path_length(graph))
        farthest = 1 + max(max(own.values()) for own in apart.values())  # for those whom no ties join
        everybody = dict.fromkeys(range(n), farthest)
        placed = networkx.kamada_kawai_layout(graph, dist={i: {**everybody, **apart[i]} for i in range(n)})
    else:
        placed = networkx.spring_layout(graph, seed=seed)
    places = np.array([placed[i] for i in range(n)])
    low, high = places.min(0), places.max(0)
    return np.asarray((places - low) / np.where(high > low, high - low, 1))


def scene(simulation: Simulation, rows: np.ndarray, since: int) -> Scene:
    """The neighborhood now; `since` is the step from which on those who came are new."""
    arrays = simulation.world.customers.arrays
    last = arrays["last_brand"][rows].astype(int) if "last_brand" in arrays else np.full(len(rows), NO_BRAND)
    state, new, brought = np.where(last < 0, NO_BRAND, last), np.zeros(len(rows), bool), []
    if "referrer" in arrays:
        entered, referrer, place = (
            arrays["entered"][rows],
            arrays["referrer"][rows],
            {int(r): i for i, r in enumerate(rows)},
        )
        state[entered < 0] = PROSPECT
        new = (entered >= since) & (arrays["channel"][rows] > 0)
        brought = [(place[by], i) for i, by in enumerate(referrer.tolist()) if entered[i] >= 0 and by in place]
    ties, tree = ties_among(simulation.world, rows), np.array(brought, np.int64).reshape(-1, 2)
    return Scene(simulation.now - simulation.calendar.burn_in, state, new, ties, tree)


def scenes(simulation: Simulation, rows: np.ndarray, most: int) -> list[Scene]:
    """Step the simulation to its end, with at most `most` scenes besides the first, evenly in time."""
    left = simulation.calendar.last - simulation.now
    every = max(-(-left // most), 1)
    told = [scene(simulation, rows, simulation.now)]
    while simulation.now < simulation.calendar.last:
        since = simulation.now
        for _ in range(min(every, simulation.calendar.last - since)):
            simulation.step()
        told.append(scene(simulation, rows, since))
    return told
