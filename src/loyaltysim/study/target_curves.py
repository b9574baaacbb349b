"""Curves of customers as targets: a retention table, a cohort triangle of the focal brand.

Standard errors come from the data: a share of n customers p has √(p · (1 − p) / n) (docs/model.md (E184)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.measures.columns import HAIR
from loyaltysim.measures.survival import survival, survival_at
from loyaltysim.study.targets import Target, refused

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

    Read = Callable[[Simulation], np.ndarray]


PERCENT = 100
IN_PERCENT = (
    "Each cohort of the retention table begins with 100, taken for as many customers: if these are percent, give "
    "counts of customers, which tell how sure the rates are."
)


def retention_target(scenario: Scenario, table: pd.DataFrame, weeks: float, hold_out: float) -> Target:
    """Rates of retention by tenure, all cohorts together: of those there k periods after they came, who stays the next.

    Rates of successive periods are nearly independent, which shares of those who came are not.
    """
    if "customers" not in table:
        message = 'the retention table is in shares, which do not tell how sure they are: read it as "customers"'
        raise refused(f"{message}, since calibration needs counts of customers")
    if scenario.behavior.lapse.kind == "none":
        raise refused("a retention table wants customers who leave: behavior.lapse is off", "behavior.lapse")
    frame = table.assign(cohort=table["cohort"] if "cohort" in table else 0)
    wide = frame.pivot(index="cohort", columns="period", values="customers").to_numpy(float)
    both = np.isfinite(wide[:, 1:])
    stay, there = np.where(both, wide[:, 1:], 0).sum(0), np.where(both, wide[:, :-1], 0).sum(0)
    known = there > 0
    periods = int(np.argmin(known)) if not known.all() else len(known)
    if periods == 0:
        raise refused("the retention table has no period after the beginning")
    reach(scenario, periods * weeks, "the retention table", before=True)
    rate, n = stay[:periods] / there[:periods], there[:periods]
    names = tuple(f"retention after {period}" for period in range(periods))
    percent = (wide[:, 0] == PERCENT).all()
    return Target(
        names, rate, share_se(rate, n), last_ones(periods, hold_out), np.ones(periods, bool),
        partial(_retention, weeks, periods), ("retention", weeks, periods), notes=(IN_PERCENT,) if percent else (),
    )  # fmt: skip


def _retention(weeks: float, periods: int, simulation: Simulation) -> np.ndarray:
    lives = simulation.lifetimes()
    lives = lives[lives["brand"] == simulation.scenario.focal]
    there = survival_at(survival(lives, by=["replication"]), weeks * np.arange(periods + 1), by=["replication"])
    out = np.full((len(simulation.world.customers.replications), periods), np.nan)
    for replication, own in there.groupby("replication"):
        left = own["survival"].to_numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            out[int(replication) - simulation.world.customers.replications.start] = left[1:] / left[:-1]
    return out


@dataclass(frozen=True)
class Cells:
    """Which cells of a triangle count, cohort × period of the calendar, and from which period on they are held out."""

    seen: np.ndarray
    cut: int

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers: by periods since the first purchase, then, held out, by period of the calendar."""
        periods = self.seen.shape[1]
        fitted = [f"active after {since}" for since in range(1, self.cut)]
        return (*fitted, *(f"active in period {period}" for period in range(self.cut, periods)))

    def sums(self, size: np.ndarray, active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Who was active and of how many, … × numbers: size … × cohorts, active … × cohorts × periods."""
        cohorts, periods = self.seen.shape
        since = np.arange(periods) - np.arange(cohorts)[:, None]
        late = np.arange(periods) >= self.cut
        masks = [self.seen & (since == k) & ~late for k in range(1, self.cut)]
        masks += [self.seen & (since > 0) & (np.arange(periods) == period) for period in range(self.cut, periods)]
        top = [np.where(mask, active, 0).sum((-2, -1)) for mask in masks]
        bottom = [(mask.sum(1) * size).sum(-1) for mask in masks]
        return np.stack(top, -1), np.stack(bottom, -1)

    @property
    def held_out(self) -> np.ndarray:
        """One for each of the names."""
        return np.arange(len(self.names)) >= self.cut - 1


def cells_of(scenario: Scenario, seen: np.ndarray, hold_out: float, what: str) -> Cells:
    """The cells to fit and to hold out; after a burn-in nobody knows who of the first cohort is new, so it goes."""
    seen = seen.copy()
    if scenario.burn_in:
        seen[:1] = False
    periods = seen.shape[1]
    cut = periods - round(hold_out * periods)
    fitted = np.triu(seen, 1)[:, :cut]
    if not fitted.any():
        raise refused(f"{what} has too few periods to fit: {periods}, of which {periods - cut} are held out")
    return Cells(seen, cut)


def triangle_target(scenario: Scenario, table: pd.DataFrame, weeks: float, hold_out: float) -> Target:
    """Who of those who came buys again, by periods since the first purchase; held out: by the last of all periods."""
    numbers = {cohort: number for number, cohort in enumerate(table["cohort"].drop_duplicates())}
    cohort, since = table["cohort"].map(numbers).to_numpy(), table["period"].to_numpy()
    periods = int((cohort + since).max()) + 1 if len(table) else 0
    size, active = np.zeros(len(numbers)), np.full((len(numbers), periods), np.nan)
    size[cohort], active[cohort, cohort + since] = table["size"], table["customers"]
    cells = cells_of(scenario, np.isfinite(active), hold_out, "the cohort triangle")
    reach(scenario, periods * weeks, "the cohort triangle")
    top, bottom = cells.sums(size, active)
    how = ("triangle", weeks, cells.cut, cells.seen.astype(int).tolist())
    return _known(cells.names, top, bottom, cells.held_out, partial(_triangle, weeks, cells), how)


def _triangle(weeks: float, cells: Cells, simulation: Simulation) -> np.ndarray:
    assert simulation.transactions is not None  # asked for
    size, active = triangles(simulation, simulation.transactions.frame(), weeks, cells.seen.shape)
    top, bottom = cells.sums(size, active)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))


def triangles(
    simulation: Simulation, log: pd.DataFrame, weeks: float, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of a simulation's log: size, replications × cohorts, and active, replications × cohorts × periods."""
    own = log[log["brand"] == simulation.scenario.focal]
    stack = simulation.world.customers.replications
    replication = own["replication"].to_numpy(np.int64) - stack.start
    who = replication * simulation.world.customers.n_customers + own["customer"].to_numpy(np.int64)
    return count_triangles(who, periods_of(own, weeks), replication, len(stack), shape)


def periods_of(log: pd.DataFrame, weeks: float) -> np.ndarray:
    """The period of the calendar in which each purchase falls."""
    return np.asarray(np.floor(log["time"].to_numpy(float) / DAYS_PER_WEEK / weeks), np.int64)


def count_triangles(
    who: np.ndarray, period: np.ndarray, replication: np.ndarray, replications: int, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Count who came in each period, and who bought in which; purchases by customer and time."""
    cohorts, periods = shape
    size, active = np.zeros((replications, cohorts)), np.zeros((replications, cohorts, periods))
    if not len(who):
        return size, active
    first = np.append(True, who[1:] != who[:-1])
    came = period[first][np.cumsum(first) - 1]
    inside = (came < cohorts) & (period < periods)
    np.add.at(size, (replication[first & inside], came[first & inside]), 1)
    once = inside & (first | np.append(True, period[1:] != period[:-1]))
    np.add.at(active, (replication[once], came[once], period[once]), 1)
    return size, active


def _known(
    names: tuple[str, ...], top: np.ndarray, bottom: np.ndarray, held: np.ndarray, read: Read, how: tuple[object, ...]
) -> Target:
    """The target of all shares of which somebody is known."""
    pick = np.flatnonzero(bottom > 0)
    share = top[pick] / bottom[pick]
    some = tuple(names[place] for place in pick)
    all_shares, read_some = np.ones(len(pick), bool), Picked(read, pick).numbers
    return Target(some, share, share_se(share, bottom[pick]), held[pick], all_shares, read_some, how, True)


@dataclass(frozen=True)
class Picked:
    """Some of the numbers that are read."""

    read: Read
    pick: np.ndarray

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Replications × numbers."""
        found: np.ndarray = self.read(simulation)[:, self.pick]
        return found


def share_se(share: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Standard error of shares of n (E184); of none or all, as if half a customer were on the other side."""
    inside = np.clip(share, 0.5 / n, 1 - 0.5 / n)
    return np.asarray(np.sqrt(inside * (1 - inside) / n))


def last_ones(n: int, hold_out: float) -> np.ndarray:
    """Which of n periods are held out."""
    return np.arange(n) >= n - round(hold_out * n)


def reach(scenario: Scenario, weeks: float, what: str, *, before: bool = False) -> None:
    """Refuse a scenario that is shorter than the data; lives may have begun `before` the measured steps."""
    there = (scenario.steps + (scenario.burn_in if before else 0)) * scenario.calendar.weeks
    if weeks > there + HAIR:
        message = f"{what} covers {weeks:g} weeks, of which the scenario has {there:g}: give it more steps"
        raise refused(message, "steps")
