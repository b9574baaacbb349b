"""Resistance: how deep must a rival's discount be before customers go? (docs/model.md (E78))

The same market is run with rivals' promotions at several depths, same customers and luck. In the weeks in which they
promote, a defection is a purchase of another brand by a customer whose last brand was the focal one. What a depth does
is told against depth 0: the same calendar, leaflet and display, only nothing off the price.

The trap: customers who differ in tastes and price sensitivity make such a curve by themselves; that it is flat does not
say that a bond holds them. Run it with the bond's `resist_` settings at 0 too, and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import path_text
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.side_by_side import side_by_side

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

DEPTHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares off the list price, unless others are asked for; assumed: what is seen in shops."""


def resistance_curve(
    scenario: Scenario,
    depths: Sequence[float] = DEPTHS,
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Defection from the focal brand in the weeks of rivals' promotions, by the depth of their discounts.

    Parameters
    ----------
    scenario : a market in which at least one rival promotes; its calendars stay, their depths are set
    depths : shares off the list price, 0 … 1; 0 is added, since the others are compared with it
    replications, seed, threads, progress : as for `compare`

    Returns
    -------
    One row a depth, ascending: depth, defection (share of the purchases by customers whose last brand was the focal
    one, mean over replications), defection_low and defection_high (its 95 % interval), effect (paired difference from
    depth 0) with ci_low, ci_high, p_positive, variance_ratio, n as `Comparison.effects` has them. Intervals are NaN
    with one replication, everything is NaN where no such purchase was made.

    Raises
    ------
    ValueError : if no rival has promotions with a depth, none falls in the measured steps, or no depth is above 0
    ScenarioError : for a depth that is not a share
    """
    import pandas as pd

    paths = _paths(scenario)
    levels = sorted({0.0, *(float(depth) for depth in depths)})
    if levels[-1] == 0:
        raise ValueError("at least one depth must be above 0")
    worlds = {f"depth {level:g}": scenario.vary(dict.fromkeys(paths, level)) for level in levels}
    runs = list(side_by_side(worlds, replications=replications, seed=seed, threads=threads, progress=progress).values())
    rivals = list(dict.fromkeys(paths.values()))
    weeks = (runs[-1]["on_promotion"].sel(brand=rivals) > 0).any(("brand", "replication"))
    if not weeks.any():
        raise ValueError("no promotion of a rival falls in the measured steps")
    rates = [_defection(run.isel(step=np.flatnonzero(weeks.values)), scenario.focal) for run in runs]
    rows = [{"depth": level, **_level(rate), **_effect(rate, rates[0])} for level, rate in zip(levels, rates)]
    return pd.DataFrame(rows)


def _paths(scenario: Scenario) -> dict[str, str]:
    """The path of every depth of a rival's promotion, and whose it is. Raises ValueError if there is none."""
    found = {
        path_text(("brands", name, "pricing", place, "depth")): name
        for name, brand in scenario.brands.items()
        for place, pricing in enumerate(brand.pricing)
        if name != scenario.focal and pricing.promotes and hasattr(pricing, "depth")
    }
    if not found:
        raise ValueError("no rival has promotions whose depth could be set: give one a promotion_calendar")
    return found


def _defection(run: xr.Dataset, focal: str) -> np.ndarray:
    """Purchases elsewhere over all purchases by customers whose last brand was the focal one; one a replication."""
    moves = run["switches"].sel(brand=focal).sum("step")
    everything = moves.sum("brand_to")
    gone = everything - moves.sel(brand_to=focal)
    return np.asarray((gone / everything.where(everything > 0)).values)


def _level(rate: np.ndarray) -> dict[str, Any]:
    mean = paired_effect(rate, np.zeros_like(rate))
    return {"defection": mean["effect"], "defection_low": mean["ci_low"], "defection_high": mean["ci_high"]}


def _effect(rate: np.ndarray, base: np.ndarray) -> dict[str, Any]:
    effect = paired_effect(rate, base)
    return {name: value for name, value in effect.items() if name != "baseline"}
