"""sBG: who is still active less what the retention curve foretold (Fader and Hardie 2007; eqs. E176, E178)."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from loyaltysim.study.estimators.estimator import Estimate, estimator, nothing, require
from loyaltysim.study.estimators.forecast import actual_less_forecast
from loyaltysim.study.estimators.seen import Seen

LEAST = 3
"""Periods before the launch: two shares of those who stay, for two parameters."""
CLEARLY = 1e-6
"""Of the logarithm of a likelihood, what rounding may be."""
NOBODY_LEFT = "nobody of the first period left before the launch"
ALL_LEFT = "all customers of the first period left at once"
NO_SUMMIT = "the likelihood of those who left has no clear summit"


def log_survival(parameters: np.ndarray, period: float | np.ndarray) -> np.ndarray:
    """The logarithm of S(t) = B(α, β + t) / B(α, β), from log α and log β; of (1 − θ)^t, its limit, from logit θ."""
    if len(parameters) == 1:
        return np.asarray(period * special.log_expit(-parameters[0]))
    alpha, beta = np.exp(parameters)
    return np.asarray(special.betaln(alpha, beta + period) - special.betaln(alpha, beta))


def fit(lost: np.ndarray, stayed: int) -> tuple[np.ndarray, np.ndarray] | str:
    """log α and log β of greatest likelihood, and their variance; why not, if the records do not tell them.

    `lost` are the customers of whom periods 1, 2 … saw nothing any more, `stayed` those there in the last of these.
    Where no share of leavers that falls is likelier than one that stays θ, α and β would run off at a constant ratio:
    then it is the limit of that, logit θ.
    """
    periods = np.arange(1, len(lost) + 1)
    leavers, asked = float(lost.sum()), float(lost @ periods + stayed * len(lost))
    if not leavers:
        return NOBODY_LEFT
    if leavers == asked:
        return ALL_LEFT
    theta = leavers / asked
    limit = leavers * np.log(theta) + (asked - leavers) * np.log1p(-theta)

    def minus(logarithms: np.ndarray) -> float:
        alpha, beta = np.exp(logarithms)
        leaves = alpha / (alpha + beta + periods - 1)  # of those there, in each period; no difference of large numbers
        staying = np.concatenate([[0.0], np.log1p(-leaves).cumsum()])
        return -float(lost @ (np.log(leaves) + staying[:-1]) + stayed * staying[-1])

    found = optimize.minimize(minus, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    if -found.fun < limit + CLEARLY:
        return np.array([special.logit(theta)]), np.array([[1 / (asked * theta * (1 - theta))]])
    curvature = require("statsmodels.tools.numdiff").approx_hess(found.x, minus)
    if not found.success or not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).min() <= 0:
        return NO_SUMMIT
    return found.x, np.linalg.inv(curvature)


@estimator(
    "sBG forecast", says="Customers active at the end less those foretold by sBG of those there at the launch.",
    outcome="active", extra="statsmodels",
)  # fmt: skip
def sbg(seen: Seen) -> Estimate:
    """The cohort of the first period, lost with its last purchase; misleads where a pause looks like leaving.

    The model is one of contracts. Where there are none, who pauses when the records end counts as lost. The change in
    the share of the whole cohort is divided by the share who joined: above 1 it says that the model is wrong, no more.
    """
    customers, period = seen.customers, seen.period
    periods = int(seen.launch / period + 1e-9)
    cohort = customers["first"].to_numpy() < period
    if periods < LEAST:
        return nothing(f"fewer than {LEAST} periods before the launch")
    if cohort.sum() < 2:
        return nothing("fewer than 2 customers of the first period")
    of_last = np.minimum(customers["last"].to_numpy()[cohort] // period, periods - 1).astype(int)
    counts = np.bincount(of_last, minlength=periods)
    found = fit(counts[:-1], int(counts[-1]))
    if isinstance(found, str):
        return nothing(found)
    actual = customers["active"].to_numpy(float)[cohort]

    there = of_last == periods - 1

    def forecast(parameters: np.ndarray) -> np.ndarray:
        now, then = (log_survival(parameters, at) for at in (periods - 1, seen.end / period - 1))
        return np.asarray(there * np.exp(then - now))

    return actual_less_forecast(seen, cohort, actual, forecast, *found)
