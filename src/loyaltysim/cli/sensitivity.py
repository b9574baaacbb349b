"""`loyaltysim sensitivity`: which settings drive a result, over the ranges that they may have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

METHODS = ("tornado", "morris", "sobol")
SAYS = {
    "low": "at its least",
    "high": "at its largest",
    "mu_star": "mean size of effects",
    "sigma": "their spread",
    "S1": "share of variance alone",
    "ST": "with interactions",
}


def sensitivity(
    name: options.Name,
    axes: Annotated[
        list[str],
        typer.Option(
            "--axis", metavar="PATH=[LOW,HIGH]", help="Setting that varies, and its bounds. May be given again."
        ),
    ],
    method: Annotated[
        str, typer.Option(metavar="KIND", help="Method: tornado, morris or sobol.", autocompletion=lambda: [*METHODS])
    ] = "tornado",
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Metric that is looked at; retention_rate and margin if none."),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            metavar="QUESTION",
            help="What a thing does, not the metric: rival_promotions, program, word_of_mouth, referral, levers.",
        ),
    ] = None,
    samples: Annotated[str, typer.Option(metavar="N", help="Paths of morris, or points of sobol.")] = "8",
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell which settings drive our results, over the ranges that they may have.

    A tornado puts one setting at a time at each end of its range. Morris and Sobol (SALib) see interactions too. With
    --store, the same command goes on where it stopped, and sensitivity.csv beside the runs holds the answer.
    """
    with told(as_json):
        from loyaltysim.answer_table import save_table
        from loyaltysim.cli.asked import Faults, of_axes, read_axes, read_count, read_options, read_scenario
        from loyaltysim.cli.run import head

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        wanted = read_axes(faults, axes)
        count = 1
        with faults.of("--samples"):
            count = read_count(samples)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        how = {"method": method, "metrics": tuple(metrics or ("retention_rate", "margin")), "of": of, "samples": count}
        with resumable(store), of_axes(wanted):
            found = work_out(scenario, wanted, asked, store, quiet, how)
        if store is not None:
            save_table(found.assign(method=method, of=of), store / "sensitivity.csv")
        if as_json:
            rows = found.to_dict("records")
            print_json({**head("sensitivity", name, asked, store), "method": method, "of": of, "rows": rows})
        else:
            show(name, scenario, asked, found)


def work_out(
    scenario: Scenario, axes: dict[str, Any], asked: Asked, store: Path | None, quiet: bool, how: dict[str, Any]
) -> Any:
    """Run it, with a bar."""
    from loyaltysim.cli.progress import bar, of_runs
    from loyaltysim.study import sensitivity as study

    with bar(1.0, quiet) as tell:
        return study.sensitivity(
            scenario, axes, replications=asked.replications, seed=asked.seed, threads=asked.threads, store=store,
            progress=of_runs(tell), **how,
        )  # fmt: skip


def show(name: str, scenario: Scenario, asked: Asked, found: Any) -> None:
    """Print a table a metric."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import Number, is_share
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    for metric, own in found.groupby("metric", sort=False):
        shown = own["measure"].iloc[0] not in ("S1", "ST") and is_share(metric)
        rows = []
        for row in own.itertuples():
            size = Number(row.effect, row.ci_low, row.ci_high).times(100 if shown else 1)
            value = "" if row.value is None else f" ({row.value:.6g})"
            rows.append([plain(row.path), SAYS[row.measure] + value, size.text(), size.interval()])
        unit = "points" if shown else plain(own["unit"].iloc[0])
        title = f"{plain(scenario.focal)}: {metric.replace('_', ' ')}, {unit}"
        console.print("", tables.table(title, ["setting", "", "effect", "95 % interval"], rows, texts=2), sep="\n")
