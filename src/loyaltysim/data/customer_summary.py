"""Recency, frequency and monetary value of each customer, as `lifetimes` and pymc-marketing read them.

What was brought back (a negative amount) is no purchase and is left out, money and all, with a warning.
Purchases of one day count as one, as in Fader, Hardie and Lee (2005, Marketing Science 24(2)); the first is no repeat.
**T is the difference of two days**: the day of the first purchase does not count.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def rfm(log: pd.DataFrame, *, until: Any = None, per: float = 1.0) -> pd.DataFrame:
    """Summarize a log, one row a customer.

    ``lifetimes.BetaGeoFitter().fit(s["frequency"], s["recency"], s["T"])`` takes it as it is; pymc-marketing's models
    take ``s.reset_index()``.

    Parameters
    ----------
    log : what `read_transactions` gives, or the log of a simulation: customer, date or time (days), and
        price_paid for the monetary value; rows of negative price_paid are returns, and left out
    until : last day observed, a date if the log has dates, else a number of days; the day of the last purchase if not
        given. Later purchases, and customers who came later, are left out
    per : days in a unit of recency and T, 7 for weeks

    Returns
    -------
    Index customer_id (and replication before it where there are several), ascending. All float:

    - frequency : days with a purchase after the first one
    - recency : from the first purchase to the last one, days / per; 0 with one purchase
    - T : from the first purchase to the end, days / per
    - monetary_value : mean amount of a day with a purchase, without the first one; 0 with one purchase

    Raises
    ------
    ValueError : for missing columns, NaN or NaT in them, `per` that is not above 0, or an `until` that is no day

    Warns of returns that were left out, and where nothing was bought until the end.
    """
    import pandas as pd

    has_date = "date" in log
    missing = [name for name in ("customer", "date" if has_date else "time") if name not in log]
    if missing:
        raise ValueError(f"the log lacks {', '.join(missing)}; it has: {', '.join(map(str, log.columns))}")
    if not per > 0:
        raise ValueError(f"per must be days above 0, was {per}")
    used = [name for name in ("replication", "customer", "date", "time", "price_paid") if name in log]
    unread = [name for name in used if log[name].isna().any()]
    if unread:
        raise ValueError(f"the log has rows without {', '.join(unread)}")
    back = int((log["price_paid"] < 0).sum()) if "price_paid" in log else 0
    if back:
        log = log[log["price_paid"] >= 0]
        warnings.warn(
            f"{back:,} return{'' if back == 1 else 's'} left out: a negative amount is no purchase", stacklevel=2
        )
    day = _days(log["date"]) if has_date else np.floor(log["time"].to_numpy(float)).astype(np.int64)
    several = "replication" in log and log["replication"].nunique() > 1
    end = _end(day, until, has_date)
    seen = day <= end
    if len(log) and not seen.any():
        warnings.warn(f"nothing was bought until {until}: the summary is empty", stacklevel=2)
    number, names = pd.factorize(log["customer"].to_numpy()[seen], sort=True)
    if several:
        which, replications = pd.factorize(log["replication"].to_numpy()[seen], sort=True)
        present, number = np.unique(which * len(names) + number, return_inverse=True)
        whose_names = [replications[present // len(names)], names[present % len(names)]]
        who: pd.Index[Any] = pd.MultiIndex.from_arrays(whose_names, names=["replication", "customer_id"])
    else:
        who = pd.Index(names, name="customer_id")
    day = day[seen]
    order = np.lexsort((day, number))
    number, day = number[order], day[order]
    new = np.ones(len(day), bool)  # the first row of a customer's day
    new[1:] = (number[1:] != number[:-1]) | (day[1:] != day[:-1])
    whose, when = number[new], day[new]
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    repeats = np.diff(np.append(starts, len(whose))) - 1.0
    born, last = when[starts], when[starts + repeats.astype(np.int64)]
    columns = {"frequency": repeats, "recency": (last - born) / per, "T": (end - born) / per}
    if "price_paid" in log:
        paid = log["price_paid"].to_numpy(float)[seen][order]
        spent = np.add.reduceat(paid, np.flatnonzero(new)) if len(new) else paid
        later = np.ones(len(whose), bool)
        later[starts] = False
        total = np.bincount(whose[later], spent[later], minlength=len(who))
        columns["monetary_value"] = np.where(repeats > 0, total / np.maximum(repeats, 1), 0.0)
    return pd.DataFrame(columns, index=who)


def _days(dates: pd.Series[Any]) -> np.ndarray:
    """Days since 1970."""
    return np.asarray(dates.to_numpy("datetime64[D]").astype(np.int64))


def _end(day: np.ndarray, until: Any, has_date: bool) -> int:
    """The last day observed, counted as `day` is."""
    import pandas as pd

    if until is None:
        return int(day.max()) if len(day) else 0
    try:
        if has_date:
            return int(pd.Timestamp(until).to_datetime64().astype("datetime64[D]").astype(np.int64))
        return int(np.floor(float(until)))
    except (TypeError, ValueError, OverflowError):
        wanted = 'a date, as "2024-12-31"' if has_date else "a number of days"
        raise ValueError(f"until must be {wanted}, was {until!r}") from None
