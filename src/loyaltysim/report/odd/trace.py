"""Trace: which methods of which parts a step calls, in their order, seen while a market is stepped."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from loyaltysim.record import Part
from loyaltysim.simulation import Simulation

MOST_STEPS = 2_000
"""Steps that are watched at most (assumed: launches come within)."""
QUESTIONS = ("runs", "acts", "as_of", "remarks", "describe")
"""Methods that answer and do nothing."""
SINGLE = (
    "needs", "choice", "experience", "satisfaction", "bond", "learning", "basket", "recovery", "lapse", "win_back",
    "talk", "acquisition", "referral", "influence",
)  # fmt: skip
BEGIN, BLOCK, ROUND, CLOSE, END = range(5)
SCOPES = {
    BEGIN: "Once a step, for the whole market",
    BLOCK: "For each block of customers",
    ROUND: "For each round, in which each shopper stands once",
    CLOSE: "At the end of the step, for each block of customers",
    END: "At the end of the step, for the whole market",
}


class Call(NamedTuple):
    """A method of a part that a step calls."""

    scope: int
    path: str
    method: str
    says: str


@dataclass
class _Watch:
    """What has been called so far in this step, and where the step is."""

    scope: int = BEGIN
    seen: dict[Call, None] | None = None

    def note(self, path: str, part: Part, method: str) -> None:
        if self.seen is not None:
            said = inspect.getdoc(getattr(type(part), method)) or ""
            self.seen.setdefault(Call(self.scope, path, method, said.split("\n\n")[0]))


class _Watched:
    """Stands for a part in the schedule and tells the watch what is called."""

    def __init__(self, part: Part, path: str, watch: _Watch) -> None:
        self._part, self._path, self._watch = part, path, watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not inspect.ismethod(found) or name in QUESTIONS or _does_nothing(found.__func__):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._watch.note(self._path, self._part, name)
            return found(*arguments, **named)

        return call


def trace(simulation: Simulation, paths: dict[int, str]) -> list[Call]:
    """Step a market, at most `MOST_STEPS`; calls in the order of a step.

    `paths` has the path of every part to watch, by the part's id. What is called in few steps alone, as a program that
    is launched later, stands behind what came before it in its own step.
    """
    schedule, watch = simulation.schedule, _Watch()
    schedule.repeatable = False  # what a routine does nobody sees

    def watched(part: Any) -> Any:
        return _Watched(part, paths[id(part)], watch) if id(part) in paths else part

    for name in SINGLE:
        setattr(schedule, name, watched(getattr(schedule, name)))
    for method, entries in schedule.pricing_that.items():
        schedule.pricing_that[method] = [(watched(part), own, brand) for part, own, brand in entries]
    schedule.programs = [(watched(part), own) for part, own in schedule.programs]
    schedule.levers = [(watched(part), own) for part, own in schedule.levers]
    for name, inside, after in (("_first_round", BLOCK, BLOCK), ("round", ROUND, BLOCK), ("_close_block", CLOSE, END)):
        setattr(schedule, name, _within(getattr(schedule, name), watch, inside, after))
    order: list[Call] = []
    for _ in range(min(simulation.calendar.last, MOST_STEPS)):
        watch.scope, watch.seen = BEGIN, {}
        schedule.step(simulation.now)
        _merge(order, list(watch.seen))
        for worker in simulation.world.workers:
            worker.totals.all[:] = 0
        simulation.now += 1
    return sorted(order, key=lambda call: call.scope)


def _within(method: Callable[..., Any], watch: _Watch, inside: int, after: int) -> Callable[..., Any]:
    """The method, telling the watch that the step is in it, and where it is afterwards."""

    def call(*arguments: Any) -> Any:
        watch.scope = inside
        try:
            return method(*arguments)
        finally:
            watch.scope = after

    return call


def _merge(order: list[Call], step: list[Call]) -> None:
    """Put what is new in a step behind what came before it there."""
    place = 0
    for call in step:
        if call in order:
            place = max(place, order.index(call) + 1)
        else:
            order.insert(place, call)
            place += 1


def _does_nothing(function: Any) -> bool:
    """Whether a function has a docstring and nothing else."""
    body = getattr(function, "__code__", None)
    return body is not None and not body.co_names and all(c is None or c == function.__doc__ for c in body.co_consts)
