"""Inverse-probability weighting: non-members count by how like a member they are (eq. E174)."""

from __future__ import annotations

import warnings

import numpy as np

from loyaltysim.study.estimators.estimator import (
    FORETOLD,
    NO_OTHERS,
    Estimate,
    estimator,
    known_before,
    nothing,
    require,
)
from loyaltysim.study.estimators.seen import Seen


@estimator(
    "inverse-probability weighting", says="Members less non-members weighted by their odds to join.",
    extra="statsmodels",
)  # fmt: skip
def inverse_probability_weighting(seen: Seen) -> Estimate:
    """Odds to join by logit from what was bought before the launch; misleads by what that does not show."""
    customers = seen.customers
    member = customers["member"].to_numpy(float)
    if len(member) == 0 or member.min() == member.max():
        return nothing(NO_OTHERS)
    known, after = known_before(seen), customers["after"].to_numpy(float)
    api = require("statsmodels.api")
    constant = np.ones((len(member), 1))
    design = np.column_stack([constant, (known - known.mean(0)) / known.std(0)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the past tells who joins for sure; then the fit fails
        try:
            chances = api.Logit(member, design).fit(disp=0)
        except np.linalg.LinAlgError:
            return nothing(FORETOLD)
    if not chances.mle_retvals["converged"]:
        return nothing(FORETOLD)
    effects = require("statsmodels.treatment.treatment_effects").TreatmentEffect(
        api.OLS(after, constant), member, results_select=chances
    )
    found = effects.ipw(return_results=True, effect_group=1, disp=False)
    return Estimate(float(found.effect[0]), float(found.sd[0]))
