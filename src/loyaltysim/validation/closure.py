"""Closure: customers simulated on a panel's own offers, held against the households that met them.

Each household starts from its observed first purchase, which counts on both sides. What the model gets wrong shows
here, since it had every price, leaflet and display right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import find_panel, panel_scenario
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.runs import replicate
from loyaltysim.simulation import check_count

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

MEASURES = ("share", "repeat_rate", "penetration", "purchase_frequency")
CENTRAL = (0.025, 0.975)
"""Quantiles between which the central 95 % of replications lie."""


@dataclass(frozen=True)
class Counts:
    """What is counted over a whole panel; a simulated one has a first axis of replications.

    Attributes
    ----------
    purchases : by brand
    buyers : by brand, households that bought it at least once
    switches : brand last bought × brand bought
    households : all of them
    """

    purchases: np.ndarray
    buyers: np.ndarray
    switches: np.ndarray
    households: int

    def measures(self) -> dict[str, np.ndarray]:
        """Each of `MEASURES` by brand, and the repeat rate of all brands together as `repeat_rate_of_all`.

        share: of purchases · repeat_rate: purchases of the brand among those after one of the brand · penetration:
        buyers among households · purchase_frequency: purchases per buyer. NaN for a mean over nobody.
        """
        again = np.diagonal(self.switches, axis1=-2, axis2=-1)
        after = self.switches.sum(-1)
        with np.errstate(invalid="ignore"):
            return {
                "share": self.purchases / self.purchases.sum(-1, keepdims=True),
                "repeat_rate": again / after,
                "penetration": self.buyers / self.households,
                "purchase_frequency": self.purchases / self.buyers,
                "repeat_rate_of_all": again.sum(-1) / after.sum(-1),
            }


@dataclass(frozen=True)
class Closure:
    """The panel's counts, and those of as many simulated panels as there were replications."""

    brands: tuple[str, ...]
    observed: Counts
    simulated: Counts

    def table(self) -> pd.DataFrame:
        """One row a measure and brand; the repeat rate has a row of brand "all" too.

        Columns: measure, brand, observed, simulated (mean over replications), sd, low, high (between which the central
        95 % of replications lie).
        """
        import pandas as pd

        seen, made = self.observed.measures(), self.simulated.measures()
        rows = []
        for measure in MEASURES:
            columns = list(zip(self.brands, seen[measure], made[measure].T))
            if measure == "repeat_rate":
                columns.insert(0, ("all", seen["repeat_rate_of_all"], made["repeat_rate_of_all"]))
            rows += [(measure, brand, float(observed), *_spread(simulated)) for brand, observed, simulated in columns]
        return pd.DataFrame(rows, columns=["measure", "brand", "observed", "simulated", "sd", "low", "high"])


def _spread(values: np.ndarray) -> tuple[float, float, float, float]:
    """Mean, standard deviation and the central 95 % of what is not NaN; NaN for fewer than two values."""
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return (float("nan"),) * 4
    low, high = np.quantile(values, CENTRAL)
    return float(values.mean()), float(values.std(ddof=1)), float(low), float(high)


def count_panel(panel: Panel) -> Counts:
    """The counts of a whole panel."""
    brands, later = len(panel.brands), panel.after_first()
    household = np.repeat(np.arange(panel.households), np.diff(panel.first))
    pairs = np.unique(np.stack([household, panel.chosen]), axis=1)
    switches = np.zeros((brands, brands), np.int64)
    np.add.at(switches, (later.before(), later.chosen), 1)
    purchases, buyers = (np.bincount(places, minlength=brands) for places in (panel.chosen, pairs[1]))
    return Counts(purchases, buyers, switches, panel.households)


def count_simulated(data: xr.Dataset, start_brand: np.ndarray) -> Counts:
    """The counts of each replication, the given first purchases included."""
    start = np.bincount(start_brand, minlength=data.sizes["brand"])
    everybody: Any = data.sel(segment="all")
    purchases, joined = (everybody[name].sum("step").to_numpy() for name in ("purchases", "joined"))
    return Counts(purchases + start, joined + start, data["switches"].sum("step").to_numpy(), len(start_brand))


def close(scenario: Scenario, *, replications: int = 100, seed: int = 1, threads: int | None = None) -> Closure:
    """Simulate a scenario's customers on the panel that it names, as `panel_scenario` does.

    Parameters
    ----------
    scenario : with a ``[panel]`` table; its own calendar and needs do not count
    replications : at least 2, for the spread
    seed, threads : as for `simulate`

    Raises
    ------
    ScenarioError : if the scenario names no panel, or one that does not fit
    MissingData : if the package that holds the panel is not installed; the text gives the pip line
    """
    if check_count("replications", replications) < 2:
        raise ScenarioError([Fault(None, None, "replications", "must be at least 2: the spread is asked for")])
    closed = panel_scenario(scenario)
    assert closed.panel is not None  # panel_scenario makes sure
    brands = tuple(closed.brands)
    panel = find_panel(closed.panel.source, closed._folder, closed.panel.order).of_brands(brands)
    data = replicate(closed, replications=replications, seed=seed, threads=threads)
    return Closure(brands, count_panel(panel), count_simulated(data, panel.after_first().start_brand))


def closure_table(
    scenario: Scenario, *, replications: int = 100, seed: int = 1, threads: int | None = None
) -> pd.DataFrame:
    """The table of `close`: simulated shares, repeat rates, penetration and frequency beside the observed ones."""
    return close(scenario, replications=replications, seed=seed, threads=threads).table()
