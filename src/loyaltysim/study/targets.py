"""Targets: numbers that were observed, how sure each is, and how a simulated market is asked for the same numbers.

What can be a target, alone or in a list:

- moments, `{"share": (0.42, 0.01), "share[Rival]": (0.31, 0.01)}`: a metric of the focal or another brand over the run,
  with its standard error; a list of such pairs is its curve over the first periods;
- a retention table (`ls.data.read_retention`, of customers), a cohort triangle (`read_triangle`) or a transaction log
  (`read_transactions`) of the focal brand;
- a panel (`ls.data.read_panel`), of a scenario that names the same panel.

To write another: a function that returns a `Target`, called in `read_targets`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.faults import Fault, ScenarioError

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation


@dataclass(frozen=True)
class Target:
    """Numbers of one source.

    Attributes
    ----------
    names : of the numbers
    value, se : what was observed, and its standard error
    held_out : which numbers are not fitted but predicted
    read : how a finished simulation is asked for the numbers: replications × numbers, NaN where it knows nothing
    how : what `read` depends on, besides the simulation
    shares : which numbers are shares, from 0 to 1, so that none can be predicted beyond
    needs_log : whether it reads every purchase
    notes : what a user should know of how it was read
    """

    names: tuple[str, ...]
    value: np.ndarray
    se: np.ndarray
    held_out: np.ndarray
    shares: np.ndarray
    read: Callable[[Simulation], np.ndarray]
    how: tuple[Any, ...]
    needs_log: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Targets:
    """All targets together: what is kept of each run of a calibration."""

    parts: tuple[Target, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all numbers."""
        return tuple(name for part in self.parts for name in part.names)

    @property
    def needs_log(self) -> bool:
        """Whether any target reads every purchase."""
        return any(part.needs_log for part in self.parts)

    @cached_property
    def key(self) -> str:
        """What tells these from other targets; the observed values do not count."""
        said = json.dumps([[part.names, part.how] for part in self.parts])
        return f"targets {hashlib.blake2b(said.encode(), digest_size=12).hexdigest()}"

    @cached_property
    def value(self) -> np.ndarray:
        """What was observed."""
        return np.concatenate([part.value for part in self.parts])

    @cached_property
    def se(self) -> np.ndarray:
        """Standard errors of what was observed."""
        return np.concatenate([part.se for part in self.parts])

    @cached_property
    def held_out(self) -> np.ndarray:
        """Which numbers are not fitted but predicted."""
        return np.concatenate([part.held_out for part in self.parts])

    @cached_property
    def shares(self) -> np.ndarray:
        """Which numbers are shares."""
        return np.concatenate([part.shares for part in self.parts])

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how they were read."""
        return tuple(note for part in self.parts for note in part.notes)

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Read a finished simulation: replications × numbers."""
        return np.concatenate([part.read(simulation) for part in self.parts], axis=1)


def refused(message: str, key: str = "targets") -> ScenarioError:
    """A fault of the targets, to raise."""
    return ScenarioError([Fault(None, None, key, message)])


def read_targets(scenario: Scenario, given: Any, weeks: float | None, hold_out: float) -> Targets:
    """Read targets, of the kinds above.

    Parameters
    ----------
    scenario : the market that is to give the same numbers
    given : a target, or a list of them
    weeks : length of a period of tables, and in which logs are counted; that of the scenario's periods if None
    hold_out : share of the periods, or of each household's purchases, that is not fitted: the last ones

    Raises
    ------
    ScenarioError : for what is no target, does not fit the scenario, or leaves nothing to fit; all that is wrong
    """
    if not 0 <= hold_out < 1:
        raise refused(f"must be at least 0 and below 1, was {hold_out:g}", "hold_out")
    if weeks is None:
        steps = scenario.metrics.period_steps or scenario.steps
        weeks = steps * scenario.calendar.weeks
    if not 0 < weeks < float("inf"):
        raise refused(f"must be above 0, was {weeks:g}", "weeks")
    parts: list[Target] = []
    faults: list[Fault] = []
    for one in given if isinstance(given, Sequence) and not isinstance(given, str) else [given]:
        try:
            parts.append(_read(scenario, one, weeks, hold_out))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    if not parts:
        raise refused("there are none: give moments, a table, a log or a panel")
    faults += _faults(parts)
    if faults:
        raise ScenarioError(faults)
    return Targets(tuple(parts))


def _read(scenario: Scenario, one: Any, weeks: float, hold_out: float) -> Target:
    from loyaltysim.study.target_curves import retention_target, triangle_target
    from loyaltysim.study.target_logs import log_target
    from loyaltysim.study.target_metrics import metrics_target
    from loyaltysim.study.target_panels import panel_target

    if isinstance(one, Panel):
        return panel_target(scenario, one, hold_out)
    if isinstance(one, Mapping) and not hasattr(one, "columns"):
        return metrics_target(scenario, one, hold_out)
    columns = set(getattr(one, "columns", ()))
    for needed, reader in (
        ({"period", "survival"}, retention_target),
        ({"cohort", "period", "size", "customers"}, triangle_target),
        ({"customer", "time"}, log_target),
    ):
        if needed <= columns:
            return reader(scenario, one, weeks, hold_out)
    told = f"has the columns {', '.join(sorted(map(str, columns)))}" if columns else f"is a {type(one).__name__}"
    raise refused(f"{told}: no moments, retention table, cohort triangle, transaction log or panel of ls.data")


def _faults(parts: Sequence[Target]) -> Iterator[Fault]:
    """What is wrong with numbers, and with all targets together."""
    if len(parts) > 1 and any(part.how[0] == "panel" for part in parts):
        message = "a panel stands alone: it has steps of its own, a purchase of each household"
        yield Fault(None, None, "targets", message)
    names = [name for part in parts for name in part.names]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(None, None, "targets", f"{name} is given more than once")
    for part in parts:
        for name, value, se in zip(part.names, part.value, part.se):
            if not np.isfinite(value):
                yield Fault(None, None, "targets", f"{name} must be a number, was {value}")
            elif not 0 < se < float("inf"):
                yield Fault(None, None, "targets", f"{name}: its standard error must be above 0, was {se:g}")
    if all(part.held_out.all() for part in parts):
        yield Fault(None, None, "hold_out", "leaves nothing to fit")
