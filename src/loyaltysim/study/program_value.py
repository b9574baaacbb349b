"""Program value: what the focal brand's program brings and costs, against the same market without it.

The program is launched at the end of the burn-in, which the market lives through without it: then both worlds have the
same customers, states and luck, all that the program costs falls into the measured time, and what customers bought
before cannot be the program's doing. (`run` asks another question: what a program does that has always been there.)

All amounts are differences from the world without, for each replication exactly:

    margin = revenue + program_fees - cost_of_goods - other_costs - program_cost, program_cost = subsidy + rewards_won
    margin_accrued = margin - liability                                                            (eqs. E118, E119)

`subsidy` are the rewards that went to purchases which would have happened anyway: each customer's program cost times
min(units with, units without) / units with. Customers are compared over the whole measured time: a purchase that only
moved in time would have happened anyway. Where the worlds' luck has come apart, a customer may by luck alone have fewer
units in one of them, so the subsidy is rather told too low than too high.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim.at_once import at_once
from loyaltysim.faults import Fault, ScenarioError, path_text
from loyaltysim.runs import stacks_of
from loyaltysim.simulation import Simulation, check_count, check_seed
from loyaltysim.study.branches import STACK_ROWS, each_step
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.questions import without_program
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

SIGNS = {
    "revenue": 1, "program_fees": 1, "cost_of_goods": -1, "other_costs": -1, "subsidy": -1, "rewards_won": -1,
}  # fmt: skip
"""The parts that add up to the margin, and their signs in that sum."""
AMOUNTS = (*SIGNS, "program_cost", "margin", "liability", "margin_accrued")
OTHER_COSTS = ("lever_cost", "acquisition_cost", "referral_cost")
GROUPS = ("none", "light", "medium", "heavy")
"""Customers by their purchases of the brand before the program: none, and thirds of those who had any."""
BY_GROUP = ("customers", "units", "margin", "program_cost", "subsidy")


class Books(NamedTuple):
    """What one world came to: money in whole 1/10,000, arrays of one number a replication, or one a row."""

    totals: dict[str, np.ndarray]
    """By name: revenue, program_fees, cost_of_goods, other_costs, program_cost, margin, liability; and units."""
    units: np.ndarray
    """The focal brand's units by row …"""
    margin: np.ndarray
    """… revenue less cost of goods and program cost of its purchases …"""
    cost: np.ndarray
    """… and program cost of its purchases."""


@dataclass(frozen=True)
class ProgramValue:
    """Profit and loss of a program, as differences from the same market without it.

    Attributes
    ----------
    by_replication : one row a replication: `AMOUNTS` in currency, and units
    groups_by_replication : columns replication, group, and `BY_GROUP`, each with and without the program
    focal : the brand whose program it is; currency : of the amounts
    """

    by_replication: pd.DataFrame
    groups_by_replication: pd.DataFrame
    focal: str
    currency: str

    def __repr__(self) -> str:
        """One line: whose program, and how many replications."""
        return f"<ProgramValue of {self.focal}'s program: {len(self.by_replication)} replications>"

    @cached_property
    def parts(self) -> pd.DataFrame:
        """One row a part, with its 95 % paired interval: part, effect, ci_low, ci_high, p_positive, n, unit.

        The amounts, units, `subsidy_share` (of program_cost), `return_on_cost` (margin / program_cost: 0 is what it
        cost, -1 is lost in whole) and `return_accrued`, the same with what is owed (margin_accrued / (program_cost +
        liability)); all three ratios of means with the jackknife's interval.
        """
        import pandas as pd

        from loyaltysim.plots.interval import ratio

        found = self.by_replication
        rows = []
        for name in ("units", *AMOUNTS):
            effect = paired_effect(found[name].to_numpy(), np.zeros(len(found)))
            kept = {key: effect[key] for key in ("effect", "ci_low", "ci_high", "p_positive", "n")}
            rows.append({"part": name, **kept, "unit": "units" if name == "units" else self.currency})
        cost = found["program_cost"].to_numpy()
        shares = {
            "subsidy_share": ("subsidy", cost),
            "return_on_cost": ("margin", cost),
            "return_accrued": ("margin_accrued", cost + found["liability"].to_numpy()),
        }
        for name, (above, below) in shares.items():
            with np.errstate(invalid="ignore", divide="ignore"):
                of = ratio(found[above].to_numpy(), below)
            low, high = float(of.low), float(of.high)
            kept = {"effect": float(of.mean), "ci_low": low, "ci_high": high, "p_positive": np.nan, "n": len(found)}
            rows.append({"part": name, **kept, "unit": "1"})
        return pd.DataFrame(rows)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Who benefits: one row a group and metric; group, metric, effect, ci_low, ci_high, baseline, n, unit.

        Groups are `GROUPS`: by purchases of the brand before the program. `margin` is that of purchases: it has neither
        fees nor other costs.
        """
        import pandas as pd

        units = {"customers": "customers", "units": "units"}
        rows = []
        for group, own in self.groups_by_replication.groupby("group", sort=False):
            for metric in BY_GROUP:
                effect = paired_effect(own[metric].to_numpy(), own[f"{metric}_without"].to_numpy())
                kept = {key: effect[key] for key in ("effect", "ci_low", "ci_high", "baseline", "n")}
                rows.append({"group": group, "metric": metric, **kept, "unit": units.get(metric, self.currency)})
        return pd.DataFrame(rows)

    def plot(self) -> Any:
        """The parts as a waterfall: matplotlib's Axes."""
        from loyaltysim.plots import program_value

        return program_value(self.parts)


def program_value(
    scenario: Scenario,
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> ProgramValue:
    """Tell what the focal brand's program brings and costs, launched at the end of the burn-in.

    Parameters
    ----------
    scenario : a market in which the focal brand has a program; if it has several, they are taken together
    replications, seed, threads, progress : as for `compare`

    Returns
    -------
    ProgramValue, with the frames `parts` and `groups`

    Raises
    ------
    ScenarioError : if the focal brand has no program, or none that begins before the run ends

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 500, "burn_in": 13, "steps": 26})
    >>> ls.program_value(small, replications=2).parts["part"].tolist()[:3]
    ['units', 'revenue', 'program_fees']
    """
    import os

    import pandas as pd

    without = without_program(scenario)
    if without is None:
        message = f'"{scenario.focal}" has no program whose value could be told'
        raise ScenarioError([Fault(None, None, path_text(("brands", scenario.focal, "programs")), message)])
    check_launches(scenario)
    check_seed(seed)
    check_count("replications", replications)
    threads = os.cpu_count() or 1 if threads is None else check_count("threads", threads, 1024)
    stacks = stacks_of(scenario, 0, replications, threads, rows=STACK_ROWS)

    def tell(place: int, done: float) -> None:
        if progress is not None:
            progress(f"replications from {stacks[place].start}", len(stacks[place]) * done)

    pieces = [(scenario, without, stack, seed) for stack in stacks]
    found = at_once(_of_stack, pieces, hands=threads, scenarios=[scenario], tell=tell)
    together = [pd.concat(frames, ignore_index=True) for frames in zip(*found)]
    return ProgramValue(together[0], together[1], scenario.focal, scenario.currency)


def _of_stack(
    scenario: Scenario, without: Scenario, stack: range, seed: int, *, tell: Callable[[float], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of some replications, of all customers and by group."""
    step = each_step(tell, scenario.burn_in + 2 * scenario.steps)
    start = launch(without, seed, stack, step)
    groups = grouped(start)
    with_it, base = (keep_books(start.branch(world, log=True).run(progress=step)) for world in (scenario, without))
    return value_of(with_it, base, stack), value_by_group(with_it, base, groups, stack)


def check_launches(scenario: Scenario) -> None:
    """Raise ScenarioError if no program of the focal brand begins before the run ends."""
    weeks = scenario.steps * scenario.calendar.weeks
    programs = scenario.brands[scenario.focal].programs
    begins = [max(program.from_week or 0.0, 0.0) for program in programs]
    if min(begins) >= weeks:
        where = path_text(("brands", scenario.focal, "programs", int(np.argmin(begins)), "from_week"))
        message = f"week {min(begins):g} is after the end of the run, {weeks:g} weeks: it has no value to tell"
        raise ScenarioError([Fault(None, None, where, message)])


def launch(
    scenario: Scenario, seed: int, replications: range, progress: Callable[[], None] | None = None
) -> Simulation:
    """The market at the end of its burn-in, with every customer's purchases counted."""
    simulation = Simulation(scenario, seed=seed, replications=replications, threads=1)
    simulation.world.history.ask("purchases")
    return simulation.run(until=0, progress=progress)


def grouped(simulation: Simulation) -> np.ndarray:
    """Which of `GROUPS` each row is in: thirds within a replication, ties in the order of the customers' numbers."""
    world = simulation.world
    purchases = world.history.arrays["purchases"][world.focal].reshape(world.n_replications, -1)
    groups = np.zeros(purchases.shape, np.int64)
    for own, bought in zip(groups, purchases):
        order = np.argsort(bought, kind="stable")[(bought == 0).sum() :]
        own[order] = 1 + np.arange(len(order)) * 3 // max(len(order), 1)
    return groups.ravel()


def keep_books(simulation: Simulation) -> Books:
    """What a logged run came to for the focal brand."""
    world, focal = simulation.world, simulation.scenario.focal
    assert simulation.transactions is not None  # without a log there is nothing to tell of customers
    data = simulation.results().sel(brand=focal, segment="all")
    names = ("revenue", "program_fees", "cost_of_goods", "program_cost", "margin", *OTHER_COSTS)
    totals = {name: _money(data[name].sum("step").to_numpy()) for name in names}
    totals["other_costs"] = sum((totals.pop(name) for name in OTHER_COSTS), np.zeros(world.n_replications, np.int64))
    totals["liability"] = _money(data["liability"].isel(step=-1).to_numpy())
    totals["units"] = data["units"].sum("step").to_numpy()
    log = simulation.transactions.frame()
    own = log[log["brand"] == focal]
    row = (own["replication"].to_numpy() - world.customers.replications.start) * world.customers.n_customers
    row = row + own["customer"].to_numpy()
    units = own["units"].to_numpy().astype(np.int64)
    cost = _money(own["program_cost"].to_numpy())
    goods = round(float(world.market.cost[0, world.focal]) * MONEY_UNIT)
    margin = _money(own["shelf_price"].to_numpy()) * units - goods * units - cost
    by_row = []
    for values in (units, margin, cost):
        whole = np.zeros(world.customers.rows, np.int64)
        np.add.at(whole, row, values)
        by_row.append(whole)
    return Books(totals, *by_row)


def value_of(with_it: Books, without: Books, replications: range) -> pd.DataFrame:
    """The parts of each replication, in currency; they add up exactly in whole 1/10,000."""
    import pandas as pd

    more = {name: with_it.totals[name] - without.totals[name] for name in with_it.totals}
    subsidy = subsidies(with_it, without).reshape(len(replications), -1).sum(1)
    found = {**more, "subsidy": subsidy, "rewards_won": more["program_cost"] - subsidy}
    found["margin_accrued"] = found["margin"] - found["liability"]
    frame = pd.DataFrame({"replication": np.asarray(replications), "units": found["units"]})
    return frame.assign(**{name: found[name] / MONEY_UNIT for name in AMOUNTS})


def subsidies(with_it: Books, without: Books) -> np.ndarray:
    """Program cost by row that went to purchases which would have happened anyway, in whole 1/10,000."""
    anyway = np.minimum(with_it.units, without.units) / np.maximum(with_it.units, 1)
    return np.asarray(np.rint(with_it.cost * anyway), np.int64)


def value_by_group(with_it: Books, without: Books, groups: np.ndarray, replications: range) -> pd.DataFrame:
    """The same for groups of customers, with and without the program."""
    import pandas as pd

    n, stack = len(GROUPS), len(replications)
    place = np.repeat(np.arange(stack), len(groups) // stack) * n + groups

    def added(values: np.ndarray, scale: int = MONEY_UNIT) -> np.ndarray:
        whole = np.zeros(stack * n, np.int64)
        np.add.at(whole, place, values)
        return whole / scale

    columns: dict[str, Any] = {"replication": np.repeat(np.asarray(replications), n), "group": GROUPS * stack}
    columns |= {"customers": added(np.ones(len(groups), np.int64), 1), "customers_without": 0.0}
    for end, books in (("", with_it), ("_without", without)):
        columns |= {f"units{end}": added(books.units, 1), f"margin{end}": added(books.margin)}
        columns[f"program_cost{end}"] = added(books.cost)
    columns |= {"subsidy": added(subsidies(with_it, without)), "subsidy_without": 0.0}
    return pd.DataFrame(columns)


def _money(amount: np.ndarray) -> np.ndarray:
    """Whole 1/10,000 of the currency, of sums of such."""
    return np.asarray(np.rint(amount * MONEY_UNIT), np.int64)
