"""Offered: the scenarios that the page lets one choose: those that come with the package, one
in which our program is copied, and one of the user's own."""

from __future__ import annotations

from functools import cache

from loyaltysim.loading import load
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import shipped

FIRST = "grocery"
COPIED = "grocery, copied"
"""Groceries where the rival copies our program half a year after the first measured week."""
_OWN: dict[str, Scenario] = {}


def offer_first(name: str, scenario: Scenario) -> None:
    """Show this one when the page opens."""
    _OWN.clear()
    _OWN[name] = scenario


def offered() -> dict[str, Scenario]:
    """All scenarios by name, the one that is shown first before the others."""
    return _OWN | {name: scenario for name, scenario in _shipped().items() if name not in _OWN}


def as_shipped(market: str) -> bool:
    """Whether a market is offered as it comes with the package: what lessons say is tested in no other."""
    return offered()[market] == _shipped()[market]


@cache
def _shipped() -> dict[str, Scenario]:
    found = {name: load(name) for name in (FIRST, *(name for name in shipped() if name != FIRST))}
    copied = found[FIRST].vary(
        {"title": "Groceries: the rival copies our points", "brands.Rival.programs": [{"kind": "copy"}]}
    )
    return {**found, COPIED: copied}
