"""`loyaltysim word-of-mouth`: what word of mouth, or some of it, is worth, and through whom."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.compare import Comparison

Of = Annotated[
    str,
    typer.Option(
        metavar="WHAT", help="What goes unheard: all, praise, blame, segment:NAME, or share:0.1 of customers."
    ),
]
SAYS = {"all": "word of mouth", "praise": "praise", "blame": "blame"}
SAYS_PARTS = {
    "retention": "customers it had",
    "acceleration": "others, who buy it anyway",
    "expansion": "others, who would not buy it",
    "costs": "costs of programs, invitations …",
    "total": "all",
    "direct": "  of it heard at first hand",
    "indirect": "  of it passed on",
}


def word_of_mouth(
    name: options.Name,
    of: Of = "all",
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell what word of mouth is worth: whom it keeps and brings, and how much of it is passed on.

    The scenario is held against a world in which it goes unheard and all else, luck included, is the same.
    """
    with told(as_json), ExitStack() as stack:
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.folder import check_folder, writing
        from loyaltysim.cli.numbers import effect_rows, metric_rows
        from loyaltysim.cli.run import head
        from loyaltysim.cli.show import note
        from loyaltysim.study.questions import goes_unheard, silenced

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            check_folder(out, overwrite)
        with faults.of("--of"):
            goes_unheard(of)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name):
            silenced(scenario, "all")
        with faults.of("--of"):
            silenced(scenario, of)
        faults.tell()
        folder = stack.enter_context(writing(out)) if out is not None else None
        with located(name):
            comparison, parts = ask(scenario, of, asked, quiet)
        found = {
            **head("word-of-mouth", name, asked, out),
            "of": of,
            "metrics": metric_rows(comparison.runs["with"], name),
            "effects": [{"question": "word_of_mouth", **row} for row in effect_rows(comparison.effects)],
            **({} if parts is None else {"parts": effect_rows(parts)}),
        }
        if folder is not None:
            save(scenario, comparison, parts, found, folder)
        stack.close()  # the folder is in its place before it is spoken of
        if as_json:
            print_json(found)
        else:
            show(name, scenario, of, asked, comparison, parts)
            if asked.replications == 1:
                note("One replication has no interval: see --replications.", quiet)
        if out is not None:
            note(f"written to {plain(str(out))}", quiet)


def ask(scenario: Scenario, of: str, asked: Asked, quiet: bool) -> tuple[Comparison, pd.DataFrame | None]:
    """Run the worlds, with a bar; the parts are told of all word of mouth only."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study.questions import word_of_mouth_effect
    from loyaltysim.study.word_of_mouth_value import word_of_mouth_value

    whole = of == "all"
    with bar((3 if whole else 2) * asked.replications, quiet) as tell:
        how: dict[str, Any] = {
            "replications": asked.replications, "seed": asked.seed, "threads": asked.threads, "progress": tell,
        }  # fmt: skip
        comparison = word_of_mouth_effect(scenario, of, **how)
        return comparison, word_of_mouth_value(scenario, **how) if whole else None


def save(
    scenario: Scenario, comparison: Comparison, parts: pd.DataFrame | None, found: dict[str, Any], folder: Path
) -> None:
    """Fill the folder of `--out`."""
    from loyaltysim import results
    from loyaltysim.cli import saving
    from loyaltysim.plots import save_all

    data = comparison.runs["with"]
    saving.save_scenario(scenario, folder)
    results.save(data, folder / "results.nc")
    saving.save_summary(found, folder)
    save_all(data, folder / "figures", comparison.effects, parts)
    saving.save_manifest(found, data, folder)


def show(
    name: str, scenario: Scenario, of: str, asked: Asked, comparison: Comparison, parts: pd.DataFrame | None
) -> None:
    """Print the answer for reading."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import effect_rows
    from loyaltysim.cli.sentences import sentence
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    says, focal = SAYS.get(of, f"the word of {plain(of.partition(':')[2])}"), plain(scenario.focal)
    if of.startswith("share:"):
        says = f"the word of a share of {plain(of[6:])} of customers"
    found, time = effect_rows(comparison.effects), tables.measured(scenario)
    title = f"What {says} did to {focal}, heard from the first step on"
    console.print("", tables.effects_table(title, found, ("without", "with"), time), sep="\n")
    console.print(sentence(says, scenario.focal, found))
    if parts is not None:
        title = f"Through whom, by what was said in {time}"
        console.print("", parts_table(title, parts), sep="\n")
    console.print("\nIntervals cover luck only, not the sizes that the scenario assumes.", style="dim")


def parts_table(title: str, parts: pd.DataFrame) -> Any:
    """A row a part, a column a metric."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import UNKNOWN, Number

    by = {(row["part"], row["metric"]): row for row in parts.to_dict("records")}
    units = {row["metric"]: plain(str(row["unit"])) for row in by.values()}
    rows = []
    for part, says in SAYS_PARTS.items():
        if part == "costs" and by[part, "margin"]["effect"] == 0:
            continue
        own = [by.get((part, metric)) for metric in units]
        numbers = [None if row is None else Number(row["effect"], row["ci_low"], row["ci_high"]) for row in own]
        rows.append([says, *(UNKNOWN if number is None else number.with_half() for number in numbers)])
    heads = [metric if metric == unit else f"{metric}, {unit}" for metric, unit in units.items()]
    note = (
        "± 95 %. Customers: who buys it at all. Customers it had: who had bought it before the first measured step. "
        "What had been heard by then works on in both worlds. The parts add up to all; so do what was heard at first "
        "hand and what was passed on."
    )
    return tables.table(title, ["", *heads], rows, note=note)
