"""How much is word of mouth worth? By network, and by how many people are customers already.

Everything is worked out with the same customers and luck. Writes value.csv, social.csv, seeding.csv and value.svg, and
prints the tables of README.md. Options: --replications, --seed, --customers, --out.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options
from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, LABEL_SIZE, PALE, SMALL_SIZE, TITLE_SIZE, dress
from loyaltysim.study.seeding import NOBODY

HERE = Path(__file__).parent
TEN = {"mean_degree": 10}
NETWORKS: dict[str, dict[str, Any]] = {
    "random": {"kind": "random", **TEN},
    "small world": {"kind": "small_world", "rewire": 0.1, **TEN},
    "scale free": {"kind": "scale_free", **TEN},
    "blocks": {"kind": "blocks", "homophily": 0.8, **TEN},
    "layers": {
        "kind": "layers",
        "layers": [
            {"kind": "small_world", "mean_degree": 4, "rewire": 0.0},
            {"kind": "random", "mean_degree": 6.0, "strength": 0.5},
        ],
    },
}
"""Ten friends each, on average. Layers: four near ones, and six anywhere who hear and show half as much."""
MARKETS: dict[str, dict[str, Any]] = {
    "young": {"word_of_mouth.acquisition.start_share": 0.05},
    "half": {"word_of_mouth.acquisition.start_share": 0.5},
    "mature": {"word_of_mouth.acquisition": {"kind": "none"}},
}
"""How many of all people are customers of some brand a year before: one in twenty, half, or all."""
PARTS = {
    "total": "all",
    "retention": "customers we had",
    "acceleration": "others, who buy anyway",
    "expansion": "others, who would not buy",
    "direct": "heard at first hand",
    "indirect": "passed on",
}
HUBS = (("half", "random"), ("half", "scale free"), ("mature", "scale free"))
"""Where those who know most are silenced."""
AUDIENCES = {
    "one friend": {"audience": "one"},
    "all friends": {"audience": "all", "expression": 0.1},  # as much is heard in all: ten friends, a tenth each
}
DISCOUNT = 0.1  # a year
SEEDED = 0.05  # of our customers: 1 % are too few to tell ways apart
MESSAGES = 4


def world(network: str, market: str, customers: int | None = None) -> ls.Scenario:
    """The market of market.toml with a network and an age."""
    changes = {"network": NETWORKS[network], **MARKETS[market]}
    if customers is not None:
        changes["population.n_customers"] = customers
    return ls.load(HERE / "market.toml").vary(changes)


def run_all(replications: int, seed: int, customers: int | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three files: values by network and market, social values of hubs, and seeding."""
    how: dict[str, Any] = {"replications": replications, "seed": seed}
    values, social, seeds = [], [], []
    for market in MARKETS:
        for network in NETWORKS:
            frame = ls.word_of_mouth_value(world(network, market, customers), discount_rate=DISCOUNT, **how)
            values.append(frame.assign(market=market, network=network))
            print(f"value: {market}, {network} …", file=sys.stderr)
    for market, network in HUBS:
        frame = ls.social_value(world(network, market, customers), "degree", discount_rate=DISCOUNT, **how)
        social.append(frame.assign(market=market, network=network))
        print(f"social value: {market}, {network} …", file=sys.stderr)
    for audience, talk in AUDIENCES.items():
        mature = world("scale free", "mature", customers)
        mature = mature.vary({f"word_of_mouth.talk.{name}": value for name, value in talk.items()})
        frame = ls.seeding(mature, SEEDED, messages=MESSAGES, **how)
        seeds.append(frame.assign(audience=audience))
        print(f"seeding: {audience} …", file=sys.stderr)
    return tuple(pd.concat(frames, ignore_index=True) for frames in (values, social, seeds))  # type: ignore[return-value]


def cell(row: Any, form: str, times: float = 1.0) -> str:
    """An effect with its interval."""
    numbers = (times * row[name] for name in ("effect", "ci_low", "ci_high"))
    return "{} ({} … {})".format(*(f"{number + 0.0:{form}}".replace("-", "−") for number in numbers))


def tables(values: pd.DataFrame, social: pd.DataFrame, seeds: pd.DataFrame) -> str:
    """The tables of README.md, from what the files hold."""
    found = values.set_index(["metric", "market", "network", "part"]).sort_index()
    lines: list[str] = []
    for market in MARKETS:
        lines += ["", f"| margin, EUR, {market} market | {' | '.join(PARTS.values())} | of what there is without, % |"]
        lines.append("|---|" + "---|" * (len(PARTS) + 1))
        for network in NETWORKS:
            own = found.loc["margin", market, network]
            total = own.loc["total"]
            cells = [cell(own.loc[part], "+,.0f") for part in PARTS]
            cells.append(cell(total, "+.1f", 100 / total.baseline))
            lines.append(f"| {network} | {' | '.join(cells)} |")
    lines += ["", f"| customers who buy us in two years | {' | '.join(MARKETS)} |", "|" + "---|" * (len(MARKETS) + 1)]
    for network in NETWORKS:
        cells = [cell(found.loc[("customers", market, network, "total")], "+,.0f") for market in MARKETS]
        lines.append(f"| {network} | {' | '.join(cells)} |")
    lines += ["", "| EUR of others for each silenced | group | word | own purchases |", "|---|---|---|---|"]
    for _, row in social.iterrows():
        if row.against:
            lines.append(f"| {row.market}, {row.network} | {row.group} less {row.against} | {cell(row, '+.2f')} | |")
        else:
            own = f"{row.own:.2f} ({row.own_low:.2f} … {row.own_high:.2f})".replace("-", "−")
            lines.append(f"| {row.market}, {row.network} | {row.group} | {cell(row, '+.2f')} | {own} |")
    lines += ["", f"| EUR of margin for each seeded | {' | '.join(AUDIENCES)} |", "|" + "---|" * (len(AUDIENCES) + 1)]
    margin = seeds[seeds.metric == "margin"]
    for (way, against), rows in margin.groupby(["scenario", "against"], sort=False):
        rows = rows.set_index("audience")
        name = way if against == NOBODY else f"{way} less {against}"
        lines.append(f"| {name} | {' | '.join(cell(rows.loc[audience], '+.2f') for audience in AUDIENCES)} |")
    return "\n".join(lines[1:])


def draw(values: pd.DataFrame) -> Figure:
    """What it is worth, as a share of what there is without: a panel a market, a bar a network, by part."""
    figure = Figure(figsize=(11.0, 3.9), layout="constrained")
    looks = {"retention": (FOCAL_COLOR, ""), "acceleration": (COLORS[3], "////"), "expansion": (COLORS[1], "--")}
    found = values[values.metric == "margin"].set_index(["market", "network", "part"]).sort_index()
    for ax, market in zip(figure.subplots(1, len(MARKETS)), MARKETS):
        for y, network in enumerate(NETWORKS):
            own = found.loc[market, network]
            total = own.loc["total"]
            share = 100 / total.baseline
            at = 0.0
            for part, (color, hatch) in looks.items():
                size = own.loc[part, "effect"] * share
                ax.barh(y, size, 0.62, left=at, color=color, hatch=hatch, edgecolor="white", linewidth=0.6)
                at += size
            ends = np.array([total.ci_low, total.ci_high]) * share
            ax.plot(ends, [y, y], color=INK, linewidth=1.6)
            ax.plot(ends, [y, y], "|", color=INK, markersize=7)
            direct = own.loc["direct", "effect"] * share
            ax.plot([direct], [y], "D", color="white", markeredgecolor=INK, markersize=5)
        dress(ax, "% of our margin without word of mouth", "")
        ax.grid(axis="y", visible=False)
        ax.grid(axis="x", color=PALE, linewidth=0.4)
        ax.axvline(0, color=INK, linewidth=0.8)
        ax.set_yticks(range(len(NETWORKS)), list(NETWORKS) if market == next(iter(MARKETS)) else [""] * len(NETWORKS))
        ax.invert_yaxis()
        ax.set_title(f"{market} market", fontsize=LABEL_SIZE, fontweight="bold", color=INK)
    for part, (color, hatch) in looks.items():
        ax.barh([0], [0], color=color, hatch=hatch, edgecolor="white", label=PARTS[part])
    ax.plot([], [], "D", color="white", markeredgecolor=INK, markersize=5, label="heard at first hand")
    handles, labels = ax.get_legend_handles_labels()
    look: dict[str, Any] = {"fontsize": LABEL_SIZE, "frameon": False, "columnspacing": 1.4, "handletextpad": 0.5}
    figure.legend(handles, labels, loc="outside upper right", ncols=4, **look)
    title = "What is word of mouth worth?"
    figure.suptitle(title, x=0.01, ha="left", fontsize=TITLE_SIZE, fontweight="bold", color=INK)
    note = "Two years, discounted 10 % a year. Lines: 95 % paired intervals of the whole. Each panel has its own scale."
    figure.supxlabel(note, fontsize=SMALL_SIZE, color=FAINT)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all worlds and tell."""
    parser = experiment_options(__doc__, HERE, replications=30, customers="5,000")
    given = parser.parse_args(arguments)
    values, social, seeds = run_all(given.replications, given.seed, given.customers)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, frame in {"value": values, "social": social, "seeding": seeds}.items():
        frame.to_csv(given.out / f"{name}.csv", index=False, float_format="%.6g")
    ls.plots.save(draw(values), given.out / "value.svg")
    print(tables(values, social, seeds))


if __name__ == "__main__":
    main()
