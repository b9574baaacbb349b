"""Forecasts: what customers bought less what a model of the time before foretold, for each who joined (eq. E176).

All customers known at the launch are in it, so nobody selects himself; what misleads is the model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from loyaltysim.study.estimators.estimator import Estimate, nothing, per_member
from loyaltysim.study.estimators.seen import Seen

STEP = 1e-4
"""Of a parameter's logarithm, for its slope."""


def actual_less_forecast(
    seen: Seen,
    among: np.ndarray,
    actual: np.ndarray,
    forecast: Callable[[np.ndarray], np.ndarray],
    parameters: np.ndarray,
    variance: np.ndarray,
) -> Estimate:
    """The effect per member, with the luck of customers and the error of the parameters in its standard error.

    `forecast` tells each customer's number from the logarithms of parameters, `variance` is that of these logarithms.
    """
    more = actual - forecast(parameters)
    slopes = np.zeros(len(parameters))
    for place in range(len(parameters)):
        up, down = (parameters + sign * STEP * np.eye(len(parameters))[place] for sign in (1, -1))
        slopes[place] = (forecast(up).mean() - forecast(down).mean()) / (2 * STEP)
    error = more.var(ddof=1) / len(more) + slopes @ variance @ slopes
    if not error >= 0:
        return nothing("the parameters' errors cannot be told")
    return per_member(seen, among, float(more.mean()), float(np.sqrt(error)))
