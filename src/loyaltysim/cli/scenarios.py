"""`loyaltysim scenarios`: what comes with the package."""

from __future__ import annotations

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told


def scenarios(as_json: options.Json = False) -> None:
    """List the scenarios that come with the package."""
    with told(as_json):
        from loyaltysim.cli.show import answer_console
        from loyaltysim.cli.tables import span, table
        from loyaltysim.loading import load
        from loyaltysim.scenario_file import shipped

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
