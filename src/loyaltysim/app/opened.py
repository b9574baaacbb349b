"""Opened: the market that a visitor has opened, whole and in the size that the page simulates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from loyaltysim.app.keeping import luck_of
from loyaltysim.app.lessons import BY_NAME
from loyaltysim.app.limits import class_size
from loyaltysim.app.link import Chosen, read_query
from loyaltysim.app.offered import offered
from loyaltysim.app.opened_file import read_opened
from loyaltysim.app.sliders import sliders
from loyaltysim.scenario import Scenario

_numbers = count()


@dataclass(frozen=True, eq=False)
class Opened:
    """A market and what is chosen in it."""

    chosen: Chosen
    whole: Scenario
    small: Scenario
    """With as many customers as the page simulates."""
    shared: bool = True
    """Whether everybody is offered it, so that a link can name it."""
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def fewer(self) -> str:
        """That the page simulates fewer customers than the market has elsewhere; empty where it does not."""
        elsewhere, here = self.whole.population.n_customers, self.small.population.n_customers
        if here == elsewhere:
            return ""
        return f"Outside of this page it has {elsewhere:,} customers; here, {here:,} in each run."

    def with_seed(self, seed: int) -> Opened:
        """The same with other luck; by its number the page knows that all else stays."""
        return replace(self, chosen=replace(self.chosen, seed=seed, told=()))


def of_link(query: str) -> Opened:
    """What a link asks for."""
    return _of_chosen(read_query(query, offered()))


def of_name(name: str) -> Opened:
    """A market that is offered, unchanged."""
    return _of_chosen(Chosen(name))


def of_lesson(name: str, now: Opened) -> Opened:
    """A lesson's market, or, without a name, the market that is open, without a lesson."""
    if name in BY_NAME and BY_NAME[name].market in offered():
        return _of_chosen(Chosen(BY_NAME[name].market, now.chosen.seed, lesson=name))
    return Opened(Chosen(now.chosen.market, now.chosen.seed), now.whole, now.small, now.shared)


def _of_chosen(chosen: Chosen) -> Opened:
    whole = offered()[chosen.market]
    return Opened(chosen, whole, class_size(whole))


def of_file(name: str, text: str, size: int = 0) -> Opened:
    """A file that a visitor brings.

    If only sliders tell it from a market that is offered, it is opened as that one, changed; so what was saved comes
    back, with its luck. Raises ScenarioError for a file that cannot be opened here.
    """
    scenario = read_opened(name, text, size)
    seed = luck_of(text)
    for market, whole in offered().items():
        moved = _moved(whole, scenario)
        if moved is not None:
            return Opened(Chosen(market, seed, moved), whole, class_size(whole))
    return Opened(Chosen(name, seed), scenario, class_size(scenario), shared=False)


def _moved(whole: Scenario, scenario: Scenario) -> dict[str, float] | None:
    """What sliders would have to be moved to in one scenario to make it the other; None if that cannot be."""
    if tuple(whole.brands) != tuple(scenario.brands):
        return None
    differing = whole.diff(scenario)
    known = sliders(whole) if differing else {}
    moved = {path: theirs for path, (_, theirs) in differing.items()}
    return moved if all(path in known and known[path].reaches(value) for path, value in moved.items()) else None
