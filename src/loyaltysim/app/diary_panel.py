"""Diary panel: one customer's life in both worlds up to the step that is shown, or to that in which they part."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import solara
from solara.lab import use_task

from loyaltysim.app.session import Session
from loyaltysim.app.worlds import in_turns
from loyaltysim.faults import ScenarioError
from loyaltysim.measures.diary import Diary, explained, written
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

MOST_LINES = 40
"""Of a diary, that are shown; assumed."""
BUSY = 20
"""Customers of whom one is chosen, if none is asked for; assumed."""


@solara.component_vue("diary.vue", vuetify=False)
def _Diary(rows: list[dict[str, Any]], told: str) -> None:
    """A table: a row a step."""


@dataclass(frozen=True)
class _Wanted:
    """Which diary is asked for; the market and its luck are those of the session."""

    changes: tuple[tuple[str, float], ...]
    step: int
    customer: int | None


@solara.component
def DiaryPanel(session: Session) -> None:
    """A field for the customer's number, and the diary once it is asked for; it is there as long as no other is."""
    n = session.scenario.population.n_customers
    wanted, set_wanted = solara.use_state(cast("_Wanted | None", None))
    found, set_found = solara.use_state(cast("tuple[_Wanted, dict[str, Any]] | None", None))
    fault, set_fault = solara.use_state("")
    number, set_number = solara.use_state("")
    latest = solara.use_ref(wanted)
    latest.current = wanted

    def ask() -> None:
        if number and not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) < n):
            set_fault(f"Customers have numbers from 0 to {n - 1}.")
        elif session.step == 0:
            set_fault("Nothing has happened yet: press Step or Play first.")
        else:
            set_fault("")
            changes = tuple(sorted(session.asked.value.changes.items()))
            set_wanted(_Wanted(changes, session.step, int(number) if number else None))

    def read() -> None:
        if wanted is not None and (told := answer(session, wanted, lambda: latest.current is wanted)):
            set_found((wanted, told))

    def leave() -> None:
        latest.current = None

    use_task(read, dependencies=[wanted])
    solara.use_effect(lambda: leave, [])  # when the component goes
    solara.HTML(tag="h3", unsafe_innerHTML="One customer's diary")
    with solara.Row(classes=["choices"], gap="12px"):
        solara.InputText(f"Customer (0 to {n - 1}; empty: a busy one)", value=number, on_value=set_number)
        solara.Button("Read the diary", on_click=ask)
    if fault:
        _Diary(rows=[], told=fault)
    elif wanted is not None and found is not None and found[0] == wanted:
        _Diary(rows=found[1]["rows"], told=found[1]["told"])
    elif wanted is not None:
        _Diary(rows=[], told="The diary is being written …")


def answer(session: Session, wanted: _Wanted, still: Callable[[], bool]) -> dict[str, Any] | None:
    """The diary that is wanted, or why it cannot be had; None if it is not `still` wanted."""
    try:
        changed = session.scenario.vary(dict(wanted.changes))
        return in_turns(both(session.scenario, changed, session.seed, wanted.step, wanted.customer), still)
    except (ScenarioError, ValueError) as error:
        return {"rows": [], "told": f"There is no diary. {error}"}


def both(
    base: Scenario, changed: Scenario, seed: int, step: int, customer: int | None = None
) -> Generator[Simulation, None, dict[str, Any]]:
    """The diary of a customer of the first replication in both worlds, so many steps long: for `in_turns`.

    If none is given, of those who shop most often the one who buys most until the worlds part.
    """
    opening = Simulation(explained(base), seed=seed, threads=1)
    while opening.now < opening.calendar.burn_in:
        yield opening
    some = [customer] if customer is not None else _busy(opening)
    here = yield from written(opening.branch(explained(base)), some, until=step)
    there = yield from written(opening.branch(explained(changed)), some, until=step)
    ends = [one.parts_from(other) for one, other in zip(here, there)]
    place = max(range(len(some)), key=lambda k: _bought(here[k], ends[k]))
    one, end = here[place], ends[place]
    parts = "have not parted" if end is None else f"part in {one.when(end).lower()}; what it sees may differ before"
    last = one.when(step - 1).lower()
    told = f"Customer {some[place]} of the first of the runs, up to {last}: its purchases {parts}."
    rows = one.beside(there[place]).tail(MOST_LINES).to_dict("records")
    return {"rows": rows, "told": f"{told} One customer is no evidence."}


def _bought(one: Diary, end: int | None) -> int:
    """Purchases until the worlds part; -1 if they never do."""
    return -1 if end is None else sum(event.what == "bought" and event.step <= end for event in one.events)


def _busy(simulation: Simulation) -> list[int]:
    """Those who shop most often, the busiest first."""
    customers = simulation.world.customers
    if not customers.has("needs"):
        return [*range(min(BUSY, customers.n_customers))]
    return [int(row) for row in np.argsort(-customers.arrays["needs"], kind="stable")[:BUSY]]
