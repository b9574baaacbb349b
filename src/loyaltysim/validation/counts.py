"""How many purchases a customer makes in a quarter: Poisson at each customer's own rate, the rates gamma, so NBD."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import of_share
from loyaltysim.validation.target import Check, as_published, target

PENETRATION, RATE = 0.56, 2.6
"""Toothpaste in a quarter: share of households that buy the category, and purchases of those who do."""
WEEKS = 13
MOST = 6
"""The published chances are those of 0 … 6 purchases."""


def negative_binomial(penetration: float, rate: float, most: int) -> tuple[float, float, list[float]]:
    """Mean M and shape K of the gamma of rates, and the chances of 0 … `most` purchases.

    M = penetration · rate; K solves (1 + M/K)^-K = 1 - penetration.
    """
    from scipy.optimize import brentq

    mean = penetration * rate
    shape = float(brentq(lambda k: (1 + mean / k) ** -k - (1 - penetration), 1e-3, 1e3))
    chances = [1 - penetration]
    for count in range(most):
        chances.append(chances[-1] * (shape + count) / (count + 1) * mean / (mean + shape))
    return mean, shape, chances


@target(
    "D7",
    source="Goodhardt, Ehrenberg and Chatfield 1984; toothpaste figures of the R package NBDdirichlet",
    says="Needs alone, Poisson counts at gamma rates, one quarter of 100,000 customers, as 13 steps and as one.",
)
def toothpaste() -> Iterator[Check]:
    """Chances of 0 … 6 purchases; one long step gives the same counts, for occasions of a step have no cap."""
    mean, shape, expected = negative_binomial(PENETRATION, RATE, MOST)
    as_published("1.456 .7788", [mean, shape])
    as_published(".440 .2233 .1294 .0781 .0481 .0299 .0188", expected)
    customers = 100_000
    for steps in (WEEKS, 1):
        scenario = bare_market({"A": 0.0, "B": 0.0}, customers=customers, steps=steps).vary(
            {
                "step_days": 7 * WEEKS / steps,
                "behavior.needs": "poisson",
                "population.needs_per_week": {"distribution": "gamma", "mean": mean / WEEKS, "shape": shape},
            }
        )
        log = Simulation(scenario, log=True).run().transactions
        assert log is not None  # asked for above
        purchases = np.bincount(log.frame()["customer"], minlength=customers)
        length = "weekly steps" if steps > 1 else "one step"
        for count, chance in enumerate(expected):
            share = float(np.mean(purchases == count))
            yield Check(f"{count} purchases, {length}", chance, share, of_share(chance, customers), tolerance=0.005)
        se = float(np.sqrt((mean + mean**2 / shape) / customers))  # variance of the negative binomial
        yield Check(f"mean, {length}", mean, float(purchases.mean()), se, tolerance=3 * se)
