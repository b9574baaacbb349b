"""Candidates: settings that were tried while calibrating, and what their runs gave; all runs share their luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import ScenarioError
from loyaltysim.memory import check_memory
from loyaltysim.runs import STACK_ROWS
from loyaltysim.study.design import Design, ends_of, value_between
from loyaltysim.study.fill import Row, fill, jobs_of
from loyaltysim.study.store import Store
from loyaltysim.study.targets import Targets, refused

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

MOST_LEFT_OUT = 0.5
"""Share of candidates of which a target may be unknown; assumed."""


class Candidates:
    """Runs a scenario at points of its settings; a point is in units of the settings' ranges, 0 … 1.

    Attributes
    ----------
    start : the scenario's own values
    box : where the search looks now: settings × (least, largest)
    runs : how many were asked for so far
    notes : what a user should know
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: Mapping[str, Sequence[Any]],
        targets: Targets,
        *,
        seed: int,
        replications: int,
        store: str | Path | None,
        threads: int | None,
    ) -> None:
        self.scenario, self.targets = scenario, targets
        self.seed, self.replications, self.threads = seed, replications, threads
        self.paths = tuple(settings)
        ends = ends_of(scenario, settings)
        self.ends = [(getattr(usual, "value", usual), low, high) for usual, low, high in ends]  # a trait of one value
        check_memory(scenario, max(1, STACK_ROWS // scenario.population.n_customers))
        self.store = None if store is None else Store(store)
        self.rows: dict[str, Row] = {}
        self.start = np.array([_unit(*end) for end in self.ends])
        self.box = np.tile([0.0, 1.0], (self.dimensions, 1))
        self.units, self.means = np.empty((0, self.dimensions)), np.empty((0, len(targets.names)))
        self.runs, self.total, self.progress = 0, 0, None
        self.notes: list[str] = []

    @property
    def dimensions(self) -> int:
        """How many settings there are."""
        return len(self.paths)

    def expect(self, runs: int, progress: Callable[[float, float], None] | None) -> None:
        """Say how many runs there will be, and who wants to know how many are done."""
        self.total, self.progress = runs, progress  # type: ignore[assignment]

    def values(self, units: np.ndarray) -> list[tuple[Any, ...]]:
        """Settings at points, in their own units."""
        return [tuple(self.value(place, u) for place, u in enumerate(row)) for row in np.atleast_2d(units)]

    def value(self, place: int, unit: float) -> Any:
        """A setting at a point, in its own unit; its start without the rounding on the way there and back."""
        usual, low, high = self.ends[place]
        here = unit == self.start[place] and isinstance(usual, (int, float)) and low <= usual <= high
        return usual if here else value_between(usual, low, high, unit)

    def can_be(self, place: int, unit: float) -> bool:
        """Whether a setting may lie at a point outside its range, as far as the scenario's own limits go."""
        usual, low, high = self.ends[place]
        value = low + unit * (high - low)
        if all(isinstance(end, int) for end in (usual, low, high)):
            value = low - 1 if unit < 0 else high + 1
        try:
            self.scenario.vary({self.paths[place]: value})
        except ScenarioError:
            return False
        return True

    def scenario_at(self, unit: np.ndarray, changed: np.ndarray) -> Scenario:
        """The scenario at a point, of whose settings only some are `changed`, one truth value each."""
        point = self.values(unit)[0]
        return self.scenario.vary({path: point[i] for i, path in enumerate(self.paths) if changed[i]})

    def run(self, units: np.ndarray, replications: int | None = None, *, refuse: bool = True) -> np.ndarray:
        """Run points: points × replications × numbers; NaN where a run failed or does not know a number.

        Too much that is unknown is refused, unless the search is over and its answer would be lost by it.
        """
        replications = replications or self.replications
        design = Design(self.paths, tuple(self.values(units)))
        done = {key for key, row in self.rows.items() if row["error"] is None}
        if self.store is not None:
            done |= self.store.done()  # another process may have been here already
        jobs, keys = jobs_of(design.scenarios(self.scenario), replications, self.seed, done, measure=self.targets)
        if self.store is not None:
            self.rows |= self.store.rows_of({key for own in keys for key in own})
        before = self.runs + len(keys) * replications - sum(len(job.keys) for job in jobs)
        progress = self.progress
        tell = None if progress is None else lambda now: progress(before + now, max(self.total, before + now))
        for batch in fill(jobs, self.seed, store=self.store, threads=self.threads, tell=tell):
            self.rows |= {row["key"]: row for row in batch}
        self.runs += len(keys) * replications
        nothing = [np.nan] * len(self.targets.names)
        found = [[self.rows[key]["values"] or nothing for key in own] for own in keys]
        out = np.array(found, float).reshape(len(keys), replications, len(nothing))
        if refuse:
            self._refuse_unknown(out, keys)
        return out

    def look_at(self, units: np.ndarray) -> np.ndarray:
        """Run points and remember what they gave: points × numbers, means over replications."""
        means = self.run(units).mean(1)
        self.units, self.means = np.concatenate([self.units, units]), np.concatenate([self.means, means])
        return np.asarray(means)

    def seen(self, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points inside a box of which all numbers are known, and their numbers."""
        inside = ((self.units >= box[:, 0]) & (self.units <= box[:, 1])).all(1) & np.isfinite(self.means).all(1)
        return self.units[inside], self.means[inside]

    def pilot(self, unit: np.ndarray, replications: int) -> np.ndarray:
        """Many replications of one point: replications × numbers, those of which all is known."""
        found = self.run(unit, replications)[0]
        known = np.isfinite(found).all(1)
        if known.sum() < replications * MOST_LEFT_OUT:
            raise self._unknown(found)
        return np.asarray(found[known])

    @property
    def left_out(self) -> int:
        """Points at which some number is not known."""
        return int((~np.isfinite(self.means).all(1)).sum())

    def close(self) -> None:
        """Tidy the store."""
        if self.store is not None:
            self.store.close()

    def _refuse_unknown(self, numbers: np.ndarray, keys: Sequence[Sequence[str]]) -> None:
        errors = [row["error"] for own in keys for key in own if (row := self.rows[key])["error"]]
        if len(errors) == sum(map(len, keys)):
            raise refused(f"every run failed, the first one so: {errors[0].strip().splitlines()[-1]}", "")
        if np.isnan(numbers).any((1, 2)).mean() > MOST_LEFT_OUT:
            raise self._unknown(numbers.reshape(-1, numbers.shape[-1]))

    def _unknown(self, numbers: np.ndarray) -> Exception:
        shares = np.isnan(numbers).mean(0)
        worst = int(np.argmax(shares))
        told = f"{self.targets.names[worst]} is not known in {shares[worst]:.0%} of runs"
        return refused(f"{told}: a larger or longer market, other settings, or no such target")


def _unit(usual: Any, low: float, high: float) -> float:
    """Where the usual value lies between both ends; at an end if it lies outside, in the middle if it is no number."""
    if isinstance(usual, bool) or not isinstance(usual, (int, float)):
        return 0.5
    if all(isinstance(value, int) for value in (usual, low, high)):
        return float(np.clip((usual - low + 0.5) / (high - low + 1), 0, 1))
    return float(np.clip((usual - low) / (high - low), 0, 1))
