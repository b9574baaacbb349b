"""Session: what one visitor asks for, and the two worlds that follow, in the background; nobody else sees them.

What is asked for last wins: stepping toward something else ends at once. What is there is shown a few times a second,
so a slider is answered while a long run is still under way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import solara
from solara.lab import use_task

from loyaltysim.app.worlds import Pair, Worlds
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

PAUSE = 0.25
"""Seconds between pictures when it plays; assumed."""
PICTURES = 100
"""How many pictures a run has when it plays; assumed: half a minute."""
FIRST_WEEKS = 52.0
"""How far the worlds have come when the page opens; assumed."""


@dataclass(frozen=True)
class Asked:
    """What a visitor wants to see."""

    changes: Mapping[str, float] = field(default_factory=dict)
    """Settings of the changed world, by path."""
    step: int = 0
    playing: bool = False


@dataclass(frozen=True, eq=False)
class Session:
    """One visitor's market: what was asked for, what there is to see, and why not, if it cannot be had."""

    scenario: Scenario
    seed: int
    asked: solara.Reactive[Asked]
    shown: solara.Reactive[Pair | None]
    refused: solara.Reactive[str]

    @property
    def step(self) -> int:
        """The step that is shown."""
        return self.shown.value.step if self.shown.value else 0

    @property
    def last(self) -> int:
        """The step with which the run ends."""
        return self.scenario.steps

    def change(self, changes: Mapping[str, float]) -> None:
        """Let settings hold in the changed world, all others as given; it begins anew and comes to where it was."""
        asked = self.asked.value
        self.asked.value = replace(asked, changes=dict(changes), step=self.step if asked.playing else asked.step)

    def go(self, step: int) -> None:
        """Show a step, and stop there."""
        self.asked.value = replace(self.asked.value, step=min(max(step, 0), self.last), playing=False)

    def play(self) -> None:
        """Go on by itself, from the beginning if the run is over."""
        self.asked.value = replace(self.asked.value, step=self.step if self.step < self.last else 0, playing=True)

    def play_changed(self, changes: Mapping[str, float]) -> None:
        """Play from the beginning, with settings changed."""
        self.asked.value = Asked(dict(changes), 0, playing=True)

    def changed_scenario(self) -> Scenario:
        """The scenario of the changed world. Raises ScenarioError where the settings do not go together."""
        return self.scenario.vary(dict(self.asked.value.changes))


class _Turns:
    """Which of the things asked for is the last."""

    def __init__(self) -> None:
        self.now = 0

    def next(self) -> int:
        """Another one; those before are over."""
        self.now += 1
        return self.now

    def end(self) -> None:
        """All are over."""
        self.now += 1


def use_session(scenario: Scenario, seed: int, changes: Mapping[str, float], weeks: float = FIRST_WEEKS) -> Session:
    """The session of the component that asks for it, which begins after so many weeks; it ends with the component.

    Another seed, later, shows what is asked for under other luck.
    """
    first = min(round(weeks / scenario.calendar.weeks), scenario.steps)
    asked = solara.use_reactive(Asked(dict(changes), first))
    shown: solara.Reactive[Pair | None] = solara.use_reactive(None)
    refused = solara.use_reactive("")
    session = Session(scenario, seed, asked, shown, refused)
    turns = solara.use_memo(_Turns, [])
    worlds = solara.use_memo(lambda: Worlds(scenario, seed), [seed])
    turn = solara.use_memo(turns.next, [asked.value, seed])

    def follow() -> None:
        try:
            _follow(session, worlds, lambda: turns.now == turn)
        except (ScenarioError, ValueError) as error:
            refused.value = str(error)

    use_task(follow, dependencies=[turn])
    solara.use_effect(lambda: turns.end, [])  # when the component goes
    return session


def _follow(session: Session, worlds: Worlds, still: Callable[[], bool]) -> None:
    """Bring the worlds to what is asked for, as long as nothing else is."""
    asked = session.asked.value

    def wanted() -> bool:  # whoever pauses has asked before the page is drawn again: not one step more is shown
        return still() and session.asked.value == asked

    changed = session.changed_scenario()
    step, pace = asked.step, math.ceil(session.last / PICTURES)
    while True:
        there = worlds.go(changed, step, wanted)
        if not wanted():
            return
        session.shown.value = worlds.pair()  # this draws the page, and meanwhile something else may be asked for
        if session.refused.value:
            session.refused.value = ""
        if not wanted():
            return
        if not there:
            continue
        if not asked.playing:
            return
        if step >= session.last:
            session.go(step)
            return
        time.sleep(PAUSE)
        step = min(step + pace, session.last)
