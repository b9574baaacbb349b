"""Compare: scenarios side by side with the same customers and the same luck, so that their difference is their own.

An effect is the mean over replications of (scenario - baseline) of a metric's summary, with a 95 % paired t interval
(docs/model.md, eqs. E40–E42). `variance_ratio` says how many times more replications independent luck would need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from scipy import special

from loyaltysim import results
from loyaltysim.answer_table import save_table
from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.runs import replicate_worlds
from loyaltysim.summaries import summary
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

COLUMNS = "metric scenario effect ci_low ci_high p_positive variance_ratio baseline n unit".split()
METRICS = tuple(name for name, variable in VARIABLES.items() if {"brand", "segment"} <= set(variable.dims))
"""Metrics that effects are told of: all by brand and segment."""
CONFIDENCE = 0.95
Replicate = Callable[..., "dict[str, xr.Dataset]"]
"""`replicate_worlds`, or what does the same with a store."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios run with common luck.

    Attributes
    ----------
    runs : each scenario's Dataset, by name
    baseline : the name of the one that the others are compared with
    focal : the brand that `effects` is about
    """

    runs: dict[str, xr.Dataset]
    baseline: str
    focal: str

    def __repr__(self) -> str:
        """One line: what was compared."""
        n = next(iter(self.runs.values())).sizes["replication"]
        return f"<Comparison of {', '.join(self.runs)}: baseline {self.baseline}, focal {self.focal}, {n} replications>"

    @cached_property
    def effects(self) -> pd.DataFrame:
        """One row a metric and scenario, for the focal brand and all customers; columns as `COLUMNS`."""
        return self._effects({"brand": [self.focal], "segment": ["all"]}).drop(columns=["brand", "segment"])

    def by(self, what: str) -> pd.DataFrame:
        """The effects by "brand", "segment" (of the focal brand), or "step" (of the focal brand's step metrics)."""
        if what == "step":
            return self._effects_by_step()
        if what not in ("brand", "segment"):
            raise ValueError(f'effects can be told by "brand", "segment" or "step", not by {what!r}')
        base = self.runs[self.baseline]
        chosen: dict[str, Any] = {"brand": [self.focal], "segment": ["all"], what: list(base[what].values)}
        return self._effects(chosen).drop(columns="segment" if what == "brand" else "brand")

    def bootstrap(self, *, resamples: int = 5000, seed: int = 1) -> pd.DataFrame:
        """The effects with bootstrap intervals, which assume no normal differences: bias-corrected, accelerated.

        Whole replications are drawn again (Efron 1987). Columns as `effects` has them; `p_positive` is the share of
        resampled means above 0.
        """
        from loyaltysim.study.precision import bootstrap

        return bootstrap(self, resamples=resamples, seed=seed)

    def replications_needed(self, half_widths: Mapping[str, float]) -> pd.DataFrame:
        """How many replications the effects on some metrics would need for intervals of a wanted half width.

        Parameters
        ----------
        half_widths : by metric, as {"share": 0.005}

        Returns
        -------
        One row a metric and scenario: metric, scenario, half_width (now), wanted, needed

        Raises
        ------
        ScenarioError : for an unknown metric
        ValueError : for a width that is not above 0
        """
        from loyaltysim.study.precision import replications_needed

        return replications_needed(self, half_widths)

    @property
    def data(self) -> xr.Dataset:
        """All runs in one Dataset with a first dim `scenario`; what a scenario lacks is NaN."""
        import xarray as xr

        runs = [run.drop_attrs(deep=False) for run in self.runs.values()]
        together = xr.concat(
            runs,
            dim="scenario",
            join="outer",
            data_vars="all",
            coords="minimal",
            compat="override",
            combine_attrs="drop",
        )
        together = together.assign_coords(scenario=list(self.runs))
        return together.assign_attrs({f"scenario_{name}": run.attrs["scenario"] for name, run in self.runs.items()})

    def save(self, folder: str | Path) -> None:
        """Write `effects.csv` and one `NAME.nc` a scenario into a folder, which is made if it is not there."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, run in self.runs.items():
            results.save(run, folder / (quote(name, safe=" ") + ".nc"))  # a name may hold a slash
        save_table(self.effects, folder / "effects.csv")

    def plot(self) -> Any:
        """The effects as a forest plot: matplotlib's Axes."""
        from loyaltysim.plots import effects

        return effects(self.effects)

    def _effects(self, where: dict[str, list[str]]) -> pd.DataFrame:
        import pandas as pd

        rows = []
        for metric in METRICS:
            base = _chosen(summary(self.runs[self.baseline], metric), where)
            for name, run in self.runs.items():
                if name == self.baseline:
                    continue
                other = _chosen(summary(run, metric), where)
                for brand in where["brand"]:
                    for segment in where["segment"]:
                        place = {"brand": brand, "segment": segment}
                        effect = paired_effect(other.sel(place).values, base.sel(place).values)
                        unit = self.runs[self.baseline][metric].attrs["units"]
                        rows.append({"metric": metric, "scenario": name, **effect, "unit": unit, **place})
        return pd.DataFrame(rows, columns=[*COLUMNS, "brand", "segment"])

    def _effects_by_step(self) -> pd.DataFrame:
        import pandas as pd

        frames = []
        for metric in METRICS:
            if "step" not in VARIABLES[metric].dims:
                continue
            base = self.runs[self.baseline][metric].sel(brand=self.focal, segment="all").values
            for name, run in self.runs.items():
                if name != self.baseline:
                    other = run[metric].sel(brand=self.focal, segment="all").values
                    effect = paired_effect(other, base)
                    frame = pd.DataFrame({"step": run["step"].values, "metric": metric, "scenario": name, **effect})
                    frames.append(frame.assign(unit=self.runs[self.baseline][metric].attrs["units"]))
        return pd.concat(frames, ignore_index=True)


def compare(
    scenarios: Mapping[str, Scenario],
    *,
    replications: int = 30,
    seed: int = 1,
    baseline: str | None = None,
    until: str | None = None,
    store: str | Path | None = None,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """Run scenarios with the same customers and luck.

    Parameters
    ----------
    scenarios : by name; the focal brand of the baseline must exist in all of them
    replications : runs of each scenario; with `until` at most so many
    seed : as for `simulate`
    baseline : the one to compare with; the first if not given
    until : "half_width<=0.005", or "share half_width<=0.005": run until the intervals of all effects on a metric of the
        focal brand (retention_rate if none is named) reach no further to either side; see `study.precision`
    store : a folder that keeps the runs as they are made, as of `sweep`: the same call goes on where it stopped, and
        more replications or scenarios add to what is there
    progress : called with the scenario's name and its replications done so far

    Raises
    ------
    ScenarioError : for an `until` that cannot be read, fewer than two scenarios, an unknown baseline, a focal brand
        that is missing somewhere, or a store of another version
    """
    names = tuple(scenarios)
    if len(names) < 2:
        raise ScenarioError([Fault(None, None, "", "comparing needs at least two scenarios")])
    if baseline is None:
        baseline = names[0]
    if baseline not in names:
        raise ScenarioError(
            [Fault(None, None, "baseline", f'no scenario "{baseline}"', names, nearest(baseline, names))]
        )
    focal = scenarios[baseline].focal
    faults = [
        Fault(name, None, "brands", f'lacks "{focal}", the focal brand of "{baseline}"', tuple(scenario.brands))
        for name, scenario in scenarios.items()
        if focal not in scenario.brands
    ]
    if faults:
        raise ScenarioError(faults)
    run = replicated(store)
    if until is None:
        runs = run(scenarios, replications=replications, seed=seed, threads=threads, progress=progress)
        return Comparison(runs, baseline, focal)
    from loyaltysim.study.precision import run_until

    return run_until(scenarios, baseline, until, replications, seed=seed, threads=threads, progress=progress, run=run)


def replicated(store: str | Path | None) -> Replicate:
    """What makes runs: `replicate_worlds`, or what does the same with a store."""
    if store is None:
        return replicate_worlds
    from loyaltysim.study.kept import kept_worlds

    return partial(kept_worlds, store=store)


def paired_effect(other: np.ndarray, base: np.ndarray) -> dict[str, Any]:
    """Mean difference over the first axis (replications), its 95 % t interval, how far luck was shared (eqs. E40–E42).

    Replications in which either number is NaN are left out. With fewer than two the interval is NaN.
    """
    other, base = np.asarray(other, float), np.asarray(base, float)
    both = np.isfinite(other) & np.isfinite(base)
    n = both.sum(0)
    nothing = np.where(n > 0, 1, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_base = np.where(both, base, 0).sum(0) / n * nothing
        mean_other = np.where(both, other, 0).sum(0) / n * nothing
        effect = np.where(both, other - base, 0).sum(0) / n * nothing
        var = _variance(other - base, effect, both, n)
        apart = _variance(other, mean_other, both, n) + _variance(base, mean_base, both, n)
        se = np.sqrt(var / n)
        half = special.stdtrit(np.maximum(n - 1, 1), (1 + CONFIDENCE) / 2) * se
        surely = np.where(effect > 0, 1.0, np.where(effect < 0, 0.0, 0.5))
        positive = np.where(se > 0, special.stdtr(np.maximum(n - 1, 1), effect / se), surely)
        ratio = np.where(var > 0, apart / var, np.nan)
    positive = np.where(n > 1, positive, np.nan)
    values = {
        "effect": effect, "ci_low": effect - half, "ci_high": effect + half, "p_positive": positive,
        "variance_ratio": ratio, "baseline": mean_base, "n": n,
    }  # fmt: skip
    return {name: value.item() if np.ndim(value) == 0 else value for name, value in values.items()}


def _variance(values: np.ndarray, mean: np.ndarray, both: np.ndarray, n: np.ndarray) -> np.ndarray:
    squares = np.where(both, (values - mean) ** 2, 0).sum(0)
    return np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan)


def _chosen(array: xr.DataArray, where: dict[str, list[str]]) -> xr.DataArray:
    """The array at some brands and segments; what it lacks is NaN."""
    return array.reindex({dim: where[dim] for dim in ("brand", "segment") if dim in array.dims}, fill_value=np.nan)
