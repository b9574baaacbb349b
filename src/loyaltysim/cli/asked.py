"""Asked: what a command was asked to do, read from its options; all that is wrong with them is told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from loyaltysim.faults import Fault, ScenarioError, path_text, split_path
from loyaltysim.loading import load
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import find, read
from loyaltysim.simulation import check_seed

MOST_COUNT, MOST_THREADS = 10_000_000, 1024
"""As `Simulation` has them."""
_CHANGE = re.compile(r"""((?:[^"'=]|"(?:\\.|[^"\\])*"|'[^']*')*)=(.*)""", re.DOTALL)


class Faults:
    """Faults of several questions, told together."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    @contextmanager
    def of(self, place: str | None = None) -> Iterator[None]:
        """Keep the faults that are raised inside; `place` names the option that they come from."""
        try:
            yield
        except ScenarioError as error:
            self.found += [replace(fault, key=place) if place else fault for fault in error.faults]

    def tell(self) -> None:
        """Raise ScenarioError if there are any."""
        if self.found:
            raise ScenarioError(self.found)


@dataclass(frozen=True)
class Asked:
    """How to run scenarios."""

    seed: int
    replications: int
    threads: int | None
    changes: Mapping[str, Any]


def read_options(
    faults: Faults,
    *,
    seed: str = "1",
    replications: str = "1",
    threads: str | None = None,
    changes: list[str] | None = None,
) -> Asked:
    """Read the options of a run; what is wrong goes to `faults`."""
    values: dict[str, Any] = {}
    with faults.of("--seed"):
        values["seed"] = check_seed(seed)
    with faults.of("--replications"):
        values["replications"] = read_count(replications)
    with faults.of("--threads"):
        values["threads"] = None if threads is None else read_count(threads, MOST_THREADS)
    varied = {}
    for change in changes or []:
        with faults.of("--set"):
            path, value = read_change(change)
            varied[path] = value
    return Asked(**{"seed": 1, "replications": 1, "threads": None, **values}, changes=varied)


def read_count(text: str, most: int = MOST_COUNT, least: int = 1) -> int:
    """Read a whole number. Raises ScenarioError for anything else, or a number out of range."""
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise ScenarioError([Fault(None, None, "", f'must be a whole number from {least} to {most}, was "{text}"')])


def read_change(text: str) -> tuple[str, Any]:
    """Read `path=value`: the value as TOML, else as text. Raises ScenarioError for what is no path."""
    parts = _CHANGE.fullmatch(text)
    if parts is None:
        raise ScenarioError([Fault(None, None, "--set", f'must be PATH=VALUE, was "{text}"')])
    split_path(parts[1])
    try:
        found = tomllib.loads(f"value = {parts[2]}")
    except ValueError:  # no TOML, or a number too long for Python
        return parts[1], parts[2]
    return parts[1], found["value"] if found.keys() == {"value"} else parts[2]


def read_axes(faults: Faults, axes: list[str]) -> dict[str, Any]:
    """Read the options `--axis PATH=[VALUES]`, by path; what is wrong goes to `faults`."""
    wanted: dict[str, Any] = {}
    for axis in axes:
        with faults.of("--axis"):
            path, values = read_change(axis)
            if split_path(path) in map(split_path, wanted):
                raise ScenarioError([Fault(None, None, "", f"{path} is given twice: give all its values in one axis")])
            wanted[path] = values
    return wanted


@contextmanager
def of_axes(axes: Mapping[str, Any]) -> Iterator[None]:
    """Say of faults of values that an axis gave a setting that they come from there."""
    own = {path_text(split_path(path)) for path in axes} | {*axes}
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError(replace(f, file="--axis", line=None) if f.key in own else f for f in error.faults) from None


def read_scenario(name: str, asked: Asked) -> Scenario:
    """Load a scenario, with the files that it uses, and make the changes asked for.

    Raises ScenarioError for a file that is at fault by itself, whatever the changes, and for changes that cannot be.
    """
    try:
        scenario = load(name)
    except ScenarioError as error:
        if not asked.changes or not any(fault.key for fault in error.faults):  # no file, or no TOML
            raise
        why = "nothing was changed: the file has the faults told here without any change; mend it first"
        raise ScenarioError((*error.faults, Fault("--set", None, "", why))) from None
    if asked.changes:
        try:
            scenario = scenario.vary(dict(asked.changes))
        except ScenarioError as error:
            raise ScenarioError(replace(fault, file="--set") for fault in error.faults) from None
    return scenario


@contextmanager
def located(name: str) -> Iterator[None]:
    """Give faults that are found later, when the scenario is opened, their file and line."""
    try:
        yield
    except ScenarioError as error:
        raise read(find(name)).located(error) from None
