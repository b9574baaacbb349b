"""Posterior: regression-adjusted approximate Bayesian computation on points that were simulated (E181–E183).

Points are settings in units of their ranges, 0 … 1, on each of which the prior is flat. All runs share their luck, so
the numbers of a point hold no luck of their own; the sampling error of the data is added to each point, many times over
(Wilkinson 2013, Statistical Applications in Genetics and Molecular Biology 12(2)). Of all such pretended data those
nearest to the observed are kept (rejection), near in the settings that a regression reads from them (Fearnhead and
Prangle 2012, J. Royal Statistical Society B 74(3)), and their settings are moved along a local-linear regression, with
a ridge, to where the observed data are (Beaumont, Zhang and Balding 2002, Genetics 162(4)), on a logit scale, so that
no setting leaves its range. None leaves the box that was looked into either: a regression says nothing beyond it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

COPIES = 40
"""Pretended data of each point, assumed: more change ends of intervals by less than a hundredth of their width."""
KEPT = 0.2
"""Share of pretended data that is kept in the end; assumed."""
FEWEST = 400
"""Pretended data that are kept at least; assumed."""
RIDGE = 1.0
"""Penalty of the regressions, in squared errors of the data: it counts only where the data do not; assumed."""
EDGE = 1e-4
"""How near to an end of its range a setting is taken to be; assumed."""


def whitened(numbers: np.ndarray, observed: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Distances of numbers from the observed ones, in errors of the data that are independent: points × numbers."""
    return np.linalg.solve(np.linalg.cholesky(covariance), (numbers - observed).T).T


def posterior_draws(
    units: np.ndarray, misfits: np.ndarray, size: int, luck: np.random.Generator, box: np.ndarray | None = None
) -> np.ndarray:
    """Draws from the posterior: size × settings, in units of the ranges.

    Parameters
    ----------
    units : the points, points × settings, spread evenly over some box
    misfits : of their numbers from the observed, `whitened`: points × numbers
    size : draws
    luck : for errors and draws
    box : settings × (least, largest) that a draw may be; 0 … 1 if not given
    """
    from sklearn.linear_model import Ridge

    whose = np.repeat(np.arange(len(units)), COPIES)
    data = misfits[whose] + luck.standard_normal((len(whose), misfits.shape[1]))
    kept, wanted = np.arange(len(whose)), max(FEWEST, round(KEPT * len(whose)))
    while True:  # each turn looks closer: the regression is that of the data nearest so far
        read = Ridge(RIDGE).fit(data[kept], units[whose[kept]])
        guess, ours = _told(read, data[kept]), _told(read, np.zeros((1, data.shape[1])))
        spread = (units[whose[kept]] - guess).std(0) + EDGE
        distance = np.sqrt((((guess - ours) / spread) ** 2).sum(1))
        if len(kept) <= wanted:
            break
        kept = kept[np.argsort(distance, kind="stable")[: max(wanted, len(kept) // 2)]]
    furthest = distance.max() or 1.0
    weight = 1 - (distance / furthest) ** 2  # Epanechnikov's kernel, as Beaumont and others have it
    inside = np.clip(units[whose[kept]], EDGE, 1 - EDGE)
    scaled = np.log(inside / (1 - inside))
    some = weight > 0
    local = Ridge(RIDGE).fit(data[kept][some], scaled[some], sample_weight=weight[some])
    moved = scaled[some] - _told(local, data[kept][some]) + _told(local, np.zeros((1, data.shape[1])))
    drawn = luck.choice(len(moved), size, p=weight[some] / weight[some].sum())
    low, high = (0.0, 1.0) if box is None else box.T
    return np.asarray(np.clip(special.expit(moved[drawn]), low, high))


def _told(regression: Any, data: np.ndarray) -> np.ndarray:
    """What a regression says, data × settings; scikit-learn gives a single setting without its axis."""
    return np.asarray(regression.predict(data)).reshape(len(data), -1)


def box_of(draws: np.ndarray) -> np.ndarray:
    """Where to look closer: settings × (least, largest), the draws' range widened by itself to both sides.

    The prior is flat, so points spread evenly over a box that holds the whole posterior give the same posterior.
    """
    low, high = np.quantile(draws, [0.005, 0.995], axis=0)  # assumed: all but one draw in a hundred
    return np.stack([np.maximum(low - (high - low), 0.0), np.minimum(high + (high - low), 1.0)], 1)
