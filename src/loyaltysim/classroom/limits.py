"""Limits: what a hand-in may set, by path, and between which ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from loyaltysim.faults import Fault, nearest, path_text, split_path
from loyaltysim.record import Part, Record
from loyaltysim.scenario import Brand, flat
from loyaltysim.scenario_fields import Setting, kind_name, settings

Limit = Any
"""True: whatever the setting takes; (low, high): numbers; a tuple of texts: one of them."""
RULE = "must be true, two numbers (from, to), or texts to choose from"


def limits_of(may_set: Mapping[str, Any]) -> dict[str, Limit]:
    """The limits by path, as `may_set` of the class file has them in dotted keys or in texts."""
    found: dict[str, Limit] = {}
    for text, value in flat(dict(may_set)).items():
        name = ".".join(str(part) for part in split_path(text))
        found[name] = tuple(value) if isinstance(value, list) else value
    return found


def settable(may_set: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with `may_set`: paths that no brand has, and limits that are none."""
    for text, value in flat(dict(may_set)).items():
        key = path_text(("may_set", *split_path(text)))
        path = [part for piece in split_path(text) for part in str(piece).split(".")]
        yield from (Fault(None, None, key, *words) for words in _unknown(path))
        numbers = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
        texts = isinstance(value, list) and value and all(isinstance(one, str) for one in value)
        if not (value is True or numbers or texts):
            yield Fault(None, None, key, f"{RULE}, was {value!r}")
        elif numbers and value[0] > value[1]:
            yield Fault(None, None, key, f"the first number must not be above the second, was {value!r}")


@cache
def _settings(record: type[Record]) -> tuple[Setting, ...]:
    return tuple(settings(record))


def _unknown(path: list[str]) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    """What is wrong with a path inside a brand, if anything."""
    here: list[type[Record]] = [Brand]
    for part in path:
        known = {setting.name: setting for record in here for setting in _settings(record)}
        names = tuple(dict.fromkeys([*known, *(kind_name(r) for r in here if issubclass(r, Part))]))
        if part not in names:
            yield f'a brand has no setting "{part}" there', names, nearest(part, names)
            return
        if part not in known:
            return  # a kind
        inner = [s.record for record in here for s in _settings(record) if s.name == part and s.record is not None]
        here = [kind for record in inner for kind in _kinds(record)]


def _kinds(record: type[Record]) -> list[type[Record]]:
    return list(record.kinds.values()) if issubclass(record, Part) and record.is_room() else [record]


def refused(document: Mapping[str, Any], limits: Mapping[str, Limit]) -> Iterator[Fault]:
    """Each setting of a hand-in that the class does not permit, or not so."""
    for text, value in flat(dict(document)).items() if document else ():
        path = [str(part) for part in split_path(text) if not isinstance(part, int)]
        limit = _limit(path, value, limits)
        if limit is None:
            choices = tuple(limits)
            near = nearest(".".join(path), choices)
            yield Fault(None, None, text, "is not a team's to set in this class", choices, near)
        elif limit is not True:
            yield from (Fault(None, None, text, *words) for words in _outside(value, limit))


def _limit(path: list[str], value: Any, limits: Mapping[str, Limit]) -> Limit | None:
    """The limit of a setting; None if it is not permitted."""
    whole = ".".join(path)
    if whole in limits:
        return limits[whole]
    if isinstance(value, str) and f"{whole}.kind" in limits:  # a text stands for a kind
        return limits[f"{whole}.kind"]
    if value in ({}, []) and any(name.startswith(f"{whole}.") for name in limits):
        return True  # none of what may be there
    above = (".".join(path[:end]) for end in range(len(path) - 1, 0, -1))
    return True if any(limits.get(name) is True for name in above) else None


def _outside(value: Any, limit: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(limit[0], str):
            if one not in limit:
                yield f'cannot be "{one}" in this class', limit, nearest(str(one), limit)
        elif not _is_number(one) or not limit[0] <= one <= limit[1]:
            yield (f"must be a number from {limit[0]:g} to {limit[1]:g} in this class, was {one!r}",)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
