"""Proposals: designs that Optuna thinks worth trying, each a choice of settings that a scenario can have.

Two numbers are a range, whole where the setting and both ends are whole; any other list holds the choices. Proposals
come from a tree-structured Parzen estimator (Bergstra et al. 2011; several objectives: Ozaki et al. 2020), and are a
pure function of the seed and of what was told of the designs before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.study.design import at, checked

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

IN_VAIN = 100
"""Proposals in a row that are no new design, after which nothing is left to try; assumed."""


@dataclass(frozen=True)
class Range:
    """From the least to the largest value."""

    low: float
    high: float
    whole: bool

    def ask(self, trial: Any, path: str) -> float:
        """A value that Optuna suggests."""
        if self.whole:
            return int(trial.suggest_int(path, int(self.low), int(self.high)))
        return float(trial.suggest_float(path, self.low, self.high))


@dataclass(frozen=True)
class Choices:
    """One of a list, of any values that a setting may have."""

    values: tuple[Any, ...]

    def ask(self, trial: Any, path: str) -> Any:
        """A value that Optuna suggests; it is told places in the list, since it knows no tables."""
        return self.values[trial.suggest_categorical(path, list(range(len(self.values))))]


Space = dict[str, Range | Choices]


def space_of(base: Scenario, settings: Mapping[str, Sequence[Any]]) -> Space:
    """The space of these settings. Raises ScenarioError for what a scenario cannot have, all of it at once."""
    if not settings:
        checked(base, settings, "grid", None)
    faults: list[Fault] = []
    space: Space = {}
    for path, given in settings.items():
        ranged = _is_range(given)
        try:
            found = checked(base, {path: given}, "latin_hypercube" if ranged else "grid", 1 if ranged else None)
        except ScenarioError as error:
            faults += error.faults
            continue
        values = found[path]
        whole = ranged and all(isinstance(value, int) for value in (at(base, path), *values))
        space[path] = Range(values[0], values[1], whole) if ranged else Choices(tuple(values))
    if faults:
        raise ScenarioError(faults)
    return space


def _is_range(values: Any) -> bool:
    return hasattr(values, "__len__") and len(values) == 2 and all(map(_is_number, values))


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


class Proposals:
    """Designs one after another.

    Parameters
    ----------
    space : what may be chosen
    directions : "max" or "min" of each objective
    seed : for what is proposed
    make : makes the scenarios of a design; it raises ScenarioError if the design cannot be

    Attributes
    ----------
    refused : designs that could not be made, or were told to be of no use: each with why
    """

    def __init__(
        self, space: Space, directions: Sequence[str], seed: int, make: Callable[[Mapping[str, Any]], object]
    ) -> None:
        try:
            import optuna
        except ImportError:
            raise ImportError("optimize needs Optuna: pip install -c constraints.txt -e '.[calibrate]'") from None
        self._space, self._make = space, make
        self._seen: set[str] = set()
        self.refused: list[dict[str, Any]] = []
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            # constant_liar: designs that are asked for at once keep apart
            sampler = optuna.samplers.TPESampler(seed=seed % 2**32, constant_liar=True)
            told: Any = ["maximize" if direction == "max" else "minimize" for direction in directions]
            self._study = optuna.create_study(directions=told, sampler=sampler)
        finally:
            optuna.logging.set_verbosity(before)

    def ask(self, wanted: int) -> Iterator[tuple[Any, dict[str, Any]]]:
        """So many designs that were not proposed before, each with its trial; fewer where there are no more."""
        in_vain = 0
        while wanted and in_vain < IN_VAIN:
            trial = self._study.ask()
            changes = {path: one.ask(trial, path) for path, one in self._space.items()}
            in_vain += 1
            name = json.dumps(changes, default=str)
            if name in self._seen:
                self._fail(trial)
                continue
            self._seen.add(name)
            try:
                self._make(changes)
            except ScenarioError as error:
                self.refuse(trial, changes, "; ".join(fault.message for fault in error.faults))
                continue
            in_vain, wanted = 0, wanted - 1
            yield trial, changes

    def tell(self, trial: Any, values: Sequence[float]) -> None:
        """What a design is worth, a value an objective."""
        self._study.tell(trial, values)

    def refuse(self, trial: Any, changes: Mapping[str, Any], why: str) -> None:
        """A design is of no use."""
        self.refused.append({"why": why, **changes})
        self._fail(trial)

    def _fail(self, trial: Any) -> None:
        from optuna.trial import TrialState

        self._study.tell(trial, state=TrialState.FAIL)
