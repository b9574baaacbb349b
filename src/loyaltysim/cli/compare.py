"""`loyaltysim compare`: scenarios side by side with the same customers and the same luck."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.compare import Comparison

Baseline = Annotated[
    str | None, typer.Option(metavar="NAME", help="Which of them to compare with; the first if not given.")
]


def compare(
    names: options.Names,
    baseline: Baseline = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help='Run until intervals are so narrow, at most --replications: "share half_width<=0.005".',
        ),
    ] = None,
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    log: options.Log = False,
) -> None:
    """Compare scenarios, run with the same customers and the same luck, so that their difference is their own.

    Intervals are paired t. In Python, what `ls.compare` gives has those of
    the bootstrap too, by .bootstrap(), and how many runs narrower ones want,
    by .replications_needed(); `ls.who_gains` tells which customers gain:
    docs/studies.md.
    """
    with told(as_json), ExitStack() as stack:
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.folder import check_folder, writing
        from loyaltysim.cli.numbers import effect_rows, metric_rows
        from loyaltysim.cli.run import check_log, head
        from loyaltysim.cli.show import note
        from loyaltysim.memory import check_memory
        from loyaltysim.study.accrued import accrued_rows
        from loyaltysim.study.precision import read_until, still_wider

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of("--until"):
            if until is not None:
                read_until(until)
        with faults.of():
            check_folder(out, overwrite)
        with faults.of("--log"):
            check_log(log, out)
        scenarios = {}
        for label, name in zip(labels(names), names):
            with faults.of(), located(name):
                scenarios[label] = read_scenario(name, asked)
                check_memory(scenarios[label], 1)
        faults.tell()
        folder = stack.enter_context(writing(out)) if out is not None else None
        chosen = None if baseline is None else dict(zip(names, scenarios)).get(baseline, baseline)
        with resumable(store):
            comparison = run_all(scenarios, chosen, asked, quiet, until, store)
        asked = replace(asked, replications=comparison.runs[comparison.baseline].sizes["replication"])
        told_rows = [*effect_rows(comparison.effects), *accrued_rows(comparison, scenarios)]
        found = {
            **head("compare", list(scenarios), asked, out),
            "baseline": comparison.baseline,
            "metrics": [row for label, data in comparison.runs.items() for row in metric_rows(data, label)],
            "effects": [{"question": "scenario", **row} for row in told_rows],
        }
        missed = None if until is None else still_wider(comparison, until)
        if until is not None:
            found["until"] = {"rule": until, "missed": missed}
        if folder is not None:
            save(scenarios, asked, comparison, found, folder, log)
        stack.close()  # the folder is in its place before it is spoken of
        if as_json:
            print_json(found)
        else:
            show(scenarios, asked, comparison, told_rows)
        if missed is not None:
            note(plain(missed))
        if out is not None:
            note(f"written to {plain(str(out))}", quiet)


def labels(names: list[str]) -> list[str]:
    """What scenarios are called in tables and files: their file's name, with a number where two share it."""
    stems = [Path(name).name.removesuffix(".toml") for name in names]
    return [
        stem if stems.count(stem) == 1 else f"{stem} {stems[: place + 1].count(stem)}"
        for place, stem in enumerate(stems)
    ]


def run_all(
    scenarios: dict[str, Scenario],
    baseline: str | None,
    asked: Asked,
    quiet: bool,
    until: str | None,
    store: Path | None,
) -> Comparison:
    """Run all scenarios, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study import compare as study

    with bar(len(scenarios) * asked.replications, quiet) as tell:
        return study.compare(
            scenarios,
            replications=asked.replications,
            seed=asked.seed,
            baseline=baseline,
            until=until,
            store=store,
            threads=asked.threads,
            progress=tell,
        )


def save(
    scenarios: dict[str, Scenario], asked: Asked, comparison: Comparison, found: dict[str, Any], folder: Path, log: bool
) -> None:
    """Fill the folder of `--out`: NAME.toml and NAME.nc for each scenario, and what they have together."""
    from loyaltysim.cli import saving
    from loyaltysim.plots import save_all
    from loyaltysim.runs import simulate

    comparison.save(folder)
    figures = folder / "figures"
    for label, scenario in scenarios.items():
        saving.save_scenario(scenario, folder, f"{label}.toml")
        save_all(comparison.runs[label], figures / label, comparison.effects if label == comparison.baseline else None)
        if log:
            simulate(scenario, seed=asked.seed, threads=asked.threads, log=folder / f"{label}.parquet")
    (figures / comparison.baseline / "effects.svg").replace(figures / "effects.svg")
    saving.save_summary(found, folder)
    saving.save_manifest(found, comparison.runs[comparison.baseline], folder)


def show(scenarios: dict[str, Scenario], asked: Asked, comparison: Comparison, effects: list[dict[str, Any]]) -> None:
    """Print the comparison for reading."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.sentences import sentence
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    for label, scenario in scenarios.items():
        console.print(*tables.headline(label, scenario, asked.replications, asked.seed), sep="\n")
    console.print("", tables.scenarios_table(comparison.runs, scenarios, comparison.focal), sep="\n")
    for label in scenarios:
        if label != comparison.baseline:
            found = [row for row in effects if row["scenario"] == label]
            title = f"{comparison.focal}: {label} against {comparison.baseline}"
            both = dict.fromkeys(tables.measured(scenarios[each]) for each in (comparison.baseline, label))
            heads = (comparison.baseline, label)
            console.print("", tables.effects_table(plain(title), found, heads, " and ".join(both)), sep="\n")
            console.print(sentence(f"against {comparison.baseline}, {label}", comparison.focal, found))
            console.print(tables.common_luck(found), style="dim")
