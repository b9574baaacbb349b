"""Conversion: is it easier to sell to those who bought before, and do they spend more?

The trap is selection: who bought before likes the brand more and buys the category more often, so existing customers
buy more readily though the purchase before changed nothing. The same holds for what they spend: the ratio within the
same customers is given beside the one between all orders. And the shares depend on the window, and on how old the
market is: in an old one nearly everybody has bought before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.measures.acquired import acquired, with_joined
from loyaltysim.measures.columns import (
    CUSTOMER,
    in_order,
    need,
    replications_of,
    size_of,
    weeks_observed,
    whole_periods,
)


def conversion(
    log: pd.DataFrame,
    brand: str,
    population: Any,
    *,
    weeks: float = 4,
    active_weeks: float | None = None,
    start: float = 0.0,
    lifetimes: pd.DataFrame | None = None,
    until: float | None = None,
) -> pd.DataFrame:
    """P(sale) in a window: for those who had bought the brand when it began, and for those who never had.

    Parameters
    ----------
    log : one row a purchase
    brand : whose sales
    population : customers of a replication, or by replication, everyone
    weeks : length of a window; windows follow each other
    active_weeks : only those count as existing who bought in so many weeks before the window; others who bought before
        are then in neither group. Not given: everybody who ever bought is existing
    start : weeks of the log before the first window; they only tell who had bought. At least `active_weeks`: before
        that the log does not show who is active. Without either and without lifetimes everybody is new at first
    lifetimes : where given, `joined` says who had bought
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    One row a replication, Σ over windows / Σ over windows: existing and new (customer-windows), p_existing and p_new
    (share that bought in the window), ratio (p_existing / p_new). NaN without customers of the kind or windows.

    Raises
    ------
    ValueError : for missing columns, an unknown brand, or more buyers than customers
    """
    joined = acquired(log, brand, lifetimes)
    start = max(start, active_weeks or 0.0)
    n = whole_periods(weeks_observed(log, until) - start, weeks)
    rows = in_order(log[log["brand"] == brand])
    table = []
    for replication in replications_of(log):
        own = rows[rows["replication"] == replication]
        week, customer = own["week"].to_numpy(), own["customer"].to_numpy()
        first = joined[joined.index.get_level_values(0) == replication]
        everybody = size_of(population, replication)
        if len(first) > everybody:
            raise ValueError(f"{len(first)} customers bought {brand}, more than the population of {everybody}")
        existing = new = sold_existing = sold_new = 0
        for begin in start + weeks * np.arange(n):
            buyers = np.unique(customer[(week >= begin) & (week < begin + weeks)])
            had = first.index.get_level_values(1)[first.to_numpy() < begin].to_numpy()
            known = had
            if active_weeks is not None:
                recent = customer[(week >= begin - active_weeks) & (week < begin)]
                known = np.intersect1d(had, recent)
            existing += len(known)
            new += everybody - len(had)
            sold_existing += int(np.isin(buyers, known).sum())
            sold_new += int((~np.isin(buyers, had)).sum())
        p_existing, p_new = (sold / of if of else np.nan for sold, of in ((sold_existing, existing), (sold_new, new)))
        ratio = p_existing / p_new if p_new else np.nan
        table.append((replication, existing, new, p_existing, p_new, ratio))
    return pd.DataFrame(table, columns=["replication", "existing", "new", "p_existing", "p_new", "ratio"])


def order_values(
    log: pd.DataFrame, brand: str, *, lifetimes: pd.DataFrame | None = None, unseen_weeks: float = 0.0
) -> pd.DataFrame:
    """What is paid in a repeat purchase of a brand against a first one.

    Parameters
    ----------
    log : one row a purchase
    brand : whose sales
    lifetimes, unseen_weeks : how it is known which purchase was the first, as for `acquired`

    Returns
    -------
    One row a replication: first and repeat (mean paid in a purchase, currency), ratio (of these), ratio_same_customers
    (mean repeat purchase over the first one, of those who made both: Σ over customers / Σ over customers). NaN without
    such purchases.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    need(log, ["price_paid"])
    joined = acquired(log, brand, lifetimes, unseen_weeks)
    rows = with_joined(in_order(log[log["brand"] == brand]), joined)
    first = ~rows.duplicated(CUSTOMER) & (rows["joined"] >= 0)  # who joined before the log has no first purchase in it
    rows = rows.assign(first=rows["price_paid"].where(first), repeat=rows["price_paid"].where(~first))
    mean = rows.groupby("replication")[["first", "repeat"]].mean()
    both = rows.groupby(CUSTOMER)[["first", "repeat"]].mean().dropna().groupby("replication").sum()
    table = mean.assign(ratio=mean["repeat"] / mean["first"], ratio_same_customers=both["repeat"] / both["first"])
    return table.reindex(pd.Index(replications_of(log), name="replication")).reset_index()


def existing_share(
    log: pd.DataFrame,
    brand: str,
    *,
    weeks: float = 52,
    start: float = 0.0,
    lifetimes: pd.DataFrame | None = None,
    unseen_weeks: float = 0.0,
    until: float | None = None,
) -> pd.DataFrame:
    """The share of a period's revenue from customers acquired before the period.

    The first period begins `start` weeks into the log. If that is 0, the share begins at 0 without lifetimes or
    `unseen_weeks`, since nobody is known to have bought before the log.

    Returns
    -------
    One row for each replication and whole period: revenue (currency), existing (share of it). NaN without revenue.
    Arguments as for `conversion` and `acquired`.
    """
    need(log, ["price_paid"])
    joined = acquired(log, brand, lifetimes, unseen_weeks)
    n = whole_periods(weeks_observed(log, until) - start, weeks)
    rows = with_joined(in_order(log[log["brand"] == brand]), joined)
    rows["period"] = ((rows["week"] - start) // weeks).astype(int)
    rows["of_existing"] = rows["price_paid"].where(rows["joined"] < start + rows["period"] * weeks, 0.0)
    cells = pd.MultiIndex.from_product([replications_of(log), range(n)], names=["replication", "period"])
    table = rows.groupby(["replication", "period"])[["price_paid", "of_existing"]].sum().reindex(cells, fill_value=0.0)
    table["existing"] = table["of_existing"] / table["price_paid"].where(table["price_paid"] > 0)
    return table.rename(columns={"price_paid": "revenue"}).drop(columns="of_existing").reset_index()
