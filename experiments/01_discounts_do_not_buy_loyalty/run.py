"""Do discounts buy loyalty? Campaigns of one quarter, and what is left of them a year later.

Every campaign meets the same customers with the same luck, in a market as it is and in one where nobody feels a bond.
Writes effects.csv, returns.csv and effects.svg, and prints the tables of README.md. Options: --replications, --seed,
--customers, --out.
"""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options
from loyaltysim.plots.interval import ratio
from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, LABEL_SIZE, PALE, SMALL_SIZE, TITLE_SIZE, dress
from loyaltysim.study.compare import paired_effect

HERE = Path(__file__).parent
QUARTER, BEGINS = 13, 26  # weeks; a step of market.toml is one
ENDS = BEGINS + QUARTER
WINDOWS = {"weeks 1–13": 2, "weeks 14–26": 3, "weeks 53–65": 6}
"""While the campaign runs, the quarter after, and the quarter that ends a year after: which quarters these are."""
DURING, _, A_YEAR_AFTER = WINDOWS.values()
STACK = 5
"""Replications that are simulated together; assumed: few enough that two cores share the work evenly."""
METRICS = {
    "share": ("share of units", "1"),
    "retention_rate": ("13-week retention", "1"),
    "penetration": ("customers among all", "1"),
    "customers_start": ("customers of the quarter before", "customers"),
    "repeat_rate": ("repeat rate", "1"),
    "units": ("units sold", "units"),
    "tried": ("customers who ever bought us", "1"),
    "satisfaction": ("their mean satisfaction", "1"),
    "bond": ("mean bond of all customers with us", "1"),
    "net_margin": ("margin less outlay since the campaign began", "EUR"),
}
TERCILES = ("least attached", "in between", "most attached")
WHO = ["replication", "customer"]

DEPTH = 0.2
IMPROVEMENTS = (0.05, 0.1, 0.2, 0.3)
RIVAL = "rival's discount"


@dataclass(frozen=True)
class Campaign:
    """What happens in 13 weeks: discounts, and how much better our service and our answers to complaints are."""

    own: float = 0.0
    rival: float = 0.0
    service: float = 0.0
    against: str = "nothing"
    """The campaign that its effects are told against."""
    as_dear_as: str = ""
    """The campaign whose outlay the service costs too."""

    def scenario(self, market: ls.Scenario) -> ls.Scenario:
        """The market while the campaign runs."""
        changes: dict[str, Any] = {}
        for brand, depth in (("Ours", self.own), ("Rival", self.rival)):
            if depth:
                always = {"kind": "promotion_calendar", "depth": depth, "weeks": 1, "every_weeks": 1}
                changes[f"brands.{brand}.pricing"] = [always]
        if self.service:
            ours = market.brands["Ours"]
            changes["brands.Ours.service"] = (ours.service or ours.quality) + self.service
            for name in ("distributive", "interaction"):
                changes[f"brands.Ours.complaints.{name}"] = getattr(ours.complaints, name) + self.service
            changes["brands.Ours.complaints.response_days"] = ours.complaints.response_days * (1 - self.service)
        return market.vary(changes)


CAMPAIGNS = {
    "nothing": Campaign(),
    "own discount": Campaign(own=DEPTH),
    **{f"service +{more:g}": Campaign(service=more, as_dear_as="own discount") for more in IMPROVEMENTS},
    RIVAL: Campaign(rival=DEPTH),
    "answer: own discount": Campaign(own=DEPTH, rival=DEPTH, against=RIVAL),
    "answer: service +0.2": Campaign(service=0.2, rival=DEPTH, against=RIVAL, as_dear_as="answer: own discount"),
}
FEW = ("nothing", "own discount", "service +0.2")


def worlds(customers: int | None = None) -> dict[str, ls.Scenario]:
    """The market as it is; one without bonds, so that nothing resists rivals either; and three to understand it."""
    market = ls.load(HERE / "market.toml")
    if customers is not None:
        market = market.vary({"population.n_customers": customers})
    resistance = {f"behavior.choice.resist_{what}": 0.0 for what in ("discount", "search", "price")}
    return {
        "bonds": market,
        "no bonds": market.vary({"behavior.bond": {"kind": "none"}, **resistance}),
        "nobody leaves": market.vary({"behavior.lapse": {"kind": "none"}}),
        "no reference prices": market.vary({"behavior.choice.loss": 0.0, "behavior.choice.gain": 0.0}),
        "young market": market.vary({"burn_in": 26}),  # a year old when the campaign begins
    }


def measure(simulation: ls.Simulation) -> dict[str, np.ndarray]:
    """What we sold and how customers feel about us: arrays replications × quarters by name."""
    data = simulation.results().sel(brand="Ours", segment="all")
    by_quarter = ("share", "retention_rate", "repeat_rate", "penetration", "customers_start")
    found = {name: data[name].to_numpy() for name in by_quarter}
    for name in ("units", "margin", "revenue"):
        found[name] = data[name].to_numpy().reshape(data.sizes["replication"], -1, QUARTER).sum(-1)
    found["given"] = found["units"] * simulation.scenario.brands["Ours"].price - found["revenue"]
    found["satisfaction"] = data["satisfaction"].to_numpy()[:, QUARTER - 1 :: QUARTER]
    raw = simulation.raw()
    everybody, ours = raw.population.sum(1)[:, None], list(simulation.scenario.brands).index("Ours")
    found["tried"] = raw.state_people[QUARTER - 1 :: QUARTER].sum(2)[..., ours].T / everybody
    mean = data["bond"].to_numpy()[:, QUARTER - 1 :: QUARTER]
    found["bond"] = mean * found["tried"]  # who never bought us has no bond
    return found


def run_stack(markets: dict[str, ls.Scenario], seed: int, replications: range) -> tuple[dict, pd.DataFrame]:
    """All campaigns in all worlds for some replications: measures by world and campaign, and returns after deals."""
    measured, returns, groups = {}, [], None
    for world, market in markets.items():
        whole = world in ("bonds", "no bonds")
        start = ls.Simulation(market, seed=seed, replications=replications, threads=1, log=whole).run(until=BEGINS)
        if whole:
            groups = attached(start) if groups is None else still_ours(groups, start)
        for name in CAMPAIGNS if whole else FEW:
            logged = whole and name in ("nothing", RIVAL)
            during = start.branch(CAMPAIGNS[name].scenario(market), log=logged).run(until=ENDS)
            after = during.branch(market, log=logged).run(until=ENDS + QUARTER)
            measured[world, name] = measure(after.branch(market).run())
            if logged:
                log = pd.concat([part.transactions.frame() for part in (start, during, after)], ignore_index=True)
                returns.append(after_deals(log, groups).assign(world=world, campaign=name))
    return measured, pd.concat(returns, ignore_index=True)


def attached(simulation: ls.Simulation) -> pd.DataFrame:
    """Our customers, who bought us last, in three equal groups by their bond with us."""
    people = simulation.customers()
    ours = people[people["last_brand"] == "Ours"]
    rank = ours.groupby("replication")["bond[Ours]"].rank(pct=True)
    return ours[WHO].assign(tercile=np.minimum((rank * 3).astype(int), 2))


def still_ours(groups: pd.DataFrame, simulation: ls.Simulation) -> pd.DataFrame:
    """Those of the groups who bought us last in this world too."""
    people = simulation.customers()
    return groups.merge(people.loc[people["last_brand"] == "Ours", WHO], on=WHO)


def after_deals(log: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """By replication and group: chances (purchases after one of ours while the campaign ran), how many of them went to
    the rival (left), and the share of those who left us on a deal and were back within 13 weeks (back)."""
    rows = []
    for tercile, members in groups.groupby("tercile"):
        own = log.merge(members[WHO], on=WHO).sort_values([*WHO, "time", "occasion"], ignore_index=True)
        within = own["time"].between(7 * BEGINS, 7 * ENDS, inclusive="left")
        after_ours = within & (own["brand"].shift() == "Ours") & (own[WHO] == own[WHO].shift()).all(axis=1)
        left = after_ours & (own["brand"] == "Rival")
        counts = pd.DataFrame({"chances": after_ours, "left": left}).groupby(own["replication"]).sum()
        back = ls.measures.boomerang(own, "Ours", weeks=QUARTER, until=ENDS + QUARTER)
        counts["back"] = back[back["deal"]].set_index("replication")["rate"]
        rows.append(counts.reset_index().assign(tercile=tercile))
    return pd.concat(rows, ignore_index=True)


def outlay(measured: dict, world: str, name: str) -> np.ndarray:
    """What the campaign costs, one number a replication: list price less price, or as much for service by the unit.

    Service moves no price and so no sale: what it costs follows from what the discount cost, without a search.
    """
    campaign, found = CAMPAIGNS[name], measured[world, name]
    if not campaign.service:
        return found["given"][:, DURING]
    sold = found["units"][:, DURING]
    return sold * outlay(measured, world, campaign.as_dear_as).mean() / sold.mean()


def at(measured: dict, world: str, name: str, metric: str, quarter: int) -> np.ndarray:
    """A metric in a quarter, one number a replication."""
    found = measured[world, name]
    if metric != "net_margin":
        return found[metric][:, quarter]
    spent = outlay(measured, world, name) if CAMPAIGNS[name].service else 0.0  # a discount is in the margin already
    return found["margin"][:, DURING : quarter + 1].sum(1) - spent


def effects(measured: dict) -> pd.DataFrame:
    """Every campaign against the one it is to be held against: one row a world, campaign, metric and window."""
    rows = []
    for world, name in measured:
        against = CAMPAIGNS[name].against
        for metric, (_, unit) in METRICS.items() if name != "nothing" else ():
            for window, quarter in WINDOWS.items():
                pair = [at(measured, world, one, metric, quarter) for one in (name, against)]
                where = {"world": world, "campaign": name, "against": against, "metric": metric, "window": window}
                rows.append({**where, **paired_effect(*pair), "unit": unit})
    return pd.DataFrame([*rows, *thresholds(measured)]).dropna(subset="effect")


def thresholds(measured: dict) -> list[dict[str, Any]]:
    """Where service is as good as something else, with the jackknife's interval.

    break_even: the improvement whose share a year after is that of our discount, on a line through nothing, by least
    squares. costs: what better service costs a unit where it is as dear as the discount. pays_up_to: what it may cost
    a unit at most to be earned back by then.
    """
    rows = []
    for world in dict.fromkeys(world for world, _ in measured):
        services = [name for w, name in measured if w == world and CAMPAIGNS[name].as_dear_as == "own discount"]
        more = np.array([CAMPAIGNS[name].service for name in services])
        names = ["nothing", "own discount", *services]
        base, discount, *gains = [at(measured, world, name, "share", A_YEAR_AFTER) for name in names]
        slope = more @ (np.stack(gains) - base) / np.square(more).sum()
        told = {("break_even", "own discount", "1"): ratio(discount - base, slope)}
        for name in services:
            earned = [measured[world, one]["margin"][:, DURING : A_YEAR_AFTER + 1].sum(1) for one in (name, "nothing")]
            sold = measured[world, name]["units"][:, DURING]
            told["pays_up_to", name, "EUR a unit"] = ratio(earned[0] - earned[1], sold)
            told["costs", name, "EUR a unit"] = ratio(outlay(measured, world, name), sold)
        for (metric, name, unit), found in told.items():
            interval = {"effect": float(found.mean), "ci_low": float(found.low), "ci_high": float(found.high)}
            where = {"world": world, "campaign": name, "against": "nothing", "metric": metric, "window": "weeks 53–65"}
            rows.append({**where, **interval, "n": len(base), "unit": unit})
    return rows


def tell_returns(returns: pd.DataFrame) -> pd.DataFrame:
    """Rates by world and group with intervals: leaving for the rival, what his deal adds to it, coming back."""
    key = ["world", "tercile", "replication"]
    deal, usual = (returns[returns.campaign == name].set_index(key) for name in (RIVAL, "nothing"))
    rate = deal.left / deal.chances
    rates = {"leaves": rate, "leaves for the deal": rate - usual.left / usual.chances, "comes back": deal.back}
    rows = []
    for what, values in rates.items():
        table = values.unstack("replication")
        for tercile, group in enumerate(TERCILES):
            pair = {world: table.loc[(world, tercile)].to_numpy() for world in ("bonds", "no bonds")}
            pair["difference"] = pair["bonds"] - pair["no bonds"]
            for world, numbers in pair.items():
                found = paired_effect(numbers, np.zeros(len(numbers)))
                interval = {name: found[name] for name in ("effect", "ci_low", "ci_high", "n")}
                rows.append({"what": what, "group": group, "world": world, **interval})
    return pd.DataFrame(rows)


def tables(whole: pd.DataFrame, back: pd.DataFrame) -> str:
    """The tables of README.md, from what effects.csv and returns.csv hold."""
    lines: list[str] = []

    def cell(row: Any, times: float, form: str) -> str:
        numbers = (times * row[name] for name in ("effect", "ci_low", "ci_high"))
        return "{} ({} … {})".format(*(f"{number:{form}}".replace("-", "−") for number in numbers))

    def table(metric: str, world: str, times: float = 100, form: str = "+.2f") -> None:
        some = whole[(whole.metric == metric) & (whole.world == world)]
        lines.extend(["", f"| {METRICS[metric][0]}, {world} | {' | '.join(WINDOWS)} |", "|" + "---|" * 4])
        for name, rows in some.groupby("campaign", sort=False):
            rows = rows.set_index("window")
            lines.append(f"| {name} | " + " | ".join(cell(rows.loc[w], times, form) for w in WINDOWS) + " |")

    for metric in ("share", "retention_rate"):
        table(metric, "bonds")
        table(metric, "no bonds")
    table("net_margin", "bonds", 1, "+,.0f")
    table("bond", "bonds")
    for world in ("nobody leaves", "no reference prices", "young market"):
        table("share", world)
    lines.extend(["", "| our customers, % | group | bonds | no bonds | difference |", "|---|---|---|---|---|"])
    for (what, group), rows in back.groupby(["what", "group"], sort=False):
        lines.append(f"| {what} | {group} | " + " | ".join(cell(row, 100, ".1f") for _, row in rows.iterrows()) + " |")
    found = whole.set_index(["metric", "world", "campaign"]).sort_index()
    lines.extend(["", "| a unit's better service, EUR | as dear as the discount | earned back in 65 weeks up to |"])
    lines.append("|---|---|---|")
    for name in (name for name, campaign in CAMPAIGNS.items() if campaign.as_dear_as == "own discount"):
        dear, pays = (found.loc[(metric, "bonds", name)].iloc[0] for metric in ("costs", "pays_up_to"))
        lines.append(f"| {name} | {dear.effect:.3f} | {cell(pays, 1, '.3f')} |")
    lines.extend(["", "| improvement that leaves as much share as the discount | weeks 53–65 |", "|---|---|"])
    for world in dict.fromkeys(whole.world):
        row = found.loc[("break_even", world, "own discount")].iloc[0]
        lines.append(f"| {world} | {cell(row, 1, '+.2f')} |")
    return "\n".join(lines[1:])


def draw(whole: pd.DataFrame) -> Figure:
    """Effects on share and retention: a column for each window, a line for each campaign, a marker for each world."""
    names = [name for name in CAMPAIGNS if name != "nothing"]
    figure = Figure(figsize=(10.5, 7.6), layout="constrained")
    axes = figure.subplots(2, len(WINDOWS), sharey=True)
    looks = {"bonds": (FOCAL_COLOR, "o", -0.16, "customers feel bonds"), "no bonds": (COLORS[0], "s", 0.16, "no bonds")}
    for line, metric in zip(axes, ("share", "retention_rate")):
        for ax, window in zip(line, WINDOWS):
            for world, (color, marker, shift, label) in looks.items():
                some = whole[(whole.world == world) & (whole.metric == metric) & (whole.window == window)]
                some = 100 * some.set_index("campaign").loc[names, ["effect", "ci_low", "ci_high"]]
                place = np.arange(len(names)) + shift
                ax.hlines(place, some.ci_low, some.ci_high, color=color, linewidth=1.4)
                sure = ((some.ci_low > 0) | (some.ci_high < 0)).to_numpy()
                for which, fill in ((sure, color), (~sure, "white")):
                    ax.plot(some.effect[which], place[which], marker, color=color, markerfacecolor=fill, markersize=5)
                ax.plot([], [], marker, color=color, markersize=5, label=label)
            ax.axvline(0, color=INK, linewidth=0.8)
            ax.set_yticks(range(len(names)), names)
            dress(ax, f"{METRICS[metric][0]}, percentage points", "")
            ax.grid(axis="x", color=PALE, linewidth=0.4)
            ax.set_title(window, fontsize=LABEL_SIZE, fontweight="bold", color=INK)
    axes[0, 0].invert_yaxis()
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=LABEL_SIZE, frameon=False)
    title = "What does a campaign of weeks 1–13 change, and what is left of it?"
    figure.suptitle(title, x=0.01, ha="left", fontsize=TITLE_SIZE, fontweight="bold", color=INK)
    note = (
        "Against nothing; answers against the rival's discount alone. Lines: 95 % paired intervals; filled: zero is "
        "outside. Each panel has its own scale."
    )
    figure.supxlabel(note, fontsize=SMALL_SIZE, color=FAINT)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all worlds and tell."""
    parser = experiment_options(__doc__, HERE, replications=30, customers="10,000")
    given = parser.parse_args(arguments)
    stacks = [range(r, min(r + STACK, given.replications)) for r in range(0, given.replications, STACK)]
    markets, parts = worlds(given.customers), []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for part in pool.map(lambda stack: run_stack(markets, given.seed, stack), stacks):
            parts.append(part)
            print(f"{stacks[len(parts) - 1].stop} of {given.replications} replications …", file=sys.stderr)
    measured = {
        key: {name: np.concatenate([one[key][name] for one, _ in parts]) for name in found}
        for key, found in parts[0][0].items()
    }
    whole, back = effects(measured), tell_returns(pd.concat([part for _, part in parts], ignore_index=True))
    given.out.mkdir(parents=True, exist_ok=True)
    whole.to_csv(given.out / "effects.csv", index=False, float_format="%.6g")
    back.to_csv(given.out / "returns.csv", index=False, float_format="%.6g")
    ls.plots.save(draw(whole), given.out / "effects.svg")
    print(tables(whole, back))


if __name__ == "__main__":
    main()
