"""BG/NBD: what customers bought less what their own past foretold (Fader, Hardie and Lee 2005; eqs. E176, E177)."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np

from loyaltysim.study.estimators.estimator import Estimate, estimator, nothing, require
from loyaltysim.study.estimators.forecast import actual_less_forecast
from loyaltysim.study.estimators.seen import Seen

NAMES = ("r", "alpha", "a", "b")
ROUNDING = 1e-6
"""Share by which a forecast may be off through rounding."""


@estimator("BG/NBD forecast", says="Purchases less those foretold by BG/NBD from the time before.", extra="lifetimes")
def bg_nbd(seen: Seen) -> Estimate:
    """Fitted by `lifetimes` to all who bought before the launch; misleads where customers pause, return or drift.

    Times are as the till has them, not days: two purchases of one day are two.
    """
    import pandas as pd

    lifetimes = require("lifetimes")
    customers = seen.customers
    frequency = customers["before"].to_numpy(float) - 1
    recency = (customers["last"] - customers["first"]).to_numpy(float)
    seen_for = seen.launch - customers["first"].to_numpy(float)
    model = lifetimes.BetaGeoFitter()
    # lifetimes prints the optimizer's report when it fails, and warns at every start
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(frequency, recency, seen_for)
        except (lifetimes.utils.ConvergenceError, np.linalg.LinAlgError):
            return nothing("no fit: the search for BG/NBD's parameters did not end")
    found = model.params_[list(NAMES)].to_numpy(float)
    # the matrix of lifetimes is that of logarithms with each column times the parameter's square
    variance = model.variance_matrix_.to_numpy(float) / found**2
    history = frequency, recency, seen_for

    def forecast(logarithms: np.ndarray) -> np.ndarray:
        model.params_ = pd.Series(np.exp(logarithms), index=list(NAMES))
        with np.errstate(all="ignore"):
            to_end, to_joined = (
                model.conditional_expected_number_of_purchases_up_to_time(until - seen.launch, *history)
                for until in (seen.end, seen.joined_by)
            )
        return np.asarray(to_end - to_joined, float)

    r, alpha = found[:2]
    most = (r + frequency) / (alpha + seen_for) * seen.weeks_after  # if all were still there
    foretold = forecast(np.log(found))
    if not ((foretold >= 0) & (foretold <= most * (1 + ROUNDING))).all():
        return nothing("no BG/NBD is like these records: its parameters ran away")  # and the closed form with them
    everybody = np.ones(len(customers), bool)
    return actual_less_forecast(seen, everybody, customers["after"].to_numpy(float), forecast, np.log(found), variance)
