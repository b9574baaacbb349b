"""Fill: the runs of a study that are not there yet are made, a batch at a time, by processes or on a cluster.

A job is some replications of one scenario, stacked; a batch is jobs of about half a second, after which their runs are
written to the store. So a kill costs the batches in flight and nothing else. Every engine gives the same bits. What
other processes on the store have in hand is theirs; their runs are waited for, and read.
"""

from __future__ import annotations

import json
import math
import os
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from loyaltysim import results
from loyaltysim.at_once import LOST, Others
from loyaltysim.runs import STACK_ROWS
from loyaltysim.simulation import Simulation
from loyaltysim.study.again import command_of
from loyaltysim.study.compare import METRICS
from loyaltysim.study.shared_work import SharedWork, missing
from loyaltysim.study.store import Keys, Store, table_of
from loyaltysim.summaries import summarized

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

BATCH_SECONDS = 0.5
"""Work of a batch, assumed: so much may be lost by a kill, and writing it takes a hundredth of it."""
WAIT_SECONDS = 0.1
"""How often one looks whether others have finished what they have in hand; assumed."""
Row = dict[str, Any]
Rows = Generator[list[Row], None, None]
Tell = Callable[[float], None]


class Measure(Protocol):
    """What is kept of a run in place of the summaries of its metrics.

    Attributes
    ----------
    key : what tells it from other measures; the store keeps runs of each apart
    needs_log : whether it reads every purchase
    """

    @property
    def key(self) -> str: ...  # noqa: D102

    @property
    def needs_log(self) -> bool: ...  # noqa: D102

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Read a finished simulation: replications × numbers; NaN where nothing is known."""


@dataclass(frozen=True)
class Job:
    """Some replications of one scenario.

    Attributes
    ----------
    scenario : what is run
    replications : numbers of the replications
    keys : of the runs, one a replication
    measure : what is kept of a run; the summaries of all metrics if None
    """

    scenario: Scenario
    replications: range
    keys: tuple[str, ...]
    measure: Measure | None = None


def jobs_of(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    done: set[str],
    shard: tuple[int, int] = (1, 1),
    measure: Measure | None = None,
) -> tuple[list[Job], list[tuple[str, ...]]]:
    """The jobs that are to be done, and the keys of every scenario's runs, done or not.

    A shard (k, n) has every n-th stack of replications of all scenarios, whether done or not: so what is one shard's
    does not depend on what others have done.
    """
    jobs, all_keys, place = [], [], 0
    for scenario in scenarios:
        keys = Keys(scenario, seed, "" if measure is None else measure.key)
        own = tuple(keys.of(replication) for replication in range(replications))
        all_keys.append(own)
        size = max(1, STACK_ROWS // scenario.population.n_customers)
        for start in range(0, replications, size):
            mine = place % shard[1] == shard[0] - 1
            place += 1
            stack = range(start, min(start + size, replications))
            for some in missing(own, stack, done) if mine else ():
                jobs.append(Job(scenario, some, own[some.start : some.stop], measure))
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

    `client` is a Dask distributed Client, in place of processes. `tell` is called with the number of runs done so far.
    A run that raises is a row with its traceback, and the command by which it is made again. Runs that another process
    adds to the store meanwhile are yielded too. Raises OSError if the store cannot be written; what was written before
    is safe.
    """
    work = SharedWork(jobs, store)
    try:
        if client is not None:
            from loyaltysim.study.cluster import batches_on

            found = batches_on(client, work, seed, BATCH_SECONDS)
        else:
            hands = threads or os.cpu_count() or 1
            about = {id(job.scenario): job.scenario for job in jobs}.values()
            found = _shared(work, seed, Others(hands if work.left > 2 else 1, about), hands, tell)
        done, scenarios = 0, {key: job.scenario for job in jobs for key in job.keys}
        with closing(found):  # before the work is: what goes on would take more
            for rows in found:
                for row in rows:
                    if row["error"] is not None:
                        beside = None if store is None else store.folder
                        row["command"] = command_of(scenarios[row["key"]], seed, row["replication"] + 1, beside)
                if store is not None:
                    store.add(table_of(rows))
                work.wrote(rows)
                done += len(rows)
                if tell is not None and client is not None:  # else each step tells
                    tell(done + work.by_others)
                yield rows
        yield work.from_others()
    except KeyboardInterrupt as stop:
        if store is not None:  # for whoever is no command line, which tells it by itself
            stop.add_note(f'"{store.folder}" keeps what is done: the same call goes on from there')
        raise
    finally:
        work.close()


def do(job: Job, seed: int, tell: Tell | None = None) -> list[Row]:
    """The rows of a job's runs. If a stack fails, each replication is tried by itself, so that one costs no other."""
    began = time.perf_counter()
    try:
        log = job.measure is not None and job.measure.needs_log
        simulation = Simulation(job.scenario, seed=seed, threads=1, replications=job.replications, log=log)
        last = simulation.calendar.last
        told = None if tell is None else partial(_safely, tell, lambda: len(job.keys) * simulation.now / last)
        simulation.run(progress=told)
        layout, values = _kept(job, simulation)
    except _ListenerFailed:
        raise
    except Exception:
        if len(job.keys) > 1:
            apart = [
                replace(job, replications=range(number, number + 1), keys=(key,))
                for number, key in zip(job.replications, job.keys)
            ]
            return [row for one in apart for row in do(one, seed, tell)]
        error = traceback.format_exc()
        return [_row(job.keys[0], job.replications[0], time.perf_counter() - began, error=error)]
    seconds = (time.perf_counter() - began) / len(job.keys)
    return [
        _row(key, number, seconds, layout, own.tolist()) for key, number, own in zip(job.keys, job.replications, values)
    ]


def _kept(job: Job, simulation: Simulation) -> tuple[str, np.ndarray]:
    """What the numbers of a run are, and the numbers, replications × numbers."""
    if job.measure is not None:
        return job.measure.key, job.measure.numbers(simulation)
    data = results.Arrays(job.scenario, [simulation.raw()])
    layout = json.dumps([list(METRICS), list(job.scenario.brands), results.segments_of(job.scenario)])
    return layout, np.stack([summarized(data, metric) for metric in METRICS], 1).reshape(len(job.keys), -1)


def failed(jobs: Sequence[Job], why: str) -> list[Row]:
    """The rows of jobs of which nothing came back."""
    return [_row(key, run, 0.0, error=why) for job in jobs for run, key in zip(job.replications, job.keys)]


class _ListenerFailed(Exception):
    """What listens to the progress raised: no fault of the run."""


def _safely(tell: Tell, done: Callable[[], float]) -> None:
    """Tell the progress; what the listener raises ends the study and is not taken for a run that failed."""
    try:
        tell(done())
    except Exception as error:
        raise _ListenerFailed from error


def _row(
    key: str,
    replication: int,
    seconds: float,
    layout: str | None = None,
    values: list[float] | None = None,
    error: str | None = None,
) -> Row:
    return {
        "key": key, "replication": replication, "seconds": seconds, "layout": layout, "values": values, "error": error,
        "command": None,
    }  # fmt: skip


def _shared(work: SharedWork, seed: int, others: Others, hands: int, tell: Tell | None) -> Rows:
    """Batches as they come: made here, and in other processes where that is worth it (`at_once`)."""
    finished, each = 0, 0.0
    """Runs that are done, and the seconds that a job took here the last time."""

    def told(part: float, before: int = 0) -> None:
        if tell is not None:
            tell(finished + before + part + work.by_others)

    try:
        with others:
            while work.left or others.running:
                for taken, found in others.back():
                    rows = do_all(taken, seed) if found is LOST else found
                    finished += len(rows)
                    yield rows
                others.call_in(each * work.left)
                rows, jobs, spent = [], 0, 0.0
                while others.idle and (taken := work.take(share_of(work.left, hands, each, BATCH_SECONDS))):
                    if not others.hand_out(taken, do_all, taken, seed):
                        rows = do_all(taken, seed)
                began = time.perf_counter()
                while work.left and (not jobs or spent < BATCH_SECONDS):
                    taken = work.take(share_of(work.left, hands, each if jobs else 0.0, BATCH_SECONDS - spent))
                    for job in taken:
                        rows += do(job, seed, partial(told, before=len(rows)))
                    if not taken:
                        break
                    jobs, spent = jobs + len(taken), time.perf_counter() - began
                    each = spent / jobs
                finished += len(rows)
                if rows:
                    yield rows
                elif others.running:
                    others.wait(WAIT_SECONDS)
                elif work.left:  # others have in hand what is left
                    time.sleep(WAIT_SECONDS)
                told(0.0)
    except _ListenerFailed as failure:
        raise failure.__cause__ or failure from None


def do_all(jobs: Sequence[Job], seed: int) -> list[Row]:
    """The rows of all runs of some jobs."""
    return [row for job in jobs for row in do(job, seed)]


def share_of(left: int, hands: int, each: float, seconds: float) -> int:
    """How many jobs to take at once, if each takes so long (0: not known): no more than fill so many seconds.

    Nor more than half of a fair share, so that all hands end at about the same time.
    """
    return max(1, min(int(seconds / each) if each else 1, math.ceil(left / (2 * hands))))
