"""Transaction logs as targets: who buys again, how often, and of which brands, counted in data and runs alike.

Standard errors are those of ratios over customers, who are taken for independent: with r = Σ a / Σ b over customers,
se² = Σ (a − r·b)² / (Σ b)² (docs/model.md (E185)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.measures.columns import weeks_observed, whole_periods
from loyaltysim.study.target_curves import Cells, cells_of, count_triangles, periods_of, reach, share_se
from loyaltysim.study.targets import Target, refused

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation


OFTEN = "purchases per customer and period"
"""The number that is no share."""
NO_BRANDS = "The log has no brands: all its purchases are taken for those of {}. If there are several, add the column."


def log_target(scenario: Scenario, log: pd.DataFrame, weeks: float, hold_out: float) -> Target:
    """The triangle of the focal brand and its purchases per customer and period; with several brands their shares too.

    And the shares of purchases that repeat the brand of the time before, and of the time before that: inertia and
    tastes. A log without brands is taken for the focal brand's own. The last periods are held out.
    """
    known, given = tuple(scenario.brands), set(log.columns)
    names = log["brand"].astype(str) if "brand" in log else log["time"].map(lambda _: scenario.focal)
    strangers = sorted({*names} - {*known})
    if strangers:
        message = f"the log has brands that the scenario lacks: {', '.join(strangers)}"
        raise ScenarioError([Fault(None, None, "targets", message, known)])
    if "replication" in log and log["replication"].nunique() > 1:
        raise refused("the log has several replications: choose one")
    periods = whole_periods(weeks_observed(log, None), weeks)
    if periods < 2:
        raise refused(f"the log has {periods} whole periods of {weeks:g} weeks: two are the least")
    reach(scenario, periods * weeks, "the log")
    shape = (periods, periods)
    cells = cells_of(scenario, np.triu(np.ones(shape, bool)), hold_out, "the log")
    log = log.assign(brand=names.map(known.index)).sort_values(["customer", "time"], kind="stable")
    who = log["customer"].factorize()[0]
    counted = Purchases(who, periods_of(log, weeks), log["brand"].to_numpy(np.int64))
    reader = LogReader(weeks, cells, known, known.index(scenario.focal), log["brand"].nunique() > 1)
    top, bottom = reader.triangle(counted, np.zeros(len(who), np.int64), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, error = top[0] / bottom[0], share_se(top[0] / bottom[0], bottom[0])
        above, below = reader.sums(counted, who, int(who.max()) + 1)
        ratio = above.sum(0) / below.sum(0)
        spread = np.sqrt(((above - ratio * below) ** 2).sum(0)) / below.sum(0)
    value, error = np.concatenate([value, ratio]), np.concatenate([error, spread])
    pick = np.flatnonzero(np.isfinite(value) & (error > 0))
    return Target(
        tuple(reader.names[place] for place in pick), value[pick], error[pick], reader.held_out[pick],
        np.array([not name.startswith(OFTEN) for name in reader.names])[pick],
        replace(reader, pick=tuple(pick.tolist())).numbers, ("log", weeks, cells.cut, periods, reader.several), True,
        () if "brand" in given else (NO_BRANDS.format(scenario.focal),),
    )  # fmt: skip


@dataclass(frozen=True)
class Purchases:
    """By customer and time: whose, in which period, and the number of the brand."""

    who: np.ndarray
    period: np.ndarray
    brand: np.ndarray

    def before(self, many: int) -> np.ndarray:
        """The brand bought so many purchases before; -1 where it is not known."""
        out = np.full(len(self.who), -1, np.int64)
        same = self.who[many:] == self.who[:-many]
        out[many:] = np.where(same, self.brand[:-many], -1)
        return out


@dataclass(frozen=True)
class LogReader:
    """Counts a log."""

    weeks: float
    cells: Cells
    brands: tuple[str, ...]
    focal: int
    several: bool
    """Whether there are purchases of several brands."""
    pick: tuple[int, ...] = ()

    @property
    def stretches(self) -> tuple[bool, ...]:
        """Whether each stretch of time is held out."""
        return (False, True) if self.cells.cut < self.cells.seen.shape[1] else (False,)

    @property
    def _means(self) -> list[str]:
        shares = [f"share of purchases[{brand}]" for brand in self.brands[:-1]]
        return [OFTEN, *([*shares, "repeat", "repeat after two"] if self.several else [])]

    @property
    def names(self) -> list[str]:
        """Of all numbers."""
        means = [name + (", held out" if late else "") for late in self.stretches for name in self._means]
        return [*self.cells.names, *means]

    @property
    def held_out(self) -> np.ndarray:
        """One for each of the names."""
        return np.concatenate([self.cells.held_out, np.repeat(self.stretches, len(self._means))])

    def triangle(self, log: Purchases, replication: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Who bought the focal brand again, and of how many: replications × numbers each."""
        own, shape = log.brand == self.focal, self.cells.seen.shape
        return self.cells.sums(*count_triangles(log.who[own], log.period[own], replication[own], n, shape))

    def sums(self, log: Purchases, group: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """What is counted above and below the line of each mean: groups × numbers each."""
        own = np.flatnonzero(log.brand == self.focal)
        once = np.zeros(len(log.who), bool)
        if len(own):
            who, period = log.who[own], log.period[own]
            once[own] = np.append(True, (who[1:] != who[:-1]) | (period[1:] != period[:-1]))
        pairs = [(log.brand == self.focal, once)]
        if self.several:
            everything = np.ones(len(log.who), bool)
            pairs += [(log.brand == brand, everything) for brand in range(len(self.brands) - 1)]
            pairs += [(before == log.brand, before >= 0) for before in (log.before(1), log.before(2))]
        above, below = [], []
        for late in self.stretches:
            here = (log.period < self.cells.seen.shape[1]) & ((log.period >= self.cells.cut) == late)
            above += [np.bincount(group[here & top], minlength=n) for top, _ in pairs]
            below += [np.bincount(group[here & bottom], minlength=n) for _, bottom in pairs]
        return np.stack(above, 1), np.stack(below, 1)

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Replications × numbers."""
        assert simulation.transactions is not None  # asked for
        log = simulation.transactions.frame()
        stack, customers = simulation.world.customers.replications, simulation.world.customers.n_customers
        replication = log["replication"].to_numpy(np.int64) - stack.start
        who = replication * customers + log["customer"].to_numpy(np.int64)
        counted = Purchases(who, periods_of(log, self.weeks), log["brand"].cat.codes.to_numpy(np.int64))
        parts = [self.triangle(counted, replication, len(stack)), self.sums(counted, replication, len(stack))]
        top, bottom = (np.concatenate(some, 1) for some in zip(*parts))
        found = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
        return np.asarray(found[:, list(self.pick)])
