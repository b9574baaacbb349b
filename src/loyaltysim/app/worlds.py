"""Worlds: a market twice, as it is and as a visitor changed it, with the same customers and the same luck.

Both begin in one state, that at the end of the burn-in, so every difference between them comes from the change. Each is
ten replications in one stack, which is what lets a slider be answered while it moves: the changed world begins anew and
is stepped to where the other one is.

All simulating is done by one thread, a bit of each visitor's at a time: two that simulate at once hinder each other
(`python benchmarks/processes.py 2000 10` measures it: half a stack in each is no faster than one with both).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from loyaltysim.app.limits import LONGEST_OPENING, LONGEST_STEP, REPLICATIONS, SLOW_STEPS, check_occasions, too_large
from loyaltysim.results import Arrays
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

if TYPE_CHECKING:
    import xarray as xr

AT_A_TIME = 0.25
"""Seconds that one visitor's worlds are stepped before they are shown, and another's are; assumed."""
OPENINGS = 6
"""Markets whose opened state is kept for whoever comes next, beside those that visitors hold; assumed."""

T = TypeVar("T")
_simulating = ThreadPoolExecutor(1, "worlds")
_openings: OrderedDict[tuple[str, str, int], Opening] = OrderedDict()


class World:
    """One of the two. It stands still as long as whoever reads it holds the lock of its `Pair`."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._results: tuple[int, xr.Dataset] | None = None

    @property
    def scenario(self) -> Scenario:
        """What holds in it."""
        return self.simulation.scenario

    @property
    def step(self) -> int:
        """How many measured steps have been made."""
        return self.simulation.now - self.simulation.calendar.burn_in

    def results(self) -> xr.Dataset:
        """The Dataset of the steps that have been made, with the periods that are over."""
        if self._results is None or self._results[0] != self.step:
            self._results = self.step, self.simulation.results().isel(step=slice(0, self.step))
        return self._results[1]

    def arrays(self) -> Arrays:
        """The same results without labels, of all steps; those that are yet to come count as 0."""
        return Arrays(self.scenario, [self.simulation.raw()])


@dataclass(frozen=True, eq=False)
class Pair:
    """Both worlds at one moment; another moment is another pair."""

    base: World
    changed: World
    step: int
    """How far both have come."""
    lock: threading.RLock
    """Held while they are stepped: hold it while you read them."""

    @property
    def last(self) -> int:
        """How many steps there are."""
        return self.base.scenario.steps


class Worlds:
    """A visitor's two worlds. They begin when they are first asked to go."""

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        self.scenario, self.seed, self.lock = scenario, seed, threading.RLock()
        self.patience = Patience()
        self.opening: Opening | None = None
        self.begun: tuple[World, World] | None = None

    def go(
        self, changed: Scenario, step: int, still: Callable[[], bool] = lambda: True, seconds: float = AT_A_TIME
    ) -> bool:
        """Bring both worlds to a step, or as far as they come in so many seconds; tells whether they are there.

        A world that is beyond the step begins anew, and so does the changed one if it was under another scenario than
        `changed`. Nothing happens if this is not `still` wanted when it is our turn.

        Raises ScenarioError for a market that cannot be opened, or takes too long; ValueError for a change that cannot
        go on from the state of the base.
        """
        step = min(max(step, 0), self.scenario.steps)
        return simulated(lambda: still() and self._go(changed, step, time.monotonic() + seconds))

    def _go(self, changed: Scenario, step: int, end: float) -> bool:
        self.opening = self.opening or _opening(self.scenario, self.seed)
        if not self.opening.go(end):
            return False
        opening = self.opening.simulation
        with self.lock:
            base, other = self.begun or (None, None)
            if base is None or base.step > step:
                base = World(opening.branch(self.scenario))
            if other is None or other.step > step or other.scenario != changed:
                other = World(opening.branch(changed))
            self.begun = base, other
            while behind := [world for world in (base, other) if world.step < step]:
                if time.monotonic() > end:
                    return False
                self.patience.step(min(behind, key=lambda world: world.step).simulation)
        return True

    def pair(self) -> Pair | None:
        """Both as they are now; None before they have begun."""
        if self.begun is None:
            return None
        base, changed = self.begun
        return Pair(base, changed, min(base.step, changed.step), self.lock)


class Patience:
    """Ends what takes too long for a page that many visitors share."""

    def __init__(self) -> None:
        self.slow, self.spent = 0, 0.0

    def step(self, simulation: Simulation) -> None:
        """Step. Raises ScenarioError when steps have been slow again and again; one alone may have been compiled."""
        begin = time.monotonic()
        simulation.step()
        took = time.monotonic() - begin
        self.slow = self.slow + 1 if took > LONGEST_STEP else 0
        if self.slow > SLOW_STEPS:
            raise too_large("", f"a step takes more than {LONGEST_STEP:g} seconds")
        if simulation.now <= simulation.calendar.burn_in:
            self.spent += min(took, LONGEST_STEP)
            if self.spent > LONGEST_OPENING:
                raise too_large("burn_in", f"the burn-in takes more than {LONGEST_OPENING:g} seconds")


def in_turns(work: Generator[Simulation, None, T], still: Callable[[], bool] = lambda: True) -> T | None:
    """Make each step that a work asks for, by the simulation it gives, in turns with others; None if it is given up.

    Everything the work does, it does in the simulating thread. Raises what it raises, and ScenarioError for steps that
    take too long.
    """
    patience = Patience()

    def bit() -> tuple[T | None, bool]:
        end = time.monotonic() + AT_A_TIME
        while still():
            try:
                patience.step(next(work))
            except StopIteration as over:
                return over.value, True
            if time.monotonic() > end:
                return None, False
        return None, True

    while True:
        found, over = simulated(bit)
        if over:
            return found


def simulated(work: Callable[[], T]) -> T:
    """Do it in the one thread that simulates, when those who asked before are done."""
    return _simulating.submit(work).result()


class Opening:
    """The market that goes to the end of its burn-in and no further: to branch from, by everybody who asks for it."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.patience = simulation, Patience()

    def go(self, end: float) -> bool:
        """Go on until a moment; tells whether the burn-in is over. Raises ScenarioError if it takes too long."""
        while self.simulation.now < self.simulation.calendar.burn_in:
            if time.monotonic() > end:
                return False
            self.patience.step(self.simulation)
        return True


def _opening(scenario: Scenario, seed: int) -> Opening:
    """That which somebody asked for before, if it is kept; else another one.

    In the simulating thread alone. Raises ScenarioError for a market that cannot be opened.
    """
    key = scenario.to_toml(), str(scenario._folder), seed
    if key not in _openings:
        simulation = Simulation(scenario, seed=seed, threads=1, replications=REPLICATIONS)
        check_occasions(simulation)
        _openings[key] = Opening(simulation)
    _openings.move_to_end(key)
    while len(_openings) > OPENINGS:
        _openings.popitem(last=False)
    return _openings[key]
