"""`loyaltysim claims`: what practitioners say about loyalty, beside what a scenario does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyaltysim.cli import options
from loyaltysim.cli.told import print_json, told

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario


def claims(
    name: options.Name,
    seed: options.Seed = "1",
    replications: options.Replications = "5",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Hold what practitioners say about loyalty ("80 % of revenue from 20 % of customers") beside a scenario.

    The claims are never put into the model; metrics.reasons is switched on, to tell why customers left.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.numbers import effect_rows

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            scenario = read_scenario(name, asked)
            if scenario.behavior.choice.kind != "switching":  # a choice of that kind has no reasons
                scenario = scenario.vary({"metrics.reasons": True})
        faults.tell()
        with located(name):
            found = work_out(scenario, asked, quiet)
        if as_json:
            import loyaltysim
            from loyaltysim.cli.saving import SCHEMA

            head = {"schema": SCHEMA, "command": "claims", "scenario": name, "seed": asked.seed}
            version = {"replications": asked.replications, "version": loyaltysim.__version__}
            print_json({**head, **version, "claims": effect_rows(found)})
        else:
            show(name, scenario, asked, found)


def work_out(scenario: Scenario, asked: Asked, quiet: bool) -> Any:
    """The table of claims, from logged runs, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.simulation import Simulation
    from loyaltysim.study.claims import practitioner_claims

    total = asked.replications
    with bar(total, quiet) as tell:
        simulation = Simulation(scenario, seed=asked.seed, threads=asked.threads, replications=range(total), log=True)
        last = scenario.calendar.last
        simulation.run(progress=None if tell is None else lambda: tell("claims", total * simulation.now / last))
    assert simulation.transactions is not None  # asked for above
    lifetimes = simulation.lifetimes() if scenario.behavior.lapse.kind != "none" else None
    return practitioner_claims(simulation.transactions.frame(), simulation.results(), lifetimes=lifetimes)


def show(name: str, scenario: Scenario, asked: Asked, found: Any) -> None:
    """Print the table, and why some claims have no value."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    console.print("", tables.claims_table(found.to_dict("records")), sep="\n")
    for row in found.to_dict("records"):
        if row["reason"]:
            console.print(f"Not told: {row['says']}: {row['reason']}.", style="dim")
