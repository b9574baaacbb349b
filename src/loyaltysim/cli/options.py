"""Options: the arguments that commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loyaltysim.cli import complete

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE", help="A shipped scenario's name, or a TOML file.", autocompletion=complete.scenarios
    ),
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME|FILE …", help="Shipped scenarios' names, or TOML files.", autocompletion=complete.scenarios
    ),
]
Seed = Annotated[str, typer.Option(metavar="N", help="Luck: the same seed gives the same bits.")]
Replications = Annotated[str, typer.Option(metavar="N", help="How many runs, each with luck of its own.")]
Threads = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="Processes, or threads of a large step; results do not depend on it. All cores if not given.",
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a setting, by its path in the file; may be given again. The value is TOML, else a text.",
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for all results; without it nothing is written.")]
Store = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder that keeps all runs; the same command goes on there.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", metavar="", help="Replace the results that the folder holds; other files stay.")
]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar="", help="No progress and no notes.")]
Log = Annotated[
    bool,
    typer.Option(
        "--log", metavar="", help="Every purchase of the first replication, as log.parquet in the folder of --out."
    ),
]
