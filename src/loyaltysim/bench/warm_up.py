"""Warm up: compile and keep all kernels that the shipped scenarios use, so that the first run does not wait."""

from __future__ import annotations

from collections.abc import Callable

from loyaltysim.loading import load
from loyaltysim.scenario_file import shipped
from loyaltysim.simulation import Simulation

CUSTOMERS = 300
"""Enough that every part has something to do; panels keep their households."""


def warm_up(progress: Callable[[str, float], None] | None = None) -> list[str]:
    """Run every shipped scenario to the end of its first period, with few customers; returns their names.

    Kernels are kept by file and types, so that a later run in any process loads them in some milliseconds each.
    """
    done = []
    for name in shipped():
        scenario = load(name)
        fewer = {"burn_in": 0}
        if scenario.behavior.needs.kind != "panel":
            fewer["population.n_customers"] = CUSTOMERS
        Simulation(scenario.vary(fewer), threads=1).run(until=max(scenario.metrics.period_steps, 1) + 1)
        done.append(name)
        if progress is not None:
            progress(name, 1.0)
    return done
