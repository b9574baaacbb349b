"""Numbers: what is printed of a run, as rows of JSON: means over replications with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.study.compare import METRICS, paired_effect
from loyaltysim.study.pulled import cost_of_lever, pulled
from loyaltysim.study.wording import UNKNOWN, Number, is_share, mean_of, number
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

__all__ = [
    "UNKNOWN",
    "Number",
    "effect_rows",
    "is_share",
    "lever_rows",
    "mean_of",
    "metric_rows",
    "number",
    "reason_rows",
]


def metric_rows(data: xr.Dataset, scenario: str) -> list[dict[str, Any]]:
    """Every metric by brand and segment, as `--json` gives it."""
    rows = []
    for metric in METRICS:
        values = summary(data, metric).transpose("replication", "brand", "segment")
        found = paired_effect(values.values, np.zeros(values.shape))
        for b, brand in enumerate(values["brand"].values):
            for s, segment in enumerate(values["segment"].values):
                names = {"metric": metric, "brand": str(brand), "segment": str(segment), "scenario": scenario}
                stats = {"mean": "effect", "ci_low": "ci_low", "ci_high": "ci_high"}
                numbers = {name: float(found[which][b, s]) for name, which in stats.items()}
                rows.append({**names, **numbers, "unit": data[metric].attrs["units"]})
    return rows


def lever_rows(data: xr.Dataset, scenario: Scenario) -> list[dict[str, Any]]:
    """What each lever cost over the run, and how many contacts it made, as `--json` gives it."""
    rows = []
    for one in pulled(scenario):
        names = {"lever": one.name, "path": one.path, "brand": one.brand, "kind": one.kind}
        for metric, (mean, low, high), unit in zip(
            ("cost", "contacts"), map(_ends, cost_of_lever(data, one.name)), (scenario.currency, "1")
        ):
            rows.append({**names, "metric": metric, "mean": mean, "ci_low": low, "ci_high": high, "unit": unit})
    return rows


def _ends(number: Number) -> tuple[float, float, float]:
    return float(number.mean), float(number.low), float(number.high)


def reason_rows(data: xr.Dataset) -> list[dict[str, Any]]:
    """Why customers left each brand, as `--json` gives it: means over replications of the columns of `reasons`."""
    from loyaltysim.measures import reasons

    rows = []
    for brand in data["brand"].values:
        means = reasons(data, str(brand)).groupby("reason", sort=False)[["main", "named", "share"]].mean()
        rows += [{"brand": str(brand), "reason": reason, **row} for reason, row in means.to_dict("index").items()]
    return rows


def effect_rows(frame: Any) -> list[dict[str, Any]]:
    """A frame of effects as `--json` gives it."""
    return [{name: _native(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _native(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
