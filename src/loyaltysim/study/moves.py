"""Moves: how far a setting alone moves the fitted numbers, and how far luck alone would (E200–E201).

With the same luck at all candidates nothing moves where nothing reads a setting: evidence that no posterior of few
candidates can give. Where a setting is read but changes luck alone, such as the inertia of like brands does their mean
share, the numbers move too; only what luck does not reach is the setting's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from loyaltysim.study.posterior import whitened

if TYPE_CHECKING:
    from loyaltysim.study.candidates import Candidates
    from loyaltysim.study.targets import Targets

CHANCE = 0.01
"""Of luck to move the numbers so far between two places; assumed: of three pairs the farthest apart is told, so that at
most three in a hundred are taken for findings."""


def moves_of(best: np.ndarray, candidates: Candidates, read: Targets, covariance: np.ndarray) -> np.ndarray:
    """How far each setting alone moves the fitted numbers, between the ends of its range and the estimate (E200).

    In independent errors (E180), of all fitted numbers together. With the same luck it is 0 where nothing reads a
    setting. NaN where fewer than two of the three places know their numbers.
    """
    fitted, each = ~read.held_out, np.eye(len(best), dtype=bool)
    ends = [np.where(each, 0.0, best), np.where(each, 1.0, best)]
    numbers = candidates.run(np.vstack([*ends, best]), refuse=False).mean(1)[:, fitted]
    found = whitened(numbers, read.value[fitted], covariance[np.ix_(fitted, fitted)])
    low, high, usual = found[: len(best)], found[len(best) : -1], found[-1]
    apart = [np.linalg.norm(one - other, axis=1) for one, other in ((low, high), (low, usual), (high, usual))]
    return np.asarray(np.fmax.reduce(apart))


def moves_by_luck(luck: np.ndarray, covariance: np.ndarray) -> float:
    """How far luck alone moves numbers between two places, in one of a hundred cases, in independent errors (E201).

    As if the places had nothing of their luck in common, which is the most that it can do.

    Parameters
    ----------
    luck : covariance of what luck leaves in a candidate's mean, numbers × numbers
    covariance : of all errors
    """
    root = np.linalg.cholesky(covariance)
    half = np.linalg.solve(root, luck)
    share = np.linalg.eigvalsh(np.linalg.solve(root, half.T))
    if not share.sum() > 0:
        return 0.0
    scale, free = (share**2).sum() / share.sum(), share.sum() ** 2 / (share**2).sum()  # Satterthwaite 1946
    return float(np.sqrt(2 * scale * special.chdtri(free, CHANCE)))
