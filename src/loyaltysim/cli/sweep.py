"""`loyaltysim sweep`: one scenario at many points of its settings; what is done is kept, and never done twice."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import FAILED, plain, print_json, resumable, told

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

TOLD = ("retention_rate", "share", "units", "margin")
MOST_SHOWN = 40
"""Points of the table, assumed: a screen."""


def sweep(
    name: options.Name,
    axes: Annotated[
        list[str],
        typer.Option(
            "--axis",
            metavar="PATH=[VALUES]",
            help="Setting that varies, and its values as a TOML list; of the other designs its two bounds. May be "
            "given again.",
        ),
    ],
    design: Annotated[
        str,
        typer.Option(
            metavar="KIND", help="Design: grid, latin_hypercube or sobol.", autocompletion=lambda: list(KINDS)
        ),
    ] = "grid",
    points: Annotated[str | None, typer.Option(metavar="N", help="How many points, of the other designs.")] = None,
    store: options.Store = None,
    shard: Annotated[
        str, typer.Option(metavar="K/N", help="Do the K-th of N parts; `merge` puts stores together.")
    ] = "1/1",
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Run by so many workers of Dask, in place of own processes.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is there.")
    ] = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run a scenario at many points of its settings, with the same customers and luck at all of them.

    With --store, runs are kept as they are made: the same command again computes what is missing, more points or
    replications add to what is there, and sweep.nc and sweep.csv beside them hold the results. Several processes may
    work on one store: none does what another does.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, of_axes, read_axes, read_count, read_options, read_scenario

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        wanted = read_axes(faults, axes)
        count = part = n_workers = None
        with faults.of("--points"):
            count = None if points is None else read_count(points)
        with faults.of("--workers"):
            n_workers = None if workers is None else read_count(workers, MOST_WORKERS)
        with faults.of("--shard"):
            part = read_shard(shard)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        assert part is not None  # a fault otherwise
        from loyaltysim.study.design import design as make

        with of_axes(wanted):
            visited = make(scenario, wanted, design, count, asked.seed)  # type: ignore[arg-type]  # checked inside
        with resumable(store), of_axes(wanted), located(name):
            data = work_out(scenario, visited, asked, store, part, n_workers, cluster, quiet)
        if store is not None:
            save(data, store)
        if as_json:
            print_json({**head(name, asked, store), "points": rows_of(data, scenario)})
        else:
            show(name, scenario, asked, data, store)
        if int(data["failed"].sum()):
            typer.echo(failures(data, store), err=True)
            raise typer.Exit(FAILED)


KINDS = ("grid", "latin_hypercube", "sobol")
MOST_WORKERS = 4096


def read_shard(text: str) -> tuple[int, int]:
    """Read `K/N`. Raises ScenarioError for anything else."""
    from loyaltysim.faults import Fault, ScenarioError

    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ScenarioError([Fault(None, None, "", f'must be K/N with K from 1 to N, as 2/8, was "{text}"')])
    return int(found[1]), int(found[2])


def work_out(
    scenario: Scenario,
    visited: Any,
    asked: Asked,
    store: Path | None,
    shard: tuple[int, int],
    workers: int | None,
    cluster: str | None,
    quiet: bool,
) -> xr.Dataset:
    """Run what is missing, with a bar."""
    from loyaltysim.cli.progress import bar, of_runs
    from loyaltysim.study.cluster import connected
    from loyaltysim.study.sweep import run_design

    engine = nullcontext() if workers is None and cluster is None else connected(cluster, workers)
    with engine as client, bar(1.0, quiet) as tell:
        return run_design(
            scenario, visited, replications=asked.replications, seed=asked.seed, store=store, shard=shard,
            threads=asked.threads, client=client, progress=of_runs(tell),
        )  # fmt: skip


def head(name: str, asked: Asked, store: Path | None) -> dict[str, Any]:
    """The first entries of the JSON object."""
    from loyaltysim.cli.run import head

    return head("sweep", name, asked, store)


def save(data: xr.Dataset, store: Path) -> None:
    """Write sweep.nc and sweep.csv into the store."""
    from loyaltysim import results
    from loyaltysim.answer_table import save_table

    results.save(data, store / "sweep.nc")
    save_table(data.drop_vars("failed").to_dataframe().reset_index(), store / "sweep.csv")


def rows_of(data: xr.Dataset, scenario: Scenario) -> list[dict[str, Any]]:
    """One object a point: its settings, and the focal brand's metrics with intervals."""
    return [
        {
            "point": int(point),
            "settings": settings_of(data, point),
            "failed": int(data["failed"].values[point]),
            "metrics": {
                metric: {"mean": mean.mean, "ci_low": mean.low, "ci_high": mean.high}
                for metric in data.data_vars
                if metric != "failed"
                for mean in (mean_at(data, scenario, str(metric), point),)
            },
        }
        for point in range(data.sizes["point"])
    ]


def settings_of(data: xr.Dataset, point: int) -> dict[str, Any]:
    """The settings of a point, by path."""
    paths = [name for name in data.coords if data[name].dims == ("point",)]
    return {str(path): data[path].values[point].item() for path in paths}


def mean_at(data: xr.Dataset, scenario: Scenario, metric: str, point: int) -> Any:
    """The focal brand's mean with its interval."""
    from loyaltysim.cli.numbers import mean_of

    return mean_of(data[metric].isel(point=point).sel(brand=scenario.focal, segment="all").values)


def show(name: str, scenario: Scenario, asked: Asked, data: xr.Dataset, store: Path | None) -> None:
    """Print a row a point."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import is_share
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    paths = list(settings_of(data, 0))
    heads = [metric.replace("_", " ") + (", %" if is_share(metric) else "") for metric in TOLD]
    rows = []
    for point in range(min(data.sizes["point"], MOST_SHOWN)):
        means = [mean_at(data, scenario, metric, point).times(100 if is_share(metric) else 1) for metric in TOLD]
        rows.append([*(short(value) for value in settings_of(data, point).values()), *(m.with_half() for m in means)])
    more = data.sizes["point"] - len(rows)
    caption = "Mean ± 95 % of it." + (f" {more:,} points more" + (f' in "{store}".' if store else ".") if more else "")
    table = tables.table(plain(scenario.focal), [*map(plain, paths), *heads], rows, texts=len(paths), note=caption)
    console.print("", table, sep="\n")


def short(value: Any) -> str:
    """A setting for reading."""
    return f"{value:.6g}" if isinstance(value, float) else plain(str(value))


def failures(data: xr.Dataset, store: Path | None) -> str:
    """Say how many runs failed, why the first did and how it is made again, and where the others are to be read."""
    count = int(data["failed"].sum())
    lines = [f"{count:,} run{'' if count == 1 else 's'} failed; the first: {last_line(data.attrs['first_error'])}"]
    if data.attrs["first_command"]:
        lines.append(f"to make it again: {data.attrs['first_command']}")
    if store is None:
        lines.append("--store DIR keeps why each of them failed")
    else:
        lines.append(f'"{store}" keeps why each of them failed; the same command tries them again')
    return plain("\n".join(lines))


def last_line(error: str) -> str:
    """What a traceback ends with."""
    return error.strip().splitlines()[-1]
