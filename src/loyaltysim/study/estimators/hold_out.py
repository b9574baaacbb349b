"""Randomized hold-out: who may join less who may not, by luck, for each who joins (eq. E175)."""

from __future__ import annotations

import numpy as np

from loyaltysim.study.estimators.estimator import Estimate, estimator, least_squares, nothing, per_member
from loyaltysim.study.estimators.seen import Seen


@estimator(
    "randomized hold-out", says="Who may join less who may not, by luck, for each who joins.", trial=True,
    extra="statsmodels",
)  # fmt: skip
def hold_out(seen: Seen) -> Estimate:
    """Right if those held out live as if there were no program: no word from members, no answer of rivals."""
    customers = seen.customers
    may, member = customers["may_join"].to_numpy(), customers["member"].to_numpy(float)
    if may.all() or not may.any():
        return nothing("nobody was held out, or everybody was")
    after = customers["after"].to_numpy(float)
    found = per_member(seen, may, least_squares(after, may).value, 0.0)
    value = found.value
    if not np.isfinite(value):
        return found
    # the instrumental variable's standard error: of what is left when the effect is taken off members
    return Estimate(value, per_member(seen, may, 0.0, least_squares(after - value * member, may).se).se)
