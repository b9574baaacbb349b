"""Sliders: which settings of a scenario the page lets one move, how far, and in what words; all from the records."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from mesa.visualization import Slider

from loyaltysim.faults import ScenarioError
from loyaltysim.record import Part
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Setting, settings

OF_BRANDS = ("price", "quality", "service")
"""What a brand is that can be moved, beside the numbers of its programs, prices and levers."""
PLANNED = ("from_week", "until_week", "start_week", "first_week", "expected_breakage", "unit_cost")
"""Settings of parts that plan or book, and that nobody asks about in class."""
FARTHEST = 2.0
"""How many times as much as now a slider without an upper bound allows; assumed."""
PARTS_OF_RANGE = 50
"""Steps that a slider has; assumed."""
MOST_CUSTOMERS = 10_000
"""With so many a step takes some milliseconds; assumed."""
SEEDS = 100
ROUNDING, DIGITS = 1e-9, 10


class Found(NamedTuple):
    """A number of the scenario: its path, whose it is, how it is declared, and its value."""

    path: str
    whose: str
    setting: Setting
    value: float


def sliders(scenario: Scenario) -> dict[str, Slider]:
    """All sliders, by the name of the argument of `LoyaltyModel` that each sets."""
    found: dict[str, Slider] = {"rng": Slider("Seed: other luck", value=1, min=1, max=SEEDS, step=1)}
    if scenario.network.kind != "edge_list":  # whose file says how many there are
        n = min(scenario.population.n_customers, MOST_CUSTOMERS)
        fewest = max(n // 10, 1)
        found["n_customers"] = Slider("Customers", value=n, min=fewest, max=2 * n, step=fewest)
    made = {each.path: slider(each, scenario) for each in numbers(scenario)}
    return found | {path: slider for path, slider in made.items() if slider is not None}


def numbers(scenario: Scenario) -> Iterator[Found]:
    """Numbers that can be moved: of each brand what it is, then those of its parts that are not 0."""
    for name, brand in scenario.brands.items():
        path = f'brands."{name}"' if not name.isidentifier() else f"brands.{name}"
        known = {setting.name: setting for setting in settings(type(brand))}
        for what in OF_BRANDS:
            if (value := getattr(brand, what)) is not None:
                yield Found(f"{path}.{what}", name, known[what], value)
        for room in ("programs", "pricing", "levers"):
            for place, part in enumerate(getattr(brand, room)):
                yield from _of_part(f"{path}.{room}.{place}", f"{name}, {part.kind.replace('_', ' ')}", part)


def _of_part(path: str, whose: str, part: Part) -> Iterator[Found]:
    """Numbers of a part and of the parts in it that are not 0."""
    for setting in settings(type(part)):
        value = getattr(part, setting.field)
        if not value or setting.name in PLANNED or setting.fixed:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Found(f"{path}.{setting.name}", whose, setting, value)
        elif isinstance(value, Part):
            yield from _of_part(f"{path}.{setting.name}", f"{whose}, {setting.name.replace('_', ' ')}", value)


def slider(found: Found, scenario: Scenario) -> Slider | None:
    """A slider over the range that the record allows, as far as that is not out of all proportion to the value.

    None where the number can only be what it is.
    """
    kind = int if found.setting.type is int else float
    low, high = _range(found.setting, found.value, scenario.calendar.weeks)
    step = max(_round_step((high - low) / PARTS_OF_RANGE, found.value), 1 if kind is int else 0)

    def at(places: int) -> float:
        return kind(round(found.value + places * step, DIGITS))

    left, right = math.floor((found.value - low) / step + ROUNDING), math.ceil((high - found.value) / step - ROUNDING)
    left = max(left, 0)
    while left > 0 and not _opens(scenario, found.path, at(-left)):
        left -= 1
    while right > 0 and not _opens(scenario, found.path, at(right)):
        right -= 1
    if left + right == 0:
        return None
    return Slider(label(found, scenario.currency), kind(found.value), at(-left), at(right), kind(step), dtype=kind)


def _opens(scenario: Scenario, path: str, value: float) -> bool:
    try:
        scenario.vary({path: value})
    except ScenarioError:
        return False
    return True


def label(found: Found, currency: str) -> str:
    """Whose number it is, what, and what the scenario says."""
    name, unit = (
        found.setting.name.replace("_", " "),
        found.setting.unit.removeprefix("1 ").replace("currency", currency),
    )
    value = f"{found.value:g}" if unit == "1" or unit in name else f"{found.value:g} {unit}".strip()
    return f"{found.whose}: {name} (given: {value})"


def _range(setting: Setting, value: float, weeks: float) -> tuple[float, float]:
    """How far a number may go: to its bounds, or to some times itself."""
    far, limits = FARTHEST * abs(value) or 1.0, setting.limits
    low = max(limits.get("ge", limits.get("gt", -far)), -far if value < 0 else 0.0)
    if setting.unit == "weeks":
        low = max(low, weeks)  # no time is shorter than a step
    high = limits.get("le", limits.get("lt", far))
    return low, far if high > max(far, 1.0) else high


def _round_step(step: float, value: float) -> float:
    """The next lower of 1, 2 and 5 times a power of ten; or a part of it, so that the value is a multiple."""
    power = 10.0 ** math.floor(math.log10(step))
    rounded = power * max(digit for digit in (1, 2, 5) if digit * power <= step * (1 + ROUNDING))
    fits = (part for part in (1, 2, 4, 5, 10) if abs(value * part / rounded % 1 - 0.5) > 0.5 - ROUNDING)
    return float(rounded / next(fits, 1))
