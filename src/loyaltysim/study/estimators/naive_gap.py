"""Naive gap: members less non-members. What most dashboards show (eq. E171)."""

from __future__ import annotations

from loyaltysim.study.estimators.estimator import Estimate, estimator, least_squares
from loyaltysim.study.estimators.seen import Seen


@estimator("naive gap", says="Purchases of members less those of non-members.", extra="statsmodels")
def naive_gap(seen: Seen) -> Estimate:
    """Misleads where who buys more rather joins: it then tells who members are, not what the program does."""
    customers = seen.customers
    return least_squares(customers["after"].to_numpy(), customers["member"].to_numpy())
