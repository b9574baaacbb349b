"""Submodels: what is on, part by part: what it does, what it reads and keeps, its settings and its equations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from loyaltysim.faults import path_text, split_path
from loyaltysim.record import Part
from loyaltysim.report.odd.equations import cited, links, passages
from loyaltysim.report.odd.live import Live, One
from loyaltysim.report.odd.markdown import code, escaped, prose
from loyaltysim.report.odd.settings import read, told

ROOMS = {"Prices": ".pricing.", "Programs": ".programs.", "Levers": ".levers."}
"""Sections of docs/model.md on what single brands do, and what the paths of these parts have."""


def submodels(live: Live, comments: Mapping[str, str]) -> Iterator[str]:
    """The lines of the element "submodels"."""
    scenario, currency = live.scenario, live.scenario.currency
    yield from ["Switched off: " + (", ".join(map(code, live.off)) or "nothing") + ".", ""]
    unmoved = [path for path in ("network", "word_of_mouth.influence") if live.silent(path)]
    if unmoved:
        yield from [f"Given in the file and without anything to act on: {', '.join(map(code, unmoved))}.", ""]
    yield from ["### Customers", "", "Who they are: traits are drawn once and stay (E5).", ""]
    people = read(scenario.population, ("population",))
    people.idle = [row for row in people.idle if "segments" not in row.path]  # a segment has the population's
    yield from told(people, currency, comments)
    for one in live.on.values():
        if not one.path.startswith("brands."):
            yield from _part(one, live, comments)
    unheard = scenario.word_of_mouth.unheard
    if unheard.on:
        yield from ["### `word_of_mouth.unheard`", "", prose(inspect.cleandoc(type(unheard).__doc__ or "")), ""]
        yield from told(read(unheard, ("word_of_mouth", "unheard")), currency, comments)
    for name, brand in scenario.brands.items():
        yield from [f"### Brand {escaped(name)}{' (focal)' if name == scenario.focal else ''}", ""]
        yield from told(read(brand, ("brands", name), lambda path: _of_brand(path, live)), currency, comments)
        for one in live.on.values():
            if split_path(one.path)[:2] == ("brands", name):
                yield from _part(one, live, comments)
    yield from ["### Accounts and metrics", ""]
    for room in ("accounts", "metrics"):
        yield from told(read(getattr(scenario, room), (room,)), currency, comments)


def _of_brand(path: tuple[str | int, ...], live: Live) -> bool:
    """Whether a table of a brand is told with the brand: not its parts, and not what is off."""
    if path[2] in ("pricing", "programs", "levers"):
        return False
    needs = {"complaints": "behavior.recovery", "referral": "word_of_mouth.referral"}
    return needs.get(str(path[2]), path_text(path)) in live.on or str(path[2]) not in needs


def _part(one: One, live: Live, comments: Mapping[str, str]) -> Iterator[str]:
    """One part: headline, docstrings, states, equations and settings."""
    path = split_path(one.path)
    found = read(one.given or one.part, path)
    given = one.given or one.part
    yield from [f"{'####' if path[0] == 'brands' else '###'} {code(one.path)}: {code(given.kind)}", ""]
    yield from [prose(_said(given)), ""]
    if one.given is not None:
        yield from [f"What it copies is of kind {code(one.part.kind)}: {prose(_said(one.part))}", ""]
    for place, inner in found.parts:
        yield from [f"- {code(path_text(place))}: {code(inner.kind)}: {prose(_said(inner))}"]
    if found.parts:
        yield ""
    kept = live.at_start
    for verb, names in (("Reads", one.part.reads), ("Keeps", one.part.writes), ("Alters", one.part.alters)):
        there = [name for name in names if name in kept]
        if there:
            yield f"{verb}: {', '.join(map(code, there))}.  "
    numbers = equations_of(one, live)
    if numbers:
        yield f"Equations: {links(numbers)}.  "
    yield from ["", *told(found, live.scenario.currency, comments)]


def equations_of(one: One, live: Live) -> list[str]:
    """The equations that a part and the parts inside of it cite, but for those of rooms in which nothing is on."""
    inside = read(one.part, ())
    parts = [one.part, *(inner for _, inner in inside.parts)]
    found = [number for part in (*parts, one.given) if part is not None for number in _cited_by(type(part))]
    found += [number for row in inside.rows for number in cited(row.setting.says)]
    found += ["E130"] if getattr(one.part, "from_week", None) is not None and ".programs." in one.path else []
    empty = {section for section, room in ROOMS.items() if not any(room in path for path in live.on)}
    left_out = {number for passage in passages() if passage.section in empty for number in passage.numbers}
    return [number for number in dict.fromkeys(found) if number not in left_out]


def _cited_by(kind: type[Part]) -> list[str]:
    """Equations in a kind's own lines, else in those of its file; those of what it is made from come with it."""
    own = [cls for cls in kind.__mro__ if issubclass(cls, Part) and cls is not Part]
    found = [number for cls in own for number in cited((cls.__doc__ or "") if cls.is_room() else _source(cls))]
    file = inspect.getmodule(kind)
    return list(dict.fromkeys(found)) or cited((file.__doc__ or "") if file is not None else "")


def _source(cls: type) -> str:
    try:
        return inspect.getsource(cls)
    except (OSError, TypeError):
        return cls.__doc__ or ""


def _said(part: Part) -> str:
    """What a kind's docstring says of it."""
    return inspect.cleandoc(type(part).__doc__ or "")


def all_equations(live: Live) -> list[str]:
    """The equations of all that is on, and those that hold in every market."""
    found = ["E1", "E2", "E3", "E5", *(number for one in live.on.values() for number in equations_of(one, live))]
    found += ["E35"]
    found += ["E36", "E37", "E38", "E39"] if live.scenario.metrics.period_steps else []
    found += ["E68"] if live.scenario.metrics.reasons else []
    return list(dict.fromkeys(found))
