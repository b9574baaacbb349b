"""Designs: which points of the space of settings a study visits, each a changed copy of one scenario.

A grid visits all combinations of listed values; a Latin hypercube and a Sobol sequence spread a number of points evenly
between bounds. All points are made, and so checked, before the first run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from typing import Any, Literal

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, split_path
from loyaltysim.scenario import Scenario, member

MOST_POINTS = 1_000_000
"""Assumed: more is a slip, and would not fit into memory."""
SHOWN = 20
"""Faults told of one design, assumed: a screen."""
Kind = Literal["grid", "latin_hypercube", "sobol"]
KINDS: tuple[Kind, ...] = ("grid", "latin_hypercube", "sobol")


@dataclass(frozen=True)
class Design:
    """Points to visit.

    Attributes
    ----------
    paths : the settings that vary, by their paths in the scenario
    points : one tuple a point, a value for each path
    """

    paths: tuple[str, ...]
    points: tuple[tuple[Any, ...], ...]

    def changes(self) -> Iterator[dict[str, Any]]:
        """What each point changes, by path."""
        for point in self.points:
            yield dict(zip(self.paths, point))

    def scenarios(self, base: Scenario) -> list[Scenario]:
        """The scenario at each point. Raises ScenarioError that says which values cannot be, and why."""
        faults: list[Fault] = []
        made = []
        for changes in self.changes():
            try:
                made.append(base.vary(changes))
            except ScenarioError as error:
                told = ", ".join(f"{path} = {value!r}" for path, value in changes.items())
                faults += [replace(fault, message=f"{fault.message} (at {told})") for fault in error.faults]
                if len(faults) >= SHOWN:
                    break
        if faults:
            raise ScenarioError(faults[:SHOWN])
        return made


def design(
    base: Scenario, axes: Mapping[str, Sequence[Any]], kind: Kind = "grid", points: int | None = None, seed: int = 1
) -> Design:
    """A design over the settings at these paths.

    Parameters
    ----------
    base : the scenario that is varied
    axes : for a grid the values of each path; otherwise its least and largest value. Between whole numbers of a
        setting that is a whole number, only whole numbers are visited
    kind : "grid", "latin_hypercube" (McKay, Beckman and Conover 1979) or "sobol" (Sobol' 1967, scrambled)
    points : how many, for the other two; a power of 2 for "sobol"
    seed : for where they lie

    Raises
    ------
    ScenarioError : for paths that do not exist, empty lists, bounds that are none, values that a setting cannot have
    """
    axes = checked(base, axes, kind, points)
    paths = tuple(axes)
    if kind == "grid":
        return Design(paths, tuple(product(*(axes[path] for path in paths))))
    assert points is not None  # a fault otherwise
    unit = spread(kind, len(paths), points, seed)
    ends = ends_of(base, axes)
    return Design(paths, tuple(tuple(value_between(*end, u) for end, u in zip(ends, row)) for row in unit))


def ends_of(base: Scenario, axes: Mapping[str, Sequence[Any]]) -> list[tuple[Any, float, float]]:
    """The usual value of each setting, and its least and largest one.

    Raises ScenarioError for paths that do not exist, and ends that are none.
    """
    axes = checked(base, axes, "latin_hypercube", 1)
    return [(at(base, path), ends[0], ends[1]) for path, ends in axes.items()]


def checked(
    base: Scenario, axes: Mapping[str, Sequence[Any]], kind: Kind, points: int | None
) -> dict[str, Sequence[Any]]:
    """The axes of a design with Python's own numbers. Raises ScenarioError that says all that is wrong with them."""
    axes = {path: _plain(values) for path, values in axes.items()}
    faults = list(_faults(base, axes, kind, points))
    if faults:
        raise ScenarioError(faults)
    return axes


def value_between(usual: Any, low: float, high: float, unit: float) -> float:
    """The value at a place from 0, the least, to 1, the largest; whole where the setting and both ends are whole."""
    if all(isinstance(value, int) for value in (usual, low, high)):
        return int(min(low + math.floor(unit * (high - low + 1)), high))
    return float(low + unit * (high - low))


def spread(kind: Kind, dimensions: int, points: int, seed: int) -> np.ndarray:
    """Points × dimensions in [0, 1)."""
    from scipy.stats import qmc  # imported only where a study asks: it takes half a second

    luck = np.random.default_rng(seed)
    sampler = qmc.LatinHypercube(dimensions, rng=luck) if kind == "latin_hypercube" else qmc.Sobol(dimensions, rng=luck)
    return np.asarray(sampler.random(points))


def _plain(values: Any) -> Any:
    """NumPy's numbers as Python's own, in lists too."""
    if isinstance(values, np.ndarray):
        return values.tolist()
    if isinstance(values, (list, tuple)):
        return [value.item() if isinstance(value, np.generic) else value for value in values]
    return values


def at(base: Scenario, path: str) -> Any:
    """The base's own value at a path."""
    return reduce(member, split_path(path), base)


def _faults(base: Scenario, axes: Mapping[str, Sequence[Any]], kind: Kind, points: int | None) -> Iterator[Fault]:
    def fault(key: str, message: str) -> Fault:
        return Fault(None, None, key, message)

    if kind not in KINDS:
        yield Fault(None, None, "design", f'no design "{kind}"', KINDS)
        return
    if not axes:
        yield fault("axes", "a study needs at least one path that varies")
    for path, values in axes.items():
        if isinstance(values, str) or not isinstance(values, Sequence):
            yield fault(path, f"must be a list of values, was {values!r}")
            continue
        if len(values) == 0:
            yield fault(path, "has no values to visit")
            continue
        if kind != "grid":
            problem = _no_bounds(values)
            if problem:
                yield fault(path, problem)
                continue
        yield from _unfit(base, path, values)
    if kind == "grid":
        size = math.prod(len(values) for values in axes.values() if hasattr(values, "__len__"))
        if size > MOST_POINTS:
            yield fault("axes", f"a grid of {size:,} points is more than {MOST_POINTS:,}")
        if points is not None:
            yield fault("points", "a grid has as many points as its values make; give none")
    elif points is None or not 1 <= points <= MOST_POINTS:
        given = "none was given" if points is None else f"was {points}"
        yield fault("points", f'design "{kind}" needs a number of points from 1 to {MOST_POINTS:,}, {given}')
    elif kind == "sobol" and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        yield fault("points", f"a Sobol sequence is even for powers of 2: take {below} or {2 * below}, was {points}")


def _no_bounds(values: Sequence[Any]) -> str:
    """What is wrong with bounds; empty if nothing."""
    if len(values) != 2:
        return f"needs the least and the largest value, was given {len(values)} values"
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return f"bounds must be numbers, were {values[0]!r} and {values[1]!r}"
    if not values[0] < values[1]:
        return f"the least value ({values[0]:g}) must be below the largest ({values[1]:g})"
    return ""


def _unfit(base: Scenario, path: str, values: Sequence[Any]) -> Iterator[Fault]:
    """Faults of single values; those of combinations are found when the points are made."""
    told = set()
    for value in values:
        try:
            base.vary({path: value})
        except ScenarioError as error:
            own = [fault for fault in error.faults if path.startswith(fault.key) or fault.key.startswith(path)]
            for fault in own or error.faults:
                if str(fault) not in told:
                    told.add(str(fault))
                    yield fault
            if any("there is no" in fault.message for fault in error.faults):
                return  # the path itself; more values tell no more
