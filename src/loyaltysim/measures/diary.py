"""Diary: one customer of one run, week by week: prices seen, what was bought and why, what friends told, what it felt.

What it can and cannot say: it tells the reason that spoke most for the brand at that moment, and at a switch what had
changed since the purchase before (docs/model.md (E68), (E197)). In a logit much is chance, and the diary says so. One
customer is no evidence of anything: diaries show how the parts of the model meet in a life.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.measures.diary_words import in_words
from loyaltysim.measures.watch import Event, Watch
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

CHOSEN = ("bought", "passed")
"""What a customer does by itself, by which two worlds are told apart."""


@dataclass(frozen=True)
class Diary:
    """What happened to one customer.

    Attributes
    ----------
    customer : its number
    brands, currency, weeks : of the scenario; weeks are the length of a step
    events : what happened, in order
    steps : the first and the last step that is told, counted from the first measured one; the last is not in it
    """

    customer: int
    brands: tuple[str, ...]
    currency: str
    weeks: float
    events: tuple[Event, ...]
    felt: tuple[tuple[int, np.ndarray, np.ndarray], ...]
    """Step, and satisfaction and bond with each brand at its end."""
    steps: tuple[int, int]

    def __repr__(self) -> str:
        """One line: whose diary, and how much there is."""
        return (
            f"<Diary of customer {self.customer}: {len(self.events)} events in steps {self.steps[0]}–{self.steps[1]}>"
        )

    @property
    def frame(self) -> pd.DataFrame:
        """One row an event.

        Columns: step, week (its end, since the first measured step), occasion (within the step; -1: no shopping), what,
        brand, last_brand, number (units, messages, severity, points, contacts), recovery, price (paid for one unit),
        price[brand] (what was seen), chance, why, left_why, name, words. What each says: `measures.watch.Event`.
        """
        import pandas as pd

        names = [*self.brands, None]
        rows = []
        for event in self.events:
            told = event._asdict()
            del told["row"]
            seen = told.pop("prices") or (np.nan,) * len(self.brands)
            told |= {"brand": names[event.brand], "last_brand": names[event.last_brand]}
            told |= {f"price[{name}]": price for name, price in zip(self.brands, seen)}
            rows.append(told | {"week": self.week(event.step), "words": self.say(event)})
        columns = [name for name in Event._fields if name not in ("row", "prices")]
        columns += [*(f"price[{name}]" for name in self.brands), "week", "words"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def feelings(self) -> pd.DataFrame:
        """One row a step, at its end: step, week, satisfaction[brand], bond[brand]; NaN where nobody feels any."""
        import pandas as pd

        rows = [
            {"step": step, "week": self.week(step)}
            | {f"satisfaction[{name}]": value for name, value in zip(self.brands, satisfaction)}
            | {f"bond[{name}]": value for name, value in zip(self.brands, bond)}
            for step, satisfaction, bond in self.felt
        ]
        return pd.DataFrame(rows)

    @property
    def text(self) -> str:
        """The diary in plain words, a line for each step in which anything happened."""
        return "\n".join(f"{self.when(step)}: {words}" for step, words in self.lines().items())

    def lines(self) -> dict[int, str]:
        """The words of each step in which anything happened."""
        told: dict[int, list[str]] = {}
        for event in self.events:
            told.setdefault(event.step, []).append(self.say(event))
        return {step: " ".join(words) for step, words in told.items()}

    def say(self, event: Event) -> str:
        """An event in a sentence."""
        return in_words(event, self.brands, self.currency)

    def week(self, step: int) -> float:
        """When a step ends, in weeks."""
        return (step + 1) * self.weeks

    def when(self, step: int) -> str:
        """A step by its name: the week, or the day where steps are shorter, or the month."""
        days = round(self.weeks * 7, 4)
        name = {1: "Day", 7: "Week", 30.4375: "Month", 365.25: "Year"}.get(days, "Step")
        return f"{name} {step + 1}"

    def parts_from(self, other: Diary) -> int | None:
        """The first step in which the customer does something else in the other world; None if it never does."""
        ours, theirs = self._deeds(), other._deeds()
        parted = [step for step in {*ours, *theirs} if ours.get(step) != theirs.get(step)]
        return min(parted, default=None)

    def beside(self, other: Diary) -> pd.DataFrame:
        """Both worlds side by side, up to the step in which they part: step, when, here, there; one row a step.

        What is in one world only (a price, say) may differ before. Raises ValueError for the diary of somebody else.
        """
        import pandas as pd

        if (self.customer, self.brands, self.weeks) != (other.customer, other.brands, other.weeks):
            raise ValueError("the diaries are not of the same customer of the same market")
        ours, theirs, end = self.lines(), other.lines(), self.parts_from(other)
        steps = [step for step in sorted({*ours, *theirs}) if end is None or step <= end]
        rows = [(step, self.when(step), ours.get(step, ""), theirs.get(step, "")) for step in steps]
        return pd.DataFrame(rows, columns=["step", "when", "here", "there"])

    def _deeds(self) -> dict[int, list[tuple[str, int]]]:
        """What the customer did in each step: shopped, and for what."""
        told: dict[int, list[tuple[str, int]]] = {}
        for event in self.events:
            if event.what in CHOSEN:
                told.setdefault(event.step, []).append((event.what, event.brand))
        return told


def diary(what: Scenario | Simulation, customer: int, *, seed: int = 1) -> Diary:
    """Tell what one customer sees, hears, buys and feels.

    Parameters
    ----------
    what : a scenario, or a simulation that is not at its end, which is run to it (such as a `branch`; give its scenario
        `metrics.reasons` and `accounts.by_customer` if the diary is to tell why, and of points)
    customer : number of the customer, from 0 on; of the first replication
    seed : of the run, if a scenario is given

    Returns
    -------
    Diary, with `text`, `frame` and `feelings`, and `beside` for the same customer in another world

    Raises
    ------
    ScenarioError : for a bad seed, or a scenario that cannot be opened
    ValueError : if there is no such customer, or the simulation is at its end

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = {"population.n_customers": 200, "burn_in": 4, "steps": 20}
    >>> ls.diary(ls.load("grocery").vary(small), 3).frame["what"].isin(["bought", "passed"]).any()
    np.True_
    """
    simulation = what if isinstance(what, Simulation) else Simulation(explained(what), seed=seed)
    return diaries(simulation, [customer])[0]


def diaries(simulation: Simulation, customers: list[int], *, until: int | None = None) -> list[Diary]:
    """The diaries of several customers, from the next step on; the simulation is run to its end, or to a measured step.

    Raises as `diary`.
    """
    writing = written(simulation, customers, until=until)
    while True:
        try:
            next(writing).step()
        except StopIteration as end:
            return list(end.value)


def written(
    simulation: Simulation, customers: list[int], *, until: int | None = None
) -> Generator[Simulation, None, list[Diary]]:
    """The same for whoever steps the simulation, which is given each time a step is to be made; then the diaries come.

    Raises as `diary`.
    """
    n, calendar, scenario = simulation.world.customers.n_customers, simulation.calendar, simulation.scenario
    for customer in customers:
        if not 0 <= customer < n:
            raise ValueError(f"customers have numbers from 0 to {n - 1}, was {customer}")
    if simulation.now >= calendar.last:
        raise ValueError("the simulation is at its end: give one that is not, or its scenario")
    while simulation.now < calendar.burn_in:
        yield simulation
    watch = Watch(simulation, tuple(customers))
    begin, end = simulation.now - calendar.burn_in, scenario.steps if until is None else min(until, scenario.steps)
    while simulation.now < calendar.burn_in + end:
        yield simulation
        watch.close()
    return [
        Diary(
            customer,
            tuple(scenario.brands),
            scenario.currency,
            calendar.weeks,
            tuple(event for event in watch.events if event.row == customer),
            tuple((step, satisfaction, bond) for step, row, satisfaction, bond in watch.felt if row == customer),
            (begin, end),
        )
        for customer in customers
    ]


def explained(scenario: Scenario) -> Scenario:
    """The same market, which keeps besides what a diary tells: reasons, where there are any, and points by customer."""
    told: dict[str, bool] = {"accounts.by_customer": True}
    if scenario.behavior.choice.kind == "logit":
        told["metrics.reasons"] = True
    return scenario.vary(told)
