"""`loyaltysim program-value`: what a program brings and costs, and who benefits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.cli.asked import Asked
    from loyaltysim.cli.numbers import Number
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.program_value import ProgramValue

SAYS = {
    "units": "units sold",
    "revenue": "revenue",
    "program_fees": "+ fees of members",
    "cost_of_goods": "− cost of goods",
    "other_costs": "− other costs",
    "program_cost": "− rewards",
    "subsidy": "     for purchases that would have been made anyway",
    "rewards_won": "     for purchases won",
    "margin": "= margin",
    "liability": "− rewards still owed",
    "margin_accrued": "= margin, what is owed taken off",
}
WHERE_ANY = ("program_fees", "other_costs")
"""Rows that are left out where there is nothing."""
NOT_OF_PURCHASES = {"program_fees": "fees", "other_costs": "other costs"}
"""Parts of the margin that no purchase brings, so that no group has them."""


def program_value(
    name: options.Name,
    seed: options.Seed = "1",
    replications: options.Replications = "10",
    threads: options.Threads = None,
    changes: options.Changes = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell what our program brings and costs: profit and loss against the same market without it, and who benefits.

    The program is launched at the end of the burn-in; same customers, same luck.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.numbers import effect_rows
        from loyaltysim.cli.run import head

        faults = Faults()
        asked = read_options(faults, seed=seed, replications=replications, threads=threads, changes=changes)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name):
            found = work_out(scenario, asked, quiet)
        if as_json:
            rows = {"parts": effect_rows(found.parts), "groups": effect_rows(found.groups)}
            print_json({**head("program-value", name, asked, None), **rows})
        else:
            show(name, scenario, asked, found)


def work_out(scenario: Scenario, asked: Asked, quiet: bool) -> ProgramValue:
    """Run both worlds, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.study import program_value as study

    with bar(asked.replications, quiet) as tell:
        return study.program_value(
            scenario, replications=asked.replications, seed=asked.seed, threads=asked.threads, progress=tell
        )


def show(name: str, scenario: Scenario, asked: Asked, found: ProgramValue) -> None:
    """Print the value for reading."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console

    console = answer_console()
    console.print(*tables.headline(name, scenario, asked.replications, asked.seed, asked.changes), sep="\n")
    console.print("", parts_table(scenario, found), sep="\n")
    console.print("", groups_table(scenario, found), sep="\n")
    console.print(f"\n{in_words(found)}")
    console.print("Intervals cover luck only, not the sizes that the scenario assumes.", style="dim")


def parts_table(scenario: Scenario, found: ProgramValue) -> Table:
    """The parts of the margin, a row a part."""
    from loyaltysim.cli import tables

    rows = []
    for part, says in SAYS.items():
        size = number_of(found, part)
        if part not in WHERE_ANY or size.mean:
            rows.append([says, size.text(), size.interval()])
    title = f"What {plain(scenario.focal)}'s program brought in {tables.measured(scenario)}, {plain(found.currency)}"
    note = f"Against the same market without the program, which {begins(scenario)}."
    return tables.table(title, ["", "with − without", "95 % interval"], rows, note=note)


def begins(scenario: Scenario) -> str:
    """When the focal brand's programs begin, in words."""
    weeks = [max(program.from_week or 0.0, 0.0) for program in scenario.brands[scenario.focal].programs]
    if not any(weeks):
        return "begins with the first measured step"
    told = " and ".join(f"{week:g}" for week in sorted(set(weeks)))
    return f"begins in week {told} of the measured time"


def groups_table(scenario: Scenario, found: ProgramValue) -> Table:
    """Who benefits, a row a group of customers by what they bought before."""
    from loyaltysim.cli import tables
    from loyaltysim.cli.numbers import UNKNOWN, Number

    heads = {"customers": "customers", "units": "more units", "program_cost": "rewards", "margin": "margin"}
    rows = []
    for group, own in found.groups.groupby("group", sort=False):
        by = own.set_index("metric")
        found_in = [[float(by.loc[metric, end]) for end in ("effect", "ci_low", "ci_high")] for metric in heads]
        cells = [Number(mean, low, high) for mean, low, high in found_in]
        base = float(by.loc["units", "baseline"])
        growth = f"{100 * cells[1].mean / base:+.1f}" if base else UNKNOWN
        if cells[0].mean:
            rows.append(
                [
                    str(group),
                    f"{cells[0].mean:,.0f}",
                    cells[1].with_half(),
                    growth,
                    *(one.with_half() for one in cells[2:]),
                ]
            )
    if scenario.burn_in:
        note = "By purchases of the brand before: none, and thirds of those who had any."
    else:
        note = "Nobody bought before: there is no burn_in."
    missing = [says for part, says in NOT_OF_PURCHASES.items() if number_of(found, part).mean]
    if missing:
        note += f" Margin is that of their purchases: {' and '.join(missing)} are in the table above alone."
    if number_of(found, "liability").mean:
        note += " What members are still owed is not taken off: it is in the table above alone."
    units = ["bought before", "customers", "more units", "in %", "rewards", "margin"]
    return tables.table(f"Who benefits, {plain(found.currency)}", units, rows, note=note)


def in_words(found: ProgramValue) -> str:
    """Say what a unit of currency of rewards, given or owed, brought, and what share of those given was a gift."""
    back, gift = number_of(found, "return_accrued"), number_of(found, "subsidy_share").times(100)
    owed, unit = number_of(found, "liability"), plain(found.currency)
    if not found.by_replication["program_cost"].any():
        return f"The program handed out nothing{f', and owes {owed.text()} {unit}' if owed.mean else ''}."
    each = f"Each {unit} of rewards{', given or still owed,' if owed.mean else ''}"
    told = math.isfinite(back.half)
    if told and not back.certain:
        said = f"What {each[:1].lower()}{each[1:]} earned beyond itself cannot be told from zero: {back.text()} {unit}"
        said += f" (95 %: {back.interval()})"
    else:
        size = back if back.mean >= 0 else back.times(-1)
        did, of = ("earned", "beyond") if back.mean >= 0 else ("lost", "of")
        said = f"{each} {did} {size.text()} {unit} {of} itself{f' (95 %: {size.interval()})' if told else ''}"
    given = "rewards given" if owed.mean else "rewards"
    return f"{said}; {gift.mean:.0f} % of the {given} went to purchases that would have been made anyway."


def number_of(found: ProgramValue, part: str) -> Number:
    """A part with its interval."""
    from loyaltysim.cli.numbers import Number

    row = found.parts.set_index("part").loc[part]
    return Number(float(row["effect"]), float(row["ci_low"]), float(row["ci_high"]))
