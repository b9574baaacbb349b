"""Tenure: what customers buy the longer they are customers, and the more they bought before.

The traps: per customer who still buys, revenue rises with tenure when light buyers leave, though nobody buys more; per
customer who once joined, it falls as they leave. Both are given. Those who bought most in one window buy less in the
next, since part of it was luck: no sign that loyalty fades.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.measures.acquired import acquired, with_joined
from loyaltysim.measures.columns import (
    CUSTOMER,
    HAIR,
    in_order,
    need,
    replications_of,
    size_of,
    weeks_observed,
    whole_periods,
)
from loyaltysim.measures.lorenz import padded, tenths

BY_TENURE = ["replication", "tenure", "customers", "buyers", "purchases", "revenue", "purchases_of_buyers",
             "revenue_of_buyers"]  # fmt: skip
BY_DECILE = ["replication", "decile", "purchases_before", "purchases", "revenue"]


def by_tenure(
    log: pd.DataFrame,
    brand: str,
    *,
    weeks: float = 13,
    lifetimes: pd.DataFrame | None = None,
    unseen_weeks: float = 0.0,
    until: float | None = None,
) -> pd.DataFrame:
    """Purchases and revenue per customer of a brand in each stretch of tenure.

    Parameters
    ----------
    log : one row a purchase
    brand : whose customers
    weeks : length of a stretch, counted from each customer's first purchase
    lifetimes, unseen_weeks : how it is known when customers joined, as for `acquired`; of whom it is not is left out
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    One row for each replication and stretch that somebody was observed in from its beginning to its end: tenure (weeks
    at its beginning), customers (observed so), buyers (of them who bought in it), purchases and revenue (currency) per
    customer, purchases_of_buyers and revenue_of_buyers per buyer (NaN without one). The first purchase is in stretch 0.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    need(log, ["price_paid"])
    joined = acquired(log, brand, lifetimes, unseen_weeks)
    joined = joined[np.isfinite(joined)]
    observed = weeks_observed(log, until)
    rows = with_joined(in_order(log[log["brand"] == brand]), joined, known=True)
    rows["stretch"] = np.floor(np.maximum((rows["week"] - rows["joined"]) / weeks, 0.0)).astype(int)
    own = rows.groupby([*CUSTOMER, "stretch"], as_index=False).agg(
        purchases=("price_paid", "size"), revenue=("price_paid", "sum")
    )
    own = with_joined(own, joined)
    longest = whole_periods(observed - float(joined.min()), weeks) if len(joined) else 0
    parts = []
    for stretch in range(longest):
        begin = joined + stretch * weeks
        seen = joined[(begin >= -HAIR) & (begin + weeks <= observed + HAIR)]
        begin_own = own["joined"] + stretch * weeks
        some = own[(own["stretch"] == stretch) & (begin_own >= -HAIR) & (begin_own + weeks <= observed + HAIR)]
        table = some.groupby("replication").agg(
            buyers=("customer", "size"), purchases=("purchases", "sum"), revenue=("revenue", "sum")
        )
        people = seen.groupby("replication").size().rename("customers")
        parts.append(people.to_frame().join(table).assign(tenure=stretch * weeks).reset_index())
    if not parts:
        return pd.DataFrame(columns=BY_TENURE)
    whole = pd.concat(parts, ignore_index=True)
    whole["buyers"] = whole["buyers"].fillna(0).astype(np.int64)
    for name in ("purchases", "revenue"):
        total = whole[name].fillna(0.0)
        whole[f"{name}_of_buyers"] = total / whole["buyers"].where(whole["buyers"] > 0)
        whole[name] = total / whole["customers"]
    return whole[BY_TENURE].sort_values(BY_TENURE[:2], ignore_index=True)


def by_decile(
    log: pd.DataFrame,
    brand: str,
    *,
    weeks: float = 52,
    population: Any = None,
    until: float | None = None,
) -> pd.DataFrame:
    """What customers buy in the last window by how often they bought in the one before: ten rows a replication.

    Parameters
    ----------
    log : one row a purchase
    brand : whose customers
    weeks : length of both windows, the second of which ends with the log
    population : customers of a replication, or by replication: all are ranked. Not given: buyers of the earlier window
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    replication, decile (1 bought most often before), then per customer of the decile: purchases_before (in the earlier
    window), purchases and revenue (currency, in the later one). Equally frequent customers share, whatever decile they
    fall in. NaN where nobody is ranked.

    Raises
    ------
    ValueError : for missing columns, an unknown brand, or a log shorter than two windows
    """
    need(log, ["price_paid"])
    acquired(log, brand)  # checks the rest
    end = weeks_observed(log, until)
    if end + HAIR < 2 * weeks:
        raise ValueError(f"two windows of {weeks:g} weeks do not fit into a log of {end:g} weeks")
    rows = in_order(log[log["brand"] == brand])
    rows = rows[(rows["week"] >= end - 2 * weeks) & (rows["week"] < end)]
    later = rows["week"] >= end - weeks
    whose = [rows[name] for name in CUSTOMER]
    customers = pd.DataFrame(
        {
            "before": (~later).groupby(whose).sum(),
            "purchases": later.groupby(whose).sum(),
            "revenue": rows["price_paid"].where(later, 0.0).groupby(whose).sum(),
        }
    )
    parts = []
    for replication in replications_of(log):
        own = customers[customers.index.get_level_values(0) == replication]
        if population is None:
            own = own[own["before"] > 0]
        size = len(own) if population is None else size_of(population, replication)
        columns = {name: padded(own[name].to_numpy(), size) for name in own}
        table = {name: tenths(columns["before"], column) * 10 / max(size, 1) for name, column in columns.items()}
        parts.append(pd.DataFrame({"replication": replication, "decile": np.arange(1, 11), **table}))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*BY_DECILE[:2], *customers])
    return whole.rename(columns={"before": "purchases_before"})[BY_DECILE]
