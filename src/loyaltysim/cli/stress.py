"""`loyaltysim stress`: how we fare in adverse worlds, and whether our program still pays there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario


def stress(
    name: options.Name,
    worlds: Annotated[
        list[str] | None,
        typer.Option("--world", metavar="NAME", help="World to look at; all if none is named. May be given again."),
    ] = None,
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell how we fare if a price war, a copied program, a service crisis, a recession or dear rewards come.

    Same customers, same luck; and what our program does in each of these worlds. With --store, the same command goes on
    where it stopped, and stress.csv is written beside the runs.
    """
    with told(as_json):
        from loyaltysim.answer_table import save_table
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.numbers import effect_rows
        from loyaltysim.cli.run import head

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name), resumable(store):
            found = work_out(scenario, worlds, asked, store, quiet)
        if store is not None:
            save_table(found, store / "stress.csv")
        if as_json:
            print_json({**head("stress", name, asked, store), "rows": effect_rows(found)})
        else:
            show(name, scenario, asked, found)


def work_out(scenario: Scenario, worlds: list[str] | None, asked: Asked, store: Path | None, quiet: bool) -> Any:
    """Run all worlds, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study import stress as study

    size = len(study.WORLDS if worlds is None else worlds) + 1
    programs = 2 if scenario.brands[scenario.focal].programs else 1
    with bar(size * programs * asked.replications, quiet) as tell:
        return study.stress(
            scenario, worlds, replications=asked.replications, seed=asked.seed, store=store, threads=asked.threads,
            progress=tell,
        )  # fmt: skip


def show(name: str, scenario: Scenario, asked: Asked, found: Any) -> None:
    """Print a table of the worlds, and one of what the program does in each."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console
    from loyaltysim.study.stress import AS_IT_IS, WORLDS

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    titles = {
        "world": f"What each world does to {plain(scenario.focal)}",
        "program": f"What {plain(scenario.focal)}'s program does in each world",
    }
    for of, title in titles.items():
        own = found[found["of"] == of]
        if len(own):
            metrics = list(dict.fromkeys(own["metric"]))
            rows = [
                [world.replace("_", " "), *(cell(rows.loc[metric], metric) for metric in metrics)]
                for world, rows in own.set_index("metric").groupby("world", sort=False)
            ]
            heads = [metric.replace("_", " ") + unit_of(own, metric) for metric in metrics]
            note = "Mean ± 95 %, in points where % is told; same customers and luck."
            console.print("", tables.table(title, ["", *heads], rows, note=note), sep="\n")
    console.print()
    for world, one in WORLDS.items():
        if world in set(found["world"]) - {AS_IT_IS}:
            console.print(f"{world.replace('_', ' ')}: {one.says}.", style="dim")


def cell(row: Any, metric: str) -> str:
    """An effect with half its interval."""
    from loyaltysim.cli.numbers import Number, is_share

    return Number(row["effect"], row["ci_low"], row["ci_high"]).times(100 if is_share(metric) else 1).with_half()


def unit_of(own: Any, metric: str) -> str:
    """The unit of a column."""
    from loyaltysim.cli.numbers import is_share

    unit = own.loc[own["metric"] == metric, "unit"].iloc[0]
    return ", %" if is_share(metric) else f", {plain(unit)}"
