"""All faults of a document at once: those of single settings, and those of settings that do not go together.

Pydantic looks at what goes together only where each setting by itself is right. So what is wrong by itself is taken
away, and the rest is looked at again, from the inside out; of that, only what cannot come from the taking away is told.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError

from loyaltysim.faults import BY_ITSELF, Fault, nearest, path_text, read_errors, split_path
from loyaltysim.record import Record
from loyaltysim.scenario_fields import Path, settings_at

MISSING = "a part is missing"
LOOKS = 4
"""How often at most: settings, tables, tables of tables, the whole (assumed deep enough)."""
TRAITS = ("dropout_chance", "cancel_chance", "values_weight", "online", "privacy_aversion", "segments")
OF_POPULATION: tuple[Path, ...] = tuple(("population", name) for name in TRAITS)
LOOKS_AT: Mapping[str, tuple[Path, ...]] = {
    "behavior": (("behavior",), *OF_POPULATION),
    "brands": (("behavior",), *OF_POPULATION),
    "metrics": (("steps",), ("behavior", "choice")),
    "network": (("population", "n_customers"),),
    "word_of_mouth": (("behavior",),),
}
"""By the table in which a fault is told: other tables that the check behind it reads."""


def all_faults(record: type[Record], error: ValidationError, document: dict[str, Any]) -> list[Fault]:
    """Faults of a document that `record` refused with `error`."""
    faults: list[Fault] = []
    doubtful: list[Path] = []
    for _ in range(LOOKS):
        found = read_errors(error, None, {}, document, partial(settings_at, record, value=document))
        paths = [split_path(fault.key) if fault.key else () for fault in found]
        known = {fault.key for fault in faults}
        faults += [
            fault
            for fault, path in zip(found, paths)
            if fault.key not in known and not any(_may_cause(taken, path) for taken in doubtful)
        ]
        document, taken = _without(
            document, [path for path in paths if path], partial(settings_at, record, value=document)
        )
        doubtful += taken
        try:
            record.model_validate(document)
        except ValidationError as more:
            error = more
        else:
            break
    return faults


def faults_of_a_part(record: type[Record], document: dict[str, Any]) -> list[Fault]:
    """Faults of a document that something is missing of, as far as they hold whatever that is.

    They are those of values alone, and all of lists, which are given whole; a kind that there is not may be one of
    what is missing, unless it is nearly one that there is.
    """

    def told(kind: str, path: Path) -> bool:
        return kind in (*BY_ITSELF, "kind") or any(isinstance(part, int) for part in path)

    document = {**document, MISSING: True}  # so that nothing is looked at together
    try:
        record.model_validate(document)
    except ValidationError as error:
        found = read_errors(error, None, {}, document, partial(settings_at, record, value=document), told)
        return [fault for fault in found if fault.key != path_text((MISSING,)) and not _may_be_elsewhere(fault)]
    return []


def _may_be_elsewhere(fault: Fault) -> bool:
    """Whether a kind is not given, or is none that there is, and may be in what is missing."""
    needs_one = " needs a " in fault.message and not any(isinstance(part, int) for part in split_path(fault.key))
    return bool(fault.choices) and (needs_one or (" of kind " in fault.message and fault.nearest is None))


def _without(document: dict[str, Any], paths: list[Path], names: Callable[[Path], tuple[str, ...]]) -> Any:
    """A document without some settings, and those that it may miss for it: of an unknown one, what it was meant for."""
    rest, doubtful = copy.deepcopy(document), []
    for path in paths:
        known = names(path[:-1])
        unknown = str(path[-1]) not in known and bool(known)
        meant = nearest(str(path[-1]), known) if unknown else None
        if not unknown and _member(document, path[:-1], path[-1]) is None:
            path = path[:-1]  # a setting is missing: the table that lacks it goes
        if not unknown and any(isinstance(part, int) for part in path):
            path = path[
                : next(place for place, part in enumerate(path) if isinstance(part, int))
            ]  # the whole list goes
        inside = rest
        for part in path[:-1]:
            inside = _member(inside, (), part)
        if path and isinstance(inside, dict):
            inside.pop(str(path[-1]), None)
        if not unknown:
            doubtful.append(path)
        elif meant is not None:  # a slip of the pen: what was meant to be said is missing
            doubtful.append((*path[:-1], meant))
    return rest, doubtful


def _member(value: Any, path: Path, last: str | int) -> Any:
    for part in (*path, last):
        inside = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
        value = inside.get(part)
    return value


def _may_cause(taken: Path, key: Path) -> bool:
    """Whether a fault may come from the taking away of a setting."""
    if taken[:1] == ("brands",) and len(taken) <= 2:  # then the names of the brands are in doubt, and with them much
        return True
    return any(
        taken[: len(seen)] == seen[: len(taken)] for seen in (key, *LOOKS_AT.get(str(key[0]) if key else "", ()))
    )
