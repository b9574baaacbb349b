"""`loyaltysim run`: a scenario's answer to its three questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.questions import Answer


ASKS_OTHERWISE = (
    "The program ran before the measured time too; what it won then counts here, what it cost then does not. "
    "`loyaltysim program-value` tells what a launch brings, all its costs counted."
)
NO_RATES = "No period fits into the run, so retention and the other rates are not told: see metrics.period_steps."


def run(
    context: typer.Context,
    name: options.Name,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    log: options.Log = False,
    profile: Annotated[
        bool,
        typer.Option("--profile", metavar="", help="Tell where the time of one run goes, instead of its answer."),
    ] = False,
) -> None:
    """Run a scenario: what do rivals' promotions, our program and word of mouth do to retention?

    Each question is answered by a world in which the thing is missing and all else, luck included, is the same.
    """
    with told(as_json), ExitStack() as stack:
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.folder import check_folder, writing
        from loyaltysim.cli.recorded import recorded_rows
        from loyaltysim.cli.show import note

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            check_folder(out, overwrite)
        with faults.of():
            check_profile(context) if profile else check_log(log, out)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        if profile:
            from loyaltysim.cli.profiling import profiled, show_profile

            with located(name):
                parts, measured = profiled(scenario, asked, quiet)
            if as_json:
                print_json({**head("run", name, asked, out), "replications": 1, **measured, "profile": parts})
            else:
                show_profile(name, parts, measured)
            return
        folder = stack.enter_context(writing(out)) if out is not None else None
        with located(name):
            answer = ask(scenario, asked, quiet)
            panel = recorded_rows(scenario, asked, quiet)
        found = {**head("run", name, asked, out), **rows(name, answer, panel, scenario)}
        if folder is not None:
            save(scenario, asked, answer, found, folder, log)
        stack.close()  # the folder is in its place before it is spoken of
        if as_json:
            print_json(found)
        else:
            show(name, scenario, asked, answer, panel)
            for line in doubts(scenario, asked, answer):
                note(line, quiet)
        if out is not None:
            note(f"written to {plain(str(out))}", quiet)


def check_log(log: bool, out: Path | None) -> None:
    """Raise ScenarioError if a log is asked for and no folder for it."""
    from loyaltysim.faults import Fault, ScenarioError

    if log and out is None:
        raise ScenarioError([Fault(None, None, "--log", "needs --out: the log is a file of that folder")])


def check_profile(context: typer.Context) -> None:
    """Raise ScenarioError if a profile is asked for together with options that it would not heed."""
    from loyaltysim.faults import Fault, ScenarioError

    sources = {name: context.get_parameter_source(name) for name in ("replications", "threads", "out", "log")}
    given = [f"--{name}" for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given:
        message = f"goes without {' and '.join(given)}: it is of one replication on one thread, and keeps no answer"
        raise ScenarioError([Fault(None, None, "--profile", message)])


def ask(scenario: Scenario, asked: Asked, quiet: bool) -> Answer:
    """Run the scenario and the worlds without one thing each, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study.questions import KNOCK_OUTS, answer

    worlds = 1 + sum(knock_out(scenario) is not None for knock_out in KNOCK_OUTS.values())
    with bar(worlds * asked.replications, quiet) as tell:
        return answer(scenario, replications=asked.replications, seed=asked.seed, threads=asked.threads, progress=tell)


def head(command: str, scenario: Any, asked: Asked, out: Path | None) -> dict[str, Any]:
    """The first entries of an answer's JSON."""
    import loyaltysim
    from loyaltysim.cli.saving import SCHEMA

    return {
        "schema": SCHEMA,
        "command": command,
        "scenario": scenario,
        "seed": asked.seed,
        "replications": asked.replications,
        "version": loyaltysim.__version__,
        "out": None if out is None else str(out),
    }


def rows(name: str, answer: Answer, panel: list[dict[str, Any]], scenario: Scenario) -> dict[str, Any]:
    """Metrics and effects for JSON; levers, and what a panel's households did, where there are any."""
    from loyaltysim.cli.numbers import effect_rows, lever_rows, metric_rows, reason_rows

    return {
        "metrics": metric_rows(answer.data, name),
        "effects": effect_rows(answer.effects),
        **({"levers": levers} if (levers := lever_rows(answer.data, scenario)) else {}),
        **({"panel": panel} if panel else {}),
        **({"reasons": reason_rows(answer.data)} if answer.data["defections"].notnull().any() else {}),
    }


def save(scenario: Scenario, asked: Asked, answer: Answer, found: dict[str, Any], folder: Path, log: bool) -> None:
    """Fill the folder of `--out`."""
    from loyaltysim import results
    from loyaltysim.cli import saving
    from loyaltysim.plots import save_all
    from loyaltysim.runs import simulate

    saving.save_scenario(scenario, folder)
    results.save(answer.data, folder / "results.nc")
    saving.save_summary(found, folder)
    save_all(answer.data, folder / "figures", answer.effects)
    if log:
        simulate(scenario, seed=asked.seed, threads=asked.threads, log=folder / "log.parquet")
    saving.save_manifest(found, answer.data, folder)


def show(name: str, scenario: Scenario, asked: Asked, answer: Answer, panel: list[dict[str, Any]]) -> None:
    """Print the answer for reading."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.lever_tables import lever_tables
    from loyaltysim.cli.numbers import effect_rows
    from loyaltysim.cli.recorded import recorded_tables
    from loyaltysim.cli.sentences import sentence
    from loyaltysim.cli.show import answer_console
    from loyaltysim.study.accrued import accrued_rows
    from loyaltysim.study.questions import SAYS, rivals_ask, without_program

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    console.print("", tables.brands_table(answer.data, scenario), sep="\n")
    for question, says in SAYS.items():
        if question not in answer.comparisons:
            console.print(f"\n{says[:1].upper()}{says[1:]}: there is none in this scenario.")
            if question == "rival_promotions":
                for rival, price, usual in rivals_ask(scenario, answer.data):
                    asks = f"{price:,.2f} {plain(scenario.currency)} on average"
                    console.print(
                        f"{plain(rival)} sets its price anew (best_response): {asks}, {usual:,.2f} on the list."
                    )
            continue
        comparison = answer.comparisons[question]
        found = effect_rows(comparison.effects)
        without = without_program(scenario) if question == "program" else None
        if without is not None:
            found += accrued_rows(comparison, {"without": without, "with": scenario})
        title = f"What {says} did to {plain(scenario.focal)}"
        console.print("", tables.effects_table(title, found, ("without", "with"), tables.measured(scenario)), sep="\n")
        console.print(sentence(says, scenario.focal, found))
        if question == "program" and ran_before(scenario):
            console.print(ASKS_OTHERWISE, style="dim")
    if answer.comparisons:
        console.print("\nIntervals cover luck only, not the sizes that the scenario assumes.", style="dim")
    more = (
        tables.programs_table(answer.data, scenario), *lever_tables(answer.data, scenario),
        tables.reasons_table(answer.data, scenario),
    )  # fmt: skip
    for shown in (*(each for each in more if each is not None), *recorded_tables(scenario, panel)):
        console.print("", shown, sep="\n")


def ran_before(scenario: Scenario) -> bool:
    """Whether a program of the focal brand runs in the time that is not measured."""
    programs = scenario.brands[scenario.focal].programs
    return scenario.burn_in > 0 and any(program.from_week is None or program.from_week < 0 for program in programs)


def doubts(scenario: Scenario, asked: Asked, answer: Answer) -> Iterator[str]:
    """What the answer leaves open, and why."""
    from loyaltysim.cli.check import remarks_on_programs
    from loyaltysim.cli.tables import is_unknown

    if is_unknown(answer.data, scenario.focal):
        yield NO_RATES
    yield from remarks_on_programs(scenario)
    if asked.replications == 1:
        yield "One replication has no interval: see --replications."
