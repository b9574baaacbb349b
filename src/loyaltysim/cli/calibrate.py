"""`loyaltysim calibrate`: the settings at which a market gives the numbers that were observed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.calibration import Calibration

METHODS = ("abc", "simulated_moments")


def calibrate(
    name: options.Name,
    targets: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="What was observed, a TOML file: moments, a retention table, triangle, log, or panel."
        ),
    ],
    axes: Annotated[
        list[str],
        typer.Option("--axis", metavar="PATH=[LOW,HIGH]", help="Setting to find, and its bounds. May be given again."),
    ],
    method: Annotated[
        str,
        typer.Option(metavar="KIND", help="Method: abc or simulated_moments.", autocompletion=lambda: [*METHODS]),
    ] = "abc",
    points: Annotated[
        str, typer.Option(metavar="N", help="Candidates in all, at least 30; from 90 on intervals are steadier.")
    ] = "600",
    hold_out: Annotated[
        str,
        typer.Option(metavar="SHARE", help="Share of the periods, the last ones, that is predicted and not fitted."),
    ] = "0.25",
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "4",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the settings that give what was observed, with intervals, and tell which of them the data do not pin down.

    A file of targets holds, say, moments.share = [0.42, 0.01], a metric with its standard error, or log.file =
    "till.csv", a transaction log, and weeks = 13, the length of a period; docs/calibration.md has them all.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, of_axes, read_axes, read_count, read_options, read_scenario
        from loyaltysim.cli.folder import check_folder
        from loyaltysim.study.target_file import read_target_file

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        wanted = read_axes(faults, axes)
        how: dict[str, Any] = {"method": method}
        with faults.of("--points"):
            how["points"] = read_count(points)
        with faults.of("--hold-out"):
            how["hold_out"] = read_share(hold_out)
        with faults.of():
            check_folder(out, overwrite)
        scenario = observed = None
        with faults.of():
            scenario = read_scenario(name, asked)
        if scenario is not None:
            with faults.of():
                scenario, observed, how["weeks"] = read_target_file(targets, scenario)
        if faults.found and scenario is not None and observed is not None:  # so that nothing hides what else is wrong
            from loyaltysim.study.calibrate import check

            with faults.of(), of_axes(wanted), located(name), placed(targets), but_of_none(wanted):
                check(scenario, observed, wanted, replications=asked.replications, **how)
        faults.tell()
        assert scenario is not None  # a fault otherwise
        with resumable(store), of_axes(wanted), located(name), placed(targets):
            found = work_out(scenario, observed, wanted, asked, store, quiet, how)
        answer = {**head(name, asked, out), "method": method, **answer_of(found)}
        if out is not None:
            save(found, answer, out)
        if as_json:
            print_json(answer)
        else:
            show(name, scenario, asked, found)


@contextmanager
def but_of_none(axes: dict[str, Any]) -> Iterator[None]:
    """Leave out that there are no settings: what is wrong with those that were given is told already."""
    from loyaltysim.faults import ScenarioError

    try:
        yield
    except ScenarioError as error:
        others = [fault for fault in error.faults if axes or fault.key != "axes"]
        if others:
            raise ScenarioError(others) from None


@contextmanager
def placed(targets: Path) -> Iterator[None]:
    """Give faults of what was observed the name of its file."""
    from loyaltysim.faults import ScenarioError

    try:
        yield
    except ScenarioError as error:
        own = {"targets": "", "weeks": "weeks", "panel": "panel"}
        raise ScenarioError(
            replace(f, file=str(targets), key=own[f.key]) if f.key in own else f for f in error.faults
        ) from None


def read_share(text: str) -> float:
    """Read a number from 0 to below 1. Raises ScenarioError for anything else."""
    from loyaltysim.faults import Fault, ScenarioError

    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise ScenarioError([Fault(None, None, "", f'must be a number from 0 to below 1, was "{text}"')])
    return share


def work_out(
    scenario: Scenario,
    observed: Any,
    axes: dict[str, Any],
    asked: Asked,
    store: Path | None,
    quiet: bool,
    how: dict[str, Any],
) -> Calibration:
    """Run it, with a bar."""
    from loyaltysim.cli.progress import bar, of_runs
    from loyaltysim.study import calibrate as study

    with bar(1.0, quiet) as tell:
        return study.calibrate(
            scenario, observed, axes, replications=asked.replications, seed=asked.seed, threads=asked.threads,
            store=store, progress=of_runs(tell), **how,
        )  # fmt: skip


def head(name: str, asked: Asked, out: Path | None) -> dict[str, Any]:
    """The first entries of the JSON object."""
    from loyaltysim.cli.run import head

    return head("calibrate", name, asked, out)


def answer_of(found: Calibration) -> dict[str, Any]:
    """What was found, as `--json` gives it."""
    return {
        "settings": found.settings.to_dict("records"),
        "ridges": found.ridges.to_dict("records"),
        "targets": found.targets.to_dict("records"),
        "misfit": {"misfit": found.misfit, "free": found.free, "p": found.p},
        "runs": found.runs,
        "left_out": found.left_out,
        "notes": list(found.notes),
    }


def save(found: Calibration, answer: dict[str, Any], out: Path) -> None:
    """Write all into the folder, together or not at all."""
    from loyaltysim.cli.folder import writing
    from loyaltysim.cli.saving import save_scenario, save_summary, write_manifest

    with writing(out) as folder:
        found.save(folder)
        save_scenario(found.scenario, folder)
        save_summary(answer, folder)
        write_manifest(folder, **{name: answer[name] for name in ("schema", "command", "scenario", "seed", "version")})


def start_of(value: Any) -> str:
    """The start of a setting as a cell; one that is not a number is told as it is, one that was never set by a dash."""
    if isinstance(value, (int, float)):
        return f"{value:.6g}" if value == value else "–"  # a frame of numbers has NaN for nothing
    return "–" if value is None else plain(str(value))


def show(name: str, scenario: Scenario, asked: Asked, found: Calibration) -> None:
    """Print the settings, what was held out, and the report's sentences."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console
    from loyaltysim.study.calibration import AT_ENDS

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    rows = [
        [
            plain(row.path), start_of(row.start),
            f"{row.estimate:.4g}", f"{row.ci_low:.4g} to {row.ci_high:.4g}", f"{100 * row.shrinkage:.0f} %",
            "yes" if row.pinned else "at its end" if row.status in AT_ENDS else "no",
        ]
        for row in found.settings.itertuples()
    ]  # fmt: skip
    note = "sd: after the data, of that before. Pinned down: below 70 %."
    heads = ["setting", "start", "estimate", "90 % interval", "sd", "pinned down"]
    console.print("", tables.table("Settings", heads, rows, note=note), "", sep="\n")
    lines = found.report().splitlines()[1:]
    told = [line for line, pinned in zip(lines, found.settings["pinned"]) if not pinned]
    console.print("\n".join(plain(line) for line in [*told, *lines[len(rows) :]]), soft_wrap=True)
