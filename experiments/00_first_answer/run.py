"""The first answer: what do a rival's promotions, our points and word of mouth do to retention in `grocery`?

Writes effects.csv and effects.svg beside itself, and prints the table of README.md. Options: --replications,
--seed, --out.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import loyaltysim as ls
from loyaltysim.cli.experiment import experiment_options
from loyaltysim.study.questions import SAYS, answer

HERE = Path(__file__).parent
METRICS = {"retention_rate": 100, "repeat_rate": 100, "share": 100, "margin": 1}
DEPTHS = (0.1, 0.2, 0.4)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all worlds and tell."""
    parser = experiment_options(__doc__, HERE, replications=30)
    given = parser.parse_args(arguments)
    frames = []
    for depth in DEPTHS:
        scenario = ls.load("grocery").vary({"brands.Rival.pricing.0.depth": depth})
        print(f"depth {depth:.0%} …", file=sys.stderr)
        effects = answer(scenario, replications=given.replications, seed=given.seed).effects
        frames.append(effects.assign(depth=depth))
    given.out.mkdir(parents=True, exist_ok=True)
    whole = pd.concat(frames, ignore_index=True)
    whole.to_csv(given.out / "effects.csv", index=False, float_format="%.6g")
    asked = whole[whole.metric.isin(METRICS)]
    print("| rival's depth | what | " + " | ".join(METRICS) + " |\n|" + "---|" * (2 + len(METRICS)))
    for (depth, question), rows in asked.groupby(["depth", "question"], sort=False):
        rows = rows.set_index("metric")
        cells = [
            "{:+.4g} ({:+.4g} … {:+.4g})".format(*(times * rows.loc[metric, ["effect", "ci_low", "ci_high"]]))
            for metric, times in METRICS.items()
        ]
        print(f"| {depth:.0%} | {SAYS[question]} | " + " | ".join(cells) + " |")
    ax = ls.plots.effects(asked[asked.depth == 0.2].drop(columns="depth"))
    ls.plots.save(ax, given.out / "effects.svg")


if __name__ == "__main__":
    main()
