"""Value: what customers of a brand were worth, and are from now on (docs/model.md (E72)–(E75)).

The traps: a realized value is cut off where the log ends, so younger customers look worth less. A forward value from a
curve that was seen for some years needs a word on what comes after (`tail`). And a mean margin of those who are there
hides that heavy and light buyers leave at different paces: give `forward_value` the margins by period then.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyaltysim.accounts.lifetime_value import WEEKS_OF_A_YEAR, First, Tail, forward, realized
from loyaltysim.measures.columns import CUSTOMER, in_order, need, need_brand
from loyaltysim.measures.survival import WHOSE, survival, survival_at


def realized_value(
    log: pd.DataFrame, brand: str, *, unit_cost: float = 0.0, discount_rate: float = 0.1
) -> pd.DataFrame:
    """What each customer left with a brand, discounted to the first measured step (E73).

    Parameters
    ----------
    log : one row a purchase
    brand : whose customers
    unit_cost : what a unit costs the firm. What rewards of programs cost is not in the log, and not taken off
    discount_rate : yearly

    Returns
    -------
    One row for each customer who bought the brand: replication, customer, purchases, margin (price_paid less cost of
    goods, currency), value (the same, discounted). Nothing is NaN.

    Raises
    ------
    ValueError : for missing columns or an unknown brand
    """
    need(log, [*CUSTOMER, "time", "brand", "units", "price_paid"])
    need_brand(log, brand)
    rows = in_order(log[log["brand"] == brand])
    rows = rows.assign(margin=rows["price_paid"] - unit_cost * rows["units"])
    table = rows.groupby(CUSTOMER)["margin"].agg(purchases="size", margin="sum").reset_index()
    number = rows.groupby(CUSTOMER).ngroup().to_numpy()
    value = realized(number, rows["margin"].to_numpy(), rows["week"].to_numpy(), len(table), discount_rate)
    return table.assign(value=value)


def forward_value(
    lifetimes: pd.DataFrame,
    margin: float | Sequence[float] | np.ndarray,
    *,
    tail: Tail,
    discount_rate: float = 0.1,
    weeks: float = 13,
    first: First = "ahead",
    by: Sequence[str] = WHOSE,
) -> pd.DataFrame:
    """What a new customer is worth, from the survival curve of lifetimes (E74); no constant retention is assumed.

    Parameters
    ----------
    lifetimes : as for `survival`
    margin : per period of those who are there (currency), one number, or one a period from period 0 on
    tail : "horizon" or "last_retention": what to make of the time after the curve (E75), as for `forward`
    discount_rate : yearly
    weeks : length of a period
    first : whether the margin of period 0 counts ("now") or not ("ahead")
    by : columns, one value for each of their combinations

    Returns
    -------
    The columns of `by`, periods (that the curve was seen for; fewer if there are fewer margins), survival (share still
    there then), value (currency; NaN where nobody was observed for a whole period).

    Raises
    ------
    ValueError : for missing columns or periods that are not above 0, and as `lifetime_value.forward`
    """
    if not weeks > 0:
        raise ValueError(f"a period must have weeks above 0, had {weeks}")
    curves, by = survival(lifetimes, by), list(by)
    longest = float(curves["weeks"].max()) if len(curves) else 0.0
    margins = np.asarray(margin, float)
    last = len(margins) - 1 if margins.ndim else int(np.ceil(longest / weeks))
    rows = []
    for whose, curve in curves.groupby(by, observed=True, dropna=False) if by else [((), curves)]:
        read = survival_at(curve, weeks * np.arange(1, last + 1), ())["survival"].to_numpy()
        seen = np.concatenate([[1.0], read[: int(np.isfinite(read).argmin()) if not np.isfinite(read).all() else None]])
        value = np.nan
        if len(seen) > 1:
            own = margins[: len(seen)] if margins.ndim else float(margins)
            years = weeks / WEEKS_OF_A_YEAR
            value = forward(own, seen, discount_rate, tail=tail, first=first, years=years)
        rows.append({**dict(zip(by, whose)), "periods": len(seen) - 1, "survival": seen[-1], "value": value})
    return pd.DataFrame(rows, columns=[*by, "periods", "survival", "value"])
