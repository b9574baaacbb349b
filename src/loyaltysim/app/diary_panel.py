"""Diary panel: one customer's life in both worlds up to the step that is shown, or to that in which they part."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from loyaltysim.app.session import Session
from loyaltysim.app.worlds import simulated
from loyaltysim.measures.diary import Diary, diaries, explained
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

MOST_LINES = 40
"""Of a diary, that are shown; assumed."""
BUSY = 20
"""Customers of whom one is chosen, if none is asked for; assumed."""


@solara.component_vue("diary.vue", vuetify=False)
def _Diary(rows: list[dict[str, Any]], told: str) -> None:
    """A table: a row a step."""


@solara.component
def DiaryPanel(session: Session) -> None:
    """A field for the customer's number, and the diary once it is asked for."""
    n = session.scenario.population.n_customers
    found, set_found = solara.use_state(dict[str, Any]())
    number, set_number = solara.use_state("")

    def read() -> None:
        if number and not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) < n):
            set_found({"rows": [], "told": f"Customers have numbers from 0 to {n - 1}."})
            return
        customer, changed, step = int(number) if number else None, session.changed_scenario(), session.step
        if step == 0:
            set_found({"rows": [], "told": "Nothing has happened yet: press Step or Play first."})
            return
        set_found(simulated(lambda: both(session.scenario, changed, session.seed, step, customer)))

    solara.HTML(tag="h3", unsafe_innerHTML="One customer's diary")
    with solara.Row(classes=["choices"], gap="12px"):
        solara.InputText(f"Customer (0 to {n - 1}; empty: a busy one)", value=number, on_value=set_number)
        solara.Button("Read the diary", on_click=read)
    if found:
        _Diary(rows=found["rows"], told=found["told"])


def both(base: Scenario, changed: Scenario, seed: int, step: int, customer: int | None = None) -> dict[str, Any]:
    """The diary of a customer of the first replication in both worlds, so many steps long.

    If none is given, of those who shop most often the one who buys most until the worlds part.
    """
    opening = Simulation(explained(base), seed=seed, threads=1).run(until=0)
    some = [customer] if customer is not None else _busy(opening)
    here, there = (diaries(opening.branch(explained(each)), some, until=step) for each in (base, changed))
    ends = [one.parts_from(other) for one, other in zip(here, there)]
    place = max(range(len(some)), key=lambda k: _bought(here[k], ends[k]))
    one, end = here[place], ends[place]
    parts = "have not parted" if end is None else f"part in {one.when(end).lower()}"
    told = f"Customer {some[place]} of the first of the runs, up to {one.when(step - 1).lower()}: the worlds {parts}."
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
