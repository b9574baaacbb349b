"""Who knows nothing of our model finds it again: SciPy fits curves of diffusion, networkx counts networks (R8).

Bass's curve in continuous time is fitted by least squares to the shares that have come in a market where everybody
knows everybody. With short steps p and q come back. With steps of a year p comes back as .020 and q as .41: within a
year nobody follows those who came in it, so the length of a step is part of a scenario.

Networks are counted here from their list of ties with plain NumPy, and by networkx from the exported graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from loyaltysim.simulation import Simulation
from loyaltysim.validation.bass import COMPLETE, P, Q, coming_market, limit, share_come
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, require, target

CUSTOMERS, RUNS, YEARS = 10_000, 10, 20
SHORT = 0.1
BY_YEARS = 0.020
"""p as it comes back from yearly steps (published)."""
NETWORKS: dict[str, dict[str, Any]] = {
    "random": {"kind": "random", "mean_degree": 10},
    "small_world": {"kind": "small_world", "mean_degree": 10, "rewire": 0.1},
    "scale_free": {"kind": "scale_free", "mean_degree": 10},
    "household": {"kind": "household"},
}


def fitted(dt: float) -> np.ndarray:
    """p and q as SciPy finds them in each run, runs × 2."""
    shares = share_come(coming_market(COMPLETE, customers=CUSTOMERS, years=YEARS, dt=dt), RUNS)
    times = np.arange(1, shares.shape[1] + 1) * dt
    return np.array([curve_fit(limit, times, share, p0=(0.01, 0.5))[0] for share in shares])


def count_network(edges: np.ndarray, n: int) -> dict[str, Any]:
    """Statistics of a network from its ties, each once: ties × 2 customer numbers.

    clustering: mean over customers of the share of pairs of their friends who are friends, 0 for those with fewer than
    two friends · transitivity: the share of such pairs over all customers together · assortativity: correlation of the
    numbers of friends at both ends of a tie · degrees: how many customers have 0, 1, 2 … friends
    """
    ties = np.concatenate([edges, edges[:, ::-1]])
    ties = ties[np.lexsort((ties[:, 1], ties[:, 0]))]
    one, other = ties[:, 0], ties[:, 1]
    degree = np.bincount(one, minlength=n)
    first = np.concatenate([[0], np.cumsum(degree)])
    # for each tie (i, j) all friends k of j: closed where (i, k) is a tie
    size = degree[other]
    begin = np.repeat(first[other] - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    start, end = np.repeat(one, size), other[begin + np.arange(size.sum())]
    known, asked = one * n + other, start * n + end
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    closed = np.bincount(start, known[place] == asked, n)  # each pair of friends twice
    pairs = degree * (degree - 1)
    clustering = np.divide(closed, pairs, out=np.zeros(n), where=pairs > 0)
    return {
        "clustering": clustering.mean(),
        "transitivity": closed.sum() / pairs.sum(),
        "assortativity": np.corrcoef(degree[one], degree[other])[0, 1],
        "degrees": np.bincount(degree),
    }


@target(
    "R8",
    source="SciPy's curve_fit on the curve of Bass 1969; networkx on the exported graphs",
    says="10,000 prospects who all know each other; and networks of several kinds, exported and counted twice.",
)
def recovered() -> Iterator[Check]:
    """p ±.007 and q ±.03 in every run; p near .020 from yearly steps; statistics of networks equal to 1e-12."""
    found = fitted(SHORT)
    for place, (name, true, tolerance) in enumerate((("p", P, 0.007), ("q", Q, 0.03))):
        mean, se = over_replications(found[:, place])
        yield Check(f"{name} fitted, mean of {RUNS} runs", true, mean, se, tolerance)
        furthest = float(np.abs(found[:, place] - true).max())
        yield Check(f"{name} fitted, worst of them off by", 0, furthest, None, tolerance)
    mean, se = over_replications(fitted(1.0)[:, 0])
    yield Check("p fitted to yearly steps: not .030", BY_YEARS, mean, se, 0.002)

    networkx = require("networkx")
    for name, network in NETWORKS.items():
        neighbors = Simulation(coming_market(network, customers=CUSTOMERS)).world.neighbors
        ours, graph = count_network(neighbors.edges(), CUSTOMERS), neighbors.to_networkx()
        theirs = {
            "clustering": networkx.average_clustering(graph),
            "transitivity": networkx.transitivity(graph),
            "assortativity": networkx.degree_assortativity_coefficient(graph),
        }
        for statistic, value in theirs.items():
            yield Check(f"{statistic}, {name}", value, ours[statistic], None, 1e-12)
        histogram = np.array(networkx.degree_histogram(graph))
        same = np.array_equal(histogram, ours["degrees"])
        yield Check(f"histograms of friends that differ, {name}", 0, int(not same), None, 0)
