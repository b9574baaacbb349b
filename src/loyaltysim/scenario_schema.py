"""Schema: the scenario file as a JSON Schema, by which editors complete and check (`loyaltysim schema`).

Every record and every kind of every room is a definition of its own. To use it, put this on a scenario's first line:

    #:schema ./loyaltysim.schema.json
"""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args, get_origin

from loyaltysim.customers.distributions import Distribution
from loyaltysim.record import Part, Record
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Setting, kind_name, settings

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {float: "number", int: "integer", str: "string", bool: "boolean"}
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
LENGTHS = {tuple: ("minItems", "maxItems"), dict: ("minProperties", "maxProperties"), None: ("minLength", "maxLength")}


def json_schema() -> Schema:
    """The schema of a scenario file with all kinds that are registered now."""
    definitions: dict[str, Schema] = {}
    root = _table(Scenario, definitions)
    root["properties"]["extends"] = {
        "type": "string",
        "description": "A file or shipped scenario whose settings come first.",
    }
    root.pop("required", None)  # an extended file may have what this one lacks
    return {"$schema": DIALECT, "title": "A scenario of loyaltysim", **root, "$defs": dict(sorted(definitions.items()))}


def _table(record: type[Record], definitions: dict[str, Schema]) -> Schema:
    """A record as a table."""
    found = [setting for setting in settings(record) if not setting.fixed or setting.name == "schema"]
    required = [setting.name for setting in found if setting.required]
    table: Schema = {
        "type": "object",
        "description": inspect.cleandoc(record.__doc__ or ""),
        "additionalProperties": False,
        "properties": {setting.name: _setting(setting, definitions) for setting in found},
    }
    return {**table, "required": required} if required else table


def _setting(setting: Setting, definitions: dict[str, Schema]) -> Schema:
    """One setting: what may stand there, what it means, its default."""
    notes = [setting.says, f"Unit: {setting.unit}." if setting.unit not in ("", "1") else ""]
    told: Schema = {"description": " ".join(note for note in notes if note)}
    if not setting.required and setting.record is None and setting.default is not None:
        told["default"] = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        told["description"] += f" Source of the default: {setting.source}." if setting.source else ""
    value = _value(setting.type, definitions)
    value |= {word: setting.limits[bound] for bound, word in BOUNDS.items() if bound in setting.limits}
    lengths = zip(("min_length", "max_length"), LENGTHS[setting.many])
    value |= {word: setting.limits[bound] for bound, word in lengths if bound in setting.limits}
    return told | value


def _value(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """What may stand where a type is asked for."""
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return {"enum": list(inner)}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _value(inner[0], definitions)}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": _value(inner[1], definitions)}
    if kind in TYPES:
        return {"type": TYPES[kind]}
    return {"$ref": f"#/$defs/{_define(kind, definitions)}"}


def _define(record: type[Record], definitions: dict[str, Schema]) -> str:
    """Put the definition of a record, or of a room with all its kinds, where it is found; returns its name."""
    if not (issubclass(record, Part) and record.is_room()):
        name = record.__name__
        if name not in definitions:
            definitions[name] = {}  # so that a record that holds itself ends
            definitions[name] = _table(record, definitions)
        return name
    room, name = record, record.room.replace(" ", "_")
    if name not in definitions:
        definitions[name] = {}
        kinds = {kind: _define_kind(room, kind, f"{name}.{kind}", definitions) for kind in sorted(room.kinds)}
        options: list[Schema] = [{"$ref": f"#/$defs/{place}"} for place in kinds.values()]
        if kinds:
            options.append({"enum": list(kinds), "description": "A kind with all its settings at their defaults."})
        if issubclass(room, Distribution):
            options.append({"type": "number", "description": "The same value for everybody."})
        definitions[name] = {"description": (room.__doc__ or "").strip(), "anyOf": options} if options else {"not": {}}
    return name


def _define_kind(room: type[Part], kind: str, name: str, definitions: dict[str, Schema]) -> str:
    table = _table(room.kinds[kind], definitions)
    table["properties"] = {kind_name(room): {"const": kind}, **table["properties"]}
    if room.model_fields["kind"].default != kind:
        table["required"] = [kind_name(room), *table.get("required", [])]
    definitions[name] = table
    return name
