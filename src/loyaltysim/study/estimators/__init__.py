"""Estimators: what a firm would say that its program did, from what it can see. One a file; the base: `estimator`."""

# isort: off
# In the order of tables and pictures.
from loyaltysim.study.estimators import (
    naive_gap,
    before_after,
    differences,
    regression,
    weighting,
    hold_out,
    bg_nbd,
    sbg,
)

# isort: on
from loyaltysim.study.estimators.estimator import ESTIMATORS, Estimate, Estimator
from loyaltysim.study.estimators.seen import Seen

__all__ = [
    "ESTIMATORS",
    "Estimate",
    "Estimator",
    "Seen",
    "naive_gap",
    "before_after",
    "differences",
    "regression",
    "weighting",
    "hold_out",
    "bg_nbd",
    "sbg",
]
