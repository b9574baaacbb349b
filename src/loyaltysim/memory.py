"""Memory: how much a run takes, told before it is taken, so that a slip of a zero is a fault and not a dead machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.opening import open_market
from loyaltysim.schedule import Schedule
from loyaltysim.totals import Totals

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SMALL = 256
"""Customers of the small copy whose arrays are counted."""
SURELY_PER_BRAND = 800
"""Bytes of a customer for each brand, for each program, and besides, that no scenario comes near (all that there is,
with three brands and two programs: 90); if there is room for them, none are counted."""
TIMES_RESULTS = 7
"""Counts are kept as they are, as results, and while they turn from one to the other (measured: 6.3)."""
FIXED = 260_000_000
"""The program with its libraries and kernels, and a worker's scratch (measured)."""


@dataclass(frozen=True)
class Need:
    """Bytes that a run takes at its highest."""

    customers: int
    network: int
    results: int

    @property
    def bytes(self) -> int:
        """All together."""
        return self.customers + self.network + self.results + FIXED


def expected_need(scenario: Scenario, stack: int = 1, replications: int | None = None) -> Need:
    """What a run of so many replications takes if `stack` of them are simulated at once (default: all)."""
    rows = scenario.population.n_customers * stack
    return Need(
        int(rows * bytes_per_row(scenario)), _network(scenario, stack), _results(scenario, replications or stack)
    )


def bytes_per_row(scenario: Scenario) -> float:
    """Bytes that a customer takes: those of a small copy of the market, opened and counted."""
    changes: dict[str, object] = {"steps": max(1, scenario.metrics.period_steps), "burn_in": 0}
    if scenario.behavior.needs.kind != "panel":  # there the households are counted already
        changes["population.n_customers"] = min(SMALL, scenario.population.n_customers)
        if not scenario.network.as_totals:
            changes["network"] = {"kind": "random", "mean_degree": 0.0}  # the ties are counted apart
    small = scenario.vary(changes)
    world = open_market(small, 0, range(1))
    Schedule(small, world)  # parts ask for their arrays when they are opened
    parts = (world.arrays, world.history.arrays, world.touches.arrays)
    own = sum(array.nbytes for arrays in parts for array in arrays.values())
    return (world.customers.bytes + own) / world.customers.rows


def surely_per_row(scenario: Scenario) -> int:
    """Bytes that a customer never takes, whatever is on, by the number of brands and programs alone."""
    return SURELY_PER_BRAND * (1 + sum(1 + len(brand.programs) for brand in scenario.brands.values()))


def available_bytes() -> int | None:
    """Memory that can be had without swapping, in bytes; None where that cannot be told."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    except OSError:
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit, used = (Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory.current"))  # of a container
    try:
        found.append(max(int(limit.read_text()) - int(used.read_text()), 0))
    except (OSError, ValueError):
        pass  # no container, or no limit: "max"
    return min(found, default=None)


def check_memory(scenario: Scenario, stack: int, replications: int | None = None) -> None:
    """Refuse what cannot fit; arguments as `expected_need`.

    Raises ScenarioError that says how much is needed for what, and how much there is.
    """
    free = available_bytes()
    rows = scenario.population.n_customers * stack
    at_most = rows * surely_per_row(scenario) + _network(scenario, stack) + _results(scenario, replications or stack)
    if free is None or at_most < free:
        return
    need = expected_need(scenario, stack, replications)
    if need.bytes > free:
        parts = {"customers": need.customers, "network": need.network, "results": need.results}
        most = max(parts, key=lambda name: parts[name])
        told = ", ".join(f"{size_text(size)} for {name}" for name, size in parts.items())
        key = {"customers": "population.n_customers", "network": "network", "results": "steps"}[most]
        message = f"the run needs about {size_text(need.bytes)} of memory ({told}), and {size_text(free)} are free"
        raise ScenarioError([Fault(None, None, key, message)])


def size_text(size: float) -> str:
    """A number of bytes for reading: "1.2 GB"."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= scale:
            return f"{size / scale:.{1 if size < 10 * scale else 0}f} {unit}"
    return f"{size / 1e6:.1f} MB"


def _network(scenario: Scenario, stack: int) -> int:
    if not scenario.word_of_mouth.travels:
        return 0
    return int(scenario.network.expected_bytes(scenario.population.n_customers, stack, scenario._folder))


def _results(scenario: Scenario, replications: int) -> int:
    segments, brands = len(scenario.segment_names), len(scenario.brands)
    programs, levers = (
        sum(len(getattr(brand, room)) for brand in scenario.brands.values()) for room in ("programs", "levers")
    )
    counts = Totals(1, segments, brands, programs, levers, scenario.metrics.reasons).all.nbytes
    return (
        TIMES_RESULTS * counts * scenario.calendar.last * replications
        + np.dtype(float).itemsize * scenario.calendar.last
    )
