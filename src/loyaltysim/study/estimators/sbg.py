"""sBG: who is still active less what the retention curve foretold (Fader and Hardie 2007; eqs. E176, E178)."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from loyaltysim.study.estimators.estimator import NOTHING, Estimate, estimator, require
from loyaltysim.study.estimators.forecast import actual_less_forecast
from loyaltysim.study.estimators.seen import Seen

LEAST = 3
"""Periods before the launch: two shares of those who stay, for two parameters."""


def log_survival(logarithms: np.ndarray, period: float | np.ndarray) -> np.ndarray:
    """The logarithm of S(t) = B(α, β + t) / B(α, β), from log α and log β."""
    alpha, beta = np.exp(logarithms)
    return np.asarray(special.betaln(alpha, beta + period) - special.betaln(alpha, beta))


def fit(lost: np.ndarray, stayed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """log α and log β of greatest likelihood, and their variance; None if the records do not tell them.

    `lost` are the customers of whom periods 1, 2 … saw nothing any more, `stayed` those there in the last of these.
    """
    periods = np.arange(1, len(lost) + 1)

    def minus(logarithms: np.ndarray) -> float:
        alpha, beta = np.exp(logarithms)
        left = special.betaln(alpha + 1, beta + periods - 1) - special.betaln(alpha, beta)
        return -float(lost @ left + stayed * log_survival(logarithms, len(lost)))

    found = optimize.minimize(minus, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    curvature = require("statsmodels.tools.numdiff").approx_hess(found.x, minus)
    if not found.success or not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).min() <= 0:
        return None
    return found.x, np.linalg.inv(curvature)


@estimator(
    "sBG forecast", says="Customers active at the end less those foretold by sBG of those there at the launch.",
    outcome="active", extra="statsmodels",
)  # fmt: skip
def sbg(seen: Seen) -> Estimate:
    """The cohort of the first period, lost with its last purchase; misleads where a pause looks like leaving.

    The model is one of contracts. Where there are none, who pauses when the records end counts as lost.
    """
    customers, period = seen.customers, seen.period
    periods = int(seen.launch / period + 1e-9)
    cohort = customers["first"].to_numpy() < period
    if periods < LEAST or cohort.sum() < 2:
        return NOTHING
    of_last = np.minimum(customers["last"].to_numpy()[cohort] // period, periods - 1).astype(int)
    counts = np.bincount(of_last, minlength=periods)
    found = fit(counts[:-1], int(counts[-1]))
    if found is None:
        return NOTHING
    actual = customers["active"].to_numpy(float)[cohort]

    there = of_last == periods - 1

    def forecast(logarithms: np.ndarray) -> np.ndarray:
        now, then = (log_survival(logarithms, at) for at in (periods - 1, seen.end / period - 1))
        return np.asarray(there * np.exp(then - now))

    return actual_less_forecast(seen, cohort, actual, forecast, *found)
