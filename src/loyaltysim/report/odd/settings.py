"""Settings: those in use, each with its value, unit, sentence and source, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import tomli_w

from loyaltysim.customers.distributions import Distribution
from loyaltysim.faults import path_text
from loyaltysim.record import Part, Record
from loyaltysim.report.odd.live import does
from loyaltysim.report.odd.markdown import code, escaped, prose, table
from loyaltysim.scenario_fields import Path, Setting, settings

GIVEN = "set in the scenario"
HEADS = ("Setting", "Value", "Unit", "What it is", "Source")


class Row(NamedTuple):
    """One setting in use."""

    path: Path
    value: Any
    setting: Setting


@dataclass
class Settings:
    """What a table of the file has: settings in use, those that are 0 or none, and the parts inside."""

    rows: list[Row] = field(default_factory=list)
    idle: list[Row] = field(default_factory=list)
    parts: list[tuple[Path, Part]] = field(default_factory=list)


def read(record: Record, path: Path, wanted: Callable[[Path], bool] = lambda path: True) -> Settings:
    """The settings of a table and of the tables inside; `wanted` tells which tables inside are in use."""
    found = Settings()
    for setting in settings(type(record)):
        value, here = getattr(record, setting.field), (*path, setting.name)
        if setting.fixed:
            continue
        for place, one in _spread(value, here):
            if isinstance(one, Record) and not isinstance(one, Distribution):
                if wanted(place):
                    _add_table(found, place, one, wanted)
            elif one in (None, "", 0, False, (), {}) and _plain(one) == _plain(setting.default):
                found.idle.append(Row(place, one, setting))
            else:
                found.rows.append(Row(place, one, setting))
    return found


def _add_table(found: Settings, path: Path, record: Record, wanted: Callable[[Path], bool]) -> None:
    if isinstance(record, Part):
        if not does(record):
            return
        found.parts.append((path, record))
    inner = read(record, path, wanted)
    found.rows += inner.rows
    found.idle += inner.idle
    found.parts += inner.parts


def _spread(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """A setting's value; of a list or table of records each by itself."""
    if isinstance(value, Mapping) and any(isinstance(one, Record) for one in value.values()):
        yield from (((*path, name), one) for name, one in value.items())
    elif isinstance(value, tuple) and any(isinstance(one, Record) for one in value):
        yield from (((*path, place), one) for place, one in enumerate(value))
    else:
        yield path, value


def told(found: Settings, currency: str, comments: Mapping[str, str]) -> list[str]:
    """The lines that tell settings: a table of those in use, and a sentence on the others."""
    lines = table(HEADS, (_cells(row, currency, comments) for row in found.rows)) if found.rows else []
    if found.idle:
        names = ", ".join(dict.fromkeys(code(path_text(row.path[-1:])) for row in found.idle))
        lines += [f"Not given, or 0 by default: {names}.", ""]
    return lines


def _cells(row: Row, currency: str, comments: Mapping[str, str]) -> list[str]:
    path, setting = path_text(row.path), row.setting
    plain = _plain(row.value)
    of_leaves = (comment for leaf, comment in comments.items() if leaf == path or leaf.startswith(f"{path}."))
    said = next(of_leaves, "") or (setting.source if plain == _plain(setting.default) else GIVEN)
    unit = setting.unit.replace("currency", currency)
    cells = [escaped(unit if unit != "1" else ""), prose(setting.says), escaped(said)]
    return [code(path), code(written(_whole(row.value))), *cells]


def written(value: Any) -> str:
    """A value as a file has it, on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{path_text((name,))} = {written(one)}" for name, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(written, value))}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def _whole(value: Any) -> Any:
    """As `_plain`, but the spread of a trait with what it has at its defaults."""
    if isinstance(value, Distribution) and isinstance(value.plain(), dict):
        own = value.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
        return {"distribution": value.kind, **own}
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.plain()
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value
