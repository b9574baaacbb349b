"""Limits: how large a market the class page simulates, and for how long: many visitors share a computer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.data.panels import MissingData
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.memory import expected_need, size_text
from loyaltysim.scenario import Scenario

if TYPE_CHECKING:
    from loyaltysim.simulation import Simulation

REPLICATIONS = 10
CUSTOMERS = 2000
"""In each replication; more answer too slowly."""
MOST_STEPS = 1500
"""Burn-in included; assumed: four years of days."""
MOST_PARTS = 40
"""Programs, prices and levers of all brands; assumed."""
MOST_BYTES = 200e6
"""Of one world; assumed."""
MOST_OCCASIONS = 60
"""Expected of the busiest customer in a step: each takes a round; assumed."""
LONGEST_OPENING, LONGEST_STEP = 20.0, 1.0
"""Seconds; assumed."""
SLOW_STEPS = 3
"""So many slow steps one after the other are borne, since what a scenario needs may have to be compiled; assumed."""
MOST_VISITORS = 40
"""At once; assumed: a class. Each takes some 40 MB (measured)."""
MOST_FILE = 200_000
"""Bytes of a scenario file; assumed: the longest shipped one has a tenth."""


def class_size(scenario: Scenario) -> Scenario:
    """The scenario with so many customers as the page simulates. Raises ScenarioError for one that is too large."""
    n = scenario.population.n_customers
    if n > CUSTOMERS:
        if scenario.network.files():
            raise _refused(
                "population.n_customers", f"has ties from a file, and at most {CUSTOMERS:,} customers, was {n:,}"
            )
        scenario = scenario.vary({"population.n_customers": CUSTOMERS})
    if scenario.calendar.last > MOST_STEPS:
        raise _refused(
            "steps", f"must be at most {MOST_STEPS:,} together with burn_in, were {scenario.calendar.last:,}"
        )
    parts = sum(len(brand.programs) + len(brand.pricing) + len(brand.levers) for brand in scenario.brands.values())
    if parts > MOST_PARTS:
        raise _refused("brands", f"have {parts} programs, prices and levers; at most {MOST_PARTS} go on this page")
    try:
        need = expected_need(scenario, REPLICATIONS)
    except MissingData as missing:
        raise _refused("panel.source", str(missing)) from None
    size = need.customers + need.network + need.results  # without the program itself, which is there already
    if size > MOST_BYTES:
        raise _refused("", f"takes {size_text(size)} of memory; at most {size_text(MOST_BYTES)} are for one visitor")
    return scenario


def check_occasions(simulation: Simulation) -> None:
    """Raise ScenarioError where a customer may shop so often that a step takes long."""
    needs = simulation.scenario.behavior.needs
    season = max((1.0, *getattr(needs, "season", ())))
    lift = math.exp(abs(getattr(needs, "contact_lift", 0.0)))
    most = float(simulation.world.customers.arrays["needs"].max()) * simulation.calendar.weeks * season * lift
    if needs.kind == "poisson" and most > MOST_OCCASIONS:
        message = f"somebody might shop {most:.0f} times a step; the page simulates at most {MOST_OCCASIONS}"
        raise _refused("population.needs_per_week", message)


def too_large(key: str, message: str) -> ScenarioError:
    """What to raise for a market that takes too long."""
    return _refused(key, f"{message}: it is too large for this page")


def _refused(key: str, message: str) -> ScenarioError:
    return ScenarioError([Fault(None, None, key, message)])
