"""`loyaltysim reproduce`: a saved run made again, and held against what was saved."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import FAILED, plain, print_json, told


def reproduce(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that run --out or compare --out wrote.", file_okay=False)
    ],
    threads: options.Threads = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make the runs of a folder again and compare every number, bit for bit; nothing is written.

    Ends with 1 if anything differs.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, read_options
        from loyaltysim.cli.progress import bar
        from loyaltysim.study import reproduce as study

        faults = Faults()
        asked = read_options(faults, threads=threads)
        faults.tell()
        found = []
        with bar(1.0, quiet) as tell:
            for finding in study.reproduce(folder, threads=asked.threads, progress=tell):
                found.append(finding)
                if not as_json:
                    mark = {True: "same", False: "DIFFERS", None: "note"}[finding.same]
                    typer.echo(plain(f"{mark}: {finding.what}: {finding.says}"))
        same = all(finding.same is not False for finding in found)
        if as_json:
            print_json({"command": "reproduce", "folder": str(folder), "same": same, "findings": [*map(asdict, found)]})
        if not same:
            raise typer.Exit(FAILED)
