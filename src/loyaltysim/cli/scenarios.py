"""`loyaltysim scenarios`: what comes with the package."""

from __future__ import annotations

from typing import Annotated

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told


def scenarios(
    as_json: options.Json = False,
    levers: Annotated[
        bool,
        typer.Option("--levers", metavar="", help="List what brands can do instead, kind by kind."),
    ] = False,
) -> None:
    """List the scenarios that come with the package, or what a brand in a scenario can do."""
    with told(as_json):
        if levers:
            list_kinds(as_json)
            return
        from loyaltysim.cli.show import answer_console
        from loyaltysim.cli.tables import table
        from loyaltysim.loading import load
        from loyaltysim.scenario_file import shipped
        from loyaltysim.study.wording import span

        found = {name: load(name) for name in shipped()}
        if as_json:
            rows = [
                {
                    "name": name,
                    "title": scenario.title,
                    "brands": list(scenario.brands),
                    "customers": scenario.population.n_customers,
                    "steps": scenario.steps,
                }
                for name, scenario in found.items()
            ]
            print_json({"scenarios": rows})
            return
        cells = [
            [
                name,
                plain(scenario.title),
                plain(", ".join(scenario.brands)),
                f"{scenario.population.n_customers:,}",
                f"{scenario.steps:,} × {span(scenario.step_days)}",
            ]
            for name, scenario in found.items()
        ]
        answer_console().print(table("", ["name", "title", "brands", "customers", "steps"], cells, texts=3))


def list_kinds(as_json: bool) -> None:
    """Print every kind of what a brand can do, with a sentence on each."""
    from loyaltysim.cli.show import answer_console
    from loyaltysim.cli.tables import table
    from loyaltysim.study.levers_page import ROOMS, kinds

    if as_json:
        print_json({"kinds": [kind._asdict() for kind in kinds()]})
        return
    for room in ROOMS:
        cells = [[kind.kind, kind.says] for kind in kinds((room,))]
        answer_console().print(table(room, ["kind", "what it does"], cells, texts=2), "")
