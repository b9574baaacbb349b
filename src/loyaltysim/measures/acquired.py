"""Acquired: when each customer bought a brand for the first time.

A log begins with the first measured step, so the first purchase in it is not the first of somebody who bought in the
burn-in. Either the run's lifetimes say when customers joined, or the first weeks of the log are spent on finding out
who was there before.
"""

from __future__ import annotations

import pandas as pd

from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.measures.columns import CUSTOMER, need, need_brand


def acquired(
    log: pd.DataFrame, brand: str, lifetimes: pd.DataFrame | None = None, unseen_weeks: float = 0.0
) -> pd.Series:
    """Weeks since the first measured step at which each customer first bought the brand.

    Parameters
    ----------
    log : one row a purchase
    brand : the brand
    lifetimes : where given, `joined` counts, also of those who never bought in the measured steps
    unseen_weeks : without lifetimes: who first buys in so many weeks of the log is taken for a customer of before

    Returns
    -------
    One number for each (replication, customer) who bought; minus infinity: before, but not known when. Those who never
    bought are not there.

    Raises
    ------
    ValueError : for missing columns, an unknown brand, or buyers that the lifetimes do not know
    """
    need(log, [*CUSTOMER, "time", "brand"])
    need_brand(log, brand)
    in_log = log[log["brand"] == brand].groupby(CUSTOMER)["time"].min() / DAYS_PER_WEEK
    if lifetimes is None:
        return in_log.mask(in_log < unseen_weeks, -float("inf")).rename("joined")
    need(lifetimes, [*CUSTOMER, "brand", "joined"], "the lifetimes")
    joined = lifetimes[lifetimes["brand"] == brand].groupby(CUSTOMER)["joined"].min()
    strangers = len(in_log.index.difference(joined.index))
    if strangers:
        raise ValueError(f"{strangers} customers bought {brand} in the log, of whom the lifetimes know nothing")
    return joined.astype(float)


def with_joined(rows: pd.DataFrame, joined: pd.Series, known: bool = False) -> pd.DataFrame:
    """Rows of customers with a column `joined`; with `known` only those of whom it is there. Order stays."""
    return rows.merge(joined.rename("joined").reset_index(), on=CUSTOMER, how="inner" if known else "left")
