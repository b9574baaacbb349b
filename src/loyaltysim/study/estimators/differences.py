"""Difference in differences: what changed for members less what changed for others (eq. E172)."""

from __future__ import annotations

from loyaltysim.study.estimators.estimator import Estimate, estimator, least_squares
from loyaltysim.study.estimators.seen import Seen


@estimator("difference in differences", says="Before–after of members less that of non-members.", extra="statsmodels")
def difference_in_differences(seen: Seen) -> Estimate:
    """Misleads where members and others would not have moved alike: those who leave do not join on their way out."""
    customers = seen.customers
    more = customers["after"] - customers["before"] * (seen.weeks_after / seen.weeks_before)
    return least_squares(more.to_numpy(float), customers["member"].to_numpy())
