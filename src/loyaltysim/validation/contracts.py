"""Contracts whose holders cancel with chances of their own: the shifted beta-geometric (Fader & Hardie 2007).

Everybody signs in the first step and holds the contract until it is not renewed; the chances are Beta(α, β) over
customers. Retention rises with tenure though nobody changes, since those likely to leave leave first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import of_share
from loyaltysim.validation.target import Check, as_published, target

YEAR = 365.25
NEEDS_AT_ONCE = 10.0
"""Needs a week by which everybody signs in the first step: in a year nobody has no need but with chance e^-521."""

REGULAR = [1.0, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241, 0.223, 0.207, 0.194, 0.183, 0.173]
"""Share of the "Regular" cohort still there after 0 … 12 years (Fader & Hardie 2007, table 1)."""
FITTED_YEARS = 7
ALPHA, BETA = 0.7041, 1.1820
COHORT = 100_000


def contract_market(cancel_chance: float | dict[str, object], *, customers: int, years: int) -> Scenario:
    """One brand and yearly contracts, which everybody signs in the first step; nothing moves the chance to cancel."""
    contracts = {"needs": {"kind": "contract"}, "lapse": {"kind": "contract"}}
    traits = {"needs_per_week": NEEDS_AT_ONCE, "cancel_chance": cancel_chance}
    market = bare_market({"Ours": 0.0}, customers=customers, steps=years, behavior=contracts, traits=traits)
    return market.vary({"step_days": YEAR, "brands.Ours.price": 1.0})


def survival(years: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """Share still there after so many years, B(α, β + t) / B(α, β)."""
    return np.asarray(np.exp(betaln(alpha, beta + years) - betaln(alpha, beta)))


def mean_log_likelihood(alpha: float, beta: float, alive: np.ndarray) -> float:
    """Of one customer of a cohort of which the shares `alive` were there after 0, 1, 2 … years."""
    curve = survival(np.arange(len(alive)), alpha, beta)
    return float(-np.diff(alive) @ np.log(-np.diff(curve)) + alive[-1] * np.log(curve[-1]))


def fit(alive: np.ndarray) -> tuple[float, float, float]:
    """α, β and the mean log likelihood, where it is largest."""

    def loss(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        return -mean_log_likelihood(alpha, beta, alive)

    found = minimize(loss, [0.0, 0.0], method="BFGS", tol=1e-8)
    alpha, beta = np.exp(found.x)
    return float(alpha), float(beta), float(-found.fun)


def standard_errors(alpha: float, beta: float, years: int, customers: int) -> np.ndarray:
    """Of α and β fitted to so many years of a cohort: the inverse of Fisher's information."""
    step = 1e-5

    def chances(a: float, b: float) -> np.ndarray:
        curve = survival(np.arange(years + 1), a, b)
        return np.append(-np.diff(curve), curve[-1])

    shifts = (step, 0.0), (0.0, step)
    slopes = [(chances(alpha + a, beta + b) - chances(alpha - a, beta - b)) / (2 * step) for a, b in shifts]
    information = np.array([[one / chances(alpha, beta) @ other for other in slopes] for one in slopes])
    return np.asarray(np.sqrt(np.diagonal(np.linalg.inv(information)) / customers))


@target(
    "D5",
    source="Fader & Hardie 2007, J. of Interactive Marketing 21(1), 76-90: the Regular cohort",
    says="A cohort of 100,000 yearly contracts whose chances to cancel are Beta; and the published cohort, fitted.",
)
def regular_cohort() -> Iterator[Check]:
    """Survival to year 12, the fit on years 0-7, and by how much it misses year 12."""
    printed = ".627 .474 .388 .332 .292 .263 .239 .220 .204 .191 .180 .170"
    expected = as_published(printed, survival(np.arange(1, len(REGULAR)), ALPHA, BETA))
    cancel = {"distribution": "beta", "a": ALPHA, "b": BETA}
    data = replicate(contract_market(cancel, customers=COHORT, years=len(REGULAR)), replications=1)
    alive = data["purchases"].sel(brand="Ours", segment="all", replication=0).to_numpy() / COHORT
    yield Check("signed in the first year", 1, alive[0], None, 0)
    for year, share in enumerate(expected, start=1):
        yield Check(f"still there after year {year}", share, alive[year], of_share(share, COHORT), 0.005)

    fitted = fit(alive[: FITTED_YEARS + 1])
    errors = standard_errors(ALPHA, BETA, FITTED_YEARS, COHORT).tolist()
    for name, true, found, se in zip(("alpha", "beta"), (ALPHA, BETA), fitted, errors):
        yield Check(f"{name} fitted to the simulated years 0-{FITTED_YEARS}", true, found, se, 3 * se)

    observed = np.array(REGULAR)
    alpha, beta, likelihood = fit(observed[: FITTED_YEARS + 1])
    part = f"fitted to the published years 0-{FITTED_YEARS}"
    yield Check(f"alpha {part}", ALPHA, alpha, None, 0.002)
    yield Check(f"beta {part}", BETA, beta, None, 0.002)
    yield Check(f"mean log likelihood {part}", -1.6803, likelihood, None, 0.0001)
    last = len(REGULAR) - 1
    miss = float(survival(np.array(last), alpha, beta)) - REGULAR[last]
    yield Check(f"miss of year {last} by what was {part}", -0.0030, miss, None, 0.0005, f"{miss / REGULAR[last]:.2%}")
    simulated = alive[last] - REGULAR[last]
    se = of_share(REGULAR[last], COHORT)
    yield Check(f"miss of year {last} by the simulated cohort", -0.0030, simulated, se, 0.0005 + 3 * se)
