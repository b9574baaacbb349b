"""Cluster: batches of runs on the workers of a Dask cluster.

A batch is sent as plain values (the scenario as its file has it) and its rows come back; a worker that dies takes its
batches with it, and they are sent to another.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import Source, import_used

if TYPE_CHECKING:
    from loyaltysim.study.fill import Job, Row

RETRIES = 5
"""How often a batch is sent again after a worker died with it; assumed."""
Sent = tuple[dict[str, Any], str | None, tuple[int, int], tuple[str, ...]]


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Iterator[Any]:
    """A client of the cluster at an address, or of so many workers started on this machine.

    Raises ScenarioError if Dask is missing, or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        message = "needs Dask: pip install -c constraints.txt -e '.[cluster]'"
        raise ScenarioError([Fault(None, None, "--cluster" if address else "--workers", message)]) from None
    if address is not None:
        try:
            client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError) as error:
            raise ScenarioError([Fault(None, None, "--cluster", f'nobody answers at "{address}": {error}')]) from None
        with client:
            yield client
        return
    local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with local, Client(local) as client:
        yield client


def batches_on(client: Any, jobs: Sequence[Job], seed: int, seconds: float) -> Iterator[list[Row]]:
    """The rows of batches as they come; the first job is done here, to see how many make a batch of `seconds`."""
    from distributed import as_completed

    from loyaltysim.study.fill import do

    if not jobs:
        return
    began = time.perf_counter()
    yield do(jobs[0], seed)
    first = time.perf_counter() - began
    began = time.perf_counter()
    if len(jobs) > 1:  # the first one may have compiled
        yield do(jobs[1], seed)
        first = time.perf_counter() - began
    size, rest = max(1, math.ceil(seconds / first)), jobs[2:]
    batches = [rest[start : start + size] for start in range(0, len(rest), size)]
    futures = [
        client.submit(do_sent, [_sent(job) for job in batch], seed, pure=False, retries=RETRIES) for batch in batches
    ]
    try:
        for future in as_completed(futures):
            yield future.result()
            future.release()
    finally:
        client.cancel(futures)


def _sent(job: Job) -> Sent:
    folder = None if job.scenario._folder is None else str(job.scenario._folder.resolve())
    replications = job.replications.start, job.replications.stop
    return job.scenario.document(), folder, replications, job.keys


def do_sent(jobs: list[Sent], seed: int) -> list[Row]:
    """On a worker: the rows of the jobs of a batch."""
    from loyaltysim.study.fill import Job, do

    rows = []
    for document, folder, (start, stop), keys in jobs:
        beside = None if folder is None else Path(folder)
        if beside is not None and document.get("uses"):
            import_used(Source(str(beside / "scenario.toml"), beside, document, {}))
        scenario = Scenario.from_document(document, folder=beside)
        rows += do(Job(scenario, range(start, stop), keys), seed)
    return rows
