"""What is wrong with a scenario, in plain words: the file, the line, the setting, what would do.

Faults are told all at once, so that a file is mended in one go; each is one line like
`mine.toml:31: brands.Ours.programs.0: no kind "pionts"; there are: points, stamps. Did you mean "points"?`
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from loyaltysim.toml_lines import Path, line_of

CHOICES_SHOWN = 18  # assumed: about two lines of a terminal, and all kinds of levers
TEXT_SHOWN = 60  # characters of a wrong text, assumed
_BARE = re.compile(r"(?!\d+$)[A-Za-z0-9_-]+")
_PART = re.compile(r"""\s*([A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')\s*(\.|\Z)""")
_QUOTES = "\"'"
_LISTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s,]+""")

# What a value must be, by Pydantic's name of the error.
_WANTED = {
    **{"greater_than": "above {gt}", "greater_than_equal": "at least {ge}"},
    **{"less_than": "below {lt}", "less_than_equal": "at most {le}"},
    **{"multiple_of": "a multiple of {multiple_of}", "finite_number": "a finite number"},
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("string_type", "string_sub_type"), "text"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), "a table"),
}
BY_ITSELF = frozenset((*_WANTED, "literal_error", "enum", "extra_forbidden", "size", "truth"))
"""Of Pydantic's errors, those of a value alone, whatever stands elsewhere."""
_SHOULD = re.compile(r"^(Input|String|List|Tuple|Set|Dictionary) should\b")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where; parts that are not known are None or empty."""

    file: str | None
    line: int | None
    key: str  # the path of the setting, as `path_text` writes it
    message: str
    choices: tuple[str, ...] = ()
    nearest: str | None = None

    def __str__(self) -> str:
        before = f"{self.file}:" if self.file else "line "
        place, text = self.file if self.line is None else f"{before}{self.line}", self.message
        if self.choices:
            text += "; there are: " + ", ".join(self.choices[:CHOICES_SHOWN])
        if len(self.choices) > CHOICES_SHOWN:
            text += f" and {len(self.choices) - CHOICES_SHOWN} more"
        if self.nearest is not None:
            text += f'. Did you mean "{self.nearest}"?'
        return ": ".join(part for part in (place, self.key, text) if part)

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name, ready for JSON."""
        return {**asdict(self), "choices": list(self.choices)}


class ScenarioError(ValueError):
    """A scenario, or a path into one, that cannot be used; `faults` tells all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)  # so that it can be sent from one process to another

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def nearest(given: str, choices: Iterable[str]) -> str | None:
    """Return the choice that was probably meant, in capitals or not, or None."""
    by_folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(given.casefold(), by_folded, n=1)
    return by_folded[close[0]] if close else None


def path_text(path: Path) -> str:
    """Write a path with dots, in quotes what TOML wants so and names of digits only: `brands."A.B".programs.0`."""
    return ".".join(str(p) if isinstance(p, int) or _BARE.fullmatch(p) else _quoted(p) for p in path)


def split_path(text: str) -> Path:
    """Read a path as `path_text` writes it; raises ScenarioError if the text is none."""
    parts: list[str | int] = []
    end, dot = 0, "."
    try:
        while dot:
            part = _PART.match(text, end)
            if part is None:
                raise ValueError("a name is missing, or needs quotes")
            (raw, dot), end = part.groups(), part.end()
            name = tomllib.loads(f"name = {raw}")["name"] if raw[0] in _QUOTES else raw
            parts.append(int(raw) if raw.isdigit() else name)
    except ValueError:
        rule = 'names with dots between, quoted if of more than letters, digits, _ and -: brands."A.B".price'
        raise ScenarioError([Fault(None, None, "", f"{_quoted(text)} is not a path; a path is {rule}")]) from None
    return tuple(parts)


def read_errors(
    error: ValidationError,
    file: str | None,
    lines: Mapping[Path, int],
    document: Mapping[str, Any],
    choices: Callable[[Path], Iterable[str]] = lambda path: (),
    told: Callable[[str, Path], bool] = lambda kind, path: True,
) -> list[Fault]:
    """Say in plain words, in the order of the lines, what Pydantic found wrong with a document.

    `document` is what was validated, as the file gave it; `lines` is what `lines_of` found in its text; `choices`
    tells which settings the table at a path may have; `told` whether an error is told, by Pydantic's name and its
    path. An exception raised by a validator of ours speaks for itself:
    its text is the message, `choices` and `nearest` among its attributes (or in a PydanticCustomError's context) are
    told with it, and of a ScenarioError each fault is told, its key going on from where it was raised.
    """
    findings = [_Finding(details, document) for details in error.errors(include_url=False)]
    faults = []
    for finding in findings:
        if not told(finding.kind, finding.path):
            continue
        names = choices(finding.path[:-1]) if finding.kind == "extra_forbidden" else finding.options
        for path, *words in finding.told_among(findings, tuple(names)):
            faults.append(Fault(file, line_of(lines, path + finding.tag), path_text(path), *words))
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)


class _Finding:
    """One error of Pydantic, at the path that it has in the document."""

    def __init__(self, details: Any, document: Any) -> None:
        self.kind, self.value, self.text = details["type"], details["input"], details["msg"]
        self.context: dict[str, Any] = details.get("ctx", {})
        loc = tuple(part for part in details["loc"] if part != "[key]")
        known, last = (loc[:-1], loc[-1:]) if self.kind == "missing" else (loc, ())
        best = max(_readings(known, document), key=lambda found: (found[1] == self.value, len(found[0])))
        self.path: Path = best[0] + last
        # A last part that the document lacks says which of several things the value was taken for.
        self.is_branch = self.path[-1:] != loc[-1:]
        self.tag = tuple(self.context[name].strip(_QUOTES) for name in ("discriminator",) if name in self.context)
        listed = _LISTED.findall(str(self.context.get("expected_tags", self.context.get("expected", ""))))
        self.options = tuple(word.strip(_QUOTES) for word in listed if word != "or")
        self.wanted = _WANTED.get(self.kind, "").format_map({k: _seen(v) for k, v in self.context.items()})
        if self.kind in ("literal_error", "enum"):
            self.wanted = " or ".join(_quoted(option) for option in self.options)

    def told_among(self, findings: list[_Finding], names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """Yield a path, a message, choices and the nearest of them for each fault, if any is to be told."""
        path, context, cause = self.path, self.context, self.context.get("error")
        rivals = [one for one in findings if one.is_branch and one.path == path and one.wanted]
        if isinstance(cause, ScenarioError):
            for fault in cause.faults:
                inner = split_path(fault.key) if fault.key else ()
                yield path + inner, fault.message, fault.choices, fault.nearest
        elif self.kind == "missing":
            yield path, "missing, and there is no default"
        elif self.kind == "extra_forbidden":
            yield path, f"unknown setting {_seen(path[-1])}", names, nearest(str(path[-1]), names)
        elif self.tag:
            given = _seen(context["tag"]) if "tag" in context else "is given"
            yield path, f"no {self.tag[0]} {given}", names, nearest(context.get("tag", ""), names)
        elif self.kind == "too_short" and len(self.value) >= context["min_length"]:
            pass  # there are enough, but some of them are wrong, which is told
        elif self.is_branch and self.wanted and any(path == one.path[: len(path)] != one.path for one in findings):
            pass  # a table was meant, and the faults inside of it are told
        elif names and len(rivals) < 2:
            yield path, f"there is no choice {_seen(self.value)}", names, nearest(str(self.value), names)
        elif self.wanted:
            wanted = " or ".join(dict.fromkeys(one.wanted for one in rivals if self.is_branch)) or self.wanted
            near = nearest(str(self.value), [option for one in rivals for option in one.options])
            yield path, f"must be {wanted}, was {_seen(self.value, 'text ')}{self._hint(path)}", (), near
        else:
            plain = _SHOULD.sub("must", self.text).replace(" after validation", "")
            if plain.endswith(", not more") and hasattr(self.value, "__len__"):
                plain = plain.replace("not more", f"not {len(self.value)}")
            own, near = (getattr(cause, name, context.get(name)) for name in ("choices", "nearest"))
            message = plain if cause is None else str(cause) or f"cannot be {_seen(self.value)}"
            yield path, message, tuple(own or ()), near

    def _hint(self, path: Path) -> str:
        """What may have been meant, for slips that are often made."""
        if self.wanted == "a list" and isinstance(self.value, dict):
            return f"; a list of tables is written [[{path_text(path)}]], once for each"
        if self.kind == "less_than_equal" and self.context.get("le") == 1 and _is_percent(self.value):
            return f"; {self.value:g} % is {self.value / 100:g}"
        return ""


def _is_percent(value: Any) -> bool:
    return isinstance(value, (int, float)) and 2 <= value <= 100


def _readings(loc: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every path that is left of a location when parts are dropped, with its value."""
    inside = value if isinstance(value, Mapping) else dict(enumerate(value)) if isinstance(value, list) else {}
    if loc and loc[0] in inside:
        yield from (((loc[0], *path), inner) for path, inner in _readings(loc[1:], inside[loc[0]]))
    yield from _readings(loc[1:], value) if loc else [((), value)]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _seen(value: Any, sort_of_text: str = "") -> str:
    if isinstance(value, str):
        return sort_of_text + _quoted(value if len(value) <= TEXT_SHOWN else value[:TEXT_SHOWN] + "…")
    written = f"{value:.15g}" if isinstance(value, float) else str(value)
    return {dict: "a table", list: "a list", bool: written.lower()}.get(type(value), written)
