"""Regression adjustment: members less others who bought alike before the launch (eq. E173)."""

from __future__ import annotations

from loyaltysim.study.estimators.estimator import Estimate, estimator, known_before, least_squares
from loyaltysim.study.estimators.seen import Seen


@estimator("regression", says="Least squares on membership and purchases before the launch.", extra="statsmodels")
def regression(seen: Seen) -> Estimate:
    """Misleads by whatever makes customers join and buy that their purchases so far do not show."""
    customers = seen.customers
    return least_squares(customers["after"].to_numpy(), customers["member"].to_numpy(), known_before(seen))
