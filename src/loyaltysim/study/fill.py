"""Fill: the runs of a study that are not there yet are made, a batch at a time, on threads or on a cluster.

A job is some replications of one scenario, stacked; a batch is jobs of about half a second, after which their runs are
written to the store. So a kill costs the batches in flight and nothing else. Every engine gives the same bits.
"""

from __future__ import annotations

import json
import os
import shlex
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim import results
from loyaltysim.runs import STACK_ROWS
from loyaltysim.simulation import Simulation
from loyaltysim.study.compare import METRICS
from loyaltysim.study.store import Keys, Store, table_of
from loyaltysim.summaries import summarized

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

BATCH_SECONDS = 0.5
Row = dict[str, Any]
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Job:
    """Some replications of one scenario.

    Attributes
    ----------
    scenario : what is run
    command : how a user runs it again by hand
    replications : numbers of the replications
    keys : of the runs, one a replication
    """

    scenario: Scenario
    command: str
    replications: range
    keys: tuple[str, ...]


class Stopped(Exception):
    """The user stopped, or another job could not be written: this one ends at its next step."""


def jobs_of(
    scenarios: Sequence[Scenario], changes: Sequence[Mapping[str, Any]], replications: int, seed: int, done: set[str]
) -> tuple[list[Job], list[tuple[str, ...]]]:
    """The jobs that are to be done, and the keys of every scenario's runs, done or not."""
    jobs, all_keys = [], []
    for scenario, changed in zip(scenarios, changes):
        keys = Keys(scenario, seed)
        own = tuple(keys.of(replication) for replication in range(replications))
        all_keys.append(own)
        size = max(1, STACK_ROWS // scenario.population.n_customers)
        for some in _missing(own, done, size):
            command = _command(scenario, changed, seed, some.stop)
            jobs.append(Job(scenario, command, some, own[some.start : some.stop]))
    return jobs, all_keys


def fill(
    jobs: Sequence[Job],
    seed: int,
    *,
    store: Store | None = None,
    threads: int | None = None,
    client: Any = None,
    tell: Tell | None = None,
) -> Iterator[list[Row]]:
    """Do the jobs; yields the rows of each batch when they are safe in the store.

    `client` is a Dask distributed Client, in place of threads. `tell` is called with the number of runs done so far.
    A run that raises is a row with its traceback. Raises OSError if the store cannot be written; what was written
    before is safe.
    """
    if client is not None:
        from loyaltysim.study.cluster import batches_on

        found = batches_on(client, jobs, seed, BATCH_SECONDS)
    else:
        found = _on_threads(jobs, seed, threads, tell)
    done = 0
    for rows in found:
        if store is not None:
            store.add(table_of(rows))
        done += len(rows)
        if tell is not None and client is not None:  # threads tell by themselves
            tell(done)
        yield rows


def do(job: Job, seed: int, tell: Tell | None = None) -> list[Row]:
    """The rows of a job's runs. If a stack fails, each replication is tried by itself, so that one costs no other."""
    began = time.perf_counter()
    try:
        simulation = Simulation(job.scenario, seed=seed, threads=1, replications=job.replications)
        last = simulation.calendar.last
        simulation.run(progress=None if tell is None else lambda: tell(len(job.keys) * simulation.now / last))
        data = results.dataset(job.scenario, seed, [simulation.raw()])
    except Stopped:
        raise
    except Exception:
        if len(job.keys) > 1:
            apart = [
                Job(job.scenario, job.command, range(number, number + 1), (key,))
                for number, key in zip(job.replications, job.keys)
            ]
            return [row for one in apart for row in do(one, seed, tell)]
        error = traceback.format_exc()
        return [_row(job.keys[0], job.replications[0], time.perf_counter() - began, job.command, error=error)]
    layout = json.dumps([list(METRICS), list(map(str, data["brand"].values)), list(map(str, data["segment"].values))])
    values = np.stack([summarized(data, metric) for metric in METRICS], 1).reshape(len(job.keys), -1)
    seconds = (time.perf_counter() - began) / len(job.keys)
    return [
        _row(key, number, seconds, job.command, layout, own.tolist())
        for key, number, own in zip(job.keys, job.replications, values)
    ]


def _row(
    key: str,
    replication: int,
    seconds: float,
    command: str,
    layout: str | None = None,
    values: list[float] | None = None,
    error: str | None = None,
) -> Row:
    return {
        "key": key, "replication": replication, "seconds": seconds, "layout": layout, "values": values, "error": error,
        "command": command,
    }  # fmt: skip


def _on_threads(jobs: Sequence[Job], seed: int, threads: int | None, tell: Tell | None) -> Iterator[list[Row]]:
    """Batches as they come from threads, each of which works through jobs until half a second has gone."""
    at_once = min(threads or os.cpu_count() or 1, max(len(jobs), 1))
    stop, lock, waiting = Event(), Lock(), iter(jobs)
    done = dict.fromkeys(range(at_once), 0.0)
    """Runs that each thread has done, the one in hand in part."""

    def batch(number: int) -> tuple[int, list[Row]]:
        began, before = time.perf_counter(), done[number]
        rows: list[Row] = []

        def check(part: float) -> None:
            if stop.is_set():
                raise Stopped
            done[number] = before + len(rows) + part
            if tell is not None:
                tell(sum(done.values()))

        while not stop.is_set():
            with lock:
                job = next(waiting, None)
            if job is None:
                break
            rows += do(job, seed, check)
            done[number] = before + len(rows)
            if time.perf_counter() - began >= BATCH_SECONDS:
                break
        return number, rows

    with ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(batch, number) for number in range(at_once)}
        try:
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    number, rows = future.result()
                    if rows:
                        running.add(pool.submit(batch, number))
                        yield rows
        finally:
            stop.set()


def _missing(keys: Sequence[str], done: set[str], size: int) -> Iterator[range]:
    """Runs of replications that are not done, each at most `size` long."""
    start: int | None = None
    for number in range(len(keys) + 1):
        wanted = number < len(keys) and keys[number] not in done
        if start is not None and (not wanted or number - start == size):
            yield range(start, number)
            start = None
        if wanted and start is None:
            start = number


def _command(scenario: Scenario, changes: Mapping[str, Any], seed: int, replications: int) -> str:
    """How the run is made again by hand, with NAME|FILE for the scenario that was varied."""
    import tomli_w

    sets = [tomli_w.dumps({"x": value}).removeprefix("x = ").strip() for value in changes.values()]
    varied = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in zip(changes, sets)]
    return " ".join(["loyaltysim run NAME|FILE", *varied, f"--seed {seed}", f"--replications {replications}"])
