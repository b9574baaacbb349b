"""Claim values: how each practitioners' claim is measured in a run, or why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim import measures
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.measures.columns import weeks_observed, whole_periods

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

WINDOW, YEAR, ACTIVE = 13.0, 52.0, 52.0
"""Weeks: the window of a sale (a quarter), a year of revenue, how recently an active customer bought; assumed."""
TOP, AGAIN = 0.2, 12.0
"""The fifth; weeks within which buying again counts, assumed."""
NO_FAILURE = "nothing ever failed: behavior.recovery is off, or brands do not fail"


class Unknown(Exception):
    """There is no value; the text says why."""


@dataclass(frozen=True)
class Run:
    """What the values are worked out from."""

    log: pd.DataFrame
    data: xr.Dataset | None
    brand: str
    population: Any
    lifetimes: pd.DataFrame | None
    unseen_weeks: float

    @property
    def known(self) -> dict[str, Any]:
        """How it is known who was a customer before the log."""
        return {"lifetimes": self.lifetimes} if self.lifetimes is not None else {"unseen_weeks": self.unseen_weeks}

    @property
    def start(self) -> float:
        """The first week of which it is known who was a customer before."""
        return 0.0 if self.lifetimes is not None else self.unseen_weeks

    @property
    def until(self) -> float:
        """The weeks observed: of the run, or of the log where there is no Dataset."""
        if self.data is None or "step" not in self.data.sizes:
            return weeks_observed(self.log, None)
        return self.data.sizes["step"] * float(self.data.attrs["step_days"]) / DAYS_PER_WEEK

    def needs_weeks(self, weeks: float) -> float:
        """The weeks observed, or Unknown if they are fewer."""
        observed = self.until
        if not whole_periods(observed, weeks):
            raise Unknown(f"needs a log of {weeks:g} weeks; this one has {observed:g}")
        return observed

    def needs_data(self, what: str = "the Dataset of the run") -> xr.Dataset:
        """The Dataset, or Unknown: `what` was wanted of it."""
        if self.data is None:
            raise Unknown(f"needs {what}")
        return self.data

    def needs_failures(self) -> pd.DataFrame:
        """The log, or Unknown where nothing failed or it does not say what did."""
        if not {"failure", "complaint", "recovery"} <= set(self.log.columns):
            raise Unknown("the log keeps no failures")
        if not (self.log["failure"] > 0).any():
            raise Unknown(NO_FAILURE)
        return self.log


def sales(run: Run, what: str) -> pd.Series:
    """P(sale) in a window, a column of `conversion`; windows begin when it is known who is active."""
    until = run.needs_weeks(max(run.start, ACTIVE) + WINDOW)
    population = run.population
    if population is None:
        population = run.needs_data("the size of the population")["population"].sel(segment="all").to_series().to_dict()
    how: dict[str, Any] = {"start": run.start, "lifetimes": run.lifetimes, "until": until}
    return measures.conversion(run.log, run.brand, population, weeks=WINDOW, active_weeks=ACTIVE, **how)[what]


def top_fifth(run: Run) -> pd.Series:
    """The top fifth's share of revenue in the same year."""
    until = run.needs_weeks(YEAR)
    return measures.concentration(run.log, run.brand, weeks=[YEAR], top=TOP, until=until)["share"]


def top_fifth_of_before(run: Run) -> pd.Series:
    """The share of revenue from the top fifth of the year before."""
    until = run.needs_weeks(2 * YEAR)
    return measures.top_of_before(run.log, run.brand, weeks=YEAR, top=TOP, until=until)["share"]


def existing_revenue(run: Run) -> pd.Series:
    """Existing customers' share of revenue in the last year of the log."""
    until = run.needs_weeks(run.start + YEAR)
    how = {"start": max(until - YEAR, 0.0), "until": until, **run.known}
    return measures.existing_share(run.log, run.brand, weeks=YEAR, **how)["existing"]


def orders(run: Run, what: str) -> pd.Series:
    """What a repeat purchase is worth above a first one, a ratio of `order_values` less 1."""
    run.needs_weeks(run.start + WINDOW)
    return measures.order_values(run.log, run.brand, **run.known)[what] - 1


def reason(run: Run, which: str) -> pd.Series:
    """The share of a main reason among defections that have one: chance is none that a survey would name."""
    data = run.needs_data()
    try:
        told = measures.reasons(data, run.brand)
    except ValueError:
        raise Unknown("the run kept no reasons: metrics.reasons is off") from None
    own = told.loc[told["reason"] == which, "named"]
    if own.isna().all():
        raise Unknown("nobody left with a reason")
    if which == "service" and "failures" in data and not float(data["failures"].sum()) > 0:
        raise Unknown(NO_FAILURE)
    return own


def after(run: Run, kind: str, what: str) -> pd.Series:
    """A column of `after_failure`, of purchases of a kind."""
    table = measures.after_failure(run.needs_failures(), run.brand, weeks=AGAIN, until=run.until)
    return table.loc[table["after"] == kind, what]


def failed_before(run: Run) -> pd.Series:
    """The share of defections on a deal before which the brand had failed."""
    log = run.needs_failures()
    return measures.failed_before_defecting(log, run.brand, weeks=WINDOW, until=run.until)["failed"]


def ever_switched(run: Run) -> pd.Series:
    """The share of customers who ever bought another brand right after a failure."""
    return measures.ever_switched(run.needs_failures())["switched"]


def memberships(run: Run) -> np.ndarray:
    """Memberships of the brand's programs at the end, over the population."""
    data = run.needs_data()
    members = data["members"].sel(brand=run.brand, segment="all").isel(step=-1)
    if not int(members.sum()):
        raise Unknown(f"nobody is a member: {run.brand} has no program, or nobody joined")
    return np.asarray((members / data["population"].sel(segment="all")).values)
