"""Claims: what practitioners say about loyalty, beside what the model says. They are compared with, never put in.

The texts are two marketing blogs: that of print24 (Swedish) and that of MarketingPlatform (Danish), which quotes some
surveys. Most numbers are folklore, and several belong to the way they are measured: a window, who counts as a customer,
who was asked. That a model's value differs refutes neither; that it agrees proves neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim import measures
from loyaltysim.measures.after_failure import FAIR, SEVERE
from loyaltysim.measures.columns import DAYS_OF_A_WEEK, weeks_observed, whole_periods
from loyaltysim.study.compare import paired_effect

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

PRINT24, PLATFORM = "print24 blog", "MarketingPlatform blog"
WINDOW, YEAR, ACTIVE = 13.0, 52.0, 52.0
"""Weeks: the window of a sale (a quarter), a year of revenue, how recently an active customer bought; assumed."""
TOP, AGAIN = 0.2, 12.0
COLUMNS = "claim says stated_low stated_high source definition value ci_low ci_high n reason".split()


class Claim(NamedTuple):
    """One claim: a share or a ratio, from … to; NaN where it names no such number or end."""

    name: str
    says: str
    low: float
    high: float
    source: str
    definition: str


CLAIMS = (
    Claim("cost_of_winning", "a new customer costs 5 times as much as keeping one", 5, 5, PRINT24,
          "cost of acquisition per new customer / cost of retention per customer kept"),
    Claim("sale_to_existing", "the chance to sell to an existing customer is 60 to 70 %", 0.6, 0.7, PLATFORM,
          f"share that buys the brand within {WINDOW:g} weeks, of those who bought it in the {ACTIVE:g} weeks before"),
    Claim("sale_to_new", "the chance to sell to a new customer is 5 to 20 %", 0.05, 0.2, PLATFORM,
          f"share that buys the brand within {WINDOW:g} weeks, of those who never had"),
    Claim("top_fifth", "80 % of future revenue comes from 20 % of customers", 0.8, 0.8, PLATFORM,
          f"share of a brand's revenue in {YEAR:g} weeks from the fifth of its buyers who paid most in them"),
    Claim("top_fifth_of_before", "80 % of future revenue comes from 20 % of customers", 0.8, 0.8, PLATFORM,
          f"the same, from the fifth of customers who paid most in the {YEAR:g} weeks before"),
    Claim("existing_revenue", "65 % of revenue comes from existing customers", 0.65, 0.65, PLATFORM,
          f"share of a brand's revenue in the last {YEAR:g} weeks from customers acquired before them"),
    Claim("repeat_order", "repeat buyers spend at least 33 % more", 0.33, np.nan, PLATFORM,
          "mean paid in a repeat purchase / in a first purchase, less 1"),
    Claim("repeat_order_same_customers", "repeat buyers spend at least 33 % more", 0.33, np.nan, PLATFORM,
          "the same for customers who made both: without the mix of customers"),
    Claim("price_as_reason", "31 % name a lower price as main reason for switching", 0.31, 0.31,
          f"{PLATFORM}: Verint 2016",
          "share of defections whose largest change of utility is the price, chance left out"),
    Claim("price_with_bad_service", "71 % switched for the price together with bad service", 0.71, 0.71,
          f"{PLATFORM}: KISSmetrics",
          f"share of defections on a rival's deal that came within {WINDOW:g} weeks of a failure"),
    Claim("stopped_after_failure", "82 % stopped buying after a bad experience", 0.82, 0.82, PLATFORM,
          "share of customers who ever in the log bought another brand right after a failure; grows with the log"),
    Claim("service_as_reason", "66 % of those who switched did so because of poor service", 0.66, 0.66, PLATFORM,
          "share of defections whose largest change of utility is service, chance left out"),
    Claim("fair_handling", "68 % buy again if a complaint is handled fairly, whatever the outcome", 0.68, 0.68,
          PLATFORM,
          f"share that buys the brand again within {AGAIN:g} weeks of a complaint with a recovery of {FAIR:g} or more"),
    Claim("exit_on_bad_service", "47 % switch at once on bad service", 0.47, 0.47, PLATFORM,
          f"share whose next purchase is elsewhere after a failure of severity {SEVERE:g} or more without recovery"),
    Claim("firms_with_email", "80 % of firms use e-mail to build relations", 0.8, 0.8, f"{PLATFORM}: WBR",
          "a number about firms: nothing in the model answers to it"),
    Claim("program_membership", "76 % of men and 72 % of women shop where there is a program", 0.72, 0.76,
          f"{PLATFORM}: CrowdTwist", "members of the brand's program / all customers, at the end: at most the claim"),
)  # fmt: skip
"""The claims in the order of the source texts; the two ways to read one are two rows."""

NOT_KEPT = {
    "cost_of_winning": "no cost of acquisition is kept apart; the ratio is an input of a budget, not a result",
    "firms_with_email": "about firms, not customers",
}
"""Why there is no value, for claims that no run can be compared with."""

NO_FAILURE = "nothing ever failed: behavior.recovery is off, or brands do not fail"


class _Unknown(Exception):
    """There is no value; the text says why."""


@dataclass(frozen=True)
class _Run:
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
        return self.data.sizes["step"] * float(self.data.attrs["step_days"]) / DAYS_OF_A_WEEK

    def needs_weeks(self, weeks: float) -> float:
        """The weeks observed, or _Unknown if they are fewer."""
        observed = self.until
        if not whole_periods(observed, weeks):
            raise _Unknown(f"needs a log of {weeks:g} weeks; this one has {observed:g}")
        return observed

    def needs_data(self) -> xr.Dataset:
        """The Dataset, or _Unknown."""
        if self.data is None:
            raise _Unknown("needs the Dataset of the run")
        return self.data


def practitioner_claims(
    log: pd.DataFrame,
    data: xr.Dataset | None = None,
    *,
    brand: str | None = None,
    population: Any = None,
    lifetimes: pd.DataFrame | None = None,
    unseen_weeks: float = 52.0,
) -> pd.DataFrame:
    """The practitioners' claims beside the values of a run.

    Parameters
    ----------
    log : every purchase of the run
    data : the run's Dataset, for reasons and members; it also says the focal brand and the size of the population
    brand : whose customers; the focal brand of `data` if not given
    population : customers of a replication, or by replication, where there is no `data`
    lifetimes : who became a customer when
    unseen_weeks : without lifetimes, so many weeks of the log (assumed: a year) only tell who was a customer before

    Returns
    -------
    One row a claim: claim (its name here), says (what is claimed), stated_low, stated_high (the number, as a share or a
    ratio; NaN: no such end), source, definition (what is measured here), value (mean over replications) with ci_low,
    ci_high (95 %; NaN with one replication) and n (replications), reason (why value is NaN; else empty).

    Raises
    ------
    ValueError : if nobody says which brand, or the log lacks columns
    """
    import pandas as pd

    if brand is None:
        if data is None or not data.attrs.get("focal"):
            raise ValueError("say which brand: there is no Dataset that names a focal one")
        brand = str(data.attrs["focal"])
    measures.acquired(log, brand)  # checks columns and brand
    run = _Run(log, data, brand, population, lifetimes, unseen_weeks)
    rows = []
    for claim in CLAIMS:
        reason, values = "", np.empty(0)
        try:
            if claim.name in NOT_KEPT:
                raise _Unknown(NOT_KEPT[claim.name])
            values = np.asarray(VALUES[claim.name](run), float)
            if not np.isfinite(values).any():
                raise _Unknown("nobody in this run to measure it on")
        except _Unknown as unknown:
            reason, values = str(unknown), np.array([np.nan])
        mean = paired_effect(values, np.zeros_like(values))
        told = (mean["effect"], mean["ci_low"], mean["ci_high"], mean["n"], reason)
        rows.append((claim.name, claim.says, claim.low, claim.high, claim.source, claim.definition, *told))
    return pd.DataFrame(rows, columns=COLUMNS)


def _sales(run: _Run) -> pd.DataFrame:
    """P(sale) by replication."""
    run.needs_weeks(run.start + WINDOW)
    population = run.population
    if population is None:
        if run.data is None:
            raise _Unknown("needs the size of the population")
        population = run.data["population"].sel(segment="all").to_series().to_dict()
    return measures.conversion(
        run.log,
        run.brand,
        population,
        weeks=WINDOW,
        active_weeks=ACTIVE,
        start=run.start,
        lifetimes=run.lifetimes,
        until=run.until,
    )


def _top_fifth(run: _Run) -> pd.Series:
    run.needs_weeks(YEAR)
    return measures.concentration(run.log, run.brand, weeks=[YEAR], top=TOP, until=run.until)["share"]


def _top_fifth_of_before(run: _Run) -> pd.Series:
    run.needs_weeks(2 * YEAR)
    return measures.top_of_before(run.log, run.brand, weeks=YEAR, top=TOP, until=run.until)["share"]


def _existing_revenue(run: _Run) -> pd.Series:
    last = whole_periods(run.needs_weeks(run.start + YEAR), YEAR) - 1
    if last * YEAR < run.start:
        raise _Unknown(f"no year of the log begins after the {run.start:g} weeks that tell who was a customer")
    table = measures.existing_share(run.log, run.brand, weeks=YEAR, until=run.until, **run.known)
    return table.loc[table["period"] == last, "existing"]


def _orders(run: _Run) -> pd.DataFrame:
    run.needs_weeks(run.start + WINDOW)
    return measures.order_values(run.log, run.brand, **run.known)


def _reason(run: _Run, reason: str) -> np.ndarray:
    """Share of this main reason in the defections from the brand that have one, by replication.

    Chance is no reason that anybody would name in a survey.
    """
    data = run.needs_data()
    if "defections" not in data or reason not in data["reason"] or bool(data["defections"].isnull().all()):
        raise _Unknown("the run kept no reasons: metrics.reasons is off")
    counts = data["defections"].sel(brand=run.brand).sum("step")
    every = counts.drop_sel(reason="chance", errors="ignore").sum("reason")
    if not float(every.sum()) > 0:
        raise _Unknown("nobody left with a reason")
    if reason == "service" and "failures" in data and not float(data["failures"].sum()) > 0:
        raise _Unknown(NO_FAILURE)
    return np.asarray((counts.sel(reason=reason) / every.where(every > 0)).values)


def _needs_failures(run: _Run) -> None:
    if not {"failure", "complaint", "recovery"} <= set(run.log.columns):
        raise _Unknown("the log keeps no failures")
    if not (run.log["failure"] > 0).any():
        raise _Unknown(NO_FAILURE)


def _after(run: _Run, kind: str, what: str) -> pd.Series:
    """One column of `after_failure`, by replication."""
    _needs_failures(run)
    table = measures.after_failure(run.log, run.brand, weeks=AGAIN, until=run.until)
    return table.loc[table["after"] == kind, what]


def _price_with_failure(run: _Run) -> pd.Series:
    _needs_failures(run)
    return measures.failed_before_defecting(run.log, run.brand, weeks=WINDOW, until=run.until)["failed"]


def _ever_switched(run: _Run) -> pd.Series:
    _needs_failures(run)
    return measures.ever_switched(run.log)["switched"]


def _membership(run: _Run) -> np.ndarray:
    data = run.needs_data()
    members = data["members"].sel(brand=run.brand, segment="all").isel(step=-1)
    if not int(members.sum()):
        raise _Unknown(f"nobody is a member: {run.brand} has no program, or nobody joined")
    return np.asarray((members / data["population"].sel(segment="all")).values)


VALUES: dict[str, Callable[[_Run], Any]] = {
    "sale_to_existing": lambda run: _sales(run)["p_existing"],
    "sale_to_new": lambda run: _sales(run)["p_new"],
    "top_fifth": _top_fifth,
    "top_fifth_of_before": _top_fifth_of_before,
    "existing_revenue": _existing_revenue,
    "repeat_order": lambda run: _orders(run)["ratio"] - 1,
    "repeat_order_same_customers": lambda run: _orders(run)["ratio_same_customers"] - 1,
    "price_as_reason": lambda run: _reason(run, "price"),
    "price_with_bad_service": _price_with_failure,
    "stopped_after_failure": _ever_switched,
    "fair_handling": lambda run: _after(run, "complaint, fair", "again"),
    "exit_on_bad_service": lambda run: _after(run, "severe, no recovery", "elsewhere"),
    "service_as_reason": lambda run: _reason(run, "service"),
    "program_membership": _membership,
}
"""By claim: the value of each replication."""
