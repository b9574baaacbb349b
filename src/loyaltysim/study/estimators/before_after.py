"""Before–after: members after the launch less the same members before it (eq. E171)."""

from __future__ import annotations

import numpy as np

from loyaltysim.study.estimators.estimator import NO_MEMBERS, Estimate, estimator, nothing
from loyaltysim.study.estimators.seen import Seen


@estimator("before–after", says="Purchases of members after the launch less before it, in as many weeks.")
def before_after(seen: Seen) -> Estimate:
    """Misleads where the market moves, and by regression to the mean.

    Whoever is known bought before the launch, and some did so by luck: of these fewer buy afterwards, program or not.
    """
    customers = seen.customers[seen.customers["member"]]
    if len(customers) < 2:
        return nothing(NO_MEMBERS if customers.empty else "a single customer joined")
    more = (customers["after"] - customers["before"] * (seen.weeks_after / seen.weeks_before)).to_numpy(float)
    return Estimate(float(more.mean()), float(more.std(ddof=1) / np.sqrt(len(more))))
