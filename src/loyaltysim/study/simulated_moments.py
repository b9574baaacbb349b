"""Simulated moments: the candidate whose numbers are nearest to the observed (McFadden 1989; E187–E188).

Optuna's sampler of Parzen trees (Bergstra and others 2011) finds the region, SciPy's least squares the point. With the
same luck at all candidates the distance is smooth enough for it. The interval is that of a Gaussian around the point,
cut off at the ends of the ranges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from loyaltysim.study.posterior import whitened

if TYPE_CHECKING:
    from loyaltysim.study.candidates import Candidates
    from loyaltysim.study.targets import Targets

BATCH = 8
"""Candidates that are run at a time, whatever the threads, so that results do not depend on these; assumed."""
POLISHED = 0.3
"""Share of the candidates that are left to the last steps; assumed."""
STEP = 0.04
"""Width of a slope, in ranges of a setting, assumed: luck hides what smaller ones do."""
SWEEPS = 200
"""Of each chain; assumed: the cut-off Gaussian forgets its start in far fewer."""
FLAT = 1e-4
"""Precision of a setting that moves nothing, in 1 / range², so that it has one; assumed."""


def nearest_candidate(
    candidates: Candidates, read: Targets, covariance: np.ndarray, points: int, seed: int
) -> np.ndarray:
    """Find the point with the least distance, in units of the ranges."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        names = [str(place) for place in range(candidates.dimensions)]
        study.enqueue_trial(dict(zip(names, candidates.start.tolist())))
        left = points - round(POLISHED * points)
        while left > 0:
            trials = [study.ask() for _ in range(min(BATCH, left))]
            units = np.array([[trial.suggest_float(name, 0, 1) for name in names] for trial in trials])
            for trial, misfit in zip(trials, _misfits(candidates, read, covariance, units)):
                known = np.isfinite(misfit).all()
                study.tell(trial, float(misfit @ misfit) if known else None, _state(optuna, known))
            left -= len(trials)
        best = np.array([study.best_params[name] for name in names])
    finally:
        optuna.logging.set_verbosity(before)
    return _polished(best, candidates, read, covariance, round(POLISHED * points))


def _state(optuna: Any, known: bool) -> Any:
    return optuna.trial.TrialState.COMPLETE if known else optuna.trial.TrialState.FAIL


def _misfits(candidates: Candidates, read: Targets, covariance: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Distances in independent errors: points × fitted numbers."""
    fitted = ~read.held_out
    numbers = candidates.look_at(units)[:, fitted]
    return whitened(numbers, read.value[fitted], covariance[np.ix_(fitted, fitted)])


def _polished(
    best: np.ndarray, candidates: Candidates, read: Targets, covariance: np.ndarray, points: int
) -> np.ndarray:
    """Least squares from the best candidate on, by so many candidates at most."""
    from scipy.optimize import least_squares

    def misfit(unit: np.ndarray) -> np.ndarray:
        found = _misfits(candidates, read, covariance, unit[None])[0]
        return np.asarray(np.nan_to_num(found, nan=1e3))  # far away, assumed

    def slope(unit: np.ndarray) -> np.ndarray:
        return slopes(unit, candidates, read, covariance)

    turns = points // (2 * candidates.dimensions + 1)
    if turns < 1:
        return best
    inside = np.clip(best, 1e-6, 1 - 1e-6)  # SciPy wants to begin inside
    found = least_squares(misfit, inside, slope, bounds=(0.0, 1.0), max_nfev=turns, xtol=1e-3, ftol=1e-4)
    return np.asarray(found.x)


def slopes(unit: np.ndarray, candidates: Candidates, read: Targets, covariance: np.ndarray) -> np.ndarray:
    """How far each setting moves the fitted numbers, in independent errors a range: numbers × settings."""
    width = np.array([_width(*end) for end in candidates.ends])
    low, high = np.maximum(unit - width, 0.0), np.minimum(unit + width, 1.0)
    each = np.eye(len(unit), dtype=bool)
    both = np.concatenate([np.where(each, low, unit), np.where(each, high, unit)])
    found = _misfits(candidates, read, covariance, both)
    down, up = found[: len(unit)], found[len(unit) :]
    return np.asarray(np.nan_to_num(((up - down) / (high - low)[:, None]).T))


def _width(usual: Any, low: float, high: float) -> float:
    whole = all(isinstance(value, int) for value in (usual, low, high))
    return max(STEP, 1 / (high - low + 1)) if whole else STEP


def draws_around(
    best: np.ndarray,
    candidates: Candidates,
    read: Targets,
    covariance: np.ndarray,
    size: int,
    luck: np.random.Generator,
) -> np.ndarray:
    """Draws from a Gaussian around the point with precision G'G (E188), cut off at 0 and 1, by Gibbs sampling."""
    slope = slopes(best, candidates, read, covariance)
    precision = slope.T @ slope + FLAT * np.eye(len(best))
    away = np.nan_to_num(_misfits(candidates, read, covariance, best[None])[0])
    best = best - np.linalg.solve(precision, slope.T @ away)  # beyond an end where the least distance is at the end
    draws = luck.random((size, len(best)))
    for _ in range(SWEEPS):
        for place in range(len(best)):
            own = precision[place, place]
            others = (draws - best) @ precision[place] - (draws[:, place] - best[place]) * own
            center = best[place] - others / own
            low, high = (special.ndtr((end - center) * np.sqrt(own)) for end in (0.0, 1.0))
            at = special.ndtri(np.clip(low + luck.random(size) * (high - low), 1e-300, 1 - 1e-16))
            draws[:, place] = np.clip(center + at / np.sqrt(own), 0.0, 1.0)
    return draws
