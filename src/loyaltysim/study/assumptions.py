"""Assumptions: which numbers of a scenario nobody knows, and between which ends each is tried.

What a firm decides, its own prices and the rules of its program, is no assumption. How customers behave is one; so are
how they join and answer the program, what is reserved for points never redeemed, and what rivals do with their prices.
Where a brand's utility is set so that shares come out right (`appeal`), it is no free number either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from loyaltysim.faults import ScenarioError, path_text
from loyaltysim.record import Part, Record
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Path, Setting, settings

SPREAD = 0.2
"""Each assumption is tried this much lower and higher, unless told otherwise (assumed)."""
ROOMS = ("population", "network", "behavior", "word_of_mouth")
NO_ASSUMPTIONS = ("n_customers", "share", "start", "unheard")
"""Sizes of groups and how the burn-in begins."""
OF_PROGRAMS = ("enrollment", "customer_response", "expected_breakage")
"""What of a program is not the firm's to decide …"""
DECIDED = ("fee",)
"""… but this is."""


class Number(NamedTuple):
    """A number of a scenario."""

    path: str
    parts: Path
    value: float
    setting: Setting


class Assumption(NamedTuple):
    """A number that may be wrong, and between which ends it is tried."""

    path: str
    value: float
    low: float
    high: float
    unit: str
    says: str


def numbers(scenario: Scenario) -> list[Number]:
    """Every number of a scenario, in the order of the file, those at their defaults too."""
    return [
        Number(path_text(path), path, value, setting)
        for path, value, setting in values_in(scenario)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not setting.fixed
    ]


def values_in(record: Record, path: Path = ()) -> Iterator[tuple[Path, Any, Setting]]:
    """Every plain value in a table and the tables inside, with its path and setting."""
    for setting in settings(type(record)):
        yield from _values(getattr(record, setting.field), (*path, setting.name), setting)


def _values(value: Any, path: Path, setting: Setting) -> Iterator[tuple[Path, Any, Setting]]:
    if isinstance(value, Part) and not isinstance(value.plain(), Mapping):
        yield path, value.plain(), setting  # a trait that is the same for all is a number
    elif isinstance(value, Record):
        yield from values_in(value, path)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _values(one, (*path, name), setting)
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from _values(one, (*path, place), setting)
    else:
        yield path, value, setting


def assumptions(scenario: Scenario, spread: float = SPREAD) -> list[Assumption]:
    """Every number that is an assumption and not 0 (where 0, the mechanism is off), with both ends of its range.

    Ends are `spread` lower and higher, within the bounds of the setting; what a scenario cannot have is left out.
    """
    found = []
    for number in numbers(scenario):
        if number.value == 0 or not _is_assumed(scenario, number.parts):
            continue
        low, high = sorted((number.value * (1 - spread), number.value * (1 + spread)))
        bounds = number.setting.limits
        low, high = max(low, bounds.get("ge", low)), min(high, bounds.get("le", high))
        if isinstance(number.value, int):
            low, high = round(low), round(high)
        if low < high and all(possible(scenario, {number.path: end}) for end in (low, high)):
            setting = number.setting
            found.append(Assumption(number.path, number.value, low, high, setting.unit, setting.says))
    return found


def possible(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario | None:
    """The scenario with changes; None if it cannot have them."""
    try:
        return scenario.vary(dict(changes))
    except ScenarioError:
        return None


def _is_assumed(scenario: Scenario, path: Path) -> bool:
    if any(part in NO_ASSUMPTIONS for part in path):
        return False
    if path[0] in ROOMS:
        return True
    if path[0] != "brands" or len(path) < 4:
        return False
    if path[1] == scenario.focal:
        return path[2] == "programs" and path[4] in OF_PROGRAMS and path[-1] not in DECIDED
    return path[2] == "pricing"
