"""How long customers stay: our empirical curve, that of `lifelines`, and that of the model (R5).

Customers join at different times, so those who joined late are censored early, whatever their chances to leave.

Contracts by years: after t renewals B(α, β + t) / B(α, β) are left.
Buyers by days: with purchases at a rate λ and a chance p ~ Beta(a, b) to leave after each repeat purchase a life is
exponential at rate λp, so E e^(-λpt) = ₁F₁(a; a + b; -λt) are left. A life told as k days lasted k - 1 to k + 1, so the
curve after k days is the model's at k + 1/2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import hyp1f1

from loyaltysim.measures.survival import survival
from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.contracts import ALPHA, BETA, YEAR, contract_market
from loyaltysim.validation.contracts import survival as renewed
from loyaltysim.validation.target import Check, require, target

if TYPE_CHECKING:
    import pandas as pd

DISTANCE = {10_000: 0.02, 1000: 0.05}
"""Largest distance of the empirical from the model's curve, by the number of customers."""
YEARS = 12
JOINING = 0.005  # a week, assumed: half of the customers have joined after 2.7 years
NEEDS = 0.5  # a week, assumed
A, B = 1.0, 4.0  # assumed: one in five leaves after a repeat purchase
DAYS = 364


def contract_lives(customers: int) -> pd.DataFrame:
    """Lives of yearly contracts that begin in different years."""
    cancel = {"distribution": "beta", "a": ALPHA, "b": BETA}
    market = contract_market(cancel, customers=customers, years=YEARS)
    return Simulation(market.vary({"population.needs_per_week": JOINING})).run().lifetimes()


def dropout_lives(customers: int) -> pd.DataFrame:
    """Lives of customers who join with their first purchase and leave after any later one."""
    behavior = {"needs": {"kind": "poisson"}, "lapse": {"kind": "dropout"}}
    traits = {"needs_per_week": NEEDS, "dropout_chance": {"distribution": "beta", "a": A, "b": B}}
    market = bare_market({"Ours": 0.0}, customers=customers, steps=DAYS, behavior=behavior, traits=traits)
    return Simulation(market.vary({"step_days": 1})).run().lifetimes()


def contract_curve(weeks: np.ndarray) -> np.ndarray:
    """Share that renewed as often as a contract of so many weeks was due."""
    return renewed(np.rint(weeks * 7 / YEAR), ALPHA, BETA)


def dropout_curve(weeks: np.ndarray) -> np.ndarray:
    """Share that is left half a day after so many weeks."""
    return np.asarray(hyp1f1(A, A + B, -NEEDS * (weeks + 0.5 / 7)))


@target(
    "R5",
    source="Kaplan-Meier curves of lifelines 0.30.3; shifted beta-geometric and mixed exponential lives, closed forms",
    says="Lives of simulated contracts and of buyers who leave unseen, who joined at different times.",
    needs=("lifelines",),
)
def survival_curves() -> Iterator[Check]:
    """Our curve is that of lifelines to 1e-12, and within .02 (10,000 customers) and .05 (1000) of the model's."""
    fitter = require("lifelines").KaplanMeierFitter
    for name, live, curve in (("contracts", contract_lives, contract_curve), ("buyers", dropout_lives, dropout_curve)):
        for customers, tolerance in DISTANCE.items():
            lives = live(customers)
            ours = survival(lives, by=())
            weeks, left = ours["weeks"].to_numpy(), ours["survival"].to_numpy()
            theirs = fitter().fit(lives["weeks"], lives["left"]).survival_function_at_times(weeks).to_numpy()
            who = f"{customers:,} {name}"
            gap = float(np.abs(left - theirs).max())
            yield Check(f"{who}: largest distance from lifelines", 0, gap, None, 1e-12)
            away = np.abs(left - curve(weeks))[ours["at_risk"].to_numpy() > 0]
            note = f"{len(lives):,} lives, {1 - lives['left'].mean():.0%} of them censored"
            yield Check(f"{who}: largest distance from the model", 0, float(away.max()), None, tolerance, note)
