"""Robust: what a design is worth where nobody knows which world will come.

Each world is the design's market with something gone otherwise, under the same luck. A design's value is one number
over the worlds' means: their mean, the worst of them, or a quantile between them (docs/model.md, eq. E155).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.study.stress import AS_IT_IS, WORLDS

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

Robust = Literal["mean", "worst", "quantile"]
ROBUST: tuple[Robust, ...] = ("mean", "worst", "quantile")
Worlds = Sequence[str] | Mapping[str, Mapping[str, Any]]
"""Names of adverse worlds, or worlds of one's own: what each changes, by path."""


def worlds_of(scenario: Scenario, worlds: Worlds) -> list[str]:
    """The names of all worlds, the market as it is first.

    Raises ScenarioError for worlds that there are not, or that cannot come about in the scenario.
    """
    faults: list[Fault] = []
    for name in worlds:
        if not isinstance(worlds, Mapping) and name not in WORLDS:
            faults.append(Fault(None, None, "world", f'there is no "{name}"', tuple(WORLDS), nearest(name, WORLDS)))
            continue
        try:
            found = in_world(scenario, name, worlds)
        except ScenarioError as error:
            faults += error.faults
            continue
        if found is None:
            message = f'"{name}" cannot come about in this scenario: {WORLDS[name].says}'
            faults.append(Fault(None, None, "world", message))
    if faults:
        raise ScenarioError(faults)
    return [AS_IT_IS, *(name for name in dict.fromkeys(worlds) if name != AS_IT_IS)]


def in_world(scenario: Scenario, name: str, worlds: Worlds) -> Scenario | None:
    """A market in one of its worlds; None where that cannot come about."""
    if isinstance(worlds, Mapping):
        return scenario.vary(dict(worlds.get(name, {})))
    return scenario if name == AS_IT_IS else WORLDS[name].make(scenario)


def weights(means: np.ndarray, robust: Robust, quantile: float, direction: str) -> np.ndarray:
    """What each world counts for in a design's value (eq. E155); `means` are the worlds' own, "max" or "min" is good.

    A quantile of 0 is the worst world, of .5 the median one, of 1 the best; between two worlds it is linear.
    """
    n = len(means)
    if robust == "mean":
        return np.full(n, 1 / n)
    worst_first = np.argsort(means if direction == "max" else -means, kind="stable")
    place = 0.0 if robust == "worst" else quantile * (n - 1)
    below = min(int(place), n - 1)
    found = np.zeros(n)
    found[worst_first[below]] = 1 - (place - below)
    if place > below:
        found[worst_first[below + 1]] = place - below
    return found


def scored(names: Sequence[str], robust: Robust, quantile: float) -> str:
    """How designs are scored, in words: in how many worlds, which, and by which rule."""
    if len(names) == 1:
        return "in one world, the market as it is"
    rules: dict[Robust, str] = {"mean": "mean", "worst": "worst", "quantile": f"quantile {quantile:g} (0 is the worst)"}
    return f"by the {rules[robust]} of {len(names)} worlds: {', '.join(name.replace('_', ' ') for name in names)}"


def made(scenario: Scenario, names: Sequence[str], worlds: Worlds) -> list[Scenario]:
    """A market in all its worlds; as it is where one cannot come about. Raises ScenarioError if one cannot be."""
    return [in_world(scenario, name, worlds) or scenario for name in names]
