"""Live: a small copy of a market, opened and stepped, from which an ODD description is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import ScenarioError, path_text
from loyaltysim.levers import Lever
from loyaltysim.memory import SMALL
from loyaltysim.record import Part
from loyaltysim.report.odd.trace import Call, trace
from loyaltysim.simulation import Simulation

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

OFF = {("basket model", "one"), ("pricing", "constant"), ("accrual", "plain")}
"""Rooms and kinds that stand for nothing, beside all that are called "none"."""
BEHAVIOR = (
    "needs", "choice", "basket", "experience", "satisfaction", "learning", "bond", "recovery", "lapse", "win_back",
)  # fmt: skip
TALKING = ("talk", "influence", "acquisition", "referral")


@dataclass(frozen=True)
class One:
    """A part of the model at its place in the file."""

    path: str
    part: Part
    given: Part | None = None
    """As the file gives it, where that is another: a copy of a program."""

    @property
    def on(self) -> bool:
        """Whether it does anything."""
        return does(self.part)


class Live:
    """A scenario and its small copy.

    Attributes
    ----------
    scenario : as it was given
    simulation : its copy with few customers, before the first step
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.simulation = _open(scenario)
        arrays = self.simulation.world.customers.arrays
        self.at_start = {name: array.copy() for name, array in arrays.items()}
        """Everybody's states before the first step."""

    @cached_property
    def calls(self) -> list[Call]:
        """What a step calls, in its order; the copy is stepped for it."""
        return trace(self.simulation, {id(one.part): one.path for one in self.parts if one.on})

    @cached_property
    def parts(self) -> list[One]:
        """Every part as the steps have it, on or off, in the order of the file."""
        schedule, scenario = self.simulation.schedule, self.scenario
        network = scenario.network if scenario.word_of_mouth.travels else type(scenario.network).pick("none")
        found = [One("network", network)]
        found += [One(f"behavior.{name}", getattr(schedule, name)) for name in BEHAVIOR]
        found += [One(f"word_of_mouth.{name}", getattr(schedule, name)) for name in TALKING]
        programs = iter(schedule.programs)
        for name, brand in self.simulation.scenario.brands.items():
            for number, pricing in enumerate(brand.pricing):
                found.append(One(path_text(("brands", name, "pricing", number)), pricing))
            for number, given in enumerate(brand.programs):
                program, _ = next(programs)
                path = path_text(("brands", name, "programs", number))
                found.append(One(path, program, given if given is not program else None))
            for number, lever in enumerate(brand.levers):
                found.append(One(path_text(("brands", name, "levers", number)), lever))
        return found

    @cached_property
    def on(self) -> dict[str, One]:
        """The parts that do something, by their paths."""
        return {one.path: one for one in self.parts if one.on}

    @property
    def off(self) -> list[str]:
        """What is switched off, by path."""
        found = [one.path for one in self.parts if not one.on]
        found += [] if self.scenario.word_of_mouth.unheard.on else ["word_of_mouth.unheard"]
        for name, brand in self.scenario.brands.items():
            for room in ("pricing", "programs", "levers"):
                found += [] if getattr(brand, room) else [path_text(("brands", name, room))]
        return found

    def silent(self, path: str) -> bool:
        """Whether a part is given in the file and yet off, since what would move it is."""
        room, _, name = path.rpartition(".")
        given = getattr(getattr(self.scenario, room), name) if room else self.scenario.network
        return path not in self.on and does(given)


def _open(scenario: Scenario) -> Simulation:
    """The market with few customers, or, where it cannot do with few, as it is."""
    if scenario.behavior.needs.kind != "panel":
        changes: dict[str, Any] = {"population.n_customers": min(SMALL, scenario.population.n_customers)}
        if scenario.network.files():  # ties that a file lists are ties of all customers
            changes["network"] = {"kind": "random"}
        try:
            return Simulation(scenario.vary(changes), threads=1)
        except ScenarioError:
            pass
    return Simulation(scenario, threads=1)


def does(part: Part) -> bool:
    """Whether a part is of a kind that does anything, and no lever of strength 0."""
    left_out = isinstance(part, Lever) and not part.strength
    return part.kind != "none" and (part.room, part.kind) not in OFF and not left_out


def start_text(array: np.ndarray, digits: int = 3) -> str:
    """What everybody has at the start: one number, one a brand, or "drawn"."""
    rows = array if array.ndim == 2 else array[None, :]
    if not (rows == rows[:, :1]).all():
        return "differs by customer"
    values = [f"{value:.{digits}g}" for value in rows[:, 0]]
    return values[0] if len({*values}) == 1 else f"{', '.join(values)} by brand"
