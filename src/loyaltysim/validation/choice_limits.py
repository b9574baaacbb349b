"""Limits of the choice models that have closed forms: logit, inertia, a Markov chain, price elasticities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.runs import replicate
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import of_share, over_replications
from loyaltysim.validation.target import Check, as_published, target

UTILITIES = {"A": 1.0, "B": 0.5, "C": 0.0}
"""V of targets D1, D2 and D4."""


def logit_shares(utilities: np.ndarray) -> np.ndarray:
    """Multinomial logit: P_j = e^V_j / Σ_k e^V_k."""
    weight = np.exp(utilities)
    return np.asarray(weight / weight.sum())


def inertial_shares(utilities: np.ndarray, inertia: float) -> tuple[np.ndarray, np.ndarray]:
    """Stationary shares, and chances to buy the same brand again, of a logit in which the last brand gains `inertia`.

    The chain is reversible, so shares are proportional to e^V_j · (Σ_k e^V_k + e^V_j (e^γ - 1)).
    """
    weight = np.exp(utilities)
    after = weight.sum() + weight * (np.exp(inertia) - 1)
    return weight * after / (weight * after).sum(), weight * np.exp(inertia) / after


def stationary_shares(matrix: np.ndarray) -> np.ndarray:
    """Shares that a Markov chain with these chances, from row to column, leaves as they are."""
    n = len(matrix)
    equations = np.vstack([matrix.T - np.eye(n), np.ones(n)])
    return np.asarray(np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0), rcond=None)[0])


@target("D1", source="multinomial logit, closed form", says="Everything off: 10⁷ independent choices of three brands.")
def logit() -> Iterator[Check]:
    """Shares of units are those of the logit, within 3 SE."""
    expected = as_published(".5065 .3072 .1863", logit_shares(np.array(list(UTILITIES.values()))))
    data = replicate(bare_market(UTILITIES, customers=100_000, steps=10), replications=10)
    units = data["units"].sel(segment="all").sum(["replication", "step"])
    choices = int(units.sum())
    for brand, share in zip(UTILITIES, expected):
        se = of_share(share, choices)
        yield Check(f"share of {brand}", share, float(units.sel(brand=brand)) / choices, se, 3 * se)


@target(
    "D2",
    source="multinomial logit with a last-purchase dummy, closed form of the stationary chain",
    says="Identical customers with inertia 1, one occasion a step, burn-in 50; 16 million transitions.",
)
def inertia() -> Iterator[Check]:
    """Stationary shares, and repeat probabilities by brand and over all."""
    shares, repeats = inertial_shares(np.array(list(UTILITIES.values())), inertia=1.0)
    expected = as_published(".5698 .2823 .1479 .7361 .5465 .3837 .6305", [*shares, *repeats, shares @ repeats])
    scenario = bare_market(UTILITIES, customers=10_000, steps=80, burn_in=50).vary({"population.inertia": 1.0})
    moves = replicate(scenario, replications=20)["switches"].sum("step").to_numpy()
    transitions = moves.sum((1, 2))
    share = moves.sum(1) / transitions[:, None]
    again = np.diagonal(moves, axis1=1, axis2=2)
    simulated = [*share.T, *(again / moves.sum(2)).T, again.sum(1) / transitions]
    parts = [f"{what} of {brand}" for what in ("share", "repeat probability") for brand in UTILITIES]
    parts.append("repeat probability")
    for part, value, by_replication in zip(parts, expected, simulated):
        yield Check(part, value, *over_replications(by_replication), tolerance=0.003)


@target(
    "D3",
    source="Markov switching matrix, closed form of the stationary chain",
    says="Choice of kind switching; the cross-section of 500,000 customers after 50 steps.",
)
def switching() -> Iterator[Check]:
    """Shares of one step, long after the start."""
    matrix = [[0.8, 0.15, 0.05], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]]
    expected = as_published(".4516 .3548 .1935", stationary_shares(np.array(matrix)))
    brands = dict.fromkeys(UTILITIES, 0.0)
    scenario = bare_market(brands, customers=500_000, steps=1, burn_in=50)
    scenario = scenario.vary({"behavior.choice": {"kind": "switching", "matrix": matrix}})
    units = replicate(scenario, replications=1)["units"].sel(segment="all").sum(["replication", "step"])
    customers = int(units.sum())
    for brand, share in zip(brands, expected):
        simulated = float(units.sel(brand=brand)) / customers
        yield Check(f"share of {brand}", share, simulated, of_share(share, customers), tolerance=0.003)


@target(
    "D4",
    source="multinomial logit, closed form: own elasticity -βp(1 - P), cross elasticity βpP",
    says="Central price difference of ±.5 % under common random numbers, 2·10⁷ choices each.",
)
def elasticity() -> Iterator[Check]:
    """Own elasticities within 2 %, cross elasticities within 3 SE."""
    sensitivity, price, change = 2.0, 1.0, 0.005
    shares = logit_shares(np.array(list(UTILITIES.values())))
    own = as_published("-.9870 -1.3856 -1.6273", -sensitivity * price * (1 - shares))
    at_price = {name: utility + sensitivity * price for name, utility in UTILITIES.items()}  # V has -βp in it already
    scenario = bare_market(at_price, customers=50_000, steps=10).vary(
        {"population.price_sensitivity": sensitivity, **{f"brands.{name}.price": price for name in UTILITIES}}
    )
    for place, brand in enumerate(UTILITIES):
        up, down = (
            replicate(scenario.vary({f"brands.{brand}.price": price * (1 + sign * change)}), replications=40)
            for sign in (1, -1)
        )
        logs = [np.log(data["units"].sel(segment="all").sum("step").to_numpy()) for data in (up, down)]
        slopes = (logs[0] - logs[1]) / np.log((1 + change) / (1 - change))
        for other, name in enumerate(UTILITIES):
            simulated, se = over_replications(slopes[:, other])
            if other == place:
                yield Check(f"{brand}, own price", own[place], simulated, se, tolerance=0.02 * abs(own[place]))
            else:
                cross = sensitivity * price * shares[place]
                yield Check(f"{name}, price of {brand}", float(cross), simulated, se, tolerance=3 * se)
