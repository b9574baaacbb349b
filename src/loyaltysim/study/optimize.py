"""Optimize: which design of a program, or of any settings, serves one or several objectives best.

Designs are proposed by Optuna (Akiba et al. 2019). All are run with the same customers and luck, in the market as it is
and in the adverse worlds that are named, and are worth one number an objective over these worlds (docs/model.md, eq.
E155). The front holds the designs that no other beats (eq. E156).

The trap: of many designs the one that looks best was lucky too, so what the search saw of it is too good (Smith and
Winkler 2006). Therefore the front is run again with luck of its own, and told with that.

The search is a pure function of its arguments, and runs are kept in the store. So the same call goes on where it was
stopped, by asking anew and finding the answers there, and more trials go on from the first ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.simulation import check_count, check_seed
from loyaltysim.study.compare import METRICS
from loyaltysim.study.design import Design, at
from loyaltysim.study.front import Direction, Optimization, on_front, table
from loyaltysim.study.proposals import Proposals, space_of
from loyaltysim.study.robust import ROBUST, Robust, Worlds, made, scored, weights, worlds_of
from loyaltysim.study.sweep import run_scenarios

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

ROUND = 8
"""Designs asked for at once, so that all cores have work; assumed. The search depends on it, never on the cores."""


def optimize(
    scenario: Scenario,
    settings: Mapping[str, Sequence[Any]],
    objectives: Mapping[str, Direction],
    *,
    worlds: Worlds = (),
    robust: Robust = "mean",
    quantile: float = 0.25,
    trials: int = 50,
    replications: int = 10,
    seed: int = 1,
    store: str | Path | None = None,
    threads: int | None = None,
    client: Any = None,
    progress: Callable[[float, float], None] | None = None,
) -> Optimization:
    """Search for designs that serve the focal brand best.

    Parameters
    ----------
    scenario : the market as it is
    settings : what may be chosen, by path: two numbers are a range, any other list holds the choices, tables too
    objectives : "max" or "min" by metric, of the focal brand and all customers; "margin" is profit
    worlds : adverse worlds that may come about besides the market as it is: names of `ls.stress`, or changes by path
        under names of one's own. Where a world cannot come about for a design, its market is as it is
    robust : what a design is worth over all worlds: their "mean", the "worst", or a "quantile" between them
    quantile : 0 is the worst world, .5 the median one; 1/4 is assumed
    trials : designs that are run; fewer where nothing is left to try
    replications, seed, store, threads, client, progress : as for `sweep`

    Raises
    ------
    ScenarioError : for settings, objectives and worlds that cannot be, or if no design can be run
    ImportError : without Optuna

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 0})
    >>> found = ls.optimize(small, {"brands.Ours.price": [1.8, 2.2]}, {"margin": "max"}, trials=2, replications=2)
    >>> found.trials["trial"].tolist()
    [0, 1, 2]
    """
    _check(objectives, robust, quantile)
    seed, trials = check_seed(seed), check_count("trials", trials)
    space = space_of(scenario, settings)
    names = worlds_of(scenario, worlds)
    how: dict[str, Any] = {"replications": replications, "store": store, "threads": threads, "client": client}
    runs = _Runs(scenario, tuple(space), tuple(objectives), worlds, names, how, progress, trials + 1)

    def judged(values: np.ndarray) -> np.ndarray:
        """Objectives × replications; the mean over replications is what the design is worth."""
        each = zip(values, objectives.values())
        return np.stack([weights(own.mean(1), robust, quantile, direction) @ own for own, direction in each])

    (usual,) = runs.of([{}], seed)
    lacking = _unknown(usual, objectives)
    if lacking:
        raise ScenarioError([Fault(None, None, "objective", f"{lacking}, as the scenario is")])
    designs: list[dict[str, Any]] = [{}]
    found = [judged(usual)]
    proposals = Proposals(
        space, tuple(objectives.values()), seed, lambda changes: made(scenario.vary(dict(changes)), names, worlds)
    )
    tried = 0
    while asked := list(proposals.ask(min(ROUND, trials - tried))):
        tried += len(asked)
        for (trial, changes), values in zip(asked, runs.of([changes for _, changes in asked], seed)):
            if lacking := _unknown(values, objectives):
                proposals.refuse(trial, changes, lacking)
                continue
            designs.append(changes)
            found.append(judged(values))
            proposals.tell(trial, found[-1].mean(1).tolist())
    if len(designs) == 1:
        why = f": {proposals.refused[0]['why']}" if proposals.refused else ""
        raise ScenarioError([Fault(None, None, "settings", f"no design of these settings can be run{why}")])
    best = on_front(np.stack(found).mean(2), tuple(objectives.values()))
    again = [0, *np.flatnonzero(best[1:]) + 1]
    runs.total += len(again)
    fresh = [judged(values) for values in runs.of([designs[place] for place in again], seed ^ 1)]  # a seed of its own
    as_it_is = {path: at(scenario, path) for path in space}
    still = on_front(np.stack(fresh).mean(2), tuple(objectives.values()))
    front = table(again, [designs[place] for place in again], np.stack(fresh), as_it_is, runs.units, still)
    return Optimization(
        trials=table(range(len(designs)), designs, np.stack(found), as_it_is, runs.units, best),
        front=front if best[0] else front[front["trial"] > 0].reset_index(drop=True),
        refused=_refused(proposals.refused, tuple(space)),
        objectives=dict(objectives),
        worlds=tuple(names),
        scored=scored(names, robust, quantile),
    )


@dataclass
class _Runs:
    """What all designs are run in, and how many of them there are."""

    scenario: Scenario
    paths: tuple[str, ...]
    metrics: tuple[str, ...]
    worlds: Worlds
    names: list[str]
    how: dict[str, Any]
    progress: Callable[[float, float], None] | None
    total: int
    done: int = 0

    def of(self, designs: Sequence[Mapping[str, Any]], seed: int) -> list[np.ndarray]:
        """One array a design: metrics × worlds × replications."""
        scenarios = []
        for changes in designs:
            scenarios += made(self.scenario.vary(dict(changes)), self.names, self.worlds)
        points = tuple(tuple(map(changes.get, self.paths)) for changes in designs for _ in self.names)
        self.done += len(designs)
        each = len(self.names) * self.how["replications"]

        def tell(runs: float, missing: float) -> None:
            assert self.progress is not None
            self.progress(self.done * each - missing + runs, self.total * each)

        data = run_scenarios(
            self.scenario, Design(self.paths, points), scenarios, seed=seed,
            progress=None if self.progress is None else tell, **self.how,
        )  # fmt: skip
        self.units = {metric: data[metric].attrs["units"] for metric in self.metrics}
        values = np.stack([
            data[metric].sel(brand=self.scenario.focal, segment="all").transpose("point", "replication").values
            for metric in self.metrics
        ])  # fmt: skip
        return list(values.reshape(len(self.metrics), len(designs), len(self.names), -1).swapaxes(0, 1))


def _unknown(values: np.ndarray, objectives: Mapping[str, Direction]) -> str:
    """Which objectives are not known in some runs, in words; empty if none."""
    lacking = [metric for metric, own in zip(objectives, values) if not np.isfinite(own).all()]
    return f"{' and '.join(lacking)} not known in some runs" if lacking else ""


def _refused(refused: Sequence[Mapping[str, Any]], paths: tuple[str, ...]) -> Any:
    import pandas as pd

    return pd.DataFrame(list(refused), columns=["why", *paths])


def _check(objectives: Mapping[str, Direction], robust: str, quantile: float) -> None:
    """Raise ScenarioError that says all that is wrong with a question."""
    faults = []
    if not objectives:
        faults.append(Fault(None, None, "objectives", "a search needs at least one objective"))
    for metric, direction in objectives.items():
        if metric not in METRICS:
            near = "margin" if metric == "profit" else nearest(metric, METRICS)
            faults.append(Fault(None, None, "objective", f'no metric is called "{metric}"', METRICS, near))
        if direction not in ("max", "min"):
            faults.append(Fault(None, None, metric, f'an objective is "max" or "min", was {direction!r}'))
    if robust not in ROBUST:
        faults.append(Fault(None, None, "robust", f'there is no "{robust}"', ROBUST, nearest(robust, ROBUST)))
    if not 0 <= quantile <= 1:
        faults.append(Fault(None, None, "quantile", f"must be from 0 to 1, was {quantile:g}"))
    if faults:
        raise ScenarioError(faults)
