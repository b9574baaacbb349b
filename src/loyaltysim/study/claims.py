"""Claims: what practitioners say about loyalty, beside what the model says. They are compared with, never put in.

The texts are two marketing blogs: that of print24 (Swedish) and that of MarketingPlatform (Danish), which quotes some
surveys. Most numbers are folklore, and several belong to the way they are measured: a window, who counts as a customer,
who was asked. That a model's value differs refutes neither; that it agrees proves neither.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim import measures
from loyaltysim.measures.after_failure import FAIR, SEVERE
from loyaltysim.study import claim_values as values
from loyaltysim.study.claim_values import ACTIVE, AGAIN, WINDOW, YEAR, Run, Unknown
from loyaltysim.study.compare import paired_effect

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

PRINT24, PLATFORM = "print24 blog", "MarketingPlatform blog"
COLUMNS = "claim says stated_low stated_high source definition value ci_low ci_high n reason".split()


class Claim(NamedTuple):
    """One claim: a share or a ratio, from … to; NaN where it names no such number or end."""

    name: str
    says: str
    low: float
    high: float
    source: str
    definition: str
    measure: Callable[[Run], Any] | str
    """The value of each replication; a text: why no run could be compared with it."""


CLAIMS = (
    Claim("cost_of_winning", "a new customer costs 5 times as much as keeping one", 5, 5, PRINT24,
          "cost of acquisition per new customer / cost of retention per customer kept",
          "the ratio of two costs is an input of a budget, not a result"),
    Claim("sale_to_existing", "the chance to sell to an existing customer is 60 to 70 %", 0.6, 0.7, PLATFORM,
          f"share that buys the brand within {WINDOW:g} weeks, of those who bought it in the {ACTIVE:g} weeks before",
          partial(values.sales, what="p_existing")),
    Claim("sale_to_new", "the chance to sell to a new customer is 5 to 20 %", 0.05, 0.2, PLATFORM,
          f"share that buys the brand within {WINDOW:g} weeks, of those who never had",
          partial(values.sales, what="p_new")),
    Claim("top_fifth", "80 % of future revenue comes from 20 % of customers", 0.8, 0.8, PLATFORM,
          f"share of a brand's revenue in {YEAR:g} weeks from the fifth of its buyers who paid most in them",
          values.top_fifth),
    Claim("top_fifth_of_before", "80 % of future revenue comes from 20 % of customers", 0.8, 0.8, PLATFORM,
          f"the same, from the fifth of customers who paid most in the {YEAR:g} weeks before",
          values.top_fifth_of_before),
    Claim("existing_revenue", "65 % of revenue comes from existing customers", 0.65, 0.65, PLATFORM,
          f"share of a brand's revenue in the last {YEAR:g} weeks from customers acquired before them",
          values.existing_revenue),
    Claim("repeat_order", "repeat buyers spend at least 33 % more", 0.33, np.nan, PLATFORM,
          "mean paid in a repeat purchase / in a first purchase, less 1", partial(values.orders, what="ratio")),
    Claim("repeat_order_same_customers", "repeat buyers spend at least 33 % more", 0.33, np.nan, PLATFORM,
          "the same for customers who made both: without the mix of customers",
          partial(values.orders, what="ratio_same_customers")),
    Claim("price_as_reason", "31 % name a lower price as main reason for switching", 0.31, 0.31,
          f"{PLATFORM}: Verint 2016",
          "share of defections whose largest change of utility is the price, chance left out",
          partial(values.reason, which="price")),
    Claim("price_with_bad_service", "71 % switched for the price together with bad service", 0.71, 0.71,
          f"{PLATFORM}: KISSmetrics",
          f"share of defections on a rival's deal that came within {WINDOW:g} weeks of a failure",
          values.failed_before),
    Claim("stopped_after_failure", "82 % stopped buying after a bad experience", 0.82, 0.82, PLATFORM,
          "share of customers who ever in the log bought another brand right after a failure; grows with the log",
          values.ever_switched),
    Claim("service_as_reason", "66 % of those who switched did so because of poor service", 0.66, 0.66, PLATFORM,
          "share of defections whose largest change of utility is service, chance left out",
          partial(values.reason, which="service")),
    Claim("fair_handling", "68 % buy again if a complaint is handled fairly, whatever the outcome", 0.68, 0.68,
          PLATFORM, f"share that buys the brand again within {AGAIN:g} weeks of a complaint whose answer was worth "
          f"{FAIR:g} or more of 1, the outcome counted in: other than the claim, it depends on that too",
          partial(values.after, kind="complaint, fair", what="again")),
    Claim("exit_on_bad_service", "47 % switch at once on bad service", 0.47, 0.47, PLATFORM,
          f"share whose next purchase is elsewhere after a failure of severity {SEVERE:g} or more without recovery",
          partial(values.after, kind="severe, no recovery", what="elsewhere")),
    Claim("firms_with_email", "80 % of firms use e-mail to build relations", 0.8, 0.8, f"{PLATFORM}: WBR",
          "a number about firms: nothing in the model answers to it", "about firms, not customers"),
    Claim("program_membership", "76 % of men and 72 % of women shop where there is a program", 0.72, 0.76,
          f"{PLATFORM}: CrowdTwist",
          "memberships of the brand's own programs at the end / all customers; one may shop there and be no member",
          values.memberships),
)  # fmt: skip
"""The claims in the order of the source texts; the two ways to read one are two rows."""


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
    run = Run(log, data, brand, population, lifetimes, unseen_weeks)
    rows = [(*claim[:-1], *_told(claim, run)) for claim in CLAIMS]
    return pd.DataFrame(rows, columns=COLUMNS)


def _told(claim: Claim, run: Run) -> tuple[float, float, float, int, str]:
    """The mean over replications with its interval and their number; and why it is NaN, if it is."""
    found, measure = np.array([np.nan]), claim.measure
    reason = measure if isinstance(measure, str) else "nobody in this run to measure it on"
    if not isinstance(measure, str):
        try:
            found = np.asarray(measure(run), float)
        except Unknown as unknown:
            reason = str(unknown)
    mean = paired_effect(found, np.zeros_like(found))
    return mean["effect"], mean["ci_low"], mean["ci_high"], mean["n"], "" if mean["n"] else reason
