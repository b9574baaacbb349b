"""Misfit: how far the numbers of the nearest market are from the observed, and what that is held against (E189).

The nearest market is looked for within the ranges, by the slopes of the candidates around the estimate. A setting that
ends there at a bound was not free to bring the numbers nearer, so that it is no degree of freedom less (Shapiro 1985,
Biometrika 72(1): of the distance to a cone, given the face on which the nearest point lies).
"""

from __future__ import annotations

import numpy as np

from loyaltysim.study.posterior import whitened

LEAST_REACH = 0.1
"""How far from the estimate candidates count for the slopes at least, in ranges; assumed: what less does luck hides."""
SWEEPS = 100
"""Turns of the bounded least squares at most; assumed: it needs about one a setting."""


def least_misfit(away: np.ndarray, slope: np.ndarray, at: np.ndarray, box: np.ndarray) -> tuple[float, int]:
    """The least distance, and how many settings do not end at a bound of their range.

    Parameters
    ----------
    away : of the numbers at the estimate from the observed, in independent errors
    slope : how far each setting moves them, in errors a range: numbers × settings
    at : the estimate, in units of the ranges, 0 … 1
    box : settings × (least, largest) between which the slopes were found and are believed
    """
    from scipy.optimize import lsq_linear

    if not len(at):
        return float(away @ away), 0
    low, high = box.T
    found = lsq_linear(slope, -away, bounds=(low - at, high - at), method="bvls", max_iter=SWEEPS * len(at))
    stopped = ((found.active_mask < 0) & (low == 0)) | ((found.active_mask > 0) & (high == 1))
    return float(2 * found.cost), int((~stopped).sum())


def box_around(at: np.ndarray, box: np.ndarray) -> np.ndarray:
    """A box, widened where it leaves less than `LEAST_REACH` to both sides of the estimate: settings × 2."""
    low, high = np.minimum(box[:, 0], at - LEAST_REACH), np.maximum(box[:, 1], at + LEAST_REACH)
    return np.asarray(np.clip(np.stack([low, high], 1), 0.0, 1.0))


def slopes_of(units: np.ndarray, numbers: np.ndarray, observed: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Slopes of a straight line through candidates, in independent errors a range: numbers × settings."""
    near = whitened(numbers, observed, covariance)
    found = np.linalg.lstsq(units - units.mean(0), near - near.mean(0), rcond=None)[0]
    return np.asarray(found.T)
