"""Scenario files: found by name or path, read as TOML, merged with what they extend; each setting remembers its line.

`extends = "other.toml"` (or the name of a shipped scenario) takes the other file's settings first: tables merge, arrays
are replaced whole. `uses = ["my_program"]` imports Python files that lie beside the scenario; only
`load(..., uses=True)` does so.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from loyaltysim.faults import Fault, ScenarioError, nearest, path_text, split_path
from loyaltysim.toml_lines import lines_of, longest_key, longest_number
from loyaltysim.toml_remedies import remedy

KIND_NAMES = ("kind", "distribution")
"""What a file calls the choice of a part."""
SHIPPED = Path(__file__).parent / "scenarios"

MOST_DEPTH = 64
"""Tables and lists inside each other: no scenario has ten (assumed)."""
MOST_DIGITS = 1000
"""Of a whole number, assumed; Python reads and writes none of more than 4,300."""


@dataclass(frozen=True)
class Origin:
    """What a scenario was loaded from, as given, and what was changed since, by path; no part of what it is."""

    name: str = field(default="", compare=False)
    changes: Mapping[str, Any] = field(default_factory=dict, compare=False)


Where = dict[tuple[str | int, ...], tuple[str, int]]


@dataclass(frozen=True)
class Source:
    """What a file and those it extends say together."""

    file: str
    folder: Path
    document: dict[str, Any]
    where: Where
    """File and line of each path."""

    def located(self, error: ScenarioError) -> ScenarioError:
        """The same faults with file and line."""
        return ScenarioError(
            sorted((self._place(fault) for fault in error.faults), key=lambda f: (f.file or "", f.line or 0))
        )

    def _place(self, fault: Fault) -> Fault:
        if fault.file is not None:  # it is of a file that the scenario names
            return fault
        path = split_path(fault.key) if fault.key else ()
        kinds = [path + (name,) for name in KIND_NAMES if path + (name,) in self.where]
        if kinds and fault.choices and " of kind " in fault.message:  # the kind is wrong, not the whole table
            path = kinds[0]
        for end in range(len(path), 0, -1):
            if path[:end] in self.where:
                file, line = self.where[path[:end]]
                return replace(fault, file=file, line=line)
        return replace(fault, file=self.file)


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with the package."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def find(name_or_path: str | Path) -> Path:
    """The file of a shipped scenario's name or of a path. Raises ScenarioError if there is none."""
    path = Path(name_or_path)
    try:
        if path.exists() and not path.is_dir():  # a pipe will do
            return path
        if path.suffix == "" and (SHIPPED / f"{path}.toml").is_file():
            return SHIPPED / f"{path}.toml"
        what = (
            "is a folder, not a scenario file"
            if path.is_dir()
            else "there is no such file, nor a scenario of that name"
        )
        beside = tuple(str(file) for file in path.parent.glob("*.toml") if file.is_file())
    except OSError as error:
        what, beside = f"cannot be read: {error.strerror}", ()
    near = nearest(str(name_or_path), (*shipped(), *beside))
    raise ScenarioError([Fault(str(name_or_path), None, "", what, shipped(), near)])


def read(path: Path) -> Source:
    """Read a file and those it extends. Raises ScenarioError if one is missing, is not TOML, or extends itself."""
    path = find(path)
    document, where = _read(path, ())
    return Source(_name(path), path.parent, document, where)


def read_alone(path: Path) -> Source:
    """Read a file without those it extends. Raises ScenarioError if it is missing or not TOML."""
    path = find(path)
    text, document = parse(path, _name(path))
    document.pop("extends", None)
    return Source(
        _name(path), path.parent, document, {key: (_name(path), line) for key, line in lines_of(text).items()}
    )


def _name(path: Path) -> str:
    return f"{path.stem} (shipped)" if path.parent == SHIPPED else str(path)


def _read(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], Where]:
    """What a file and those it extends say, and where; `above` are the files that extend this one, the first first."""
    name = _name(path)
    text, document = parse(path, name)
    where: Where = {key: (name, line) for key, line in lines_of(text).items()}
    base = document.pop("extends", None)
    if base is None:
        return document, where

    def fault(message: str, *more: Any) -> ScenarioError:
        return ScenarioError([Fault(name, where.get(("extends",), (name, None))[1], "extends", message, *more)])

    if not isinstance(base, str):
        raise fault(f"must be the path or name of a scenario, was {base!r}")
    beside = path.parent / base
    try:
        found = beside if beside.is_file() else find(base)
    except ScenarioError as error:
        (why,) = error.faults
        raise fault(f'cannot extend "{base}": {why.message}', why.choices, why.nearest) from None
    ring = [file for file in (*above, path)]
    for place, file in enumerate(ring):
        if file.resolve() == found.resolve():
            raise fault("the file extends itself: " + " → ".join(each.name for each in (*ring[place:], found)))
    merged, places = _read(found, (*above, path))
    _merge(merged, places, document, where, ())
    return merged, places


def parse(path: Path, name: str) -> tuple[str, dict[str, Any]]:
    """A file's text and what it says. Raises ScenarioError if it cannot be read, or is not TOML."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig").replace("\r\n", "\n")  # Windows' editors put a mark in front
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start}): save it as UTF-8"
        fault = Fault(name, data[: error.start].count(b"\n") + 1, "", message)
    except OSError as error:
        fault = Fault(name, None, "", f"cannot be read: {error.strerror}")
    else:
        return text, parse_text(text, name)
    raise ScenarioError([fault])


def parse_text(text: str, name: str) -> dict[str, Any]:
    """What a text says, which is that of a file with this name. Raises ScenarioError if it is not TOML."""
    names, line = longest_key(text)
    if names > MOST_DEPTH:
        raise ScenarioError([Fault(name, line, "", f"a key of {names:,} names; at most {MOST_DEPTH} are read")])
    digits, line = longest_number(text)
    if digits > MOST_DIGITS:
        raise ScenarioError([Fault(name, line, "", f"a number of {digits:,} digits; at most {MOST_DIGITS:,} are read")])
    try:
        document = tomllib.loads(text)
        if _depth(document) > MOST_DEPTH:
            raise RecursionError
        return document
    except tomllib.TOMLDecodeError as error:
        fault = Fault(name, *_trouble(str(error), text.splitlines()))
    except RecursionError:
        fault = Fault(name, None, "", "is not valid TOML: too many tables or lists inside each other")
    raise ScenarioError([fault])


def _depth(document: dict[str, Any]) -> int:
    """How many tables and lists are inside each other; dotted keys make any number of them."""
    depth = 0
    inside: list[Any] = [document]
    while inside:
        depth += 1
        inside = [
            inner
            for one in inside
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
    return depth


def _trouble(told: str, lines: list[str]) -> tuple[int, str, str]:
    """Line, key and words for what `tomllib` found wrong."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", told)
    line = int(place[1]) if place and place[1] else len(lines)
    what = told[: place.start()] if place else told
    key = lines[line - 1].partition("=")[0].strip() if lines else ""
    if what == "Cannot overwrite a value":
        what = f"{'the table' if key.startswith('[') else 'the setting'} {key} is given twice"
    elif twice := re.fullmatch(r"Cannot (?:declare|mutate immutable namespace) \((.+?),?\)(?: twice)?", what):
        names = re.findall(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"", twice[1])
        what = f"the table {path_text(tuple(one or other for one, other in names))} is given twice"
    elif not (place and place[1]):
        what += ", and the file ends"
    elif hint := remedy(lines[line - 1]):
        what += f"; {hint}"
    return line, "", f"is not valid TOML: {what}"


def _merge(base: dict[str, Any], places: Where, own: dict[str, Any], where: Where, path: tuple[str | int, ...]) -> None:
    for key, value in own.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(base.get(key), dict) and not _other_kind(base[key], value):
            _merge(base[key], places, value, where, here)
        else:
            base[key] = value
            for old in [p for p in places if p[: len(here)] == here]:
                del places[old]
            places.update({p: line for p, line in where.items() if p[: len(here)] == here})
        if here in where:
            places[here] = where[here]


def _other_kind(base: dict[str, Any], own: dict[str, Any]) -> bool:
    """Whether a table picks another kind than the one it extends: then it is replaced whole."""
    return any(name in own and own[name] != base.get(name) for name in ("kind", "distribution"))


def import_used(source: Source) -> list[Path]:
    """Import the files that `uses` names. Raises ScenarioError if one is not beside the scenario or fails."""
    imported, faults = [], []
    uses = source.document.get("uses", [])
    for place, name in enumerate(uses if isinstance(uses, list) else []):
        key = path_text(("uses", place))
        said_in = Path(source.where[("uses", place)][0]) if ("uses", place) in source.where else Path(source.file)
        path = said_in.parent / f"{name}.py"
        if not isinstance(name, str) or not name.isidentifier():
            faults.append(
                Fault(None, None, key, f'must be the name of a Python file beside the scenario, was "{name}"')
            )
        elif not path.is_file():
            faults.append(Fault(None, None, key, f"there is no file {path.name} beside the scenario"))
        elif f"loyaltysim_uses.{path.resolve()}" not in sys.modules:
            try:
                _import(path)
                imported.append(path)
            except (Exception, SystemExit) as error:  # whatever a user's file may raise is a fault of that file
                lines = [
                    frame.lineno
                    for frame in traceback.extract_tb(error.__traceback__)
                    if Path(frame.filename).name == path.name
                ]
                at = f" in line {lines[-1]}" if lines else ""
                faults.append(
                    Fault(None, None, key, f"importing {path.name} failed{at}: {type(error).__name__}: {error}")
                )
    if faults:
        raise source.located(ScenarioError(faults))
    return imported


def _import(path: Path) -> None:
    name = f"loyaltysim_uses.{path.resolve()}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # a file that exists and ends in .py has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
