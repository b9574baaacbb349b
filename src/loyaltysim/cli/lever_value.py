"""`loyaltysim lever-value`: what each lever brings and costs, all others being pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, resumable, told

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.table import Table

    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

RAN_BEFORE = (
    "Levers without from_week were pulled before the measured time too; what they won then counts here, what they cost "
    "then does not. With from_week = 0 they begin with it."
)


def lever_value(
    name: options.Name,
    store: options.Store = None,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell what each lever brings to its brand, beside what it costs: the same market without that one lever.

    The customers, their luck and all other levers are the same.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.numbers import effect_rows
        from loyaltysim.cli.run import NO_RATES, head
        from loyaltysim.cli.show import note

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name), resumable(store):
            found = work_out(scenario, asked, store, quiet)
        if as_json:
            print_json({**head("lever-value", name, asked, None), "levers": effect_rows(found)})
            return
        show(name, scenario, asked, found)
        if found.query("metric == 'retention_rate'")["effect"].isna().all():
            note(NO_RATES, quiet)
        if asked.replications == 1:
            note("One replication has no interval: see --replications.", quiet)


def work_out(scenario: Scenario, asked: Asked, store: Path | None, quiet: bool) -> pd.DataFrame:
    """Run all worlds, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study import lever_value as study

    worlds = 1 + sum(lever.strength > 0 for brand in scenario.brands.values() for lever in brand.levers)
    with bar(worlds * asked.replications, quiet) as tell:
        return study.lever_value(
            scenario, replications=asked.replications, seed=asked.seed, store=store, threads=asked.threads,
            progress=tell,
        )  # fmt: skip


def show(name: str, scenario: Scenario, asked: Asked, found: pd.DataFrame) -> None:
    """Print the values for reading."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    console.print("", values_table(scenario, found), sep="\n")
    levers = [lever for brand in scenario.brands.values() for lever in brand.levers if lever.strength]
    if scenario.burn_in and any(lever.from_week is None or lever.from_week < 0 for lever in levers):
        console.print(RAN_BEFORE, style="dim")
    console.print("Intervals cover luck only, not the sizes that the scenario assumes.", style="dim")


def values_table(scenario: Scenario, found: pd.DataFrame) -> Table:
    """A row a lever: its cost, and what it does to its brand's retention and profit."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import Number

    rows, money = [], plain(scenario.currency)
    for lever, own in found.groupby("lever", sort=False):
        by = own.set_index("metric")
        numbers = [
            Number(*by.loc[metric, ["effect", "joint_low", "joint_high"]].astype(float))
            for metric in ("cost", "retention_rate", "margin")
        ]
        cost, kept, profit = numbers[0], numbers[1].times(100), numbers[2]
        rows.append([plain(str(lever)), cost.with_half(), kept.with_half(), profit.with_half()])
    heads = ["\nlever", f"its cost\n{money}", "retention\npoints", f"profit\n{money}"]
    many = int((found["metric"] == "cost").sum())
    together = f", for all {many} of a column together (Bonferroni)" if many > 1 else ""
    interval = f" ± 95 %{together}." if found["joint_low"].notna().any() else ""
    note = (
        f"Its brand with it, less without it alone.{interval} Its cost is taken off the profit. What levers "
        "bring one by one does not add up to what all bring together."
    )
    return tables.table(f"What each lever brought in {tables.measured(scenario)}", heads, rows, note=note)
