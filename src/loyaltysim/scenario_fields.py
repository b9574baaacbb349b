"""Fields: which settings a record of a scenario may have, as its fields declare them.

From here come the commented file of `loyaltysim new`, the JSON Schema, and the choices that faults tell.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from loyaltysim.customers.distributions import Distribution
from loyaltysim.record import Part, Record

Path = tuple[str | int, ...]

GROUPED = 10_000
"""Whole numbers from here on are written with _ between thousands (assumed)."""

LIMITS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
"""Bounds of a number, by their name in a field, in words."""


@dataclass(frozen=True)
class Setting:
    """One setting of a record."""

    name: str
    """As the file calls it."""
    field: str
    """As the record calls it."""
    says: str
    unit: str
    source: str
    """Where the default comes from."""
    type: Any
    """The annotation without `None` and validators."""
    optional: bool
    """Whether it may be left without any value."""
    required: bool
    default: Any
    limits: dict[str, float]
    """Bounds by `LIMITS`, and min_length and max_length."""

    @property
    def room(self) -> type[Part] | None:
        """The room of which the setting is a part (or has a list of parts), if so."""
        record = self.record
        return record if record is not None and issubclass(record, Part) else None

    @property
    def record(self) -> type[Record] | None:
        """The record that stands in the setting: alone, in a list, or by name."""
        inner = [self.type, *get_args(self.type)]
        return next((each for each in inner if isinstance(each, type) and issubclass(each, Record)), None)

    @property
    def many(self) -> type[tuple[Any, ...]] | type[dict[Any, Any]] | None:
        """`tuple` for a list, `dict` for a table of names, None for one value."""
        return {tuple: tuple, dict: dict}.get(get_origin(self.type))

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to set: one value alone is possible, as with a part's `kind`."""
        if get_origin(self.type) is Literal:
            return len(get_args(self.type)) == 1
        return "ge" in self.limits and self.limits["ge"] == self.limits.get("le")

    @property
    def range(self) -> str:
        """Bounds in words: "at least 0, at most 1"."""
        return ", ".join(
            f"{word} {number_text(self.limits[name])}" for name, word in LIMITS.items() if name in self.limits
        )


def number_text(number: float) -> str:
    """A number as TOML reads it, with _ between thousands: 0.5, 12, 1_000_000."""
    return f"{number:_.0f}" if number == int(number) and abs(number) >= GROUPED else f"{number:g}"


def settings(record: type[Record]) -> Iterator[Setting]:
    """Every setting of a record, in the order of its declaration, without a part's `kind` and what it lacks."""
    left_out = ("kind", *record.lacks) if issubclass(record, Part) else ()
    for name, field in record.model_fields.items():
        if name not in left_out:
            yield _setting(name, field)


def _setting(name: str, field: FieldInfo) -> Setting:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    bare, optional = _bare(field.annotation)
    return Setting(
        name=str(field.validation_alias or name),
        field=name,
        says=field.description or "",
        unit=str(extra.get("unit", "")),
        source=str(extra.get("source", "")),
        type=bare,
        optional=optional,
        required=field.is_required(),
        default=None if field.is_required() else field.get_default(call_default_factory=True, validated_data={}),
        limits={
            bound: getattr(mark, bound)
            for mark in field.metadata
            for bound in (*LIMITS, "min_length", "max_length")
            if getattr(mark, bound, None) is not None
        },
    )


def _bare(annotation: Any) -> tuple[Any, bool]:
    """An annotation without validators and `None`, and whether `None` was there."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return (_bare(inner[0])[0] if len(inner) == 1 else annotation), len(inner) < len(get_args(annotation))
    return annotation, False


def kind_name(room: type[Part]) -> str:
    """What a file calls the kind of a part: `distribution` for the spread of a trait, else `kind`."""
    return "distribution" if issubclass(room, Distribution) else "kind"


def settings_at(record: type[Record], path: Path, value: Any) -> tuple[str, ...]:
    """Names of the settings that the table at a path inside `record` may have, where a document gives it `value`."""
    here: Any = record
    many: Any = None
    for part in path:
        value = _member(value, part)
        if many is not None:  # the path goes on with a name or a place
            many = None
        else:
            found = {s.name: s for s in settings(here)}.get(str(part))
            if found is None or found.record is None:
                return ()
            here, many = found.record, found.many
        here = here if many is not None else _of_kind(here, value)
    if many is not None:
        return ()
    own = tuple(setting.name for setting in settings(here) if not setting.fixed or setting.name == "schema")
    return (kind_name(here), *own) if issubclass(here, Part) else own


def _member(value: Any, part: str | int) -> Any:
    inside = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
    return inside.get(part)


def _of_kind(record: type[Record], value: Any) -> type[Record]:
    if issubclass(record, Part) and record.is_room() and isinstance(value, dict):
        return record.kinds.get(str(value.get(kind_name(record), value.get("kind"))), record)
    return record
