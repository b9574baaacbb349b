"""Sweep: one scenario at many points of its settings, each run many times; runs are kept, so the same call goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim import results
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.memory import check_memory
from loyaltysim.runs import STACK_ROWS
from loyaltysim.simulation import check_count, check_seed
from loyaltysim.study.cluster import check_client
from loyaltysim.study.compare import METRICS
from loyaltysim.study.design import Design, Kind, design
from loyaltysim.study.fill import Row, fill, jobs_of
from loyaltysim.study.store import Store
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


def sweep(
    scenario: Scenario,
    axes: Mapping[str, Sequence[Any]],
    *,
    replications: int = 10,
    seed: int = 1,
    store: str | Path | None = None,
    kind: Kind = "grid",
    points: int | None = None,
    shard: tuple[int, int] = (1, 1),
    threads: int | None = None,
    client: Any = None,
    progress: Callable[[float, float], None] | None = None,
) -> xr.Dataset:
    """Run a scenario at many points of its settings, with the same luck at all of them.

    Parameters
    ----------
    scenario : what is varied
    axes : values of each path, for a grid of all combinations; for the other kinds its bounds
    replications, seed : as of `replicate`
    store : a folder in which runs are kept; the same call again computes only what is missing, and more points or
        replications add to it
    kind, points : the design, see `study.design.design`
    shard : (k, n): do only the k-th of n parts; what the others do is NaN until they have done it
    threads : processes at work at once, None: one a core; results do not depend on it (`at_once`)
    client : a Dask distributed Client, to run on its workers instead
    progress : called with the number of runs that are done and of those to be done

    Returns
    -------
    Dataset, point × replication × brand × segment, of each metric's summary; a coordinate on `point` for each path.
    What failed is NaN; `failed` counts such runs by point, the attributes `first_error` and `first_command` are of the
    first of them, and the store keeps all

    Raises
    ------
    ScenarioError : for settings that cannot be, told before the first run; for a store of another version
    OSError : if the store cannot be written; runs that were written are safe

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 0})
    >>> data = ls.sweep(small, {"brands.Ours.price": [1.9, 2.0]}, replications=2)
    >>> data["share"].sel(brand="Ours", segment="all").mean("replication").shape
    (2,)
    """
    visited = design(scenario, axes, kind, points, seed)
    return run_design(
        scenario, visited, replications=replications, seed=seed, store=store, shard=shard, threads=threads,
        client=client, progress=progress,
    )  # fmt: skip


def run_design(
    scenario: Scenario,
    visited: Design,
    *,
    replications: int,
    seed: int = 1,
    store: str | Path | None = None,
    shard: tuple[int, int] = (1, 1),
    threads: int | None = None,
    client: Any = None,
    progress: Callable[[float, float], None] | None = None,
) -> xr.Dataset:
    """Run the points of a design; as `sweep`."""
    return run_scenarios(
        scenario, visited, visited.scenarios(scenario), replications=replications, seed=seed, store=store, shard=shard,
        threads=threads, client=client, progress=progress,
    )  # fmt: skip


def run_scenarios(
    base: Scenario,
    visited: Design,
    scenarios: Sequence[Scenario],
    *,
    replications: int,
    seed: int,
    store: str | Path | None,
    shard: tuple[int, int] = (1, 1),
    threads: int | None,
    client: Any,
    progress: Callable[[float, float], None] | None,
) -> xr.Dataset:
    """Run a scenario at each point of a design; as `sweep`, with scenarios that may differ from the base besides."""
    seed, replications = check_seed(seed), check_count("replications", replications)
    check_client(client)
    number, shards = shard
    if not 1 <= number <= shards:
        raise ScenarioError([Fault(None, None, "shard", f"must be k/n with k from 1 to n, was {number}/{shards}")])
    largest = max(scenarios, key=lambda each: each.population.n_customers)
    check_memory(largest, min(replications, max(1, STACK_ROWS // largest.population.n_customers)))
    kept = None if store is None else Store(store)
    jobs, keys = jobs_of(scenarios, replications, seed, set() if kept is None else kept.done(), shard)
    rows: dict[str, Row] = {} if kept is None else kept.rows_of({key for own in keys for key in own})
    total = sum(len(job.keys) for job in jobs)
    tell = None if progress is None else lambda runs: progress(runs, total)
    for batch in fill(jobs, seed, store=kept, threads=threads, client=client, tell=tell):
        rows |= {row["key"]: row for row in batch}
    if kept is not None:
        kept.close()
    return _dataset(base, visited, keys, rows, seed)


def _dataset(
    scenario: Scenario, visited: Design, keys: Sequence[Sequence[str]], rows: Mapping[str, Row], seed: int
) -> xr.Dataset:
    """All runs in one Dataset; what is not there is NaN."""
    import xarray as xr

    layouts = {row["layout"] for own in keys for key in own if (row := rows.get(key)) and row["layout"]}
    brands, segments = list(scenario.brands), ["all", *(name for name in scenario.segment_names if name)]
    for layout in sorted(layouts):  # a point may have other segments than the base
        _, more_brands, more_segments = json.loads(layout)
        brands += [name for name in more_brands if name not in brands]
        segments += [name for name in more_segments if name not in segments]
    values = np.full((len(keys), len(keys[0]), len(METRICS), len(brands), len(segments)), np.nan)
    failed = np.zeros(len(keys), np.int64)
    why: dict[str, str] = {}
    places: dict[str, Any] = {}
    for layout in layouts:
        metrics, own_brands, own_segments = json.loads(layout)
        index = [METRICS.index(m) for m in metrics], [brands.index(b) for b in own_brands]
        places[layout] = np.ix_(*index, [segments.index(s) for s in own_segments])
    for point, own in enumerate(keys):
        for replication, key in enumerate(own):
            row = rows.get(key)
            if row is None or row["error"] is not None:
                failed[point] += row is not None
                if row is not None and not why:
                    why = {"first_error": row["error"], "first_command": row["command"] or ""}
                continue
            place = places[row["layout"]]
            shape = tuple(axis.size for axis in place)
            values[point, replication][place] = np.reshape(row["values"], shape)
    dims = ("point", "replication", "brand", "segment")
    data = {metric: (dims, values[:, :, place], _attributes(metric, scenario)) for place, metric in enumerate(METRICS)}
    coords: dict[str, Any] = {"replication": np.arange(len(keys[0])), "brand": brands, "segment": segments}
    for path, column in zip(visited.paths, zip(*visited.points)):
        plain = all(isinstance(value, (int, float, str, bool)) for value in column)
        coords[path] = ("point", list(column) if plain else [json.dumps(value) for value in column])
    out = xr.Dataset(data, coords, {**results.attributes(scenario, seed), **why})
    return out.assign(failed=("point", failed, {"long_name": "runs that failed", "units": "runs"}))


def _attributes(metric: str, scenario: Scenario) -> dict[str, str]:
    variable = VARIABLES[metric]
    unit = variable.unit.replace("currency", scenario.currency)
    return {"units": unit, "long_name": variable.says, "kind": variable.kind}
