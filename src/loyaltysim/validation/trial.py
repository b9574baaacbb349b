"""Targets on the effect of a program: a randomized trial, and estimators of others, against the model's own truth (R7).

Half of the customers may join, by luck, and all do at their next purchase. The truth is the same customers' purchases
with the program for everybody less those without it, with the same luck. `causalml` wants older packages and is left
out: its regression (LRS) is the least squares that is here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from loyaltysim.scenario import Scenario
from loyaltysim.study.estimates import estimates, lives
from loyaltysim.study.estimators import ESTIMATORS, Estimate, Seen
from loyaltysim.study.estimators.estimator import known_before, least_squares
from loyaltysim.validation.target import Check, require, target

SOURCE = "Imbens & Rubin 2015, Causal Inference for Statistics, Social, and Biomedical Sciences"
CUSTOMERS = 20_000
LAUNCH, CLOSED, STEPS = 26, 39, 78
LIKE_US = {"kind": "opt_in", "chance": 0.2, "by_bond": 0.0, "by_satisfaction": 0.0, "by_taste": 1.0}
RUNS = 1000
COVERED = 0.95


def market(program: dict[str, Any], customers: int = CUSTOMERS) -> Scenario:
    """Customers of different tastes, needs and inertia choose between two brands or none; ours launches a program."""
    return Scenario.from_document(
        {
            "schema": 1,
            "focal": "Ours",
            "steps": STEPS,
            "burn_in": 26,
            "population": {
                "n_customers": customers,
                "needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 1.0},
                "taste": {"distribution": "normal", "mean": 0.0, "sd": 1.0},
                "price_sensitivity": 3.0,
                "inertia": 0.3,
            },
            "behavior": {"needs": {"kind": "poisson"}, "choice": {"kind": "logit", "outside_option": True}},
            "brands": {"Ours": {"price": 1.0, "appeal": 3.5, "programs": [program]}, "Rival": {"appeal": 3.0}},
            "metrics": {"period_steps": 13},
        }
    )


def discount(**more: Any) -> dict[str, Any]:
    """Members pay a tenth less."""
    return {"kind": "member_discount", "percent": 10.0, **more}


def assigned(seen: Seen) -> Estimate:
    """Purchases of who may join less those of who may not, by least squares (HC1)."""
    customers = seen.customers
    return least_squares(customers["after"].to_numpy(), customers["may_join"].to_numpy())


def double_machine_learning(seen: Seen) -> Estimate:
    """The same by econml's LinearDML, with what was bought before as controls. Raises MissingExtra without econml."""
    customers = seen.customers
    model = require("econml.dml").LinearDML(discrete_treatment=True, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of scikit-learn, about how econml calls it
        model.fit(customers["after"].to_numpy(float), customers["may_join"].to_numpy(int), X=None, W=known_before(seen))
    found = model.ate_inference(X=None)
    return Estimate(float(found.mean_point), float(found.stderr_mean))


def checks(estimate: Any) -> Iterator[Check]:
    """A trial of a program that works, and one of a program that nobody minds (A/A)."""
    trial, with_it, base = lives(market(discount()), LAUNCH, CLOSED, [0.5, 0.0, None], replications=1, seed=1)[0]
    truth = float((with_it.customers["after"] - base.customers["after"]).mean())
    found = estimate(trial)
    note = "4 standard errors"
    yield Check("purchases more of who may join", truth, found.value, found.se, 4 * found.se, note)
    (nothing,) = lives(market({"kind": "points"}), LAUNCH, CLOSED, [0.5], replications=1, seed=1)[0]
    found = estimate(nothing)
    yield Check("the same where nobody minds the program", 0.0, found.value, found.se, 4 * found.se, note)


@target(
    "R7",
    source=f"{SOURCE}; statsmodels OLS (HC1)",
    says="A randomized trial of a program, 20,000 customers.",
    needs=("statsmodels",),
)
def least_squares_trial() -> Iterator[Check]:
    """The trial by least squares; and the naive gap, where who likes us joins, which must be wrong."""
    yield from checks(assigned)
    chosen = estimates(
        market(discount(enrollment=LIKE_US)), launch_weeks=LAUNCH, of=["naive gap"], replications=1, threads=1
    ).by_replication.iloc[0]
    least = float(chosen["truth"] + 4 * chosen["se"])
    note = f"at least this: the truth is {chosen['truth']:.2f}, and 4 standard errors more"
    yield Check("naive gap where who likes us joins", least, chosen["estimate"], chosen["se"], 0, note, side="below")


@target(
    "R7b",
    source=f"{SOURCE}; econml LinearDML",
    says="The same trial, estimated by double machine learning.",
    needs=("econml",),
)
def machine_learning_trial() -> Iterator[Check]:
    """The trial by econml."""
    yield from checks(double_machine_learning)


@target(
    "R7c",
    source=f"{SOURCE}; statsmodels",
    says="How often 95 % intervals hold the truth: 1,000 markets in which a program does nothing and all join alike.",
    long=True,
    needs=("statsmodels",),
)
def coverage() -> Iterator[Check]:
    """Coverage of every estimator that compares customers, within 3 standard errors of a share."""
    alike = {"kind": "opt_in", "chance": 0.1, "by_bond": 0.0, "by_satisfaction": 0.0}
    same = {"needs_per_week": 1.0, "taste": 0.0, "inertia": 0.0}
    scenario = market({"kind": "points", "enrollment": alike}, 200).vary(
        {f"population.{k}": v for k, v in same.items()}
    )
    names = [name for name, one in ESTIMATORS.items() if one.outcome == "after" and one.extra != "lifetimes"]
    table = estimates(scenario, launch_weeks=LAUNCH, joining_weeks=8, of=names, replications=RUNS).table
    se = float(np.sqrt(COVERED * (1 - COVERED) / RUNS))
    for row in table.to_dict("records"):
        yield Check(f"{row['estimator']}: holds the truth", COVERED, row["coverage"], se, 3 * se)
