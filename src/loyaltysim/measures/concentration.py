"""Concentration: how much of the business comes from how few customers.

The trap: the number belongs to its window. Over a short window even equal customers look unequal, since chance decides
who happened to buy; over a long one only their rates differ. And among buyers it is lower than among everybody, since
those who bought nothing are left out (Kim, Singh and Winer 2017 on measured 80/20 shares).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.measures.columns import (
    CUSTOMER,
    in_order,
    need,
    need_brand,
    replications_of,
    size_of,
    weeks_observed,
    whole_periods,
)
from loyaltysim.measures.lorenz import lorenz, padded, tenths

WHAT = {"revenue": "price_paid", "units": "units", "purchases": ""}
"""What may be concentrated, and the column of the log that says it; purchases are counted."""


def concentration(
    log: pd.DataFrame,
    brand: str | None = None,
    *,
    weeks: Sequence[float] = (13, 52),
    top: float = 0.2,
    of: str = "revenue",
    population: Any = None,
    until: float | None = None,
) -> pd.DataFrame:
    """The share of the top customers by length of window.

    Parameters
    ----------
    log : one row a purchase
    brand : of which brand; of all together if not given
    weeks : lengths of windows; those of one length follow each other and do not overlap
    top : which share of customers is the top
    of : "revenue" (what was paid), "units" or "purchases"
    population : customers of a replication, or by replication: all count, non-buyers too. Not given: buyers of a window
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    One row for each replication and length: replication, weeks, windows (that were whole), customers (in a window, on
    average), share (of the top, mean over windows). NaN where no window is whole or nothing was bought.

    Raises
    ------
    ValueError : for missing columns, an unknown brand or measure, or more buyers than customers
    """
    if not 0 < top <= 1:
        raise ValueError(f"top must be a share above 0 and up to 1, was {top}")
    rows = []
    for replication, length, customers in _windows(log, brand, weeks, of, population, until):
        shares = [lorenz(own, own, np.array([top]))[0] / own.sum() for own in customers if own.sum() > 0]
        rows.append(
            {
                "replication": replication,
                "weeks": length,
                "windows": len(customers),
                "customers": np.mean([len(own) for own in customers]) if customers else np.nan,
                "share": np.mean(shares) if shares else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=["replication", "weeks", "windows", "customers", "share"])


def deciles(
    log: pd.DataFrame,
    brand: str | None = None,
    *,
    weeks: float = 52,
    of: str = "revenue",
    population: Any = None,
    until: float | None = None,
) -> pd.DataFrame:
    """The share of each tenth of customers, the best first; arguments as `concentration`, one length of window.

    Returns
    -------
    Ten rows a replication: replication, decile (1 is the best), share (mean over windows; the ten add up to 1). NaN
    where no window is whole or nothing was bought.
    """
    parts = []
    for replication, _, customers in _windows(log, brand, [weeks], of, population, until):
        shares = [tenths(own, own) / own.sum() for own in customers if own.sum() > 0]
        mean = np.mean(shares, axis=0) if shares else np.full(10, np.nan)
        parts.append(pd.DataFrame({"replication": replication, "decile": np.arange(1, 11), "share": mean}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["replication", "decile", "share"])


def top_of_before(
    log: pd.DataFrame,
    brand: str | None = None,
    *,
    weeks: float = 52,
    top: float = 0.2,
    of: str = "revenue",
    population: Any = None,
    until: float | None = None,
) -> pd.DataFrame:
    """What those who were the top customers in one window have in the next: the share that a list of them would catch.

    It is below the top's share in its own window, since part of that was luck. Arguments as `concentration`. Everybody
    counts who bought in either window, or the whole population.

    Returns
    -------
    replication, windows (pairs), share (Σ over pairs / Σ over pairs). NaN where no two windows are whole.
    """
    bought = _by_customer(log, brand, weeks, of, until)
    rows = []
    for replication in replications_of(log):
        own = bought[bought["replication"] == replication].pivot(index="customer", columns="window", values="value")
        own = own.reindex(columns=range(whole_periods(weeks_observed(log, until), weeks))).fillna(0.0)
        caught = whole = 0.0
        for window in own.columns[1:]:
            before, now = own[window - 1].to_numpy(), own[window].to_numpy()
            either = (before > 0) | (now > 0)
            size = int(either.sum()) if population is None else size_of(population, replication)
            caught += float(lorenz(padded(before[either], size), padded(now[either], size), np.array([top]))[0])
            whole += float(now.sum())
        share = caught / whole if whole > 0 else np.nan
        rows.append({"replication": replication, "windows": max(own.shape[1] - 1, 0), "share": share})
    return pd.DataFrame(rows, columns=["replication", "windows", "share"])


def _by_customer(log: pd.DataFrame, brand: str | None, weeks: float, of: str, until: float | None) -> pd.DataFrame:
    """What each customer bought in each whole window: replication, window, customer, value."""
    if of not in WHAT:
        raise ValueError(f"no concentration of {of!r}; there are: {', '.join(WHAT)}")
    need(log, [*CUSTOMER, "time", *([WHAT[of]] if WHAT[of] else []), *(["brand"] if brand is not None else [])])
    n = whole_periods(weeks_observed(log, until), weeks)
    if brand is not None:
        need_brand(log, brand)
        log = log[log["brand"] == brand]
    rows = in_order(log)
    rows = rows.assign(window=(rows["week"] // weeks).astype(int), value=rows[WHAT[of]] if WHAT[of] else 1)
    rows = rows[rows["window"] < n]
    return rows.groupby(["replication", "window", "customer"], as_index=False)["value"].sum()


def _windows(
    log: pd.DataFrame, brand: str | None, weeks: Sequence[float], of: str, population: Any, until: float | None
) -> list[tuple[Any, float, list[np.ndarray]]]:
    """Replication, length, and for each whole window what every customer bought."""
    found = []
    observed = weeks_observed(log, until)
    bought = {length: _by_customer(log, brand, length, of, until) for length in weeks}
    for replication in replications_of(log):
        for length in weeks:
            own = bought[length][bought[length]["replication"] == replication]
            by_window = dict(iter(own.groupby("window")["value"]))
            values = [
                by_window[window].to_numpy() if window in by_window else np.empty(0)
                for window in range(whole_periods(observed, length))
            ]
            if population is not None:
                values = [padded(value, size_of(population, replication)) for value in values]
            found.append((replication, length, values))
    return found
