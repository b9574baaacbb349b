"""`loyaltysim validate`: does the model reproduce what is published, exact or recorded?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import FAILED, WRONG, plain, print_json, told

if TYPE_CHECKING:
    from rich.console import RenderableType

    from loyaltysim.validation import Target

Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID …]", help="Targets, such as D1 or R2; all if none is given.", autocompletion=complete.targets
    ),
]
Long = Annotated[bool, typer.Option("--long", metavar="", help="Those that take minutes, too.")]
Page = Annotated[
    bool,
    typer.Option("--page", metavar="", help="Print a page of Markdown instead; with --long it is docs/validation.md."),
]
Listed = Annotated[
    bool, typer.Option("--list", metavar="", help="List the targets and what each needs; nothing is simulated.")
]
FORMS = {"target": ".4g", "simulated": ".4g", "se": ".2g", "tolerance": ".2g"}
STYLES = {"passed": "green", "failed": "bold red", "skipped": "yellow"}


def validate(
    ids: Ids = None,
    long: Long = False,
    page: Page = False,
    listed: Listed = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Simulate published targets, exact limits and recorded data, and hold the numbers against each other.

    Exit codes: 0 no number failed, 1 some did, 2 a target named by its ID lacks an extra and was not checked.
    """
    with told(as_json):
        from loyaltysim.cli.progress import bar
        from loyaltysim.cli.show import answer_console, note
        from loyaltysim.validation import report
        from loyaltysim.validation.page import page as written

        console, found = answer_console(), []
        asked = find_targets(ids or [])
        if listed:
            show_list(asked, as_json, quiet)
            return
        chosen = [one for one in asked if long or ids or not one.long]
        for number, target in enumerate(chosen):
            with bar(len(chosen), quiet) as tell:
                if tell is not None:
                    tell(target.id, number)
                rows = report(target)
            found += rows
            if not (as_json or page):
                console.print(*described(target, rows), sep="\n")
        if as_json:
            print_json({"targets": found})
        elif page:
            print(written(chosen, found, command_of(ids or [], long)), end="")
        count = {status: sum(row["status"] == status for row in found) for status in STYLES}
        note(", ".join(f"{number} {status}" for status, number in count.items() if number), quiet or as_json)
        for row in found:
            if row["status"] == "skipped":
                note(f"{row['id']} left out: {row['reason']}", quiet or as_json)
        late = [one.id for one in asked if one not in chosen]
        if late:
            note(f"{', '.join(late)} left out: of minutes, --long runs what is long", quiet or as_json)
        if count["failed"]:
            raise typer.Exit(FAILED)
        if count["skipped"] and ids:
            raise typer.Exit(WRONG)


def command_of(ids: list[str], long: bool) -> str:
    """The command of which a page is the output."""
    from loyaltysim.validation.page import WHOLE

    if long and not ids:
        return WHOLE
    return " ".join(["loyaltysim validate", *ids, *(["--long"] if long else []), "--page"])


def show_list(targets: list[Target], as_json: bool, quiet: bool) -> None:
    """Print a line a target: what it is about, and what it needs."""
    from rich.text import Text

    from loyaltysim.cli.show import answer_console, note
    from loyaltysim.validation.target import EXTRA, missing

    if as_json:
        names = ("id", "says", "source", "long", "needs")
        told = [{name: getattr(one, name) for name in names} | {"missing": missing(one)} for one in targets]
        print_json({"targets": told})
        return
    console = answer_console()
    for one in targets:
        gone = missing(one)
        wants = [package + (" (not installed)" if package in gone else "") for package in one.needs]
        line = Text.assemble((f"{one.id:<5}", "bold"), plain(one.says))
        if one.long:
            line.append(" --long", "yellow")
        if wants:
            line.append(f" Needs {', '.join(wants)}.", "dim")
        console.print(line, soft_wrap=True)  # a line each, also where it is wider than the terminal
    if any(one.needs for one in targets):
        note(f"What is needed comes with {EXTRA}", quiet)


def find_targets(ids: list[str]) -> list[Target]:
    """The targets of some ids, or all. Raises ScenarioError with the nearest for ids that there are not."""
    from string import ascii_lowercase

    from loyaltysim.faults import Fault, ScenarioError, nearest
    from loyaltysim.validation import TARGETS, select

    known = [target.id for target in select()]
    names = {name.casefold(): name for one in known for name in (one, one.rstrip(ascii_lowercase))}
    unknown = [id_ for id_ in ids if id_.casefold() not in names]
    if unknown:
        faults = [
            Fault(None, None, "", f'no target is called "{id_}"', tuple(known), nearest(id_, known)) for id_ in unknown
        ]
        raise ScenarioError(faults)
    return select(*(names[id_.casefold()] for id_ in ids)) if ids else list(select() if TARGETS else [])


def described(target: Target, rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """One target's checks for reading."""
    from rich.text import Text

    from loyaltysim.cli.tables import table

    statuses = {str(row["status"]) for row in rows}
    worst = next(status for status in ("failed", "skipped", "passed") if status in (statuses or {"passed"}))
    passed = sum(row["status"] == "passed" for row in rows)
    yield Text.assemble((target.id, "bold"), " ", (worst, STYLES[worst]), f" {passed} of {len(rows)}")
    yield Text(f"{plain(target.says)} [{plain(target.source)}]", style="dim")
    if statuses == {"skipped"}:
        yield Text("\n".join(plain(str(row["reason"])) for row in rows) + "\n")
        return
    noted = any(row["reason"] for row in rows)
    columns = ["", "target", "simulated", "SE", "tolerance", "status", *(["note"] if noted else [])]
    cells: list[list[str | Text]] = [
        [
            plain(str(row["part"])),
            *("" if row[name] is None else format(row[name], form) for name, form in FORMS.items()),
            Text(str(row["status"]), style=STYLES[str(row["status"])]),
            *([plain(str(row["reason"]))] if noted else []),
        ]
        for row in rows
    ]
    yield table("", columns, cells, remarks=noted)
    yield ""
