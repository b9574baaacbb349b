"""Runs: a scenario and a seed become a Dataset, once (`simulate`) or many times (`replicate`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim import results
from loyaltysim.customers.customers import Customers
from loyaltysim.customers.neighbors import Neighbors, Totals
from loyaltysim.customers.population import draw_segments
from loyaltysim.memory import check_memory
from loyaltysim.opening import build_network
from loyaltysim.simulation import Simulation, check_count, check_seed

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

STACK_ROWS = 1 << 17
"""Replications are stacked to so many rows. More leave the cache: a stack of a million rows takes 1.4 times as long."""


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

    `first` is the number of the first replication, to add to those that were run before. `progress` is called each step
    with the number of replications done so far, a float. Otherwise as `simulate`.
    """
    runs = stacked(scenario, replications=replications, seed=seed, first=first, threads=threads, progress=progress)
    stacks = [simulation.raw() for simulation in runs]
    return results.dataset(scenario, check_seed(seed), stacks)


def stacked(
    scenario: Scenario,
    *,
    replications: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Simulation]:
    """Finished simulations of all replications, a stack at a time."""
    check_count("replications", replications)
    size = max(1, STACK_ROWS // scenario.population.n_customers)
    check_memory(scenario, min(size, replications), replications)
    for start in range(0, replications, size):
        some = range(first + start, first + min(start + size, replications))
        simulation = Simulation(scenario, seed=seed, threads=threads, replications=some)
        yield simulation.run(progress=None if progress is None else partial(_tell, progress, simulation, start))


def _tell(progress: Callable[[float], None], simulation: Simulation, before: int) -> None:
    """Tell how many replications are done, those that run now in part."""
    progress(before + simulation.world.n_replications * simulation.now / simulation.calendar.last)
