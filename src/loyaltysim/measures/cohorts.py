"""Cohorts: what becomes of the customers who first bought in the same period.

The traps: cohort 0 of a log that begins in the middle of a market is everybody who was there before, not a cohort (give
lifetimes, or look at later ones). In period 0 a customer has been there for half a period on average. And a cohort's
revenue per customer left rises when its light buyers leave, though nobody buys more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from loyaltysim.measures.acquired import acquired
from loyaltysim.measures.columns import CUSTOMER, in_order, need, weeks_observed, whole_periods

COLUMNS = ["replication", "cohort", "period", "size", "customers", "purchases", "revenue", "active"]


def cohorts(
    log: pd.DataFrame,
    brand: str,
    *,
    weeks: float = 13,
    lifetimes: pd.DataFrame | None = None,
    until: float | None = None,
) -> pd.DataFrame:
    """Customers and revenue of a brand by cohort of first purchase and by period since: the triangle, as rows.

    `cohorts(log, "Ours").pivot_table(index="cohort", columns="period", values="active")` is the triangle as a table.

    Parameters
    ----------
    log : one row a purchase
    brand : whose customers
    weeks : length of a period; cohorts are as long
    lifetimes : where given, cohorts go by `joined`, and those of the burn-in have negative numbers
    until : weeks observed; the week of the last purchase if not given. Periods that were not whole are left out

    Returns
    -------
    One row for each replication, cohort (number of the period of the first purchase) and period since (0 is that of the
    first purchase): size (customers of the cohort), customers (of them who bought in the period), purchases, revenue
    (paid, currency), active (customers / size). Periods before the log and after its end are not there; one in which
    nobody bought is there with zeros.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    need(log, ["price_paid"])
    joined = acquired(log, brand, lifetimes)
    n = whole_periods(weeks_observed(log, until), weeks)
    cohort = np.floor(joined / weeks).astype(int).rename("cohort")
    cohort = cohort[cohort < n]
    size = cohort.groupby(["replication", cohort]).size().rename("size").reset_index()
    grid = size.merge(pd.DataFrame({"now": np.arange(n)}), how="cross")
    grid = grid[grid["now"] >= grid["cohort"]]
    rows = in_order(log[log["brand"] == brand])
    rows = rows.assign(now=np.floor(rows["week"] / weeks).astype(int)).merge(cohort.reset_index(), on=CUSTOMER)
    rows = rows[rows["now"] < n]
    cell = rows.groupby(["replication", "cohort", "now"])
    found = pd.DataFrame(
        {"customers": cell["customer"].nunique(), "purchases": cell.size(), "revenue": cell["price_paid"].sum()}
    ).reset_index()
    whole = grid.merge(found, on=["replication", "cohort", "now"], how="left")
    whole[["customers", "purchases"]] = whole[["customers", "purchases"]].fillna(0).astype(np.int64)
    whole["revenue"] = whole["revenue"].fillna(0.0)
    whole["period"] = whole["now"] - whole["cohort"]
    whole["active"] = whole["customers"] / whole["size"]
    return whole[COLUMNS].sort_values(COLUMNS[:3], ignore_index=True)
