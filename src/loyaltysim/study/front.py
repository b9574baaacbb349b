"""Front: the designs that no other beats, and the tables that tell of designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyaltysim.study.compare import paired_effect

if TYPE_CHECKING:
    import pandas as pd

Direction = Literal["max", "min"]
COLUMNS = "trial objective value ci_low ci_high effect effect_low effect_high n unit on_front".split()


@dataclass(frozen=True)
class Optimization:
    """What a search has found.

    Attributes
    ----------
    trials : one row a design and objective, trial 0 the scenario as it is: trial, objective, value with ci_low and
        ci_high (95 % t over replications), effect against the scenario as it is with effect_low and effect_high
        (paired), n, unit, on_front, and a column a setting
    front : the same of the designs on the front, run again with luck that the search has not seen; on_front says
        whether they are on it with that luck too
    refused : one row a design that a scenario cannot have, or of which an objective is not known: why, and its settings
    objectives : "max" or "min" by metric
    worlds : those that counted in a design's value, the market as it is first
    scored : by which rule they did, in words
    """

    trials: pd.DataFrame
    front: pd.DataFrame
    refused: pd.DataFrame
    objectives: dict[str, Direction]
    worlds: tuple[str, ...]
    scored: str

    def __repr__(self) -> str:
        """One line: what was searched for, and what there is."""
        wanted = ", ".join(f"{direction} {metric}" for metric, direction in self.objectives.items())
        designs, best = self.trials["trial"].nunique() - 1, self.front["trial"].nunique()
        return f"<Optimization of {wanted}: {designs} designs, {best} on the front>"

    def plot(self) -> Any:
        """The front among all designs: matplotlib's Axes."""
        from loyaltysim.plots import pareto_front

        return pareto_front(self.trials, self.front, self.objectives)


def on_front(values: np.ndarray, directions: Sequence[str]) -> np.ndarray:
    """Which designs no other beats, being as good in all objectives and better in one (docs/model.md, eq. E156).

    `values` are designs × objectives. Returns a bool a design.
    """
    good = values * np.where(np.array(directions) == "max", 1.0, -1.0)
    as_good = (good[:, None] >= good[None]).all(2)
    better = (good[:, None] > good[None]).any(2)
    return np.asarray(~(as_good & better).any(0))


def table(
    trials: Sequence[int],
    designs: Sequence[Mapping[str, Any]],
    values: np.ndarray,
    usual: Mapping[str, Any],
    units: Mapping[str, str],
    front: np.ndarray,
) -> pd.DataFrame:
    """One row a design and objective; the first design is the scenario as it is.

    `values` are designs × objectives × replications, `usual` what the settings are as it is, `units` by objective.
    """
    import pandas as pd

    rows = []
    for place, (trial, changes) in enumerate(zip(trials, designs)):
        for number, (objective, unit) in enumerate(units.items()):
            own, base = values[place, number], values[0, number]
            value, effect = paired_effect(own, np.zeros_like(own)), paired_effect(own, base)
            rows.append({
                "trial": trial, "objective": objective, "value": value["effect"], "ci_low": value["ci_low"],
                "ci_high": value["ci_high"], "effect": effect["effect"], "effect_low": effect["ci_low"],
                "effect_high": effect["ci_high"], "n": value["n"], "unit": unit, "on_front": bool(front[place]),
                **{path: changes.get(path, own) for path, own in usual.items()},
            })  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, *usual])
