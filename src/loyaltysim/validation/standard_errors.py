"""Standard errors of what a simulation gives: of a share of independent draws, and of a mean over replications."""

from __future__ import annotations

from typing import Any

import numpy as np


def of_share(share: float, draws: float) -> float:
    """Standard error of a share of `draws` independent draws (binomial)."""
    return float(np.sqrt(share * (1 - share) / draws))


def over_replications(values: Any) -> tuple[float, float]:
    """Mean and its standard error of one number a replication; replications are independent. Needs at least 2."""
    values = np.asarray(values, float)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
