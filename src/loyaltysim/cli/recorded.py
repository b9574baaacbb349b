"""Recorded: what `run` says besides of a scenario that is held against recorded purchases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario


def recorded_tables(scenario: Scenario, asked: Asked) -> Iterator[RenderableType]:
    """The scenario's panel version and how it closes on the panel: nothing yet.

    This is the place to yield tables for a scenario with a panel, shown by `run` after the three questions.
    """
    yield from ()


def recorded_rows(scenario: Scenario, asked: Asked) -> list[dict[str, Any]]:
    """The same for `--json`, as the entry "panel": nothing yet."""
    return []
