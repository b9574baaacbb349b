"""Errors of the numbers that a market is calibrated to: of the data, and of the luck in candidates' means (E180).

Errors go together as they do in the model: correlations between numbers are those over replications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from loyaltysim.study.targets import Targets


def errors_of(read: Targets, pilot: np.ndarray, replications: int) -> np.ndarray:
    """Covariance of the errors of all numbers, numbers × numbers.

    Parameters
    ----------
    read : the targets, whose standard errors count
    pilot : many replications of one point, replications × numbers
    replications : of each candidate, whose mean is compared
    """
    return np.asarray(together_of(pilot) * np.outer(read.se, read.se) + luck_of(pilot, replications))


def luck_of(pilot: np.ndarray, replications: int) -> np.ndarray:
    """Covariance of what luck alone leaves in a candidate's mean, numbers × numbers; as for `errors_of`."""
    sd = pilot.std(0, ddof=1)
    return np.asarray(together_of(pilot) * np.outer(sd, sd) / replications)


def together_of(pilot: np.ndarray) -> np.ndarray:
    """Correlations of numbers over replications, shrunk (Ledoit and Wolf 2004); none with what does not vary."""
    from sklearn.covariance import LedoitWolf

    sd = pilot.std(0, ddof=1)
    varies = sd > 0
    together = np.eye(len(sd))
    if varies.any():
        scaled = (pilot[:, varies] - pilot[:, varies].mean(0)) / sd[varies]
        found = LedoitWolf().fit(scaled).covariance_
        size = np.sqrt(np.diag(found))
        together[np.ix_(varies, varies)] = found / size / size[:, None]
    return together
