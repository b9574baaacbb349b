"""Program doubt: what a program's value becomes where assumptions are wrong, one at a time and all at once.

The value is the profit from a launch, what is owed taken off (`study.launches`). All assumptions are screened at one
end with one replication; those that moved the value most are then put at both ends with a few: a tornado.
Draws put all of them somewhere within their ranges at once (a Latin hypercube: McKay, Beckman and Conover 1979), each
with luck of its own: so their spread is that of both. Nothing is set anew to keep sales what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import ScenarioError
from loyaltysim.study.assumptions import Assumption, possible
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.design import value_between
from loyaltysim.study.launches import Launch, launches

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

TOLD = 8
"""So many assumptions are in the tornado (assumed: as many as one reads)."""
FEW = 5
"""Replications of each end (assumed: both share the luck of what they are held against, so few tell them apart)."""
DRAWS = 40
"""So many draws (assumed: the worst tenth are four)."""
WORST = 0.1
COLUMNS = "path measure value effect ci_low ci_high n unit".split()

Progress = Callable[[str, float], None]


def tornado(
    scenario: Scenario,
    tried: Sequence[Assumption],
    *,
    replications: int = FEW,
    seed: int = 1,
    most: int = TOLD,
    as_it_is: Launch | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Tell which assumptions the program's value rests on, the most important first.

    One row an assumption and end: path, measure ("low", "high"), value (of the setting), effect (on the program's
    value) with ci_low, ci_high (95 % paired t), n, unit. `as_it_is` is the launch with nothing changed, of the same
    seed and no fewer replications, where there is one already.
    """
    import pandas as pd

    how: dict[str, Any] = {"seed": seed, "threads": threads, "progress": progress}
    kept = list(tried)
    if as_it_is is None:
        as_it_is = launches({"": scenario}, replications=replications, **how)[""]
    middle = as_it_is.value[:replications]
    if len(kept) > most:
        ends = {one.path: scenario.vary({one.path: one.high}) for one in kept}
        screened = launches(ends, replications=1, **how)
        moved = {one.path: abs(float(screened[one.path].value[0] - middle[0])) for one in kept}
        kept = sorted(kept, key=lambda one: -moved[one.path])[:most]
    points = {(one.path, end): getattr(one, end) for one in kept for end in ("low", "high")}
    worlds = {f"{path} {end}": scenario.vary({path: value}) for (path, end), value in points.items()}
    found = launches(worlds, replications=replications, **how)
    rows = []
    for (path, end), value in points.items():
        effect = paired_effect(found[f"{path} {end}"].value, middle)
        told = {key: effect[key] for key in ("effect", "ci_low", "ci_high", "n")}
        rows.append({"path": path, "measure": end, "value": value, **told, "unit": scenario.currency})
    return pd.DataFrame(sorted(rows, key=lambda row: -_span(rows, row["path"])), columns=COLUMNS)


def _span(rows: Sequence[dict[str, Any]], path: str) -> float:
    """How far an assumption moves the value between its ends, what it is now among them."""
    effects = [0.0, *(row["effect"] for row in rows if row["path"] == path)]
    return float(max(effects) - min(effects))


def draws(
    scenario: Scenario,
    tried: Sequence[Assumption],
    *,
    n: int = DRAWS,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """The program's value in `n` worlds, all assumptions somewhere in their ranges; what cannot be is missing."""
    from scipy.stats import qmc

    if tried:
        unit = qmc.LatinHypercube(len(tried), rng=np.random.default_rng(seed)).random(n)
    else:
        unit = np.zeros((n, 0))
    worlds, first = {}, {}
    for place, row in enumerate(unit):
        changes = {one.path: value_between(one.value, one.low, one.high, u) for one, u in zip(tried, row)}
        world = _nearest_possible(scenario, changes)
        if world is not None:
            worlds[f"draw {place}"], first[f"draw {place}"] = world, place
    found = launches(worlds, first=first, seed=seed, threads=threads, progress=progress)
    return np.array([one.value[0] for one in found.values()])


def _nearest_possible(scenario: Scenario, changes: dict[str, Any]) -> Scenario | None:
    """The scenario with changes; those that contradict each other stay as they were. None if that is not enough."""
    try:
        return scenario.vary(changes)
    except ScenarioError as error:
        wrong = [fault.key for fault in error.faults]
        left = {
            path: value
            for path, value in changes.items()
            if not any(path.startswith(key) or path.rpartition(".")[0] == key.rpartition(".")[0] for key in wrong)
        }
        return possible(scenario, left)


def worst_tenth(values: np.ndarray) -> np.ndarray:
    """The worst tenth, at least one, the worst first. Their mean is the expected shortfall (Acerbi and Tasche 2002).

    No interval is told of that mean: of forty draws it rests on four, and nothing in them says how far down the others
    go. The bootstrap's percentiles would cover three quarters where they say 95 %, and err to the mild side.
    """
    return np.sort(values)[: max(1, round(WORST * len(values)))]
