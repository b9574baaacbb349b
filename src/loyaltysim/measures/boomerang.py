"""Boomerang: do customers come back who left for a rival's deal, and how soon? (docs/model.md (E71))

The traps: who left near the end of the log had no time to return (censored, not lost). Nobody returns faster than he
needs the category, so light buyers look less loyal: look at defections at full price beside those on a deal. And a
rival's deal that is there need not be why somebody left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.measures.columns import CUSTOMER, in_order, need, need_brand, replications_of, weeks_observed
from loyaltysim.measures.survival import survival, survival_at

DEFECTIONS = [*CUSTOMER, "to", "deal", "left_at", "weeks", "returned"]


def defections(log: pd.DataFrame, brand: str, *, until: float | None = None) -> pd.DataFrame:
    """Every defection from a brand: a purchase of another one by a customer whose purchase before was of this one.

    Parameters
    ----------
    log : one row a purchase, of all brands
    brand : the brand that was left
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    replication, customer, to (the brand bought instead), deal (whether it was below its list price), left_at (weeks
    since the first measured step), weeks (until the next purchase of the brand, or until the log ends), returned
    (whether there was one). A customer who leaves again after a return has a row for each time.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    need(log, [*CUSTOMER, "time", "brand", "deal"])
    need_brand(log, brand)
    observed = weeks_observed(log, until)
    rows = in_order(log)
    rows = rows[rows["week"] < observed]
    own = rows["brand"] == brand
    same = (rows[CUSTOMER] == rows[CUSTOMER].shift()).all(axis=1)
    week_of_own = rows["week"].where(own)
    back = week_of_own.groupby([rows[name] for name in CUSTOMER]).bfill()
    left = rows[same & ~own & own.shift(fill_value=False)]
    return_at = back.loc[left.index]
    found = left.rename(columns={"brand": "to", "week": "left_at"}).assign(
        weeks=return_at.fillna(observed) - left["week"], returned=return_at.notna(), deal=left["deal"].astype(bool)
    )
    return found[DEFECTIONS].reset_index(drop=True)


def time_to_return(log: pd.DataFrame, brand: str, *, until: float | None = None) -> pd.DataFrame:
    """How long customers stay away who left on a deal, and who left at full price: Kaplan–Meier.

    Returns
    -------
    One curve for each replication and `deal`: weeks (since the defection), at_risk, returned, hazard, away (share not
    back yet). Nothing is known after the last row of a curve unless `away` is 0 there. Arguments as `defections`.
    """
    gone = defections(log, brand, until=until).rename(columns={"returned": "left"})
    return survival(gone, by=("replication", "deal")).rename(columns={"left": "returned", "survival": "away"})


def boomerang(log: pd.DataFrame, brand: str, *, weeks: float = 13, until: float | None = None) -> pd.DataFrame:
    """Rate of return within so many weeks of a defection, for those who left on a rival's deal and at full price.

    Parameters
    ----------
    log, brand, until : as for `defections`
    weeks : within which a return counts

    Returns
    -------
    Two rows a replication, `deal` true and false: defections, returned (returns seen at any time), rate (back within
    `weeks`, 1 - Kaplan–Meier), median_weeks (until half are back). NaN: nobody was observed for so long, or nobody left
    so; the median is NaN too where less than half came back.
    """
    gone = defections(log, brand, until=until)
    by = ("replication", "deal")
    curves = survival(gone.rename(columns={"returned": "left"}), by=by)
    rate = survival_at(curves, [weeks], by).set_index(list(by))["survival"].rsub(1).rename("rate")
    half = curves[curves["survival"] <= 0.5].groupby(list(by))["weeks"].min().rename("median_weeks")
    groups: Any = gone.groupby(list(by))["returned"]
    counts = pd.DataFrame({"defections": groups.size(), "returned": groups.sum()})
    every = pd.MultiIndex.from_product([replications_of(log), [False, True]], names=by)
    table = counts.reindex(every, fill_value=0).astype(np.int64).join([rate.astype(float), half.astype(float)])
    return table.reset_index()
