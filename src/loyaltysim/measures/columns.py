"""Columns: what every measure asks of the frames it is given.

A *log* is what `TransactionLog.frame()` gives: one row a purchase, `time` in days since the first measured step. A
*lifetimes* frame has one row for each customer and brand ever bought: replication, customer, brand, joined (weeks since
the first measured step, negative in the burn-in), weeks (length of the first life so far) and left (whether it ended;
else it is censored). Measures speak of weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.market.calendar import DAYS_PER_WEEK

CUSTOMER = ["replication", "customer"]
"""Who somebody is: customers of two replications are different people."""
HAIR = 1e-3
"""Weeks that are forgiven where whole periods are counted: 364 days may be 51.9999 weeks."""


def need(frame: pd.DataFrame, names: Sequence[str], what: str = "the log") -> None:
    """Raise ValueError, naming them, if columns are missing."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(f"{what} lacks {', '.join(missing)}; it has: {', '.join(map(str, frame.columns))}")


def need_brand(frame: pd.DataFrame, brand: str, what: str = "the log") -> None:
    """Raise ValueError if the frame knows no such brand; one that was never bought is known if it is a category."""
    known = frame["brand"].cat.categories if frame["brand"].dtype == "category" else frame["brand"].unique()
    if brand not in set(known) and len(known):
        raise ValueError(f"{what} knows no brand {brand!r}; there are: {', '.join(map(str, known))}")


def in_order(log: pd.DataFrame) -> pd.DataFrame:
    """Purchases by replication, customer and time, numbered anew, with the time in weeks as `week`."""
    order = [*CUSTOMER, "time", *(["occasion"] if "occasion" in log.columns else [])]
    ordered = log.sort_values(order, kind="stable", ignore_index=True)
    return ordered.assign(week=ordered["time"] / DAYS_PER_WEEK)


def weeks_observed(log: pd.DataFrame, until: float | None) -> float:
    """`until`, or the whole week in which the last purchase falls; 0 for an empty log.

    A log does not say how long its run was: in a thin market give `until`, else the last quiet weeks are not counted.
    """
    if until is not None:
        if not until > 0:
            raise ValueError(f"until must be weeks above 0, was {until}")
        return float(until)
    return float(np.floor(log["time"].max() / DAYS_PER_WEEK) + 1) if len(log) else 0.0


def whole_periods(observed: float, weeks: float) -> int:
    """How many periods of so many weeks were observed to their end."""
    if not weeks > 0:
        raise ValueError(f"a period must have weeks above 0, had {weeks}")
    return int((observed + HAIR) // weeks)


def replications_of(log: pd.DataFrame) -> np.ndarray:
    """The replications of which there is a purchase, ascending."""
    return np.asarray(np.unique(log["replication"].to_numpy()))


def size_of(population: Any, replication: Any) -> int:
    """How many customers a replication has: `population` is one number, or numbers by replication.

    Raises ValueError for a replication it does not know.
    """
    if not hasattr(population, "__getitem__"):
        return int(population)
    try:
        return int(population[replication])
    except (KeyError, IndexError):
        raise ValueError(f"population says nothing of replication {replication}") from None
