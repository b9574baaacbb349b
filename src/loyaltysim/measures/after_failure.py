"""After a failure: who buys elsewhere next, who buys again, and what an answer to a complaint changes.

The log says of each purchase how severe its failure was (0: none), whether the customer complained, and how good the
answer was (recovery). The traps: some would have bought elsewhere anyway, so purchases without a failure stand beside.
Who complains is not who does not: the bonded and the badly hit complain. And "ever switched after a failure" grows with
the length of the log, whatever one failure does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.measures.columns import CUSTOMER, in_order, need, need_brand, replications_of, weeks_observed
from loyaltysim.measures.survival import survival, survival_at

KINDS = ("no failure", "failure", "severe, no recovery", "complaint, fair", "complaint, unfair")
"""Purchases by what went wrong; "failure" holds all of them."""
SEVERE, FAIR = 0.5, 0.5
"""Severity from which a failure is severe, and recovery from which an answer is fair; assumed: the middle of 0 … 1."""


def after_failure(
    log: pd.DataFrame,
    brand: str,
    *,
    weeks: float = 12,
    severe: float = SEVERE,
    fair: float = FAIR,
    until: float | None = None,
) -> pd.DataFrame:
    """What customers of a brand do after a purchase, by what went wrong with it.

    Parameters
    ----------
    log : one row a purchase, of all brands, with failure, complaint and recovery
    brand : whose purchases
    weeks : within which buying the brand again counts
    severe, fair : from which severity a failure is severe, from which recovery a complaint was handled fairly
    until : weeks observed; the week of the last purchase if not given

    Returns
    -------
    Five rows a replication, `after` one of `KINDS`: purchases, elsewhere (share whose next purchase is of another
    brand, of those followed by one: who buys nothing any more is not in it), again (share that buys the brand again
    within `weeks`, 1 - Kaplan–Meier). NaN where there is no such purchase, or none was observed for so long.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    rows = _followed(log, brand, until)
    failed, answered = rows["failure"] > 0, rows["complaint"] & (rows["failure"] > 0)
    which = (
        ~failed,
        failed,
        (rows["failure"] >= severe) & (rows["recovery"] <= 0),
        answered & (rows["recovery"] >= fair),
        answered & (rows["recovery"] < fair),
    )
    parts = [rows[some].assign(after=kind) for kind, some in zip(KINDS, which)]
    whole = pd.concat(parts, ignore_index=True)
    by = ("replication", "after")
    curves = survival(whole.rename(columns={"returned": "left"}), by=by)
    again = survival_at(curves, [weeks], by).set_index(list(by))["survival"].rsub(1).rename("again").astype(float)
    groups: Any = whole.groupby(list(by))
    counts = groups.size().rename("purchases")
    elsewhere = groups["elsewhere"].mean().astype(float)
    every = pd.MultiIndex.from_product([replications_of(log), KINDS], names=by)
    table = pd.DataFrame(index=every).join([counts, elsewhere, again])
    table["purchases"] = table["purchases"].fillna(0).astype(np.int64)
    return table.reset_index()


def failed_before_defecting(
    log: pd.DataFrame, brand: str, *, weeks: float = 13, deal: bool = True, until: float | None = None
) -> pd.DataFrame:
    """How often a failure came before a defection: of those on a rival's deal, or with `deal` false at full price.

    Returns
    -------
    One row a replication: defections (of the kind), failed (share of them by customers with whom the brand had failed
    in the `weeks` before). NaN without a defection. Arguments as `after_failure`.
    """
    rows = in_order(log)
    followed = _followed(log, brand, until)
    gone = followed[(followed["elsewhere"] == 1) & (followed["next_deal"] == deal)]
    failures = rows[(rows["brand"] == brand) & (rows["failure"] > 0)][[*CUSTOMER, "week"]]
    pairs = gone[[*CUSTOMER, "next_week"]].reset_index().merge(failures, on=CUSTOMER)
    inside = (pairs["week"] < pairs["next_week"]) & (pairs["week"] >= pairs["next_week"] - weeks)
    failed = gone.index.isin(pairs.loc[inside, "index"])
    table = gone.assign(failed=failed).groupby("replication")["failed"].agg(defections="size", failed="mean")
    table = table.reindex(pd.Index(replications_of(log), name="replication"))
    table["defections"] = table["defections"].fillna(0).astype(np.int64)
    return table.astype({"failed": float}).reset_index()


def ever_switched(log: pd.DataFrame) -> pd.DataFrame:
    """Customers who ever, in the whole log, bought another brand right after a purchase with a failure.

    Returns
    -------
    One row a replication: customers (who bought anything), failed (of them with whom any brand ever failed), switched
    (share of all customers who ever switched right after a failure).
    """
    rows = _rows(log)
    next_brand = rows.groupby(CUSTOMER)["brand"].shift(-1)
    failed = rows["failure"] > 0
    rows = rows.assign(failed=failed, switched=failed & next_brand.notna() & (next_brand != rows["brand"]))
    ever = rows.groupby(CUSTOMER)[["failed", "switched"]].any().groupby("replication")
    table = pd.DataFrame(
        {"customers": ever.size(), "failed": ever["failed"].sum(), "switched": ever["switched"].mean()}
    )
    return table.reset_index()


def _rows(log: pd.DataFrame) -> pd.DataFrame:
    """Purchases in order, brands as plain names."""
    need(log, [*CUSTOMER, "time", "brand", "deal", "failure", "complaint", "recovery"])
    rows = in_order(log)
    return rows.assign(brand=rows["brand"].astype(object), complaint=rows["complaint"].astype(bool))


def _followed(log: pd.DataFrame, brand: str, until: float | None) -> pd.DataFrame:
    """Purchases of the brand, and: elsewhere (1, 0, NaN: nothing followed), weeks until the brand again, returned."""
    rows = _rows(log)
    need_brand(log, brand)
    observed = weeks_observed(log, until)
    rows = rows[rows["week"] < observed]
    who: Any = rows.groupby(CUSTOMER)
    rows = rows.assign(
        next_brand=who["brand"].shift(-1), next_week=who["week"].shift(-1), next_deal=who["deal"].shift(-1)
    )
    own = rows[rows["brand"] == brand]
    again = own.groupby(CUSTOMER)["week"].shift(-1)
    elsewhere = (own["next_brand"] != brand).astype(float).where(own["next_brand"].notna())
    return own.assign(elsewhere=elsewhere, weeks=again.fillna(observed) - own["week"], returned=again.notna())
