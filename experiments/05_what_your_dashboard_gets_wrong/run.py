"""What does your dashboard get wrong? Who joins a program by himself, and who was chosen for what he bought lately.

Everything is worked out with the same customers and luck. Writes estimates.csv, joined.csv, groups.csv and
estimates.svg, and prints the tables of README.md. Options: --replications, --seed, --customers, --out.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options
from loyaltysim.plots.interval import interval
from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, LABEL_SIZE, LINES, MARKERS, SMALL_SIZE, dress
from loyaltysim.study.branches import each_stack
from loyaltysim.study.estimates import lives

HERE = Path(__file__).parent
PROGRAM = "brands.Ours.programs.0"
AS_IT_COMES = {"kind": "opt_in", "chance": 0.3, "by_bond": 0.0, "by_satisfaction": 0.0}
WHO_LIKES_US = {**AS_IT_COMES, "by_bond": 2.0, "by_satisfaction": 1.0, "by_taste": 1.0, "by_need": 2.0}
"""At each purchase three of ten join, or more and fewer by what they feel and need; sizes assumed."""
FILES = ("estimates", "joined", "groups")
WORLDS: dict[str, dict[str, Any]] = {
    "all alike, no effect": {"enrollment": AS_IT_COMES, "customer_response": {"kind": "none"}},
    "all alike, an effect": {"enrollment": AS_IT_COMES},
    "who likes us, no effect": {"enrollment": WHO_LIKES_US, "customer_response": {"kind": "none"}},
    "who likes us, an effect": {"enrollment": WHO_LIKES_US},
}
"""Who joins, and whether members mind the points; where they do, a euro back on twenty is worth a euro to them."""
SHOWN = "who likes us, an effect"
OUTCOMES = {"after": "purchases of a member in 39 weeks", "active": "share still active, for each who joined"}
LAUNCH, QUARTER = 52.0, 13.0
GROUPS = ("nothing", "once", "twice", "three times or more")
"""Known customers, by purchases of ours in the quarter before the launch."""
QUARTERS = ("before", "after")
ASKED = ("customers known at the launch", "those of the first quarter, of whom sBG tells")
"""Of whom it is told how many join."""


def market(customers: int | None = None) -> ls.Scenario:
    """The market of market.toml."""
    changes = {} if customers is None else {"population.n_customers": customers}
    return ls.load(HERE / "market.toml").vary(changes)


def world(name: str, customers: int | None = None) -> ls.Scenario:
    """The market with a program of which some join."""
    return market(customers).vary({f"{PROGRAM}.{path}": value for path, value in WORLDS[name].items()})


def joined(replications: int, seed: int, customers: int | None) -> pd.DataFrame:
    """How many join: one row a world and whom it is told of: world, of, share, ci_low, ci_high, n."""
    rows = []
    for name in WORLDS:
        weeks = {"launch": int(LAUNCH), "closed": int(LAUNCH + QUARTER)}
        seen = lives(world(name, customers), shares=[0.0], replications=replications, seed=seed, **weeks)
        known = [one.customers for (one,) in seen]
        first = [own[own["first"] < one.period] for own, (one,) in zip(known, seen)]
        for of, frames in zip(ASKED, (known, first)):
            share = interval(np.array([own["member"].mean() for own in frames]))
            ends = {"share": float(share.mean), "ci_low": float(share.low), "ci_high": float(share.high)}
            rows.append({"world": name, "of": of, **ends, "n": len(frames)})
    return pd.DataFrame(rows)


def groups(replications: int, seed: int, customers: int | None) -> pd.DataFrame:
    """Purchases of known customers in two quarters of a market without any program, by those of the first."""
    without = market(customers).vary({"brands.Ours.programs": []})
    until = int(LAUNCH + QUARTER)

    def one(simulation: ls.Simulation) -> list[pd.DataFrame]:
        life = simulation.run(until=0).branch(without, log=True).run(until=until)
        assert life.transactions is not None
        log = life.transactions.frame()
        log = log[log["brand"] == "Ours"].assign(week=log["time"] / 7)
        return [by_group(own, int(number)) for number, own in log.groupby("replication")]

    found = [frame for stack in each_stack(without, one, replications=replications, seed=seed) for frame in stack]
    return tell(pd.concat(found))


def by_group(log: pd.DataFrame, replication: int) -> pd.DataFrame:
    """Customers, and mean purchases in both quarters, by group, in one replication."""
    known = log[log["week"] < LAUNCH]["customer"].unique()
    counts = {
        name: log[log["week"].between(since, since + QUARTER, inclusive="left")].groupby("customer").size()
        for name, since in zip(QUARTERS, (LAUNCH - QUARTER, LAUNCH))
    }
    frame = pd.DataFrame({name: count.reindex(known, fill_value=0) for name, count in counts.items()})
    frame["group"] = np.minimum(frame["before"], len(GROUPS) - 1)
    means = frame.groupby("group").agg(customers=("before", "size"), before=("before", "mean"), after=("after", "mean"))
    return means.reset_index().assign(replication=replication, group=lambda some: [GROUPS[g] for g in some["group"]])


def tell(found: pd.DataFrame) -> pd.DataFrame:
    """One row a group and measure: group, what, effect, ci_low, ci_high, n."""
    rows = []
    for group in GROUPS:
        own = found[found["group"] == group]
        numbers = {name: own[name].to_numpy(float) for name in ("customers", *QUARTERS)}
        numbers["change"] = numbers["after"] - numbers["before"]
        for what, values in numbers.items():
            of = interval(values)
            ends = {"effect": float(of.mean), "ci_low": float(of.low), "ci_high": float(of.high)}
            rows.append({"group": group, "what": what, **ends, "n": len(values)})
    return pd.DataFrame(rows)


def run_all(replications: int, seed: int, customers: int | None) -> tuple[pd.DataFrame, ...]:
    """The three files."""
    frames = []
    for name in WORLDS:
        found = ls.estimates(world(name, customers), replications=replications, seed=seed)
        frames.append(found.table.assign(world=name))
        print(f"{name} …", file=sys.stderr)
    rest = (made(replications, seed, customers) for made in (joined, groups))
    return pd.concat(frames, ignore_index=True), *rest


def number(value: float, form: str = "+.2f") -> str:
    """A number with a real minus; 0 has no sign."""
    return f"{value + 0.0:{form}}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")


def counted(row: pd.Series) -> str:
    """In how many markets the interval holds the truth, and of how many, if some told nothing."""
    few = f" of {row.n:.0f}" if row.n < row.replications else ""
    return f"{row.coverage:.0%}{few}" if row.n else "no estimate"


def tables(estimates: pd.DataFrame, joined: pd.DataFrame, groups: pd.DataFrame) -> str:
    """The tables of README.md, from what the files hold."""
    found = estimates.set_index(["estimator", "world"])
    names = list(dict.fromkeys(estimates["estimator"]))
    lines = []
    for outcome, words in OUTCOMES.items():
        own = [name for name in names if found.loc[(name, SHOWN), "outcome"] == outcome]
        lines += [f"| {words} | {' | '.join(WORLDS)} |", "|---|" + "---|" * len(WORLDS)]
        truths = [number(found.loc[(own[0], name), "truth"]) for name in WORLDS]
        lines.append(f"| **truth** | {' | '.join(truths)} |")
        for name in own:
            cells = []
            for place in WORLDS:
                row = found.loc[(name, place)]
                ends = (row.truth + row.bias, row.truth + row.bias_low, row.truth + row.bias_high)
                cells.append("{} ({} … {})".format(*(number(end) for end in ends)))
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    lines += [f"| its 95 % interval holds the truth in | {' | '.join(WORLDS)} |", "|---|" + "---|" * len(WORLDS)]
    for name in names:
        cells = [counted(found.loc[(name, place)]) for place in WORLDS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    untold = estimates[estimates["n"] < estimates["replications"]].drop_duplicates(["estimator", "why"])
    lines += [f"\nMarkets without an estimate, {row.estimator}: {row.why}." for row in untold.itertuples()]
    lines += ["", f"| 95 % of single markets say | {' | '.join(WORLDS)} |", "|---|" + "---|" * len(WORLDS)]
    for name in names:
        ends = [(found.loc[(name, place), "low"], found.loc[(name, place), "high"]) for place in WORLDS]
        lines.append(f"| {name} | {' | '.join(f'{number(low)} … {number(high)}' for low, high in ends)} |")
    shares = joined.set_index(["of", "world"])
    lines += ["", f"| joined, of | {' | '.join(WORLDS)} |", "|---|" + "---|" * len(WORLDS)]
    for of in ASKED:
        ends = [shares.loc[(of, place), ["share", "ci_low", "ci_high"]] for place in WORLDS]
        cells = ["{:.1%} ({:.1%} … {:.1%})".format(*own) for own in ends]
        lines.append(f"| {of} | {' | '.join(cells)} |")
    by = groups.set_index(["group", "what"])
    lines += ["", "| bought in a quarter | customers | in the next quarter | change |", "|---|---|---|---|"]
    for group in GROUPS:
        cells = [f"{by.loc[(group, 'customers'), 'effect']:,.0f}"]
        for what, form in (("after", ".2f"), ("change", "+.2f")):
            row = by.loc[(group, what)]
            cells.append("{} ({} … {})".format(*(number(row[end], form) for end in ("effect", "ci_low", "ci_high"))))
        lines.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(estimates: pd.DataFrame, groups: pd.DataFrame) -> Figure:
    """What estimators say of a program that customers choose, and two quarters of a market in which nothing happens."""
    figure = Figure(figsize=(12.4, 4.9))
    left = figure.add_axes((0.175, 0.1, 0.4, 0.68))
    shown = estimates[estimates["world"] == SHOWN]
    ls.plots.estimates(shown, left)
    draw_quarters(figure.add_axes((0.7, 0.19, 0.15, 0.6)), groups)
    return figure


def draw_quarters(ax: Axes, groups: pd.DataFrame) -> None:
    """Mean purchases of each group in both quarters."""
    by = groups.set_index(["group", "what"])
    colors = (FOCAL_COLOR, *COLORS)
    for place, group in enumerate(GROUPS):
        ends = [by.loc[(group, what), "effect"] for what in QUARTERS]
        line = "-" if place == 0 else LINES[place - 1]
        ax.plot([0, 1], ends, linestyle=line, marker=f"o{MARKERS}"[place], color=colors[place], markersize=5)
        ax.annotate(
            f"{group}: {number(ends[1] - ends[0])}", (1, ends[1]), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=SMALL_SIZE, color=INK,
        )  # fmt: skip
    dress(ax, "", "purchases of a customer in a quarter")
    ax.set_xticks([0, 1], ["a quarter", "the next"])
    ax.set_xlim(-0.15, 1.1)
    ax.set_ylim(0, None)
    ax.set_title(
        "No program, nothing happens", loc="left", fontsize=LABEL_SIZE + 2, fontweight="bold", color=INK, pad=24
    )
    ax.annotate(
        "Customers by what they bought in a quarter.", (0, 1), xytext=(0, 8), xycoords="axes fraction",
        textcoords="offset points", fontsize=SMALL_SIZE, color=FAINT,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all worlds and tell."""
    parser = experiment_options(__doc__, HERE, replications=60, customers="4,000")
    given = parser.parse_args(arguments)
    found = dict(zip(FILES, run_all(given.replications, given.seed, given.customers)))
    given.out.mkdir(parents=True, exist_ok=True)
    for name, frame in found.items():
        frame.to_csv(given.out / f"{name}.csv", index=False, float_format="%.6g")
    ls.plots.save(draw(found["estimates"], found["groups"]), given.out / "estimates.svg")
    print(tables(**found))


if __name__ == "__main__":
    main()
