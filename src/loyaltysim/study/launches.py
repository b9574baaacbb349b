"""Launches: what a program brings step by step, in one world or in many, from totals alone.

As `program_value` does it, the program is launched at the end of a burn-in without it, and what is told are differences
between the market with it and the same market, as lucky, without (docs/model.md (E118)). No log of purchases is kept,
so a world costs half as much, and hundreds can be looked at: adverse ones, and those in which an assumption is wrong.

A program that runs already asks another question: what does going on bring, against stopping now? Then the burn-in is
lived with it, and in the other world it ends: what customers feel stays, balances are paid at their book value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.at_once import at_once
from loyaltysim.plots.interval import Interval, interval
from loyaltysim.runs import stacks_of
from loyaltysim.simulation import Simulation, check_count, check_seed
from loyaltysim.study.branches import STACK_ROWS, each_step
from loyaltysim.study.questions import without_program
from loyaltysim.summaries import summary
from loyaltysim.totals import POINT_UNIT

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


@dataclass(frozen=True)
class Launch:
    """What a program brings, replications × steps, in currency; and replications alone."""

    margin: np.ndarray
    """Of each step, with the program less without."""
    owed: np.ndarray
    """What is owed to members at the end of each step, beyond what was when the time began."""
    own_margin: np.ndarray
    """The brand's margin over all steps with the program."""
    retention: np.ndarray
    """Retention rate with less without; NaN where no period was measured."""
    share: np.ndarray
    """Share of units with less without."""

    @property
    def accrued(self) -> np.ndarray:
        """Cumulative profit, what is owed taken off: replications × steps."""
        return np.asarray(self.margin.cumsum(1) - self.owed)

    @property
    def value(self) -> np.ndarray:
        """The same at the end."""
        return np.asarray(self.accrued[:, -1])


class _Task(NamedTuple):
    """Worlds that are one and the same without the program, by name, and replications of them."""

    worlds: dict[str, Scenario]
    stack: range


def launches(
    worlds: Mapping[str, Scenario],
    *,
    replications: int = 1,
    seed: int = 1,
    first: Mapping[str, int] | None = None,
    running: bool = False,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Launch]:
    """Launch the focal brand's program in every world; several stacks of replications at a time.

    Parameters
    ----------
    worlds : by name, all with a program of the focal brand
    replications, seed, threads : as for `compare`
    first : the number of the first replication in some worlds, 0 if not given: worlds of one number share their luck
    running : whether the program runs from the start, and going on is held against stopping at the end of the burn-in
    progress : called with what is done and how many replications of it are
    """
    check_count("replications", replications)
    check_seed(seed)
    threads = os.cpu_count() or 1 if threads is None else check_count("threads", threads, 1024)
    tasks = [
        _Task(alike, stack)
        for alike in _alike(worlds, first or {}, running)
        for name, scenario in list(alike.items())[:1]
        for stack in stacks_of(scenario, (first or {}).get(name, 0), replications, threads, len(worlds), STACK_ROWS)
    ]
    tasks.sort(key=lambda task: -len(task.worlds))  # the longest first, so that nobody waits for it at the end

    def tell(place: int, done: float) -> None:
        if progress is not None:
            runs = len(tasks[place].stack) * len(tasks[place].worlds)
            progress(f"{next(iter(tasks[place].worlds))}, replication {tasks[place].stack.stop}", runs * done)

    pieces = [(task, seed, running) for task in tasks]
    found = at_once(_launch, pieces, hands=threads, scenarios=worlds.values(), tell=tell)
    by_world: dict[str, list[Launch]] = {name: [] for name in worlds}
    for task in found:
        for name, one in task.items():
            by_world[name].append(one)
    return {name: _together(parts) for name, parts in by_world.items()}


def _alike(worlds: Mapping[str, Scenario], first: Mapping[str, int], running: bool) -> list[dict[str, Scenario]]:
    """Worlds that begin alike, and without the program go on alike: that is lived once for all of them."""
    groups: dict[tuple[str, int], dict[str, Scenario]] = {}
    for name, scenario in worlds.items():
        begins = scenario if running else _without(scenario)
        groups.setdefault((begins.to_toml(), first.get(name, 0)), {})[name] = scenario
    return list(groups.values())


def _without(scenario: Scenario) -> Scenario:
    found = without_program(scenario)
    assert found is not None  # whoever asks has seen to it that there is a program
    return found


def _launch(task: _Task, seed: int, running: bool, *, tell: Callable[[float], None]) -> dict[str, Launch]:
    one = next(iter(task.worlds.values()))
    without = _without(one)
    step = each_step(tell, one.burn_in + (1 + len(task.worlds)) * one.steps)
    start = Simulation(one if running else without, seed=seed, replications=task.stack, threads=1)
    start.run(until=0, progress=step)
    owed_before = _liability(start, one) if running else np.zeros(len(task.stack))
    base = start.branch(without).run(progress=step).results()
    found = {}
    for name, world in task.worlds.items():
        with_it = start.branch(world).run(progress=step).results()
        found[name] = _difference(with_it, base, world.focal, owed_before)
    return found


def _liability(start: Simulation, scenario: Scenario) -> np.ndarray:
    """What is owed to the focal brand's members at the end of the burn-in, by replication."""
    flows, owed = start.raw().flows, np.zeros(start.world.n_replications)
    price = scenario.brands[scenario.focal].price
    for place, (name, _, program) in enumerate(scenario.programs):
        if name == scenario.focal:
            earned, redeemed, expired = (
                flows[f"points_{what}"][: start.calendar.burn_in, :, :, place].sum((0, 2))
                for what in ("earned", "redeemed", "expired")
            )
            owed += (earned - redeemed - expired) / POINT_UNIT * program.liability_of_a_point(price)
    return owed


def _difference(with_it: xr.Dataset, base: xr.Dataset, focal: str, owed_before: np.ndarray) -> Launch:
    def of(data: xr.Dataset, name: str) -> np.ndarray:
        own = data[name].sel(brand=focal, segment="all").transpose("replication", "step").values
        return np.asarray(own, float)

    def rate(name: str) -> np.ndarray:
        both = [summary(data, name).sel(brand=focal, segment="all").values for data in (with_it, base)]
        return np.asarray(both[0] - both[1], float)

    margin = of(with_it, "margin")
    return Launch(
        margin=margin - of(base, "margin"),
        owed=of(with_it, "liability") - owed_before[:, None],
        own_margin=margin.sum(1),
        retention=rate("retention_rate"),
        share=rate("share"),
    )


def _together(parts: Sequence[Launch]) -> Launch:
    names = ("margin", "owed", "own_margin", "retention", "share")
    return Launch(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


@dataclass(frozen=True)
class BreakEven:
    """After how many steps a program has earned what it cost, and stays so; None: not within the time measured."""

    step: int | None
    """By the mean."""
    earliest: int | None
    """By the upper end of the interval …"""
    latest: int | None
    """… and by the lower."""


def break_even(launch: Launch) -> BreakEven:
    """When the cumulative profit is above zero for good, by its mean and by both ends of its 95 % interval."""
    found: Interval = interval(launch.accrued)
    return BreakEven(_for_good(found.mean), _for_good(found.high), _for_good(found.low))


def _for_good(values: np.ndarray) -> int | None:
    """The number of steps after which values stay at or above zero; None where they do not, or are not known.

    Nor is there one where they are never below zero and end at it: there is nothing to earn back.
    """
    if not (values < 0).any() and not values[-1] > 0:
        return None
    below = np.flatnonzero(~(values >= 0))
    after = int(below[-1]) + 1 if len(below) else 0
    return after + 1 if after < len(values) else None
