"""Kept: replications of scenarios with all their results in a store, so that a comparison goes on where it stopped.

A row of the store holds every number of a run; from those of all replications comes the Dataset that
`runs.replicate_worlds` would have made, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim import results
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.memory import check_memory
from loyaltysim.runs import STACK_ROWS, STACKS_A_HAND
from loyaltysim.simulation import Simulation, check_count, check_seed
from loyaltysim.study.fill import Job, fill, jobs_of
from loyaltysim.study.store import Store

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


class AllResults:
    """All results of a run, one after the other; a whole number is exact up to 2**53."""

    key = "all results"
    needs_log = False

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Read a finished simulation: replications × numbers."""
        data = results.Arrays(simulation.scenario, [simulation.raw()])
        parts = [data[name].values for name in results.variables_of(simulation.scenario)]
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def kept_worlds(
    worlds: Mapping[str, Scenario],
    *,
    store: str | Path,
    replications: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, xr.Dataset]:
    """Replicate each world, as `replicate_worlds`; what is in the store is read, and what is not is added to it.

    None does what another process on the store has in hand.

    Raises
    ------
    ScenarioError : also for a store of another version, and if runs failed
    """
    last, measure = first + check_count("replications", replications), AllResults()
    if threads is not None:
        check_count("threads", threads, 1024)
    for world in worlds.values():
        check_memory(world, min(replications, max(1, STACK_ROWS // world.population.n_customers)), replications)
    kept = Store(store)
    jobs, keys = jobs_of(list(worlds.values()), last, check_seed(seed), kept.done(), measure=measure)
    jobs = list({job.keys: job for job in jobs}.values())  # two names may stand for one scenario
    whose = {key: name for name, own in zip(worlds, keys) for key in own}
    done = dict.fromkeys(worlds, replications)
    for job in jobs:
        done[whose[job.keys[0]]] -= len(job.keys)
    pieces = [piece for job in jobs for piece in _cut(job)]
    for batch in fill(pieces, seed, store=kept, threads=threads):
        if errors := [row["error"] for row in batch if row["error"]]:
            why = errors[0].strip().splitlines()[-1]
            message = f'a run failed: {why}; "{store}" keeps the whole error, and the same call tries it again'
            raise ScenarioError([Fault(None, None, "", message)])
        for row in batch:
            done[whose[row["key"]]] += 1
        if progress is not None:
            for name, number in done.items():
                progress(name, number)
    kept.close()
    values = kept.numbers({key for own in keys for key in own[first:]})
    return {
        name: _dataset(world, seed, first, [values[key] for key in own[first:]])
        for (name, world), own in zip(worlds.items(), keys)
    }


def _cut(job: Job) -> Iterator[Job]:
    """A job in pieces, of which little is lost by a kill; none so small that its calls cost more than its work."""
    most = max(1, STACK_ROWS // STACKS_A_HAND // job.scenario.population.n_customers)
    for start in range(0, len(job.keys), most):
        place = slice(start, start + most)
        yield replace(job, replications=job.replications[place], keys=job.keys[place])


def _dataset(scenario: Scenario, seed: int, first: int, runs: list[np.ndarray]) -> xr.Dataset:
    """The Dataset of a scenario's runs; but for its periods, one that is opened and not run has its shape."""
    raw = Simulation(scenario, seed=seed, threads=1, replications=range(1)).raw()
    length = scenario.metrics.period_steps
    periods = np.zeros((scenario.steps // length if length else 0, *raw.periods.shape[1:]), raw.periods.dtype)
    empty = results.dataset(scenario, seed, [replace(raw, periods=periods)])
    count, start = len(runs), 0
    out = empty.isel(replication=np.zeros(count, int)).assign_coords(replication=np.arange(first, first + count))
    data = {}
    for name in empty.data_vars:
        shape, dtype = empty[name].shape[1:], empty[name].dtype
        size = int(np.prod(shape))
        data[name] = np.stack([run[start : start + size] for run in runs]).reshape(count, *shape).astype(dtype)
        start += size
    return out.copy(data=data)
