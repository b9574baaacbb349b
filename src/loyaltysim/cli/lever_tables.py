"""Tables of levers: what `run` prints of what brands do besides prices and programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from loyaltysim.cli.numbers import UNKNOWN, number
from loyaltysim.cli.tables import table
from loyaltysim.cli.told import plain
from loyaltysim.study.pulled import cost_of_lever, cost_of_levers, pulled

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


def lever_tables(data: xr.Dataset, scenario: Scenario) -> Iterator[Table]:
    """Each lever, what it cost, and what those of a brand cost together; nothing where nobody pulls any."""
    every = pulled(scenario)
    if not every:
        return
    heads = ["\n\nlever", "\nwho is\nchosen", "\npulled\nweeks", "its\nweeks cost", "a\ncontact costs",
             "all\nthat it cost", "\n\ncontacts"]  # fmt: skip
    money = plain(scenario.currency)
    rows = [
        [plain(one.name), one.target or UNKNOWN, f"{one.weeks:,.0f}", f"{one.cost_of_weeks:,.{cost.digits}f}",
         f"{one.cost_each:,.2f}" if one.target else UNKNOWN, cost.with_half(),
         contacts.with_half() if one.target else UNKNOWN]
        for one in every
        for cost, contacts in [cost_of_lever(data, one.name)]
    ]  # fmt: skip
    heads = [f"{head}\n{money}" if "cost" in head else head for head in heads]
    notes = [f"{UNKNOWN}: it reaches no single customers."] * any(not one.target for one in every)
    for one in every:
        pays = " and ".join(f"{price:,.2f} {money} for each ({name})" for name, price in one.besides.items())
        notes += [f"{plain(one.name)} pays besides, within all that it cost: {pays}."] * bool(pays)
    yield table("Levers", heads, rows, texts=2, note="\n".join(notes))
    brands = list(dict.fromkeys(one.brand for one in every))
    costs = [cost_of_levers(data, brand) for brand in brands]
    contacts, out = ([number(data, name, brand) for brand in brands] for name in ("contacts", "opted_out"))
    told = [
        [f"cost, {money}", *(cost.with_half() for cost, _ in costs)],
        ["cost, % of the margin before it", *(share.times(100).with_half() for _, share in costs)],
        ["contacts", *(each.with_half() for each in contacts)],
        ["customers who opted out", *(each.with_half() for each in out)],
    ]
    told = [row for row, found in zip(told, (1, 1, any(c.mean for c in contacts), any(o.mean for o in out))) if found]
    yield table("What levers cost over the run", ["", *map(plain, brands)], told)
