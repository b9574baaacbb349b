"""Labels: what a setting is called in words: the sentence of its record, and whose it is.

A catalog's translation stands in its place where there is one. Names of brands and segments stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from loyaltysim.customers.distributions import Distribution
from loyaltysim.faults import ScenarioError, split_path
from loyaltysim.record import Record
from loyaltysim.scenario import member
from loyaltysim.scenario_fields import settings

if TYPE_CHECKING:
    from loyaltysim.report.language import Language
    from loyaltysim.scenario import Scenario

_STOP = re.compile(r"[;:]|\.(?:\s|$)")


def label(scenario: Scenario, path: str, language: Language) -> str:
    """A setting in words, "Share taken off the list price (Rival)"; its path where it has no sentence."""
    try:
        parts = split_path(path)
        said = [language.known(first_clause(one)) for one in said_of(scenario, parts) if one]
    except (ScenarioError, LookupError):
        return path
    if not said:
        return path
    words = ": ".join([said[0], *(one[0].lower() + one[1:] for one in said[1:])])
    if isinstance(parts[-1], int):  # one number of a list
        words = f"{parts[-1] + 1}. {words}"
    place = 1 if parts[0] == "brands" else 2 if parts[:2] == ("population", "segments") else None
    return words if place is None else f"{words} ({parts[place]})"


def labels(scenario: Scenario, paths: Iterable[str], language: Language, most: int | None = None) -> dict[str, str]:
    """Labels of several settings by path; those that are alike, in their first `most` letters, are told by paths."""
    words = {path: label(scenario, path, language) for path in paths}
    alike = Counter(one[:most] for one in words.values())
    return {path: one if alike[one[:most]] == 1 else path for path, one in words.items()}


def described(scenario: Scenario, path: str, language: Language) -> str:
    """The sentence of a setting, its first clause where that is translated; before it the trait that it is one of."""
    *trait, own = said_of(scenario, split_path(path))
    clause = first_clause(own)
    told = language.catalog.get(clause, own)
    for one in trait:
        told = f"{language.known(first_clause(one))}: {told[:1].lower()}{told[1:]}"
    return told


def unit(text: str, language: Language) -> str:
    """A unit in the language, "1/week" word by word."""
    known = language.known(text)
    return known if known != text else "/".join(unit(one, language) for one in text.split("/")) if "/" in text else text


def first_clause(says: str) -> str:
    """A sentence up to its first stop, without it."""
    return _STOP.split(says, maxsplit=1)[0].strip()


def said_of(scenario: Scenario, parts: tuple[str | int, ...]) -> list[str]:
    """The sentence of a setting; before it that of the trait inside which it stands."""
    said: list[str] = []
    value: Any = scenario
    for part in parts:
        if isinstance(value, Record):
            own = next((one.says for one in settings(type(value)) if one.name == part), "")
            said = [*said, own] if isinstance(value, Distribution) else [own]
        value = member(value, part)
    return said
