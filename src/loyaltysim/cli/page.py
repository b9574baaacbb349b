"""`loyaltysim app`: a page for a class, or Mesa's, in a browser on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import told
from loyaltysim.faults import Fault, ScenarioError, nearest

MOST_PORT = 65_535
Name = Annotated[
    str,
    typer.Argument(
        metavar="[NAME|FILE]",
        help="What to show first: a shipped scenario's name, or a TOML file. Python files that it `uses` are imported "
        "and told; of a file opened in the page, none is.",
        autocompletion=complete.scenarios,
    ),
]


def page(
    name: Name = "grocery",
    kind: Annotated[
        str, typer.Option("--page", metavar="class|mesa", help="Two worlds side by side, or a Mesa model.")
    ] = "class",
    port: Annotated[str, typer.Option(metavar="N", help="Where it listens.")] = "8765",
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="For whom: this machine alone; 0.0.0.0: everybody who can reach it.")
    ] = "localhost",
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open the browser.")] = True,
    changes: options.Changes = None,
) -> None:
    """Show a scenario in a browser, with sliders that change a second world beside it; Ctrl-C ends it."""
    with told():
        from loyaltysim.cli.asked import Faults, read_count, read_options, read_scenario
        from loyaltysim.cli.show import note

        faults, number = Faults(), 0
        with faults.of("--port"):
            number = read_count(port, MOST_PORT)
        with faults.of("--page"):
            read_page(kind)
        asked = read_options(faults, changes=changes)
        faults.tell()
        scenario = read_scenario(name, asked)
        try:
            from loyaltysim.app.offered import offer_first
            from loyaltysim.app.serving import serve

            import_solara(kind)
        except ImportError as error:
            raise ImportError(f'{error}: pip install "loyaltysim[app]"') from None
        offer_first(name, scenario)
        if kind == "class":
            from loyaltysim.app.limits import class_size

            class_size(scenario)
        serve(number, page=kind, host=host, opens=opens, ready=lambda address: note(f"{address}   (Ctrl-C ends it)"))


def read_page(kind: str) -> None:
    """Raise ScenarioError for a page that there is not."""
    from loyaltysim.app.serving import PAGES

    if kind not in PAGES:
        message = f'there is no page "{kind}"'
        raise ScenarioError([Fault(None, None, "--page", message, tuple(PAGES), nearest(kind, PAGES))])


def import_solara(kind: str) -> None:
    """Raise ImportError where the page's extra is missing."""
    import importlib
    import warnings

    from loyaltysim.app.serving import PAGES

    warnings.filterwarnings("ignore", module="solara.validate_hooks")  # of Mesa's own components
    importlib.import_module(PAGES[kind])
