"""Template: a scenario as a TOML text with a word on every setting, to begin one's own from (`loyaltysim new`).

Settings at their defaults are there too, commented out. The text reads back as the same scenario.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

import tomli_w

from loyaltysim.customers.distributions import Distribution
from loyaltysim.faults import path_text
from loyaltysim.record import Part, Record
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import GROUPED, Path, Setting, settings
from loyaltysim.toml_lines import comments_of, lines_of, named_in

WIDTH = 100
"""Columns of a comment (assumed: fits beside an editor's panes)."""
LENGTHS = {"min_length": "at least", "max_length": "at most"}
HEAD = """\
Every setting is here. A line like "#steps = 156" is one at its default: take the # away to change it.
In brackets: unit; range; default (where it comes from). Check and run the file:
  loyaltysim check mine.toml && loyaltysim run mine.toml"""


def commented(scenario: Scenario, text: str = "") -> str:
    """Write a scenario with every setting explained.

    `text` is the file it was read from: what comments it has are kept beside what they are about.
    """
    writer = _Writer(_Comments(text))
    writer.lines += [*(_prose(line) for line in writer.comments.head), "", *map(_prose, HEAD.splitlines()), ""]
    writer.write_table((), scenario)
    return "\n".join(writer.lines).rstrip() + "\n"


class _Comments:
    """The comments of a file, each told once: with the first setting from its line, or from the line below."""

    def __init__(self, text: str) -> None:
        self.lines, self._named = lines_of(text), named_in(text)
        self._beside = comments_of(text)
        start, last = (end(self.lines.values(), default=0) for end in (min, max))
        self.head = [self._beside.pop(line) for line in list(self._beside) if line < start]
        self._above: dict[int, list[str]] = {}
        waiting: list[str] = []
        for line in range(start, last + 1):
            if line in self.lines.values():
                self._above[line], waiting = waiting, []
            elif line in self._beside:
                waiting.append(self._beside.pop(line))

    def take(self, path: Path, is_table: bool) -> tuple[list[str], str | None]:
        """The comments above and beside a setting, or a table unless the line only passes through it."""
        line = 0 if is_table and path not in self._named else self.lines.get(path, 0)
        return self._above.pop(line, []), self._beside.pop(line, None)


class _Writer:
    """Collects the lines of the text."""

    def __init__(self, comments: _Comments) -> None:
        self.comments = comments
        self.lines: list[str] = []
        self._told: set[str] = set()

    def write_table(self, path: Path, record: Record) -> None:
        """Write what stands in a table: first its settings, then the tables inside."""
        inside = []
        for setting in settings(type(record)):
            value = getattr(record, setting.field)
            if setting.name == "schema":
                self.lines.append(f"schema = {value}")
            elif setting.fixed:
                continue
            elif _is_table(value):
                inside.append((setting, value))
            else:
                self.write_setting((*path, setting.name), setting, value)
        for setting, value in inside:
            for name, one in _tables(setting.name, value):
                self.write_header((*path, *name), setting.says, one)

    def write_header(self, path: Path, says: str, record: Record) -> None:
        """Write the header of a table, what it is about, and what stands in it."""
        self.lines.append("")
        self.tell(says)
        header = path_text(tuple(part for part in path if not isinstance(part, int)))
        self.write_line(path, f"[[{header}]]" if isinstance(path[-1], int) else f"[{header}]", is_table=True)
        if isinstance(record, Part):
            for sentence in _kinds(type(record)):
                self.tell(sentence)
            self.write_line((*path, "kind"), f"kind = {inline(record.kind)}")
        self.write_table(path, record)

    def write_setting(self, path: Path, setting: Setting, value: Any) -> None:
        """Write one setting, commented out if it is at its default."""
        if setting.room is not None:
            for sentence in _kinds(setting.room):
                self.tell(sentence)
        self.tell(_explained(setting))
        given, name = _plain(value), path_text((setting.name,))
        if given is None:
            self.write_line(path, f"# Not given: {name}")
        else:
            at_default = not setting.required and given == _plain(setting.default)
            self.write_line(path, f"{'#' * at_default}{name} = {inline(given)}")

    def write_line(self, path: Path, line: str, is_table: bool = False) -> None:
        """Write a line with what the file itself says about it."""
        above, beside = self.comments.take(path, is_table)
        self.lines += [_prose(comment) for comment in above]
        self.lines.append(line if beside is None else f"{line}  # {beside}")

    def tell(self, text: str) -> None:
        """Write a comment, if it was not written before."""
        if text and text not in self._told:
            self._told.add(text)
            self.lines += textwrap.wrap(
                text,
                WIDTH,
                initial_indent="# ",
                subsequent_indent="#   ",
                break_long_words=False,
                break_on_hyphens=False,
            )


def _explained(setting: Setting) -> str:
    """A sentence on a setting, and in brackets its unit, range, default, and where the default comes from."""
    limits, default = setting.limits, _plain(setting.default)
    choices = get_args(setting.type) if get_origin(setting.type) is Literal else ()
    if setting.room is not None and setting.many is not None:
        choices = tuple(setting.room.kinds)
        facts = [f"tables [[…{setting.name}]] of a kind: {', '.join(sorted(choices)) or 'there is none yet'}"]
    elif setting.record is not None and setting.room is None:
        facts = (
            ["a table of " + ", ".join(inner.name for inner in settings(setting.record))] if setting.optional else []
        )
    else:
        facts = [" or ".join(inline(choice) for choice in choices)]
    if setting.unit not in ("", "1"):
        facts.append(setting.unit)
    facts.append(setting.range)
    facts += [f"{word} {limits[name]:g} of them" for name, word in LENGTHS.items() if name in limits]
    if setting.required or default is None:
        facts.append("required" if setting.required else "")
    elif setting.record is None:
        facts.append(
            f"default {inline(default)} ({setting.source})" if setting.source else f"default {inline(default)}"
        )
    told = "; ".join(fact for fact in facts if fact)
    return f"{setting.says} [{told}]" if told else setting.says


def _kinds(part: type[Part]) -> Iterator[str]:
    """A sentence on each kind that a part may be of; for the spread of a trait with its settings."""
    for name, kind in sorted(part.kinds.items()):
        about = ((kind.__doc__ or "").strip().splitlines() or [""])[0]
        if issubclass(part, Distribution):
            own = [setting for setting in settings(kind) if setting.name not in ("cap", "floor")]
            given = "".join(f", {s.name} = {0.0 if s.required else inline(s.default)}" for s in own)
            yield f'{{ distribution = "{name}"{given} }}: {about}'
        else:
            yield f"kind {name}: {about}"


def _is_table(value: Any) -> bool:
    """Whether a value is written under a header of its own."""
    inside = (
        list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else [value]
    )
    return bool(inside) and isinstance(inside[0], Record) and not isinstance(inside[0], Distribution)


def _tables(name: str, value: Any) -> Iterator[tuple[Path, Record]]:
    if isinstance(value, Mapping):
        yield from (((name, key), one) for key, one in value.items())
    elif isinstance(value, tuple):
        yield from (((name, place), one) for place, one in enumerate(value))
    else:
        yield (name,), value


def _plain(value: Any) -> Any:
    """A value as a file gives it."""
    if isinstance(value, Part):
        return value.plain()
    if isinstance(value, Record):
        return value.given()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (tuple, list)) else value


def inline(value: Any) -> str:
    """A value as TOML, on one line."""
    if isinstance(value, dict):
        inside = ", ".join(f"{path_text((key,))} = {inline(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(inline(one) for one in value)}]"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:_}" if abs(value) >= GROUPED else str(value)
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def _prose(comment: str) -> str:
    return f"# {comment}".rstrip()
