"""Records: frozen settings with bounds, unit, source and a sentence each; a part of the model is picked by its `kind`.

A `Record` is one table of a scenario file. Unknown keys are errors. From the same fields come the commented file of
``loyaltysim new``, error messages, the JSON Schema and the tables of the docs.

A `Part` is a record that does something in a step. The base class of a room (``class Program(Part, room="program")``)
keeps the kinds of that room; a subclass with ``kind: Literal["points"] = "points"`` joins them by being imported.
Wherever a field has a room's base class as its type, the file's `kind` picks the subclass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

from loyaltysim.faults import nearest

ROUNDING = 5e-4
"""Weeks by which a time may be off through rounding, as of step_days / 7: half a thousandth of a week; assumed."""
MOST = 1e9
"""No number of a scenario is larger in size (assumed: none that means something is), so each fits 32 bits."""


def setting(default: Any = ..., says: str = "", *, unit: str = "", source: str = "assumed", **bounds: Any) -> Any:
    """A field of a record: default, one sentence, unit, where the default comes from, and bounds (ge, gt, le, lt)."""
    extra: dict[str, Any] = {"unit": unit, "source": source}
    if isinstance(default, (dict, list)) or callable(default):
        return Field(default_factory=default, description=says, json_schema_extra=extra, **bounds)
    return Field(default, description=says, json_schema_extra=extra, **bounds)


class Record(BaseModel):
    """One table of a scenario file: frozen, without unknown keys, with numbers of at most `MOST` in size."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number is wanted; Pydantic by itself takes them for 1 and 0."""
        if type(value) is float or not (wanted := _numbers_wanted(cls, str(info.field_name))):
            return value
        if isinstance(value, bool):
            raise PydanticKnownError("float_type" if float in wanted else "int_type")
        for one in _numbers(value):
            if isinstance(one, bool):
                message = f"must hold numbers, one was {str(one).lower()}"
                raise PydanticCustomError("truth", "{message}", {"message": message})
        return value

    @field_validator("*")
    @classmethod
    def _in_size(cls, value: Any) -> Any:
        for number in (value,) if type(value) is float else _numbers(value):
            if abs(number) > MOST:
                bound = f"at most {MOST:g}" if number > 0 else f"at least {-MOST:g}"
                raise PydanticCustomError("size", "{message}", {"message": f"must be {bound}, was {number:.15g}"})
        return value

    def with_(self, **changes: Any) -> Self:
        """A copy with some settings changed, checked like a new one."""
        return type(self).model_validate({**self.given(), **changes})

    def given(self) -> dict[str, Any]:
        """The settings that differ from their defaults, as plain values for a file."""
        values = self.model_dump(mode="json", exclude_defaults=True)
        return {name: value for name, value in values.items() if value is not None and name != "kind"}


class Part(Record):
    """A record picked by its `kind` among the kinds of its room.

    What a kind declares besides its settings, held by the contract test: of the shared states (``customers.fields``)
    those it `reads`, those it keeps and `writes`, and those of other parts that it `alters` where they are kept.
    """

    room: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type[Part]]] = {}
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ()
    alters: ClassVar[tuple[str, ...]] = ()
    lacks: ClassVar[tuple[str, ...]] = ()
    """Settings of its room that mean nothing for this kind, so that nobody is asked for them."""

    kind: str

    @property
    def lengths(self) -> tuple[str, ...]:
        """Settings in use that are lengths of time in weeks, none of which may be shorter than a step."""
        return ()

    def shorter_than(self, weeks: float, lengths: Iterable[str] | None = None) -> list[str]:
        """Which of its lengths, or of those named, are shorter than a step of so many weeks, one message each."""
        return [
            f"{name} of {weeks_text(getattr(self, name))} is shorter than a step of {weeks_text(weeks)}"
            for name in (self.lengths if lengths is None else lengths)
            if getattr(self, name) < weeks - ROUNDING
        ]

    def __init_subclass__(cls, room: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, room: str | None = None, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if room is not None:
            cls.room, cls.kinds = room, {}
            return
        name = next(iter(get_args(cls.model_fields["kind"].annotation)), None)
        if isinstance(name, str):
            taken = cls.kinds.setdefault(name, cls)
            if taken is not cls and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"two {cls.room} kinds are called {name!r}: {taken.__module__} and {cls.__module__}")
            cls.kinds[name] = cls

    def plain(self) -> Any:
        """The part as a file gives it: its kind and the settings that differ from their defaults."""
        return {"kind": self.kind, **self.given()}

    @classmethod
    def is_room(cls) -> bool:
        """Whether this is the base of a room, rather than one of its kinds."""
        return "room" in cls.__dict__

    @classmethod
    def pick(cls, value: Any) -> Part:
        """The part that a table of a file describes; a text stands for ``{ kind = text }``."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            value = {"kind": value}
        if not isinstance(value, dict):
            given = str(value).lower() if isinstance(value, bool) else repr(value)
            raise PydanticCustomError("part", "{message}", {"message": f"must be a table with a kind, was {given}"})
        choices = tuple(sorted(cls.kinds))
        kind = value.get("kind")
        if kind is None:
            default = cls.model_fields["kind"].default
            if (
                not isinstance(default, str) or value
            ):  # settings without a kind were meant for some other than the default
                raise _unknown(f"a {cls.room} needs a kind", choices, "")
            kind = default
        if not isinstance(kind, str) or kind not in cls.kinds:
            others = _in_other_rooms(str(kind))
            elsewhere = f", but {' and '.join(others)}" if others else ""
            raise _unknown(f'no {cls.room} of kind "{kind}"{elsewhere}', choices, "" if others else str(kind))
        return cls.kinds[kind].model_validate({**value, "kind": kind})

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        if not cls.is_room():
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            cls.pick,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda part: part.plain()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        if not cls.is_room():
            return handler(schema)
        return {"anyOf": [part.model_json_schema() for _, part in sorted(cls.kinds.items())]}


def weeks_text(weeks: float) -> str:
    """A time in words: "1 week", "0.5 weeks"."""
    return f"{weeks:g} week{'' if weeks == 1 else 's'}"


def _numbers(value: Any) -> Iterator[float]:
    """The numbers of a value, alone or in lists and tables; not those of records, which have seen to them."""
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _numbers(inner)


@cache
def _numbers_wanted(record: type[Record], name: str) -> frozenset[Any]:
    """The types of a field that is to hold numbers, and never true or false; of any other field none."""
    wanted = frozenset(_types(record.model_fields[name].annotation))
    numbers = wanted & {int, float} or any(type(one) is int for one in wanted)
    return wanted if numbers and not wanted & {bool, Any} else frozenset()


def _types(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of: of `dict[str, float] | None` str, float and None."""
    inner = get_args(annotation)
    for one in inner:
        yield from _types(one)
    if not inner:
        yield annotation


def _in_other_rooms(kind: str) -> list[str]:
    """What was perhaps meant, but stands elsewhere: `uplift` is a kind of target, `copy_program` a program's `copy`."""
    rooms = sorted((part for part in Part.__subclasses__() if part.is_room()), key=lambda part: part.room)
    return [
        f'{"an" if part.room[0] in "aeiou" else "a"} {part.room} of kind "{name}"'
        for part in rooms
        for name in part.kinds
        if kind in (name, f"{name}_{part.room}")
    ]


def _unknown(message: str, choices: tuple[str, ...], given: str) -> PydanticCustomError:
    return PydanticCustomError(
        "kind", "{message}", {"message": message, "choices": choices, "nearest": nearest(given, choices)}
    )
