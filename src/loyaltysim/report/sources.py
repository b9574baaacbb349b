"""Sources: where each number of a scenario comes from: the comment beside it in its file, or the default's own source.

A comment counts only while the file still says the number that was run. Comments behind a value and on the lines right
above it are read, in the file and in those that it extends.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from loyaltysim.customers.distributions import Distribution
from loyaltysim.faults import ScenarioError, path_text
from loyaltysim.loading import load
from loyaltysim.record import Record
from loyaltysim.report.labels import said_of
from loyaltysim.scenario import member
from loyaltysim.scenario_fields import settings
from loyaltysim.scenario_file import SHIPPED, Source, read
from loyaltysim.study.assumptions import Number, numbers, values_in
from loyaltysim.toml_lines import comments_of, lines_of

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario_fields import Path as Place


_SWITCHED_OFF = re.compile(r"Not given: |(kind \w+|\{.*\}): |(?P<name>[\w-]+)[\w.\"-]* = ")
"""What `new` writes above the next setting: of one that is left out, or at its default, if it is called so."""


SHAPES = ("sigma", "shape", "a", "b")
"""Numbers of a trait that are not in its unit."""


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
        unit = (setting.unit or _unit_of_trait(scenario, number)).replace("currency", scenario.currency)
        found.append(Known(path, number.value, unit if unit != "1" else "", setting.says, source, is_default))
    return found


def _unit_of_trait(scenario: Scenario, number: Number) -> str:
    """Of a mean, a median or a bound, that of the trait of which it is one."""
    *above, name = number.parts
    value, unit = cast(Any, scenario), ""
    for part in above:
        if isinstance(value, Record):
            unit = next((setting.unit for setting in settings(type(value)) if setting.name == part), "")
        value = member(value, part)
    return unit if isinstance(value, Distribution) and name not in SHAPES else ""


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
        place = _named(path, source)
        if place is None or in_file.get(path) != value:
            continue
        file_name, _ = source.where[place]
        text = texts.setdefault(file_name, _Text(file_name))
        said = [*said_of(scenario, path), *said_of(scenario, path[:-1])]
        comment = text.about(place, said, _called(scenario, path))
        if comment:
            found[path_text(path)] = comment
    return found


def _named(path: Place, source: Source) -> Place | None:
    """Where the file gives a number: at its path, or a trait in short, as a number alone, at the trait's.

    What a table is said to be is about no setting that is missing in it.
    """
    if path in source.where:
        return path
    value: Any = source.document
    for part in path[:-1]:
        value = member(value, part)
    return path[:-1] if path[:-1] in source.where and not isinstance(value, dict) else None


def _called(scenario: Scenario, path: Place) -> set[str]:
    """Names of all settings beside a path, and beside the tables that it stands in."""
    found, value = set[str](), cast(Any, scenario)
    for part in path:
        if isinstance(value, Record):
            found |= {setting.name for setting in settings(type(value))}
        value = member(value, part)
    return found


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

    def about(self, path: Place, said: Sequence[str], called: Container[str]) -> str:
        """The comment on the line of a path, and those right above it; what `new` writes of every setting is none."""
        line = self.lines.get(path)
        if line is None:
            return ""
        above: list[str] = []
        before = line - 1
        while before in self.comments and before not in self.taken and not _is_off(self.comments[before], called):
            more = takewhile(lambda text: text.startswith("  "), above)
            sentence = " ".join([self.comments[before], *(text.strip() for text in more)])
            if any(one and sentence.startswith(one) for one in said):
                above = list(dropwhile(lambda text: text.startswith("  "), above))  # the end of that sentence
                break
            above.insert(0, self.comments[before])
            before -= 1
        return " ".join([*above, self.comments.get(line, "")]).strip()


def _is_off(comment: str, called: Container[str]) -> bool:
    found = _SWITCHED_OFF.match(comment)
    return found is not None and (found["name"] is None or found["name"] in called)
