"""Asked: what the benchmarks share: their arguments, checked, and a line on the machine, versions and commit."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any

import loyaltysim as ls
from loyaltysim.bench.bench import describe_machine

LEAST, MOST = 100, 100_000_000
"""Customers, purchases and the like."""


def asking(says: str | None) -> ArgumentParser:
    """A parser that tells, under --help, what stands at the top of the file."""
    return ArgumentParser(description=says, formatter_class=RawDescriptionHelpFormatter)


def whole(least: int = LEAST, most: int = MOST) -> Callable[[str], int]:
    """What reads a whole number within bounds, also 1e6 and 1_000_000."""

    def read(text: str) -> int:
        try:
            number = float(text.replace("_", ""))
        except ValueError:
            number = float("nan")
        if not (number == number // 1 and least <= number <= most):
            raise ArgumentTypeError(f"must be a whole number from {least:,} to {most:,}, was {text}")
        return int(number)

    return read


def where() -> str:
    """A line: processor, cores, load, versions, commit."""
    told: dict[str, Any] = describe_machine(ls.load("reference"))
    versions = ", ".join(f"{name} {told[name]}" for name in ("python", "loyaltysim", "numpy", "numba", "mesa"))
    commit = f", commit {told['commit']}" if told["commit"] else ""
    return f"{told['processor']}, {told['cores']} cores, load {told['load']}; {versions}{commit}"
