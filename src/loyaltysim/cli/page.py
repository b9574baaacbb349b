"""`loyaltysim app`: a page with sliders and plots, in a browser on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import told

MOST_PORT = 65_535
Name = Annotated[
    str,
    typer.Argument(
        metavar="[NAME|FILE]",
        help="What to show first: a shipped scenario's name, or a TOML file.",
        autocompletion=complete.scenarios,
    ),
]


def page(
    name: Name = "grocery",
    port: Annotated[str, typer.Option(metavar="N", help="Where it listens, on this machine alone.")] = "8765",
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open the browser.")] = True,
    changes: options.Changes = None,
) -> None:
    """Show a scenario in a browser, as a Mesa model with sliders and plots; Ctrl-C ends it."""
    with told():
        from loyaltysim.cli.asked import Faults, read_count, read_options, read_scenario
        from loyaltysim.cli.show import note

        faults, number = Faults(), 0
        with faults.of("--port"):
            number = read_count(port, MOST_PORT)
        asked = read_options(faults, changes=changes)
        faults.tell()
        scenario = read_scenario(name, asked)
        try:
            from loyaltysim.app.offered import offer_first
            from loyaltysim.app.serving import serve

            import_solara()
        except ImportError as error:
            raise ImportError(f'{error}: pip install "loyaltysim[app]"') from None
        offer_first(name, scenario)
        serve(number, opens=opens, ready=lambda address: note(f"{address}   (Ctrl-C ends it)"))


def import_solara() -> None:
    """Raise ImportError where the page's extra is missing."""
    import warnings

    warnings.filterwarnings("ignore", module="solara.validate_hooks")  # of Mesa's own components
    import loyaltysim.app.mesa_page  # noqa: F401
