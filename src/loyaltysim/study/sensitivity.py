"""Sensitivity: which settings drive a result, or the answer to a question, over the ranges that they may have.

Three ways, each with intervals over replications, which share their luck over all points:

- `tornado`: one setting at a time at its ends, all others as they are; tells sizes and signs, no interactions;
- `morris` (Morris 1991): mean size `mu_star` and spread `sigma` of elementary effects on random paths through the
  ranges; a spread as large as the size speaks of interactions or bends;
- `sobol` (Sobol' 1993, Saltelli 2010): the share of the variance that a setting explains alone, `S1`, and with all
  its interactions, `ST`.

Samples and indices are SALib's (Herman and Usher 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.study.compare import METRICS, paired_effect
from loyaltysim.study.design import Design, ends_of, value_between
from loyaltysim.study.questions import KNOCK_OUTS
from loyaltysim.study.sweep import run_scenarios

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

Method = Literal["tornado", "morris", "sobol"]
MEASURES: dict[str, tuple[str, ...]] = {
    "tornado": ("low", "high"),
    "morris": ("mu_star", "sigma"),
    "sobol": ("S1", "ST"),
}
"""What each method tells of a setting."""
COLUMNS = "metric path measure value effect ci_low ci_high n unit".split()


def sensitivity(
    scenario: Scenario,
    axes: Mapping[str, Sequence[Any]],
    *,
    method: Method = "tornado",
    metrics: Sequence[str] = ("retention_rate", "margin"),
    of: str | None = None,
    samples: int = 8,
    replications: int = 10,
    seed: int = 1,
    store: str | Path | None = None,
    threads: int | None = None,
    client: Any = None,
    progress: Callable[[float, float], None] | None = None,
) -> pd.DataFrame:
    """Tell which settings drive the focal brand's metrics, or what a question's answer rests on.

    Parameters
    ----------
    scenario : what is varied
    axes : the least and the largest value of each setting, by its path
    method : "tornado", "morris" or "sobol"
    metrics : of the focal brand and all customers
    of : a question ("rival_promotions", "program", "word_of_mouth"): then not the metric is looked at but what the
        thing does to it, with less without under the same luck
    samples : paths of Morris; points of Sobol's sequence, a power of 2. The points that are run are (settings + 1), or
        (settings + 2), times as many
    replications, seed, store, threads, client, progress : as for `sweep`

    Returns
    -------
    One row a metric, path and measure, the most important path first: metric, path, measure, value (the setting's, for
    a tornado), effect, ci_low, ci_high (95 % t over replications), n, unit. Tornado: what the low and the high end add
    to the metric as it is. Morris: in units of the metric over the whole range. Sobol: shares of the variance

    Raises
    ------
    ScenarioError : for axes that are no bounds, unknown metrics or questions, a question that the scenario has not, and
        metrics that are not known at some point
    ImportError : without SALib, for "morris" and "sobol"

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 0})
    >>> found = ls.sensitivity(small, {"brands.Ours.price": [1.9, 2.1]}, metrics=["share"], replications=2)
    >>> found["measure"].tolist()
    ['low', 'high']
    """
    ends = ends_of(scenario, axes)
    faults = [
        Fault(None, None, "metric", f'no metric is called "{metric}"', METRICS, nearest(metric, METRICS))
        for metric in metrics
        if metric not in METRICS
    ]
    for name, given, known in (("method", method, tuple(MEASURES)), ("of", of, (None, *KNOCK_OUTS))):
        if given not in known:
            told = tuple(choice for choice in known if choice)
            faults.append(Fault(None, None, name, f'there is no "{given}"', told, nearest(str(given), told)))
    if method == "sobol" and (samples < 1 or samples & (samples - 1)):
        faults.append(Fault(None, None, "samples", f"a Sobol sequence is even for powers of 2, was {samples}"))
    if faults:
        raise ScenarioError(faults)
    unit = _sample(method, len(axes), samples, seed)
    paths = tuple(axes)
    points = [tuple(value_between(*end, u) for end, u in zip(ends, row)) for row in unit]
    if method == "tornado":  # the scenario as it is stands in the middle of nothing: it is a point of its own
        points[0] = tuple(usual for usual, _, _ in ends)
        points[1:] = [
            tuple(value if place == k else points[0][place] for place, value in enumerate(point))
            for k, point in zip(np.repeat(range(len(paths)), 2), points[1:])
        ]
    visited = Design(paths, tuple(points))
    how: dict[str, Any] = {
        "replications": replications, "seed": seed, "store": store, "threads": threads, "client": client,
        "progress": progress,
    }  # fmt: skip
    scenarios = visited.scenarios(scenario)
    data = run_scenarios(scenario, visited, scenarios, **how)
    without = None
    if of is not None:
        others = [KNOCK_OUTS[of](each) for each in scenarios]
        if None in others:
            raise ScenarioError([Fault(None, None, "of", f"the scenario has nothing to take away for {of}")])
        without = run_scenarios(scenario, visited, [each for each in others if each is not None], **how)
    rows = []
    for metric in metrics:
        values = _values(data, metric, scenario.focal)
        if without is not None:
            values = values - _values(without, metric, scenario.focal)
        if not np.isfinite(values).all():
            message = f"{metric} is not known in some runs, so nothing can be said of what drives it"
            raise ScenarioError([Fault(None, None, "metric", message)])
        own = _told(method, paths, visited, unit, values, samples, seed)
        its_unit = "1" if method == "sobol" else data[metric].attrs["units"]
        rows += [{"metric": metric, **row, "unit": its_unit} for row in _most_important_first(own)]
    return _frame(rows)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=COLUMNS)


def _values(data: Any, metric: str, focal: str) -> np.ndarray:
    """Points × replications."""
    return np.asarray(data[metric].sel(brand=focal, segment="all").transpose("point", "replication").values, float)


def _problem(dimensions: int) -> dict[str, Any]:
    names = [str(place) for place in range(dimensions)]
    return {"num_vars": dimensions, "names": names, "bounds": [[0.0, 1.0]] * dimensions}


def _sample(method: Method, dimensions: int, samples: int, seed: int) -> np.ndarray:
    """Points × settings in [0, 1]."""
    if method == "tornado":
        return np.concatenate([[[0.5] * dimensions], *([[0.0] * dimensions, [1.0] * dimensions],) * dimensions])
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        raise ImportError(f"\"{method}\" needs SALib: pip install -c constraints.txt -e '.[calibrate]'") from None
    problem = _problem(dimensions)
    if method == "morris":
        return np.asarray(morris.sample(problem, samples, seed=seed))
    return np.asarray(sobol.sample(problem, samples, calc_second_order=False, seed=seed))


def _told(
    method: Method,
    paths: tuple[str, ...],
    visited: Design,
    unit: np.ndarray,
    values: np.ndarray,
    samples: int,
    seed: int,
) -> list[dict[str, Any]]:
    """One row a path and measure."""
    if method == "tornado":
        rows = []
        for place, path in enumerate(paths):
            for end, measure in enumerate(MEASURES[method]):
                point = 1 + 2 * place + end
                effect = paired_effect(values[point], values[0])
                rows.append(_row(path, measure, effect, visited.points[point][place]))
        return rows
    found = [_indices(method, unit, values[:, r], seed) for r in range(values.shape[1])]
    return [
        _row(path, measure, _over_replications(np.array([one[measure][place] for one in found])))
        for place, path in enumerate(paths)
        for measure in MEASURES[method]
    ]


def _indices(method: Method, unit: np.ndarray, values: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    from SALib.analyze import morris, sobol

    problem = _problem(unit.shape[1])
    if np.ptp(values) == 0:  # nothing moves the metric
        return {measure: np.zeros(unit.shape[1]) for measure in MEASURES[method]}
    if method == "morris":
        found = morris.analyze(problem, unit, values, num_resamples=2, seed=seed)
    else:
        found = sobol.analyze(problem, values, calc_second_order=False, num_resamples=2, seed=seed)
    return {measure: np.ma.filled(np.ma.asarray(found[measure]), 0.0) for measure in MEASURES[method]}


def _over_replications(values: np.ndarray) -> dict[str, Any]:
    return paired_effect(values, np.zeros(len(values)))


def _row(path: str, measure: str, effect: Mapping[str, Any], value: Any = None) -> dict[str, Any]:
    kept = {name: effect[name] for name in ("effect", "ci_low", "ci_high", "n")}
    return {"path": path, "measure": measure, "value": value, **kept}


def _most_important_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By the largest size of any measure of a path."""
    size: dict[str, float] = {}
    for row in rows:
        size[row["path"]] = max(size.get(row["path"], 0.0), abs(row["effect"]))
    return sorted(rows, key=lambda row: -size[row["path"]])
