"""Validation: published targets, exact limits and real data as runnable checks (`loyaltysim validate`).

`target` has the framework; each other file holds the targets of one idea, registered when it is imported here.
"""

from loyaltysim.validation import (
    after_deal,
    bass,
    cdnow,
    choice_limits,
    choice_recovery,
    contracts,
    counts,
    customer_value,
    dropout,
    full_resistance,
    messages,
    metamorphic,
    promotion,
    real_data,
    recovered,
    referred,
    retention,
    same_bits,
    strength_zero,
    survival_curves,
)
from loyaltysim.validation.target import TARGETS, Check, MissingExtra, Target, report, select

__all__ = [
    "TARGETS",
    "Check",
    "MissingExtra",
    "Target",
    "report",
    "select",
    "after_deal",
    "bass",
    "cdnow",
    "choice_limits",
    "choice_recovery",
    "contracts",
    "counts",
    "customer_value",
    "dropout",
    "full_resistance",
    "messages",
    "metamorphic",
    "promotion",
    "real_data",
    "recovered",
    "referred",
    "retention",
    "same_bits",
    "strength_zero",
    "survival_curves",
]
