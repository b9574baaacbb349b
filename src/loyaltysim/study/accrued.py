"""Accrued: what a scenario earns a brand with what its members come to be owed taken off, held against another's.

margin_accrued = margin - Σ over programs of (points earned - redeemed - expired) in the measured time · what the brand
expects one to cost (docs/model.md, eq. E118). So what was owed before the measured time is on neither side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.study.compare import Comparison, paired_effect
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from loyaltysim.scenario import Scenario

METRIC = "margin_accrued"


def margin_accrued(data: xr.Dataset, scenario: Scenario, brand: str) -> np.ndarray:
    """Margin of a run less what members come to be owed in it, in currency; one number a replication."""
    margin = np.asarray(summary(data, "margin").sel(brand=brand, segment="all").values, float)
    return np.asarray(margin - owed(data, scenario, brand))


def owed(data: xr.Dataset, scenario: Scenario, brand: str) -> np.ndarray:
    """What a brand's members are owed at the end of a run beyond what they were at its begin, in currency.

    One number a replication; negative where more is redeemed or lost than earned.
    """
    found, price = np.zeros(data.sizes["replication"]), scenario.brands[brand].price
    for place, (owner, _, program) in enumerate(scenario.programs):
        if owner == brand:
            earned, redeemed, expired = (
                data[f"points_{what}"].sel(segment="all").isel(program=place).sum("step").values
                for what in ("earned", "redeemed", "expired")
            )
            found += (earned - redeemed - expired) * program.liability_of_a_point(price)
    return found


def accrued_rows(comparison: Comparison, scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """An effect on margin_accrued for each scenario in which what is owed differs, as rows of `Comparison.effects`.

    Without a row it is the effect on margin.
    """
    base, focal, runs = comparison.baseline, comparison.focal, comparison.runs
    unit = runs[base]["margin"].attrs["units"]
    before, rows = owed(runs[base], scenarios[base], focal), []
    for name, run in runs.items():
        if name != base and np.any(owed(run, scenarios[name], focal) != before):
            both = (margin_accrued(runs[which], scenarios[which], focal) for which in (name, base))
            rows.append({"metric": METRIC, "scenario": name, **paired_effect(*both), "unit": unit})
    return rows
