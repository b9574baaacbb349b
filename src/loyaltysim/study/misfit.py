"""Misfit: how far the numbers of the nearest market are from the observed, and what that is held against (E189).

The nearest market is looked for within the ranges, by the slopes of the candidates around the estimate. A setting that
ends there at a bound was not free to bring the numbers nearer, so that it is no degree of freedom less (Shapiro 1985,
Biometrika 72(1): of the distance to a cone, given the face on which the nearest point lies).
"""

from __future__ import annotations

import numpy as np

from loyaltysim.study.posterior import whitened

SWEEPS = 100
"""Turns of the bounded least squares at most; assumed: it needs about one a setting."""


def least_misfit(away: np.ndarray, slope: np.ndarray, at: np.ndarray) -> tuple[float, int]:
    """The least distance, and how many settings end between their bounds.

    Parameters
    ----------
    away : of the numbers at the estimate from the observed, in independent errors
    slope : how far each setting moves them, in errors a range: numbers × settings
    at : the estimate, in units of the ranges, 0 … 1
    """
    from scipy.optimize import lsq_linear

    if not len(at):
        return float(away @ away), 0
    found = lsq_linear(slope, -away, bounds=(-at, 1 - at), method="bvls", max_iter=SWEEPS * len(at))
    return float(2 * found.cost), int((found.active_mask == 0).sum())


def slopes_of(units: np.ndarray, numbers: np.ndarray, observed: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Slopes of a straight line through candidates, in independent errors a range: numbers × settings."""
    near = whitened(numbers, observed, covariance)
    found = np.linalg.lstsq(units - units.mean(0), near - near.mean(0), rcond=None)[0]
    return np.asarray(found.T)
