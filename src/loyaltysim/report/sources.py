"""Sources: where each number of a scenario comes from: the comment beside it in its file, or the default's own source.

A comment counts only while the file still says the number that was run. Comments behind a value and on the lines right
above it are read, in the file and in those that it extends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from loyaltysim.faults import ScenarioError, path_text
from loyaltysim.loading import load
from loyaltysim.report.labels import said_of
from loyaltysim.scenario_file import SHIPPED, read
from loyaltysim.study.assumptions import numbers, values_in
from loyaltysim.toml_lines import comments_of, lines_of

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario_fields import Path as Place


BEGIN = 30
"""So many letters tell a setting's sentence from an author's comment; assumed."""
_SWITCHED_OFF = re.compile(r"Not given: |(kind \w+|\{.*\}): |[\w.\"-]+ = ")
"""What `new` writes above the next setting: of one that is left out, or at its default."""


class Known(NamedTuple):
    """A number of the scenario and what is known of it."""

    path: str
    value: float
    unit: str
    says: str
    source: str
    is_default: bool


def register(scenario: Scenario, named: str) -> list[Known]:
    """Every number that is in play: not 0 at its default. `named` is the file or shipped name it came from."""
    comments = comments_on(scenario, named)
    found = []
    for number in numbers(scenario):
        setting, path = number.setting, number.path
        is_default = number.value == setting.default and path not in comments
        if number.value == 0 and is_default:
            continue
        source = comments.get(path, "") or (setting.source if number.value == setting.default else "")
        unit = setting.unit.replace("currency", scenario.currency)
        found.append(Known(path, number.value, unit if unit != "1" else "", setting.says, source, is_default))
    return found


def comments_on(scenario: Scenario, named: str) -> dict[str, str]:
    """Comments by path, as far as the file `named` is there and says the same."""
    try:
        source, file = read(Path(named)), load(named, uses=False)
    except ScenarioError:
        return {}
    in_file = {path: value for path, value, _ in values_in(file)}
    texts: dict[str, _Text] = {}
    found = {}
    for path, value, _ in values_in(scenario):
        where = next((source.where[p] for p in _upward(path) if p in source.where), None)
        if where is None or in_file.get(path) != value:
            continue
        text = texts.setdefault(where[0], _Text(where[0]))
        comment = text.about(path, [*said_of(scenario, path), *said_of(scenario, path[:-1])])
        if comment:
            found[path_text(path)] = comment
    return found


def _upward(path: Place) -> list[Place]:
    """The path, and for numbers inside a table on one line, that table's; no further than to a setting's own line."""
    return [path, path[:-1]] if len(path) > 2 else [path]


class _Text:
    """One file's comments."""

    def __init__(self, name: str) -> None:
        stem = name.removesuffix(" (shipped)")
        file = SHIPPED / f"{stem}.toml" if name != stem else Path(name)
        try:
            text = file.read_text("utf-8-sig")
        except OSError:
            text = ""
        self.lines, self.comments = lines_of(text), comments_of(text)
        self.taken = set(self.lines.values())

    def about(self, path: Place, said: Sequence[str]) -> str:
        """The comment on the line of a path, and those right above it; what `new` writes of every setting is none."""
        line = next((self.lines[p] for p in _upward(path) if p in self.lines), None)
        if line is None:
            return ""
        above: list[str] = []
        before = line - 1
        while before in self.comments and before not in self.taken and not _SWITCHED_OFF.match(self.comments[before]):
            if any(one and self.comments[before].startswith(one[:BEGIN]) for one in said):
                above = list(dropwhile(lambda text: text.startswith("  "), above))  # the end of that sentence
                break
            above.insert(0, self.comments[before])
            before -= 1
        return " ".join([*above, self.comments.get(line, "")]).strip()
