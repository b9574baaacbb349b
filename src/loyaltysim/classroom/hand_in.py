"""Hand-in: a team's file: what its brand does in a round. A stranger's file: nothing of it is imported or extended."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loyaltysim.classroom.limits import refused
from loyaltysim.classroom.rules import ROOMS, Rules, source_of
from loyaltysim.faults import Fault, ScenarioError, path_text, split_path
from loyaltysim.scenario import Scenario

MOST_BYTES = 100_000
"""A hand-in is a page of text (assumed)."""
FORBIDDEN = {
    "uses": "a hand-in brings no Python files: what a team hands in is never run",
    "extends": "a hand-in stands by itself: no other file is read",
}


@dataclass(frozen=True)
class HandIn:
    """What a team wants its brand to do. A text that sets nothing is one too."""

    text: str = "# Nothing is set: the brand is as the market has it.\n"
    settings: dict[str, Any] | None = None
    """Of the brand's table, as the file gives them, with what the class gives; None: nothing is set."""

    def on(self, brand: dict[str, Any]) -> dict[str, Any]:
        """The brand's table with what is set; lists are replaced whole."""
        return merged(brand, self.settings or {})


@dataclass(frozen=True)
class InForce:
    """What a team's brand does in a round."""

    hand_in: HandIn
    since: int
    """The round for which it was handed in; 0: nothing was, and the brand is as the market has it."""
    faults: tuple[Fault, ...] = ()
    """Why what was handed in for this round does not count."""


def read_hand_in(path: Path, rules: Rules, market: Scenario, brand: str) -> HandIn:
    """Read and check a team's file, by itself in the market. Raises ScenarioError with all its faults."""
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise ScenarioError([Fault(str(path), None, "", f"cannot be read: {error.strerror}")]) from None
    if size < 0:
        raise ScenarioError([Fault(str(path), None, "", "there is no such file")])
    if size > MOST_BYTES:
        raise ScenarioError([Fault(str(path), None, "", f"is too long: {size:,} bytes, at most {MOST_BYTES:,}")])
    source = source_of(path)
    own = {name: value for name, value in source.document.items() if name not in FORBIDDEN}
    faults = [Fault(None, None, name, words) for name, words in FORBIDDEN.items() if name in source.document]
    faults += [*refused(own, rules.limits), *_too_many(own, rules)]
    told = [split_path(fault.key.removesuffix(".kind")) for fault in faults]
    hand_in = HandIn(path.read_text("utf-8-sig"), with_terms(own, rules))
    faults += [fault for fault in _wrong(hand_in, market, brand) if not any(_related(fault.key, path) for path in told)]
    if faults:
        raise source.located(ScenarioError(faults))
    return hand_in


def with_terms(document: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """What a hand-in sets, and what the class gives to programs and levers of these kinds."""
    settings = deepcopy(document)
    for room in ROOMS:
        if isinstance(settings.get(room), list):
            terms = rules.terms.get(room, {})  # type: ignore[call-overload]
            settings[room] = [
                merged(terms.get(str(table.get("kind")), {}), table) if isinstance(table, dict) else table
                for table in settings[room]
            ]
    return settings


def merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Two tables: what the second says counts; a table of another kind is replaced whole."""
    out = deepcopy(base)
    for name, value in own.items():
        old = out.get(name)
        if isinstance(old, str) and isinstance(value, dict):
            old = {"kind": old}
        same = (
            isinstance(old, dict) and isinstance(value, dict) and value.get("kind", old.get("kind")) == old.get("kind")
        )
        out[name] = merged(old, value) if same and isinstance(old, dict) else deepcopy(value)
    return out


def _too_many(document: dict[str, Any], rules: Rules) -> list[Fault]:
    found = []
    for room in ROOMS:
        most = rules.most.get(room, 0)  # type: ignore[call-overload]
        here = document.get(room)
        if isinstance(here, list) and len(here) > most:
            found.append(Fault(None, None, room, f"at most {most} in this class, were {len(here)}"))
    return found


def _wrong(hand_in: HandIn, market: Scenario, brand: str) -> list[Fault]:
    """What the market has to say to a hand-in; paths are the file's."""
    document = market.document()
    document["brands"][brand] = hand_in.on(document["brands"][brand])
    try:
        Scenario.from_document(document, folder=market._folder)
    except ScenarioError as error:
        return [replace(fault, key=_own_key(fault.key, brand)) for fault in error.faults]
    return []


def _own_key(key: str, brand: str) -> str:
    path = split_path(key) if key else ()
    return path_text(path[2:]) if path[:2] == ("brands", brand) else key


def _related(key: str, told: tuple[str | int, ...]) -> bool:
    """Whether a fault may come from one that is told already: one is inside of the other."""
    path = split_path(key) if key else ()
    return all(one == other for one, other in zip(path, told))
