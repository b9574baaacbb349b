"""Keep or win? One budget split between winning customers and keeping them, in markets of several ages.

The claim that winning a customer costs five times as much as keeping one is an input here. Every world has the same
customers and luck. Writes returns.csv, splits.csv and returns.svg, and prints the tables of README.md. Options:
--claim, --replications, --seed, --customers, --out.
"""

import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options
from loyaltysim.plots.interval import ratio
from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, SMALL_SIZE, TITLE_SIZE, dress
from loyaltysim.runs import replicate_worlds
from loyaltysim.study.compare import paired_effect
from loyaltysim.summaries import summary

HERE = Path(__file__).parent
YEAR, ROUND = 52, 4  # weeks in which money is spent; from one present to the next
KEEPING = (
    1.4  # EUR a customer and year: about a tenth of the margin that one brings; assumed, and of no weight (README)
)
CLAIM = 5.0  # what winning one costs, in what keeping one costs for a year: the claim of the trade, unless --claim
BUDGET = 0.5  # EUR a year for each person of the market; assumed
BETTER = (0.05, 0.1, 0.2)
"""How many fewer leave us in the second half year where all are cared for; assumed, hence three."""
SPLITS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the budget that go to winning."""
ACTIVE = 26.0  # weeks: whoever bought us in them is cared for
AGES = {"word_of_mouth.acquisition.start_share": 0.05}, {"word_of_mouth.acquisition.start_share": 0.5}
MARKETS: dict[str, dict[str, Any]] = {
    "young": AGES[0],
    "half-grown": AGES[1],
    "mature": {"word_of_mouth.acquisition": {"kind": "none"}},
    "mature, fickle": {
        "word_of_mouth.acquisition": {"kind": "none"},
        "population.dropout_chance": {"distribution": "beta", "a": 2.0, "b": 19.0},
    },
}
"""How many of all people are customers of some brand a year before; in the last market twice as many leave."""
PILOT = 10  # replications by which strengths are set
TURNS = 4  # of the search for a strength, assumed: enough to come within a few percent


def market(name: str, customers: int | None = None) -> ls.Scenario:
    """The market of market.toml at an age."""
    changes = dict(MARKETS[name])
    if customers is not None:
        changes["population.n_customers"] = customers
    return ls.load(HERE / "market.toml").vary(changes)


def levers(win: float = 0.0, keep: float = 0.0, winning: float = 0.0, keeping: float = 0.0) -> list[dict[str, Any]]:
    """What is done for a year: EUR a week and strength of winning, and of keeping.

    Winning is advertising that makes known. Keeping is small presents for those who bought lately, every four weeks, as
    far as the money goes; `keep` is infinite where nobody looks at the money.
    """
    when = {"from_week": 0.0, "until_week": float(YEAR)}
    made: list[dict[str, Any]] = []
    if win or winning:
        made.append({"kind": "awareness_advertising", **when, "cost_a_week": win, "strength": winning})
    if keep:
        each = KEEPING * ROUND / YEAR
        limit = {} if np.isinf(keep) else {"most": int(keep * ROUND / each)}
        target = {"kind": "everybody", "bought_within_weeks": ACTIVE, **limit}
        made.append({
            "kind": "gift", **when, "every_weeks": float(ROUND), "cost_each": each, "jump": 0.01, "strength": keeping,
            "target": target,
        })  # fmt: skip
    return made


def with_levers(scenario: ls.Scenario, **how: float) -> ls.Scenario:
    """The market with what we do."""
    return scenario.vary({"brands.Ours.levers": levers(**how)})


def of_ours(data: Any, metric: str) -> np.ndarray:
    """A metric of ours over the run, one number a replication."""
    return np.asarray(summary(data, metric).sel(brand="Ours", segment="all").values, float)


def left(data: Any) -> float:
    """Customers who left us in the second half of the year for each purchase of ours: all replications together."""
    ours = data.sel(brand="Ours", segment="all")
    lapsed = ours["lapsed"].isel(step=slice(YEAR // 2, YEAR)).sum()
    return float(lapsed / ours["purchases"].isel(step=slice(YEAR // 2, YEAR)).sum())


def won(data: Any) -> float:
    """Customers who bought us for the first time while money is spent, a replication."""
    return float(data["joined"].sel(brand="Ours", segment="all").isel(step=slice(YEAR)).sum("step").mean())


def search(aim: float, measure: Any, start: float) -> float:
    """A strength whose measure is the aim: steps by proportion, as the measure is nearly so."""
    strength = start
    for _ in range(TURNS):
        got = measure(strength)
        strength *= min(max(aim / got, 0.1), 10.0) if got > 0 else 10.0
    return strength


def strengths(claim: float, seed: int, customers: int | None) -> tuple[dict[str, float], dict[float, float]]:
    """The strength of winning in each market at which a won customer costs what the claim says, and of keeping."""
    how: dict[str, Any] = {"replications": PILOT, "seed": seed}
    winning = {}
    for name in MARKETS:
        base = market(name, customers)
        budget = BUDGET * base.population.n_customers
        before = won(ls.replicate(base, **how))
        aim = budget / (claim * KEEPING)

        def more(strength: float, base: ls.Scenario = base, before: float = before) -> float:
            return won(ls.replicate(with_levers(base, winning=strength), **how)) - before

        winning[name] = search(aim, more, 1.0)
        print(f"winning in the {name} market: strength {winning[name]:.2f} …", file=sys.stderr)
    base = market("mature", customers)
    usual = left(ls.replicate(base, **how))

    def fewer(strength: float) -> float:
        return 1 - left(ls.replicate(with_levers(base, keep=np.inf, keeping=strength), **how)) / usual

    keeping = {}
    for better in BETTER:
        keeping[better] = search(better, fewer, 1.0)
        print(f"keeping, {better:.0%} fewer leave: strength {keeping[better]:.2f} …", file=sys.stderr)
    return winning, keeping


def run_all(claim: float, replications: int, seed: int, customers: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two files: what a EUR of each brings in each market, and what splits of one budget bring."""
    winning, keeping = strengths(claim, seed, customers)
    returns, splits = [], []
    for name in MARKETS:
        base = market(name, customers)
        week = BUDGET * base.population.n_customers / YEAR
        worlds = {"nothing": base, "win": with_levers(base, win=week, winning=winning[name])}
        for better in BETTER:
            worlds[f"keep {better:g}"] = with_levers(base, keep=np.inf, keeping=keeping[better])
            for share in SPLITS:
                money = {"win": share * week, "keep": (1 - share) * week}
                worlds[f"{better:g} {share:g}"] = with_levers(
                    base, **money, winning=share * winning[name], keeping=keeping[better]
                )
        runs = replicate_worlds(worlds, replications=replications, seed=seed)
        found = {world: numbers(data) for world, data in runs.items()}
        returns += [{"market": name, **row} for row in told_of_returns(found, claim)]
        splits += [{"market": name, **row} for row in told_of_splits(found)]
        print(f"the {name} market …", file=sys.stderr)
    return pd.DataFrame(returns), pd.DataFrame(splits)


def numbers(data: Any) -> dict[str, np.ndarray]:
    """What a world came to, one number a replication."""
    cost, margin = of_ours(data, "lever_cost"), of_ours(data, "margin")
    ours = data.sel(brand="Ours", segment="all")
    return {
        "cost": cost,
        "net": margin,
        "gross": margin + cost,
        "joined": ours["joined"].isel(step=slice(YEAR)).sum("step").values.astype(float),
        "customers": ours["customers_end"].isel(period=-1).values.astype(float),
    }


def told_of_returns(found: dict[str, dict[str, np.ndarray]], claim: float) -> list[dict[str, Any]]:
    """What a EUR of winning and of keeping brings in two years, and the ratio at which both bring the same."""
    none, win = found["nothing"], found["win"]
    brought = {world: own["gross"] - none["gross"] for world, own in found.items()}
    rows = [_row("a EUR of winning brings", ratio(brought["win"], win["cost"]))]
    rows.append(_row("a customer won costs", ratio(win["cost"], win["joined"] - none["joined"])))
    for better in BETTER:
        world = f"keep {better:g}"
        rows.append(_row("a EUR of keeping brings", ratio(brought[world], found[world]["cost"]), better))
        per_win, per_keep = brought["win"] / win["cost"].mean(), brought[world] / found[world]["cost"].mean()
        rows.append(_row("winning pays up to a ratio of", ratio(claim * per_win, per_keep), better))
    return rows


def _row(what: str, found: Any, better: float = np.nan) -> dict[str, Any]:
    return {
        "what": what, "fewer_leave": better, "effect": float(found.mean), "ci_low": float(found.low),
        "ci_high": float(found.high),
    }  # fmt: skip


def told_of_splits(found: dict[str, dict[str, np.ndarray]]) -> list[dict[str, Any]]:
    """What each split adds to the margin less its cost, what it spends, and how many customers there are in the end."""
    rows = []
    for better in BETTER:
        for share in SPLITS:
            own = found[f"{better:g} {share:g}"]
            for metric in ("net", "cost", "customers"):
                effect = paired_effect(own[metric], found["nothing"][metric])
                kept = {key: effect[key] for key in ("effect", "ci_low", "ci_high", "n")}
                rows.append({"fewer_leave": better, "to_winning": share, "metric": metric, **kept})
    return rows


def cell(row: Any, form: str) -> str:
    """An effect with its interval."""
    parts = (row[name] for name in ("effect", "ci_low", "ci_high"))
    return "{} ({} … {})".format(*(f"{number + 0.0:{form}}".replace("-", "−") for number in parts))


def verdict(row: Any, claim: float) -> str:
    """What a ratio up to which winning pays more, with its interval, makes of a claim."""
    return "winning" if row["ci_low"] > claim else "keeping" if row["ci_high"] < claim else "neither"


def tables(returns: pd.DataFrame, splits: pd.DataFrame, claim: float = CLAIM) -> str:
    """The tables of README.md, from what the files hold."""
    lines = [f"| in two years, EUR | {' | '.join(MARKETS)} |", "|---|" + "---|" * len(MARKETS)]
    for (what, better), rows in returns.groupby(["what", "fewer_leave"], dropna=False, sort=False):
        if what == "winning pays up to a ratio of":
            continue
        own = rows.set_index("market")
        name = what if np.isnan(better) else f"{what}, {better:.0%} fewer leave"
        lines.append(f"| {name} | {' | '.join(cell(own.loc[m], '.2f') for m in MARKETS)} |")
    lines += ["", f"| ratio up to which winning pays more | {' | '.join(MARKETS)} |", "|---|" + "---|" * len(MARKETS)]
    found = returns[returns.what == "winning pays up to a ratio of"]
    for better, rows in found.groupby("fewer_leave"):
        own = rows.set_index("market")
        lines.append(f"| {better:.0%} fewer leave | {' | '.join(cell(own.loc[m], '.1f') for m in MARKETS)} |")
    lines += ["", f"| what a claim of {claim:g} speaks for | {' | '.join(MARKETS)} |", "|---|" + "---|" * len(MARKETS)]
    for better, rows in found.groupby("fewer_leave"):
        own = rows.set_index("market")
        lines.append(f"| {better:.0%} fewer leave | {' | '.join(verdict(own.loc[m], claim) for m in MARKETS)} |")
    for better in BETTER:
        lines += ["", f"| margin less cost, EUR, {better:.0%} fewer leave: share to winning | {' | '.join(MARKETS)} |"]
        lines.append("|---|" + "---|" * len(MARKETS))
        own = splits[(splits.fewer_leave == better) & (splits.metric == "net")].set_index(["to_winning", "market"])
        lines += [
            f"| {share:.0%} | {' | '.join(cell(own.loc[(share, m)], '+,.0f') for m in MARKETS)} |" for share in SPLITS
        ]
    lines += ["", f"| spent, EUR, by share to winning | {' | '.join(MARKETS)} |", "|---|" + "---|" * len(MARKETS)]
    own = splits[(splits.fewer_leave == BETTER[1]) & (splits.metric == "cost")].set_index(["to_winning", "market"])
    lines += [
        f"| {share:.0%} | {' | '.join(f'{own.loc[(share, m)].effect:,.0f}' for m in MARKETS)} |" for share in SPLITS
    ]
    return "\n".join(lines)


def draw(returns: pd.DataFrame, claim: float = CLAIM) -> Figure:
    """What a EUR of each brings, by market; and the ratio of costs up to which winning pays more, beside the claim."""
    figure = Figure(figsize=(11.0, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    found = returns.set_index(["what", "market"]).sort_index()
    x = np.arange(len(MARKETS), dtype=float)
    looks = list(zip(BETTER, (COLORS[3], FOCAL_COLOR, COLORS[1]), ("o", "s", "^")))

    def points(ax: Axes, what: str, better: float, at: float, color: str, mark: str, label: str) -> None:
        rows = [found.loc[what, name] for name in MARKETS]
        own = pd.concat([row if np.isnan(better) else row[row.fewer_leave == better] for row in rows])
        y = own["effect"].to_numpy()
        ends = np.array([y - own["ci_low"], own["ci_high"] - y])
        ax.errorbar(x + at, y, ends, color=color, linestyle="", marker=mark, markersize=6, capsize=3, label=label)

    for place, (better, color, mark) in enumerate(looks):
        label = f"keeping, {better:.0%} fewer leave"
        points(left, "a EUR of keeping brings", better, 0.13 * (place - 0.5), color, mark, label)
        label = f"{better:.0%} fewer leave"
        points(right, "winning pays up to a ratio of", better, 0.13 * (place - 1), color, mark, label)
    points(left, "a EUR of winning brings", np.nan, -0.2, INK, "D", "winning")
    left.axhline(1, color=FAINT, linewidth=1)
    right.axhline(claim, color=INK, linewidth=1, linestyle=":")
    right.text(x[-1] + 0.45, claim * 1.04, f"the claim: {claim:g}", ha="right", va="bottom", fontsize=SMALL_SIZE)
    dress(left, "", "EUR of margin in two years, before the cost")
    dress(right, "", "cost of winning one / of keeping one a year")
    right.set_yscale("log")
    right.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    right.minorticks_off()
    left.set_ylim(0, 1.45)  # room for the legend
    for ax, title in ((left, "What a EUR brings"), (right, "Up to which ratio winning pays more")):
        ax.set_title(title, loc="left", fontsize=TITLE_SIZE, color=INK)
        ax.set_xticks(x, list(MARKETS))
        ax.set_xlim(x[0] - 0.5, x[-1] + 0.5)
        ax.legend(fontsize=SMALL_SIZE, frameon=False, loc="upper right", ncols=2 if ax is left else 1)
    return figure


def _positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not 0 < number < np.inf:
        raise ArgumentTypeError(f"must be a number above 0, was {text}")
    return number


def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything, write the files, print the tables."""
    parser = experiment_options(__doc__, HERE, replications=20, customers="4,000")
    parser.add_argument("--claim", type=_positive, default=CLAIM, help="what winning one costs / what keeping one does")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    returns, splits = run_all(asked.claim, asked.replications, asked.seed, asked.customers)
    returns.to_csv(asked.out / "returns.csv", index=False)
    splits.to_csv(asked.out / "splits.csv", index=False)
    ls.plots.save(draw(returns, asked.claim), asked.out / "returns.svg")
    print(tables(returns, splits, asked.claim))


if __name__ == "__main__":
    main()
