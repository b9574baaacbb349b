"""Metrics as targets: a brand's summary over the run, or its curve over the periods, with standard errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim import results
from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.study.compare import METRICS
from loyaltysim.study.targets import Target
from loyaltysim.summaries import summary
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

NAME = re.compile(r"(\w+)(?:\[(.+)\])?")


class Asked(NamedTuple):
    """A metric of a brand, and of how many periods; None: over the run."""

    metric: str
    brand: str
    periods: int | None


def metrics_target(scenario: Scenario, given: Mapping[Any, Any], hold_out: float) -> Target:
    """Read `{"metric": (value, se)}` or `{"metric[brand]": [(value, se), …]}`. Raises ScenarioError with all faults."""
    faults: list[Fault] = []
    asked: list[Asked] = []
    names: list[str] = []
    pairs: list[tuple[float, float]] = []
    held: list[bool] = []
    for name, values in given.items():
        own = _pairs(values)
        fault = _fault(scenario, str(name), own)
        if fault is not None:
            faults.append(fault)
            continue
        metric, brand = _named(scenario, str(name))
        curve = isinstance(own, list)
        some = own if isinstance(own, list) else [own]
        asked.append(Asked(metric, brand, len(some) if curve else None))
        names += [f"{name} {place}" for place in range(len(some))] if curve else [str(name)]
        pairs += some
        held += [curve and place >= len(some) - round(hold_out * len(some)) for place in range(len(some))]
    if faults:
        raise ScenarioError(faults)
    both = np.array(pairs, float).reshape(-1, 2)
    how = ("metrics", *(tuple(one) for one in asked))
    shares = [_is_share(one.metric) for one in asked for _ in range(one.periods or 1)]
    late, bounded = np.array(held, bool), np.array(shares, bool)
    return Target(tuple(names), both[:, 0], both[:, 1], late, bounded, Reader(asked).numbers, how)


class Reader:
    """Reads the metrics of a run."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Replications × numbers."""
        data = results.dataset(simulation.scenario, simulation.seed, [simulation.raw()])
        columns = []
        for metric, brand, periods in self.asked:
            whole = data[metric] if periods else summary(data, metric)
            own = whole.sel(brand=brand, segment="all")
            columns.append(own.values[:, :periods] if periods else own.values[:, None])
        return np.concatenate(columns, 1).astype(float)


def _named(scenario: Scenario, name: str) -> tuple[str, str]:
    found = NAME.fullmatch(name)
    return (found[1], found[2] or scenario.focal) if found else (name, scenario.focal)


def _pairs(values: Any) -> Any:
    """A pair of floats, a list of pairs, or None for what is neither."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, str) or not len(values):
        return None
    if all(_is_pair(value) for value in values):
        return [(float(value), float(se)) for value, se in values]
    return (float(values[0]), float(values[1])) if _is_pair(values) else None


def _is_pair(values: Any) -> bool:
    numbers = isinstance(values, Sequence) and not isinstance(values, str) and len(values) == 2
    return numbers and all(isinstance(one, (int, float, np.number)) and not isinstance(one, bool) for one in values)


def _fault(scenario: Scenario, name: str, pairs: Any) -> Fault | None:
    metric, brand = _named(scenario, name)
    if metric not in METRICS:
        return Fault(None, None, "targets", f'no metric is called "{metric}"', METRICS, nearest(metric, METRICS))
    if brand not in scenario.brands:
        brands = tuple(scenario.brands)
        return Fault(None, None, "targets", f'{name}: there is no brand "{brand}"', brands, nearest(brand, brands))
    if pairs is None:
        return Fault(
            None, None, "targets", f"{name} must be a value and its standard error, or a list of such pairs by period"
        )
    some = pairs if isinstance(pairs, list) else [pairs]
    beyond = next((value for value, _ in some if _beyond(metric, value)), None)
    if beyond is not None:
        what = "a share, from 0 to 1" if VARIABLES[metric].kind == "rate" and beyond > 1 else "0 or more"
        return Fault(None, None, "targets", f"{name} is {what}, was {beyond:g}")
    if not isinstance(pairs, list):
        return None
    there = scenario.steps // scenario.metrics.period_steps if scenario.metrics.period_steps else 0
    if "period" not in VARIABLES[metric].dims:
        message = f"{metric} is not told by period: give one value and its standard error"
        return Fault(None, None, "targets", message)
    if len(pairs) > there:
        message = f"{name} has {len(pairs)} periods, of which the scenario measures {there}: " + (
            f"set metrics.period_steps to a period of yours, {scenario.steps // len(pairs)} steps or fewer"
            if len(pairs) <= scenario.steps else "it wants more steps"
        )  # fmt: skip
        return Fault(None, None, "targets", message)
    return None


def _beyond(metric: str, value: float) -> bool:
    """Whether no market can give it: shares end at 1, and nothing that is counted is below 0."""
    variable = VARIABLES[metric]
    return (value < 0 and (variable.kind == "rate" or variable.counted)) or (value > 1 and _is_share(metric))


def _is_share(metric: str) -> bool:
    """Whether a metric is a share, from 0 to 1."""
    return VARIABLES[metric].kind == "rate" and VARIABLES[metric].unit == "1"
