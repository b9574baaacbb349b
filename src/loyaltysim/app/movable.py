"""Movable: the numbers of a scenario that a class may move: of brands, of customers, and of what customers do.

What customers do has many settings that only say how something is reckoned; those that a class can ask about are named
here. A number that is 0 belongs to something that is off, and is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from loyaltysim.customers.distributions import Distribution
from loyaltysim.record import Part, Record
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Setting, settings

OF_BRANDS = ("price", "quality", "service")
"""What a brand is that can be moved, beside how it fails and answers, and its programs, prices and levers."""
PLANNED = ("from_week", "until_week", "start_week", "first_week", "expected_breakage", "unit_cost", "number")
"""Settings of parts that plan or book, and that nobody asks about in class."""
TRAITS = ("price_sensitivity", "inertia", "talkativeness")
BEHAVIOR = {
    "choice": ("satisfaction_weight", "bond_weight", "loss", "resist_discount", "resist_search", "resist_price"),
    "satisfaction": ("on_better", "on_worse", "memory"),
    "bond": ("from_satisfaction", "fading", "damage", "jump"),
    "recovery": ("complain_minor", "complain_severe", "paradox", "offset", "public_chance", "public_audience"),
    "lapse": ("return_rate",),
}
WORD_OF_MOUTH = {
    "talk": ("expression", "talk_good", "talk_bad", "bond_talk"),
    "acquisition": ("p", "q"),
    "influence": ("shift", "half_life_days", "resist_hearing"),
}


class Found(NamedTuple):
    """A number of the scenario: its path, whose it is, how it is declared, and its value."""

    path: str
    whose: str
    setting: Setting
    value: float


def numbers(scenario: Scenario) -> Iterator[Found]:
    """Numbers that can be moved: of each brand, then of customers, of their behavior and of what they tell."""
    for name, brand in scenario.brands.items():
        path = f"brands.{quoted(name)}"
        yield from _some(path, name, brand, OF_BRANDS)
        if scenario.behavior.recovery.kind != "none":
            yield from _all(f"{path}.complaints", f"{name}, failures and complaints", brand.complaints)
        for room in ("programs", "pricing", "levers"):
            for place, part in enumerate(getattr(brand, room)):
                yield from _all(f"{path}.{room}.{place}", f"{name}, {part.kind.replace('_', ' ')}", part)
    yield from _traits("population", "Customers", scenario.population)
    for name, segment in scenario.population.segments.items():
        yield from _traits(f"population.segments.{quoted(name)}", f"Customers, {name}", segment)
    for room, title, parts in (
        ("behavior", "Behavior", BEHAVIOR),
        ("word_of_mouth", "Word of mouth", WORD_OF_MOUTH),
    ):
        for name, some in parts.items():
            yield from _some(f"{room}.{name}", f"{title}, {name}", getattr(getattr(scenario, room), name), some)


def quoted(name: str) -> str:
    """A name as a path has it."""
    return name if name.isidentifier() else f'"{name}"'


def _some(path: str, whose: str, record: Record, some: tuple[str, ...]) -> Iterator[Found]:
    """Numbers of a record that are named, as far as it has them and they are not 0."""
    known = {setting.name: setting for setting in settings(type(record))}
    for name in some:
        if name in known and (value := getattr(record, known[name].field)):
            yield Found(f"{path}.{name}", whose, known[name], value)


def _all(path: str, whose: str, record: Record) -> Iterator[Found]:
    """Numbers of a record and of the parts in it that are not 0."""
    for setting in settings(type(record)):
        value = getattr(record, setting.field)
        if not value or setting.name in PLANNED or setting.fixed:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Found(f"{path}.{setting.name}", whose, setting, value)
        elif isinstance(value, Part):
            yield from _all(f"{path}.{setting.name}", f"{whose}, {setting.name.replace('_', ' ')}", value)


def _traits(path: str, whose: str, record: Record) -> Iterator[Found]:
    """Traits of a segment: the number that everybody has, or the middle of those that they have."""
    known = {setting.name: setting for setting in settings(type(record))}
    for name in TRAITS:
        trait = getattr(record, known[name].field)
        if not isinstance(trait, Distribution):
            continue
        if trait.kind == "constant":
            if value := trait.given().get("value"):
                yield Found(f"{path}.{name}", whose, known[name], value)
            continue
        for middle in settings(type(trait)):
            if middle.name in ("mean", "median"):
                setting = replace(known[name], name=f"{middle.name} {name}", limits=middle.limits)
                yield Found(f"{path}.{name}.{middle.name}", whose, setting, getattr(trait, middle.field))
