"""Runs: a scenario and a seed become a Dataset, once (`simulate`) or many times (`replicate`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim import results
from loyaltysim.at_once import at_once
from loyaltysim.customers.customers import Customers
from loyaltysim.customers.neighbors import Neighbors, Totals
from loyaltysim.customers.population import draw_segments
from loyaltysim.memory import check_memory
from loyaltysim.opening import build_network
from loyaltysim.simulation import ROWS_PER_THREAD, Simulation, check_count, check_seed

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

STACK_ROWS = 1 << 17
"""Replications are stacked to so many rows. More leave the cache: a stack of a million rows takes 1.4 times as long."""
STACKS_A_HAND = 4
"""Stacks for each of those who work at once, if they are large enough, so that all end at about the same time."""


def simulate(
    scenario: Scenario,
    *,
    seed: int = 1,
    threads: int | None = None,
    log: str | Path | None = None,
    customers: bool = False,
) -> xr.Dataset:
    """Run a scenario once.

    Parameters
    ----------
    scenario : what `load` gives
    seed : whole number, 0 … 2**63 - 1; the same seed gives the same bits
    threads : None takes all cores where there is enough work; results do not depend on it
    log : a path: every purchase is written there as Parquet
    customers : whether to add each customer's last state as variables over the dim `customer`

    Returns
    -------
    Dataset with the dims and variables of `loyaltysim.variables`

    Raises
    ------
    ScenarioError : for a bad seed or a scenario that cannot be opened
    """
    simulation = Simulation(scenario, seed=seed, threads=threads, log=log is not None).run()
    if log is not None and simulation.transactions is not None:
        simulation.transactions.save(log)
    data = simulation.results()
    if customers:
        frame = simulation.customers().drop(columns=["replication"]).set_index("customer")
        for name in frame:
            column = frame[name]
            data[f"customer_{name}"] = (
                "customer",
                column.astype(str) if column.dtype == "category" else column.to_numpy(),
            )
    return data


def network(scenario: Scenario, *, seed: int = 1, replication: int = 0) -> Neighbors | Totals | None:
    """Build the network of a scenario, as a run has it: who hears whom.

    Parameters
    ----------
    scenario : what `load` gives
    seed, replication : as of `simulate` and `replicate`, the replication from 0 on

    Returns
    -------
    Neighbors, with `degree`, `edges`, `to_networkx` and `write`; Totals where everybody hears everybody; None without
    a network

    Raises
    ------
    ScenarioError : for a bad seed, or a file of ties that cannot be read
    ValueError : for a replication below 0

    Examples
    --------
    >>> import loyaltysim as ls
    >>> ls.network(ls.load("reference").vary({"population.n_customers": 1000})).degree().mean()
    np.float64(10.0)
    """
    if replication < 0:
        raise ValueError(f"replications are numbered from 0 on, was {replication}")
    stack = range(replication, replication + 1)
    customers = Customers(scenario.population.n_customers, stack, len(scenario.brands), check_seed(seed))
    draw_segments(scenario.population, customers)
    return build_network(scenario, customers, check_seed(seed))


def replicate(
    scenario: Scenario,
    *,
    replications: int = 30,
    seed: int = 1,
    first: int = 0,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Run a scenario many times, with luck of its own each time: replication 0 is `simulate`, bit for bit.

    `first` is the number of the first replication, to add to those that were run before. `threads` is how many are at
    work in all, in other processes where that is worth it (`at_once`). `progress` is called with the number of
    replications done so far, a float, each step of those that are run here. Otherwise as `simulate`.
    """
    tell = None if progress is None else lambda _, done: progress(done)
    how = {"replications": replications, "seed": seed, "first": first, "threads": threads}
    return replicate_worlds({"": scenario}, progress=tell, **how)[""]  # type: ignore[arg-type]


def replicate_worlds(
    worlds: Mapping[str, Scenario],
    *,
    replications: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, xr.Dataset]:
    """Replicate each world; `progress` is called with its name and its replications done so far."""
    check_count("replications", replications)
    hands = os.cpu_count() or 1 if threads is None else check_count("threads", threads, 1024)
    if all(world.population.n_customers >= 2 * ROWS_PER_THREAD for world in worlds.values()):
        within, hands = hands, 1  # the threads of a step are at work
    else:
        within = 1
    pieces: list[tuple[Scenario, int, range, int]] = []
    names: list[str] = []
    for name, world in worlds.items():
        stacks = stacks_of(world, first, replications, hands, len(worlds))
        check_memory(world, len(stacks[0]), replications)
        pieces += [(world, check_seed(seed), stack, within) for stack in stacks]
        names += [name] * len(stacks)
    done = [0.0] * len(pieces)

    def tell(place: int, part: float) -> None:
        done[place] = part * len(pieces[place][2])
        if progress is not None:
            progress(names[place], sum(own for name, own in zip(names, done) if name == names[place]))

    raws = at_once(_raw, pieces, hands=hands, scenarios=worlds.values(), tell=tell)
    return {
        name: results.dataset(world, check_seed(seed), [raw for own, raw in zip(names, raws) if own == name])
        for name, world in worlds.items()
    }


def stacks_of(
    scenario: Scenario, first: int, replications: int, hands: int, worlds: int = 1, rows: int = STACK_ROWS
) -> list[range]:
    """Replications in stacks of at most so many rows.

    Some for each hand that works on so many worlds, but none so small that its calls cost more than its work.
    """
    n, size = scenario.population.n_customers, replications
    if hands > 1:
        size = max(-(-replications * worlds // (STACKS_A_HAND * hands)), rows // STACKS_A_HAND // n)
    size, last = max(1, min(size, rows // n)), first + replications
    return [range(start, min(start + size, last)) for start in range(first, last, size)]


def _raw(scenario: Scenario, seed: int, stack: range, threads: int, *, tell: Callable[[float], None]) -> results.Raw:
    """Counts of a stack of replications."""
    simulation = Simulation(scenario, seed=seed, threads=threads, replications=stack)
    return simulation.run(progress=lambda: tell(simulation.now / simulation.calendar.last)).raw()
