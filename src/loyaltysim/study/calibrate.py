"""Calibrate: the settings at which a market gives the numbers that were observed, and how sure that is.

Two ways, both with the same luck at all candidates, so that what differs between them is their settings:

- `abc`: regression-adjusted approximate Bayesian computation, in three rounds that look ever closer
  (`study.posterior`);
- `simulated_moments` (McFadden 1989, Econometrica 57(5)): the candidate whose numbers are nearest to the observed,
  found by Optuna (`study.simulated_moments`).

Errors of the targets go together as they do in the model: correlations between numbers are those over replications.
What a well-kept library fits directly (xlogit, lifetimes) is a good place to start: give it to the scenario first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.simulation import check_count, check_seed
from loyaltysim.study.calibration import Calibration, interval_of, told
from loyaltysim.study.candidates import Candidates
from loyaltysim.study.design import ends_of, spread
from loyaltysim.study.errors import errors_of
from loyaltysim.study.moves import moves_of
from loyaltysim.study.targets import Targets, read_targets

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

T = TypeVar("T")
Method = Literal["abc", "simulated_moments"]
METHODS: tuple[Method, ...] = ("abc", "simulated_moments")
ROUNDS = 3
"""Rounds of `abc`, each of as many points; assumed."""
PILOT = 64
"""Replications from which errors are known to go together; assumed."""
CHECKED = 40
"""Draws from the posterior that are run to predict what was held out; assumed."""
DRAWS = 4000
"""Draws by which the posterior is told; assumed."""
ENOUGH = 90
"""Candidates from which on ends of intervals are taken for known. Measured with settings that nothing reads: of 30
candidates up to one in twenty had less than .7 of the prior's sd by luck, of 60 one in eighty, of 90 and more none."""
TURNS = 4
"""Looks at the posterior at most, each with errors as they are at the estimate of the one before; assumed."""


def calibrate(
    scenario: Scenario,
    targets: Any,
    settings: Mapping[str, Sequence[Any]],
    *,
    method: Method = "abc",
    points: int = 600,
    replications: int = 4,
    weeks: float | None = None,
    hold_out: float = 0.25,
    seed: int = 1,
    store: str | Path | None = None,
    threads: int | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Calibration:
    """Find settings that give the observed numbers, with 90 % intervals, and tell what the data do not pin down.

    Parameters
    ----------
    scenario : the market, at values where the search starts
    targets : what was observed, alone or in a list: {"metric[brand]": (value, standard error)}, a retention table,
        cohort triangle, transaction log or panel of `ls.data`; see `study.targets`
    settings : the least and the largest value of each setting, by its path: between them the prior is flat
    method : "abc" or "simulated_moments"
    points : candidates in all; below 90 the ends of intervals hang on which ones they are
    replications : runs of each candidate; their mean is held against the targets
    weeks : length of a period of tables, and in which logs are counted; that of the scenario's periods if not given
    hold_out : share of the periods of curves, tables and logs, or of each household's purchases, that is not fitted but
        predicted: the last ones
    seed, store, threads, progress : as for `sweep`

    Raises
    ------
    ScenarioError : for settings or targets that cannot be, told before the first run; for targets that the runs do not
        know
    ImportError : without the extra "calibrate"

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 0})
    >>> found = ls.calibrate(small, {"share": (0.4, 0.02)}, {"brands.Ours.price": [1.8, 2.2]}, points=60)
    >>> found.settings["path"].tolist()
    ['brands.Ours.price']
    """
    read = check(
        scenario, targets, settings, method=method, points=points, replications=replications, weeks=weeks,
        hold_out=hold_out, seed=seed,
    )  # fmt: skip
    try:
        import optuna  # noqa: F401  # checked before the first run
        import sklearn  # noqa: F401
    except ImportError:
        raise ImportError(
            "calibrating needs Optuna and scikit-learn: pip install -c constraints.txt -e '.[calibrate]'"
        ) from None
    candidates = Candidates(
        scenario, settings, read, seed=check_seed(seed), replications=replications, store=store, threads=threads
    )
    candidates.notes += read.notes
    fitted = ~read.held_out
    if len(settings) > fitted.sum():
        some = "one number" if fitted.sum() == 1 else f"{fitted.sum()} numbers"
        message = f"{len(settings)} settings cannot be read from {some}: some will not be pinned down"
        candidates.notes.append(message)
    if points < ENOUGH:
        message = (
            f"{points} candidates are few: from {ENOUGH} on the ends of intervals hang less on which ones they are"
        )
        candidates.notes.append(message)
    candidates.expect((points + CHECKED + 2 * len(settings) + 1) * replications + 2 * PILOT, progress)
    luck = np.random.default_rng(seed)
    covariance = errors_of(read, candidates.pilot(candidates.start, PILOT), replications)
    if method == "abc":
        draws = _by_rounds(candidates, read, covariance, points, luck)
        best = np.median(draws, axis=0)
    else:
        from loyaltysim.study.simulated_moments import nearest_candidate

        best = nearest_candidate(candidates, read, covariance, points, seed)
    for _ in range(TURNS):  # the same runs, with the errors as they are where the market is
        pilot = candidates.pilot(best, PILOT)
        covariance = errors_of(read, pilot, replications)
        if method == "abc":
            draws = _looked_at(candidates, read, covariance, candidates.box, luck)
        else:
            from loyaltysim.study.simulated_moments import draws_around

            draws = draws_around(best, candidates, read, covariance, DRAWS, luck)
        low, high = interval_of(draws)
        if ((low <= best) & (best <= high)).all():
            break
        best = np.clip(np.median(draws, axis=0) if method == "abc" else best, low, high)
    moves = moves_of(best, candidates, read, covariance)
    best = np.where(moves == 0, candidates.start, best)  # nothing reads it: nothing is known better than what was there
    predicted = candidates.run(draws[luck.choice(len(draws), CHECKED)], refuse=False).mean(1)
    candidates.close()
    return told(candidates, read, method, best, draws, pilot, predicted, covariance, moves, luck)


def check(
    scenario: Scenario,
    targets: Any,
    settings: Mapping[str, Sequence[Any]],
    *,
    method: str = "abc",
    points: int = 600,
    replications: int = 4,
    weeks: float | None = None,
    hold_out: float = 0.25,
    seed: int = 1,
) -> Targets:
    """Read the targets of a calibration. Raises ScenarioError with all that is wrong with it; as `calibrate`."""
    faults: list[Fault] = []
    if method not in METHODS:
        known = nearest(str(method), METHODS)
        faults.append(Fault(None, None, "method", f'there is no "{method}"', METHODS, known))

    def kept(checked: Callable[[], T]) -> T | None:
        try:
            return checked()
        except ScenarioError as error:
            faults.extend(error.faults)
            return None

    for name, count, least in (("points", points, 10 * ROUNDS), ("replications", replications, 1)):
        if (found := kept(partial(check_count, name, count))) is not None and found < least:
            faults.append(Fault(None, None, name, f"must be at least {least}, was {found}"))
    kept(partial(check_seed, seed))
    kept(partial(ends_of, scenario, settings))
    read = kept(partial(read_targets, scenario, targets, weeks, hold_out))
    if read is None or faults:
        raise ScenarioError(faults)
    return read


def _by_rounds(
    candidates: Candidates, read: Targets, covariance: np.ndarray, points: int, luck: np.random.Generator
) -> np.ndarray:
    """Posterior draws after all rounds, each in a box around the posterior of the one before."""
    from loyaltysim.study.posterior import box_of

    draws = np.empty(0)
    for number in range(ROUNDS):
        count = points // ROUNDS + (number < points % ROUNDS)
        unit = spread("latin_hypercube", candidates.dimensions, count, candidates.seed + number)
        low, high = candidates.box.T
        candidates.look_at(low + unit * (high - low))
        draws = _looked_at(candidates, read, covariance, candidates.box, luck)
        if number < ROUNDS - 1:
            candidates.box = box_of(draws)
    return draws


def _looked_at(
    candidates: Candidates, read: Targets, covariance: np.ndarray, box: np.ndarray, luck: np.random.Generator
) -> np.ndarray:
    """Posterior draws from the candidates in a box that have been run."""
    from loyaltysim.study.posterior import posterior_draws, whitened

    units, numbers = candidates.seen(box)
    fitted = ~read.held_out
    misfits = whitened(numbers[:, fitted], read.value[fitted], covariance[np.ix_(fitted, fitted)])
    return posterior_draws(units, misfits, DRAWS, luck, box)
