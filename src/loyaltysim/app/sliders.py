"""Sliders: which settings of a scenario a page lets one move, how far, and in what words; all from the records."""

from __future__ import annotations

import math
from typing import NamedTuple

from loyaltysim.app.movable import Found, numbers
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Setting

FARTHEST = 2.0
"""How many times as much as now a slider without an upper bound allows; assumed."""
PARTS_OF_RANGE = 50
"""Steps that a slider has; assumed."""
ROUNDING, DIGITS = 1e-9, 10
LONGEST_NUMBER = 40
"""Characters of a number that somebody writes; assumed: more is none."""


class Slider(NamedTuple):
    """A number that can be moved: what it is, and how far."""

    path: str
    whose: str
    """The brand, and the part of it."""
    name: str
    unit: str
    says: str
    source: str
    value: float
    """What the scenario gives."""
    min: float
    max: float
    step: float
    whole: bool

    @property
    def label(self) -> str:
        """Whose number it is, what, and what the scenario gives."""
        return f"{self.whose}: {self.name} (given: {self.tell(self.value)})"

    @property
    def told(self) -> str:
        """What it means, how far it may be moved, what the scenario gives, and where the default comes from."""
        source = f"Source of the default: {self.source}."
        return f"{self.says} Here {self.range}; given: {self.tell(self.value)}. {source}".strip()

    @property
    def range(self) -> str:
        """How far it may be moved, in words."""
        return f"from {self.min:g} to {self.tell(self.max)}"

    def tell(self, value: float) -> str:
        """A value with its unit."""
        unit = "" if self.unit == "1" or self.unit in self.name else self.unit
        return f"{value:g} {unit}".strip()

    def reaches(self, value: object) -> bool:
        """Whether it can be moved to a value."""
        return isinstance(value, int | float) and self.min <= value <= self.max

    def read(self, text: str) -> float:
        """The number that somebody wrote. Raises ValueError, with a sentence, for what it cannot be."""
        try:
            value = float(text) if len(text) <= LONGEST_NUMBER else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"{self.name} must be a number, such as {self.value:g}")
        if self.whole and value != int(value):
            raise ValueError(f"{self.name} must be a whole number, such as {self.value:g}")
        if not self.min <= value <= self.max:
            raise ValueError(f"{self.name} must be {self.range}")
        return int(value) if self.whole else value


def sliders(scenario: Scenario) -> dict[str, Slider]:
    """All sliders, by the path of the setting that each moves."""
    made = {each.path: slider(each, scenario) for each in numbers(scenario)}
    return {path: slider for path, slider in made.items() if slider is not None}


def slider(found: Found, scenario: Scenario) -> Slider | None:
    """A slider over the range that the record allows, as far as that is not out of all proportion to the value.

    None where the number can only be what it is.
    """
    kind = int if found.setting.type is int else float
    low, high = _range(found.setting, found.value, scenario.calendar.weeks)
    step = max(_round_step((high - low) / PARTS_OF_RANGE, found.value), 1 if kind is int else 0)

    def at(places: int) -> float:
        return kind(round(found.value + places * step, DIGITS)) or kind(0)  # no -0

    left, right = math.floor((found.value - low) / step + ROUNDING), math.ceil((high - found.value) / step - ROUNDING)
    left = max(left, 0)
    while left > 0 and not _opens(scenario, found.path, at(-left)):
        left -= 1
    while right > 0 and not _opens(scenario, found.path, at(right)):
        right -= 1
    if left + right == 0:
        return None
    setting = found.setting
    return Slider(
        path=found.path,
        whose=found.whose,
        name=setting.name.replace("_", " "),
        unit=setting.unit.removeprefix("1 ").replace("currency", scenario.currency),
        says=setting.says,
        source=setting.source,
        value=kind(found.value),
        min=at(-left),
        max=at(right),
        step=kind(step),
        whole=kind is int,
    )


def _opens(scenario: Scenario, path: str, value: float) -> bool:
    try:
        scenario.vary({path: value})
    except ScenarioError:
        return False
    return True


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
