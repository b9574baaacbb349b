"""Which program? Five of equal cost in the same market, alone and copied by the rival.

Every program is launched in the same market at the same time and meets the same customers with the same luck. One
setting of each is searched between bounds until all cost the same. Writes settings.csv, effects.csv, groups.csv and
effects.svg, and prints the tables of README.md. Options: --replications, --seed, --customers, --out.
"""

import os
import sys
from collections.abc import Callable, Sequence
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
from loyaltysim.study.program_value import Books, grouped, keep_books, launch, value_by_group, value_of

HERE = Path(__file__).parent
YEAR, QUARTERS = 52, 4
"""Steps and periods of a year."""
STACK = 3
"""Replications that are simulated together; assumed: few enough that two cores share the work evenly."""
SEARCHED = 10
"""Replications over which a setting is searched."""
TOLERANCE = 0.005
"""The search ends when the cost over those is within this share of that of points. Cost is what was handed out in three
years and what is owed at their end, so that no program looks cheap because it pays late."""
MOST_TRIED = 40
JOINING = {"kind": "opt_in", "chance": 0.15}
"""The same for all, assumed: three of twenty buyers join at a purchase."""
AHEAD, AT_ONCE = {"kind": "forward_looking"}, {"kind": "worth"}
"""How members value a reward to come: by looking ahead to it, or all of its worth with each purchase that earns."""
METRICS = {
    "share": ("share of units, third year", 100, "+.2f", "points"),
    "retention": ("13-week retention, third year", 100, "+.2f", "points"),
    "bond": ("mean bond of all customers with us, at the end", 100, "+.2f", "points"),
    "margin_accrued": ("margin, what is owed taken off, EUR", 1, "+,.0f", "EUR"),
    "return_on_cost": ("the same for each EUR of cost", 1, "+.2f", "1"),
    "cost": ("cost, EUR", 1, ",.0f", "EUR"),
    "liability": ("of it still owed at the end, EUR", 1, ",.0f", "EUR"),
    "margin": ("margin, nothing set aside for what is owed, EUR", 1, "+,.0f", "EUR"),
    "subsidy_share": ("rewards for purchases that would have been made anyway, %", 100, ".0f", "1"),
    "rival_margin": ("margin of the rival, EUR", 1, "+,.0f", "EUR"),
    "rival_bond": ("mean bond of all customers with the rival, at the end", 100, "+.2f", "points"),
}
"""Words, factor and form of each, and the unit of its effect."""


@dataclass(frozen=True)
class Kind:
    """A program with one setting that makes it dearer or cheaper."""

    setting: str
    unit: str
    make: Callable[[float], dict[str, Any]]
    most: float
    """The setting is searched from 0, where the program costs nothing, up to here; it is the dearer, the higher."""


def points(value: float, response: dict[str, Any] = AHEAD) -> dict[str, Any]:
    """A reward of so much money for every 20 EUR."""
    reward = {"kind": "cash", "value": value, "threshold": 200.0}
    return {
        "kind": "points", "earn_rate": 10.0, "reward": reward, "enrollment": JOINING, "customer_response": response,
    }  # fmt: skip


def stamps(percent: float, response: dict[str, Any] = AHEAD) -> dict[str, Any]:
    """So much off every tenth unit."""
    return {
        "kind": "stamps", "n": 10, "reward": {"kind": "percent_off", "percent": percent}, "enrollment": JOINING,
        "customer_response": response,
    }  # fmt: skip


def discount(percent: float) -> dict[str, Any]:
    """So much off everything."""
    return {"kind": "member_discount", "percent": percent, "enrollment": JOINING}


def tiers(percent: float) -> dict[str, Any]:
    """So much off for who spends 30 EUR a year, half of it from 12 EUR on."""
    levels = [{"threshold": 12.0, "percent_off": percent / 2}, {"threshold": 30.0, "percent_off": percent}]
    return {"kind": "tiers", "tiers": levels, "enrollment": JOINING}


def experiences(cost: float, jump: float = 0.1) -> dict[str, Any]:
    """Something to remember for every 20 EUR, worth no money: how much it costs, and how far the bond jumps."""
    reward = {"kind": "experience", "cost_each": cost, "jump": jump, "threshold": 200.0}
    return {"kind": "points", "earn_rate": 10.0, "reward": reward, "enrollment": JOINING}


POINTS_VALUE = 1.0
"""EUR back on 20: 5 %, as in `grocery`. What this costs the others cost too."""
KINDS = {
    "points": Kind("back on 20 EUR", "EUR", points, POINTS_VALUE),
    "stamps": Kind("off every tenth unit", "%", stamps, 100.0),
    "member discount": Kind("off everything", "%", discount, 20.0),
    "tiers": Kind("off from 30 EUR a year on, half from 12", "%", tiers, 40.0),
    "experiences": Kind("the firm pays for one, on 20 EUR", "EUR", experiences, 5.0),
}
ALONE, COPIED, OTHER = "alone", "copied", "other assumptions"
TAKEN, BESIDE = "copy against alone", "alone, against points"
"""What the copy takes from each program, and how each compares with points in the same replications."""


def worlds(market: ls.Scenario, settings: dict[str, float]) -> dict[tuple[str, str], ls.Scenario]:
    """No program, each program alone, each copied by the rival, and some under other assumptions."""
    found = {(ALONE, "none"): market}
    ours, rivals = "brands.Ours.programs", "brands.Rival.programs"
    for name, kind in KINDS.items():
        program = kind.make(settings[name])
        found[ALONE, name] = market.vary({ours: [program]})
        found[COPIED, name] = market.vary({ours: [program], rivals: [program]})
    other = {
        "points, valued at once": points(settings["points"], AT_ONCE),
        "stamps, valued at once, and again in the price": stamps(settings["stamps"], AT_ONCE),
        "experiences, half a jump": experiences(settings["experiences"], 0.05),
        "experiences, double jump": experiences(settings["experiences"], 0.2),
    }
    return {**found, **{(OTHER, name): market.vary({ours: [program]}) for name, program in other.items()}}


def search(market: ls.Scenario, seed: int, replications: int) -> pd.DataFrame:
    """The setting of every kind at which it costs what points do, between bounds that close in, with common luck."""
    stacks = [range(r, min(r + STACK, replications)) for r in range(0, replications, STACK)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        starts = list(pool.map(lambda stack: launch(market, seed, stack), stacks))

        def cost(program: dict[str, Any]) -> float:
            world = market.vary({"brands.Ours.programs": [program]})

            def of(start: ls.Simulation) -> float:
                data = start.branch(world).run().results().sel(brand="Ours", segment="all")
                return float(data["program_cost"].sum() + data["liability"].isel(step=-1).sum())

            return sum(pool.map(of, starts)) / replications

        target = cost(points(POINTS_VALUE))
        rows = []
        for name, kind in KINDS.items():
            low, high, below, above, found, spent = 0.0, kind.most, 0.0, 0.0, POINTS_VALUE, target
            for _ in range(MOST_TRIED if name != "points" else 0):
                # where a line between the ends meets the target; half way until there are two ends
                found = low + (high - low) * (target - below) / (above - below) if above else (low + high) / 2
                spent = cost(kind.make(found))
                if abs(spent - target) <= TOLERANCE * target:
                    break
                low, below, high, above = (found, spent, high, above) if spent < target else (low, below, found, spent)
            rows.append({"program": name, "setting": kind.setting, "value": found, "unit": kind.unit, "cost": spent})
            print(f"{name}: {kind.setting} {found:.3f} {kind.unit}, costs {spent:,.0f}", file=sys.stderr)
    return pd.DataFrame(rows)


def measure(simulation: ls.Simulation) -> dict[str, np.ndarray]:
    """What the program is after: arrays of one number a replication by name."""
    whole = simulation.results().sel(segment="all")
    data, last = whole.sel(brand="Ours"), whole.isel(step=slice(-YEAR, None))
    units = last["units"].sum("step")
    quarters = data.isel(period=slice(-QUARTERS, None))
    raw = simulation.raw()
    tried = raw.state_people[-1].sum(1) / raw.population.sum(1)[:, None]
    bond = (
        whole["bond"].isel(step=-1).transpose("replication", "brand").to_numpy() * tried
    )  # none with what was never bought
    ours, rival = (list(simulation.scenario.brands).index(brand) for brand in ("Ours", "Rival"))
    return {
        "share": (units.sel(brand="Ours") / units.sum("brand")).to_numpy(),
        "retention": (quarters["customers_kept"].sum("period") / quarters["customers_start"].sum("period")).to_numpy(),
        "bond": bond[:, ours],
        "rival_margin": whole["margin"].sel(brand="Rival").sum("step").to_numpy(),
        "rival_bond": bond[:, rival],
    }


def run_stack(market: ls.Scenario, settings: dict[str, float], seed: int, replications: range) -> tuple[Any, Any]:
    """All worlds for some replications: measures by world, and the groups of customers."""
    start = launch(market, seed, replications)
    who, measured, groups = grouped(start), {}, []
    without: Books | None = None
    for (world, name), scenario in worlds(market, settings).items():
        simulation = start.branch(scenario, log=True).run()
        books = keep_books(simulation)
        without = books if without is None else without
        parts = value_of(books, without, replications)
        kept = {
            name: parts[name].to_numpy()
            for name in ("margin", "margin_accrued", "program_cost", "liability", "subsidy")
        }
        measured[world, name] = {**measure(simulation), **kept, "cost": kept["program_cost"] + kept["liability"]}
        if world == ALONE and name != "none":
            groups.append(value_by_group(books, without, who, replications).assign(program=name))
    return measured, pd.concat(groups, ignore_index=True)


def effects(measured: dict) -> pd.DataFrame:
    """Every world against no program: one row a world, program and metric."""
    rows = []
    base = measured[ALONE, "none"]
    for (world, name), found in measured.items():
        if name == "none":
            continue
        for metric, (_, _, _, unit) in METRICS.items():
            where = {"world": world, "program": name, "metric": metric}
            if metric in ("subsidy_share", "return_on_cost"):
                pair = ("subsidy", "program_cost") if metric == "subsidy_share" else ("margin_accrued", "cost")
                above, below = (found[part] for part in pair)
                of = ratio(above, below)
                told = {"effect": float(of.mean), "ci_low": float(of.low), "ci_high": float(of.high), "n": len(above)}
            else:
                usual = base[metric] if metric in measure_names(base) else np.zeros_like(found[metric])
                told = paired_effect(found[metric], usual)
            rows.append({**where, **told, "unit": "1" if unit == "points" else unit})
        others = {COPIED: [(TAKEN, name)], ALONE: [(BESIDE, "points")] if name != "points" else []}
        for told_as, other in others.get(world, []):
            for metric in ("share", "margin_accrued"):
                told = paired_effect(found[metric], measured[ALONE, other][metric])
                unit = "1" if metric == "share" else "EUR"
                rows.append({"world": told_as, "program": name, "metric": metric, **told, "unit": unit})
    return pd.DataFrame(rows)


def measure_names(base: dict[str, np.ndarray]) -> set[str]:
    """Metrics that the market without a program has too; all others are differences from it already."""
    return {"share", "retention", "bond", "rival_margin", "rival_bond"} & set(base)


def tell_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Who benefits: one row a program, group and metric. growth and of_rewards are ratios of means, in shares."""
    rows = []
    for program, own in groups.groupby("program", sort=False):
        spent = own.groupby("replication")["program_cost"].sum().to_numpy()
        for group, some in own.groupby("group", sort=False):
            more = (some["units"] - some["units_without"]).to_numpy()
            ratios = {
                "growth": (more, some["units_without"].to_numpy()),
                "of_rewards": (some["program_cost"].to_numpy(), spent),
            }
            for metric, (above, below) in ratios.items():
                of = ratio(above, below)
                told = {"effect": float(of.mean), "ci_low": float(of.low), "ci_high": float(of.high)}
                rows.append(
                    {"program": program, "group": group, "metric": metric, **told, "n": len(above), "unit": "1"}
                )
            told = paired_effect(some["margin"].to_numpy(), some["margin_without"].to_numpy())
            told = {name: told[name] for name in ("effect", "ci_low", "ci_high", "n")}
            rows.append({"program": program, "group": group, "metric": "margin", **told, "unit": "EUR"})
    return pd.DataFrame(rows)


def tables(settings: pd.DataFrame, whole: pd.DataFrame, groups: pd.DataFrame) -> str:
    """The tables of README.md, from what the three files hold."""
    lines: list[str] = []

    def cell(row: Any, times: float, form: str) -> str:
        numbers = (times * row[name] for name in ("effect", "ci_low", "ci_high"))
        return "{} ({} … {})".format(*(f"{number:{form}}".replace("-", "−") for number in numbers))

    lines.extend(["| program | setting found | cost in the search, EUR |", "|---|---|---|"])
    for row in settings.itertuples():
        lines.append(f"| {row.program} | {row.value:.2f} {row.unit} {row.setting} | {row.cost:,.0f} |")
    rows = whole.set_index(["world", "program", "metric"]).sort_index()
    names = list(KINDS)
    for world in (ALONE, COPIED):
        lines.extend(["", f"| {world} | {' | '.join(names)} |", "|" + "---|" * (1 + len(names))])
        for metric, (words, times, form, _) in METRICS.items():
            cells = [cell(rows.loc[(world, name, metric)], times, form) for name in names]
            lines.append(f"| {words} | {' | '.join(cells)} |")
    for world, words in ((BESIDE, "beside points, alone"), (TAKEN, "what the copy takes from us")):
        some = [name for name in names if (world, name, "share") in rows.index]
        lines.extend(["", f"| {words} | {' | '.join(some)} |", "|" + "---|" * (1 + len(some))])
        for metric in ("share", "margin_accrued"):
            words, times, form, _ = METRICS[metric]
            cells = [cell(rows.loc[(world, name, metric)], times, form) for name in some]
            lines.append(f"| {words} | {' | '.join(cells)} |")
    told = ("share", "retention", "bond", "margin_accrued", "cost")
    heads = [METRICS[metric][0] for metric in told]
    lines.extend(["", f"| {OTHER} | {' | '.join(heads)} |", "|" + "---|" * (1 + len(heads))])
    for name in whole.loc[whole.world == OTHER, "program"].unique():
        cells = [cell(rows.loc[(OTHER, name, metric)], *METRICS[metric][1:3]) for metric in told]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    by = groups.set_index(["program", "group", "metric"]).sort_index()
    kinds = {"growth": ("more units, %", 100, "+.1f"), "of_rewards": ("of the rewards, %", 100, ".0f"),
             "margin": ("margin, nothing set aside, EUR", 1, "+,.0f")}  # fmt: skip
    for metric, (words, times, form) in kinds.items():
        lines.extend(["", f"| {words}; bought before | {' | '.join(names)} |", "|" + "---|" * (1 + len(names))])
        for group in groups["group"].unique():
            cells = [cell(by.loc[(name, group, metric)], times, form) for name in names]
            lines.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(whole: pd.DataFrame) -> Figure:
    """Effects of each program, alone and copied: a panel for each of four metrics."""
    names = list(KINDS)
    figure = Figure(figsize=(10.5, 5.6), layout="constrained")
    axes = figure.subplots(2, 2, sharey=True)
    looks = {
        ALONE: (FOCAL_COLOR, "o", -0.16, "the rival has none"),
        COPIED: (COLORS[0], "s", 0.16, "the rival copies it"),
    }
    for ax, metric in zip(axes.flat, ("share", "retention", "bond", "margin_accrued")):
        words, times, _, unit = METRICS[metric]
        for world, (color, marker, shift, label) in looks.items():
            some = whole[(whole.world == world) & (whole.metric == metric)].set_index("program")
            some = times * some.loc[names, ["effect", "ci_low", "ci_high"]]
            place = np.arange(len(names)) + shift
            ax.hlines(place, some.ci_low, some.ci_high, color=color, linewidth=1.4)
            sure = ((some.ci_low > 0) | (some.ci_high < 0)).to_numpy()
            for which, fill in ((sure, color), (~sure, "white")):
                ax.plot(some.effect[which], place[which], marker, color=color, markerfacecolor=fill, markersize=5)
            ax.plot([], [], marker, color=color, markersize=5, label=label)
        ax.axvline(0, color=INK, linewidth=0.8)
        ax.set_yticks(range(len(names)), names)
        dress(ax, "percentage points" if unit == "points" else unit, "")
        ax.grid(axis="x", color=PALE, linewidth=0.4)
        ax.set_title(words.removesuffix(", EUR"), fontsize=LABEL_SIZE, fontweight="bold", color=INK)
    axes[0, 0].invert_yaxis()
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=LABEL_SIZE, frameon=False)
    title = "Which program, if all cost the same?"
    figure.suptitle(title, x=0.01, ha="left", fontsize=TITLE_SIZE, fontweight="bold", color=INK)
    note = (
        "Against no program of anybody. Lines: 95 % paired intervals; filled: zero is outside. Each panel has its own "
        "scale."
    )
    figure.supxlabel(note, fontsize=SMALL_SIZE, color=FAINT)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Search the settings, run all worlds and tell."""
    parser = experiment_options(__doc__, HERE, replications=30, customers="10,000")
    given = parser.parse_args(arguments)
    market = ls.load(HERE / "market.toml")
    if given.customers is not None:
        market = market.vary({"population.n_customers": given.customers})
    settings = search(market, given.seed, min(SEARCHED, given.replications))
    chosen = settings.set_index("program")["value"].to_dict()
    stacks = [range(r, min(r + STACK, given.replications)) for r in range(0, given.replications, STACK)]
    parts = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for part in pool.map(lambda stack: run_stack(market, chosen, given.seed, stack), stacks):
            parts.append(part)
            print(f"{stacks[len(parts) - 1].stop} of {given.replications} replications …", file=sys.stderr)
    measured = {
        key: {name: np.concatenate([one[key][name] for one, _ in parts]) for name in found}
        for key, found in parts[0][0].items()
    }
    whole = effects(measured)
    groups = tell_groups(pd.concat([part for _, part in parts], ignore_index=True))
    given.out.mkdir(parents=True, exist_ok=True)
    for name, frame in (("settings", settings), ("effects", whole), ("groups", groups)):
        frame.to_csv(given.out / f"{name}.csv", index=False, float_format="%.6g")
    ls.plots.save(draw(whole), given.out / "effects.svg")
    read = [pd.read_csv(given.out / f"{name}.csv") for name in ("settings", "effects", "groups")]
    print(tables(*read))


if __name__ == "__main__":
    main()
