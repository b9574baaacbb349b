"""Value of each lever: what one of a brand's levers brings, all others being pulled (docs/model.md, eq. E199).

Each lever is left out of a world of its own, which has the same customers and luck. It keeps its place there and is
never pulled, so that others of its kind keep their luck too.

The traps: levers work on the same customers, so what they bring one by one does not add up to what all bring together;
`run` tells that of the focal brand's. With many levers one of those that do nothing may seem to do something: by the
joint intervals it seldom does. The world without a lever differs from the first step on, burn-in included: what a lever
won before the measured time counts, and what it cost then does not. With `from_week` 0 it begins with that time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.study.compare import CONFIDENCE, paired_effect, replicated
from loyaltysim.study.pulled import pulled
from loyaltysim.study.questions import without_lever
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

METRICS = ("retention_rate", "margin")
"""What a lever is asked about, of its brand."""
AS_IT_IS = "as it is"


def lever_value(
    scenario: Scenario,
    *,
    replications: int = 30,
    seed: int = 1,
    store: str | Path | None = None,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Tell what each lever of each brand brings, against the same market without that one (eq. E199).

    Parameters
    ----------
    scenario : a market with levers
    replications, seed, store, threads, progress : as for `compare`

    Returns
    -------
    One row a lever and metric, levers of the focal brand first: lever (its name in the Dataset), path, brand, kind,
    metric (of its brand: retention_rate; margin, which its cost is taken off; and cost, its own over the measured
    steps, in the market as it is), effect, ci_low, ci_high, joint_low, joint_high (of one metric these hold for all
    levers together, in 95 %), p_positive, variance_ratio, baseline (without it), n, unit as `Comparison.effects` has
    them. A lever of strength 0 is left out anyway: its effect is 0.

    Raises
    ------
    ScenarioError : if no brand has a lever, or for a store of another version

    Examples
    --------
    >>> import loyaltysim as ls
    >>> levers = [{"kind": "communication"}, {"kind": "service", "cost_a_week": 2.0}]
    >>> small = {"population.n_customers": 500, "burn_in": 13, "steps": 26, "brands.Ours.levers": levers}
    >>> found = ls.lever_value(ls.load("grocery").vary(small), replications=2).set_index(["lever", "metric"])
    >>> found.loc[("Ours: service", "cost"), "effect"]
    np.float64(52.0)
    """
    import pandas as pd

    levers = pulled(scenario)
    if not levers:
        message = "no brand pulls a lever in this scenario: set brands.NAME.levers"
        raise ScenarioError([Fault(None, None, "", message)])
    some = [one for one in levers if one.strength]
    worlds = {one.name: without_lever(scenario, one.path) for one in some}
    run = replicated(store)
    runs = run({AS_IT_IS: scenario, **worlds}, replications=replications, seed=seed, threads=threads, progress=progress)
    base, rows = runs[AS_IT_IS], []
    for one in levers:
        names = {"lever": one.name, "path": one.path, "brand": one.brand, "kind": one.kind}
        without = runs.get(one.name, base)
        for metric in METRICS:
            effect = paired_effect(*(_of_brand(data, metric, one.brand) for data in (base, without)))
            rows.append({**names, "metric": metric, **effect, "unit": base[metric].attrs["units"]})
        cost = summary(base, "cost_of_lever").sel(lever=one.name, segment="all").values
        rows.append({**names, "metric": "cost", **paired_effect(cost, np.zeros_like(cost)), "unit": scenario.currency})
    frame = pd.DataFrame([{**row, **_jointly(row, len(some))} for row in rows])
    order = [*names, "metric", "effect", "ci_low", "ci_high", "joint_low", "joint_high"]
    return frame[[*order, *(column for column in frame if column not in order)]]


def _of_brand(data: xr.Dataset, metric: str, brand: str) -> np.ndarray:
    """One number a replication."""
    return np.asarray(summary(data, metric).sel(brand=brand, segment="all").values)


def _jointly(row: dict[str, Any], many: int) -> dict[str, float]:
    """The interval that holds together with those of all the others: each errs in 1/many of 5 % (Bonferroni)."""
    if row["n"] < 2:
        return {"joint_low": np.nan, "joint_high": np.nan}
    single, joint = (special.stdtrit(row["n"] - 1, 1 - (1 - CONFIDENCE) / 2 / each) for each in (1, max(many, 1)))
    half = (row["ci_high"] - row["effect"]) * joint / single
    return {"joint_low": row["effect"] - half, "joint_high": row["effect"] + half}
