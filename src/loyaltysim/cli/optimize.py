"""`loyaltysim optimize`: which design serves our objectives best, in the market as it is and in adverse worlds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.front import Optimization


def optimize(
    name: options.Name,
    axes: Annotated[
        list[str],
        typer.Option(
            "--axis",
            metavar="PATH=[VALUES]",
            help="Setting that may be chosen: two numbers are a range, any other list holds the choices. May be given "
            "again.",
        ),
    ],
    maximize: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Metric of which more is better; margin if none is named.")
    ] = None,
    minimize: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Metric of which less is better, such as liability.")
    ] = None,
    worlds: Annotated[
        list[str] | None,
        typer.Option("--world", metavar="NAME", help="Adverse world that may come, of `stress`. May be given again."),
    ] = None,
    robust: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Rule by which worlds, the market as it is and each --world, score a design: mean (if not given), "
            "worst or quantile.",
        ),
    ] = None,
    quantile: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="With --robust quantile: which one, 0 (the worst world) to 1; 0.25 if not given."
        ),
    ] = None,
    trials: Annotated[str, typer.Option(metavar="N", help="Designs to try.")] = "50",
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Search for the design of a program, or of any settings, that serves our objectives best.

    A design is scored in the market as it is; with --world in each of these too, by the rule of --robust. All designs
    have the same customers and luck; the best are run again with new luck (Optuna). With --store, the same command goes
    on where it stopped, and trials.csv, front.csv and pictures are written beside the runs.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, of_axes, read_axes, read_count, read_options, read_scenario
        from loyaltysim.cli.run import head

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        wanted = read_axes(faults, axes)
        how: dict[str, Any] = {"worlds": tuple(worlds or ()), "robust": robust or "mean"}
        with faults.of("--trials"):
            how["trials"] = read_count(trials, MOST_TRIALS)
        with faults.of():
            check_robust(worlds, robust, quantile)
        if quantile is not None:
            with faults.of("--quantile"):
                how["quantile"] = read_share(quantile)
        with faults.of():
            how["objectives"] = read_objectives(maximize or [], minimize or [])
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with resumable(store), of_axes(wanted):
            found = work_out(scenario, wanted, asked, store, quiet, how)
        if store is not None:
            save(found, store)
        if as_json:
            rest = {"objectives": found.objectives, "worlds": list(how["worlds"]), "robust": how["robust"]}
            rest |= {"scored_in": list(found.worlds), "scored": found.scored}
            frames = {name: getattr(found, name).to_dict("records") for name in ("front", "trials", "refused")}
            print_json({**head("optimize", name, asked, store), **rest, **frames})
        else:
            show(name, asked, found, scenario, store)


BEATEN = "beaten in new runs"
"""Said of a design that was best in the search and is no longer, with new luck."""
MOST_TRIALS = 100_000
"""Assumed: Optuna slows down with what it was told."""


def check_robust(worlds: list[str] | None, robust: str | None, quantile: str | None) -> None:
    """Raise ScenarioError for a rule that would do nothing: of one world alone, or a quantile that the rule is not."""
    from loyaltysim.faults import Fault, ScenarioError

    if not worlds and (robust is not None or quantile is not None):
        option = "--robust" if robust is not None else "--quantile"
        raise ScenarioError([Fault(None, None, option, "needs --world: there is but one world, the market as it is")])
    if quantile is not None and robust != "quantile":
        raise ScenarioError([Fault(None, None, "--quantile", "needs --robust quantile")])


def read_share(text: str) -> float:
    """Read a number from 0 to 1. Raises ScenarioError for anything else."""
    from loyaltysim.faults import Fault, ScenarioError

    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ScenarioError([Fault(None, None, "", f'must be a number from 0 to 1, was "{text}"')])
    return share


def read_objectives(maximize: list[str], minimize: list[str]) -> dict[str, str]:
    """The objectives with their directions, margin if there are none. Raises ScenarioError for one that is both."""
    from loyaltysim.faults import Fault, ScenarioError

    both = [metric for metric in maximize if metric in minimize]
    if both:
        raise ScenarioError([
            Fault(None, None, "--minimize", f'"{metric}" is to be maximized too') for metric in dict.fromkeys(both)
        ])  # fmt: skip
    return {**dict.fromkeys(maximize, "max"), **dict.fromkeys(minimize, "min")} or {"margin": "max"}


def work_out(
    scenario: Scenario, axes: dict[str, Any], asked: Asked, store: Path | None, quiet: bool, how: dict[str, Any]
) -> Optimization:
    """Search, with a bar."""
    from loyaltysim.cli.progress import bar, of_runs
    from loyaltysim.study import optimize as study

    with bar(1.0, quiet) as tell:
        return study.optimize(
            scenario, axes, replications=asked.replications, seed=asked.seed, threads=asked.threads, store=store,
            progress=of_runs(tell), **how,
        )  # fmt: skip


def save(found: Optimization, store: Path) -> None:
    """Write the tables, and the pictures that there are, into the store."""
    from loyaltysim.answer_table import save_table
    from loyaltysim.plots import search_history
    from loyaltysim.plots.save_all import svg
    from loyaltysim.whole_file import whole_file

    for name in ("trials", "front", "refused"):
        save_table(getattr(found, name), store / f"{name}.csv")
    pictures = {"history": lambda: search_history(found.trials, found.objectives)}
    if len(found.objectives) == 2:
        pictures["front"] = found.plot
    for name, draw in pictures.items():
        with whole_file(store / f"{name}.svg") as temporary:
            temporary.write_bytes(svg(draw, name))


def show(name: str, asked: Asked, found: Optimization, scenario: Scenario, store: Path | None) -> None:
    """Print a row a design of the front: its settings, and what it adds to each objective."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import Number, is_share
    from loyaltysim.cli.show import answer_console
    from loyaltysim.cli.sweep import short

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    paths = list(found.front.columns[list(found.front.columns).index("on_front") + 1 :])
    heads, rows = [], []
    for metric in found.objectives:
        unit = "points" if is_share(metric) else found.front.loc[found.front["objective"] == metric, "unit"].iloc[0]
        heads.append(f"{metric.replace('_', ' ')}, {plain(unit)}")
    for trial, own in found.front.groupby("trial", sort=False):
        own = own.set_index("objective")
        added = [
            Number(row["effect"], row["effect_low"], row["effect_high"]).times(100 if is_share(metric) else 1)
            for metric in found.objectives
            for row in (own.loc[metric],)
        ]
        settings = own.iloc[0]
        mark = "as it is" if not trial else "" if settings["on_front"] else BEATEN
        texts = ["0" if not trial else number.with_half() for number in added]
        rows.append([str(trial), *(short(settings[path]) for path in paths), *texts, mark])
    note = f"What each design adds to the market as it is, ± 95 %, in runs with new luck. Scored {plain(found.scored)}."
    if BEATEN in (row[-1] for row in rows):
        note += f" {BEATEN[:1].upper()}{BEATEN[1:]}: no other beat it in the search, by luck of its own."
    title = f"{plain(scenario.focal)}: the best designs of the search"
    columns = ["design", *map(plain, paths), *heads, ""]
    console.print("", tables.table(title, columns, rows, texts=1 + len(paths), note=note), sep="\n")
    tried, refused = found.trials["trial"].nunique() - 1, len(found.refused)
    more = f"{tried:,} designs tried" + (f", {refused:,} could not be" if refused else "")
    console.print(more + (f'; all of them in "{store}".' if store is not None else "."), style="dim")
