"""`loyaltysim odd`: the model of a scenario, described by the ODD protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import told

Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file instead of printing it.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", metavar="", help="Replace the file if it is there.")]


def odd(name: options.Name, changes: options.Changes = None, out: Out = None, overwrite: Overwrite = False) -> None:
    """Describe a scenario's model by the ODD 2020 protocol, in Markdown made from the model that runs."""
    with told():
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.report.odd import odd as describe
        from loyaltysim.whole_file import whole_file

        faults = Faults()
        asked = read_options(faults, changes=changes)
        with faults.of():
            check_file(out, overwrite)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name):
            text = describe(scenario, named=name)
        if out is None:
            print(text, end="")
        else:
            with whole_file(out) as temporary:
                temporary.write_text(text, "utf-8")


def check_file(out: Path | None, overwrite: bool) -> None:
    """Make sure that the file may be written. Raises ScenarioError if not."""
    from loyaltysim.faults import Fault, ScenarioError

    if out is None:
        return
    message = ""
    if out.is_dir():
        message = f'"{out}" is a folder'
    elif out.exists() and not overwrite:
        message = f'"{out}" is there already; --overwrite replaces it'
    elif not out.parent.is_dir():
        message = f'there is no folder "{out.parent}"'
    if message:
        raise ScenarioError([Fault(None, None, "--out", message)])
