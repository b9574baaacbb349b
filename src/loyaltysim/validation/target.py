"""Targets: published numbers, exact limits and real data that the model must reproduce, as runnable checks.

A target simulates through the public API and compares. It yields one `Check` a number. To write another: a function that
yields checks, registered with ``@target("D99", source="…", says="…")`` in a file that `validation/__init__.py` imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


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

    @property
    def passed(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.simulated - self.target) <= self.tolerance


@dataclass(frozen=True)
class Target:
    """A named set of checks."""

    id: str
    source: str
    says: str
    """One sentence on the experiment."""
    run: Callable[[], Iterator[Check]]


TARGETS: dict[str, Target] = {}
"""Every target by its id."""


def target(id_: str, *, source: str, says: str) -> Callable[[Callable[[], Iterator[Check]]], Callable[[], Iterator[Check]]]:
    """Register the decorated function as a target."""

    def register(run: Callable[[], Iterator[Check]]) -> Callable[[], Iterator[Check]]:
        if id_ in TARGETS:
            raise ValueError(f"two targets are called {id_}")
        TARGETS[id_] = Target(id_, source, says, run)
        return run

    return register


def report(target: Target) -> list[dict[str, object]]:
    """Run a target: one row a check, with status "passed", "failed" or "skipped" and the reason."""
    head = {"id": target.id, "source": target.source}
    try:
        return [
            {
                **head,
                "part": check.part,
                "target": check.target,
                "simulated": check.simulated,
                "se": check.se,
                "tolerance": check.tolerance,
                "status": "passed" if check.passed else "failed",
                "reason": check.note,
            }
            for check in target.run()
        ]
    except MissingExtra as missing:
        empty = dict.fromkeys(("target", "simulated", "se", "tolerance"))
        return [{**head, "part": "", **empty, "status": "skipped", "reason": str(missing)}]
