"""`loyaltysim diff`: in which settings do two scenarios differ?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import plain, print_json, told

Other = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE", help="The scenario that it is held against.", autocompletion=complete.scenarios
    ),
]


def diff(name: options.Name, other: Other, changes: options.Changes = None, as_json: options.Json = False) -> None:
    """Tell in which settings two scenarios differ; a change of --set is one of the second."""
    with told(as_json):
        from loyaltysim.cli.asked import Faults, read_options, read_scenario

        faults = Faults()
        asked = read_options(faults, changes=changes)
        made = []
        for each, how in ((name, replace(asked, changes={})), (other, asked)):
            with faults.of():
                made.append(read_scenario(each, how))
        faults.tell()
        first, second = made
        found = {path: pair for path, pair in first.diff(second).items() if path != "title"}
        if as_json:
            rows = [{"path": path, "first": one, "second": two} for path, (one, two) in found.items()]
            print_json({"command": "diff", "first": name, "second": other, "differences": rows})
        else:
            show(name, other, found)


def show(name: str, other: str, found: dict[str, tuple[Any, Any]]) -> None:
    """Print a table, a row a setting."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    if not found:
        console.print("The two say the same.")
        return
    rows = [[plain(path), written(one), written(two)] for path, (one, two) in found.items()]
    heads = ["setting", *(plain(each) for each in (name, other))]
    console.print(tables.table("", heads, rows, texts=3))


def written(value: Any) -> str:
    """A value as a file has it; a dash where there is none."""
    import tomli_w

    from loyaltysim.cli.numbers import UNKNOWN

    if value is None:
        return UNKNOWN
    return plain(tomli_w.dumps({"x": value}).removeprefix("x = ").strip().replace("\n", " "))
