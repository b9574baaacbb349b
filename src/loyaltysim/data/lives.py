"""Lives of customers: when they came and whether and when they left, in the columns of `Simulation.lifetimes`.

Who has not left by the end of the data is censored: to take the end for a departure makes lives too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.cells import categories, dates, flags, names, numbers, whole_numbers
from loyaltysim.data.purchases import refuse_duplicates
from loyaltysim.data.table import Table, open_table
from loyaltysim.market.calendar import DAYS_PER_WEEK

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.data.table import Source

COLUMNS: dict[str, tuple[str, ...]] = {
    **{"replication": (), "customer": ("customer_id",), "brand": ()},
    **{"begin": (), "end": (), "joined": (), "weeks": (), "left": ()},
}
WEEK = np.timedelta64(int(DAYS_PER_WEEK), "D")


def read_lifetimes(
    source: Source,
    *,
    until: Any = None,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    decimal: str = ".",
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> pd.DataFrame:
    """Read lives, one row a life, and check every row: by dates (begin, end) or by length (weeks, left).

    Parameters
    ----------
    source : a CSV or Parquet file, an open file, or a DataFrame with customer, brand (may be missing) and either
        begin and end, the dates of a first purchase or contract and of the departure, end blank where there was none;
        or weeks and left (true or false), joined (weeks, may be missing), as `Simulation.lifetimes` gives them
    until : with dates, the last day observed; lives that end later are censored there
    columns, date_format, decimal, delimiter, encoding : as for `read_transactions`

    Returns
    -------
    replication (0 unless given), customer, brand (if given), joined (weeks; from the first begin), weeks, left: what
    `measures.survival` reads (with ``by=()`` if there is no brand) and `survival_table` turns into lifelines' names.

    Raises
    ------
    DataError : for a missing column or value, an `until` that is no date, a life that ends before it begins or begins
        after `until`, a length below 0, rows that are there twice; every fault with its line or row
    """
    table = open_table(source, decimal=decimal, delimiter=delimiter, encoding=encoding)
    found = table.find(COLUMNS, ("customer",), columns)
    by_dates = "begin" in found
    missing = [name for name in (("end",) if by_dates else ("weeks", "left")) if name not in found]
    if missing:
        table.say(missing[0], "lives need begin and end, or weeks and left", table.cells.column_names)
        table.end()
    frame = _read(table, found, date_format, decimal, _last(table, until) if by_dates else None)
    refuse_duplicates(table, frame, None, "")
    table.end()
    return frame


def survival_table(lifetimes: pd.DataFrame, per: float = 1.0) -> pd.DataFrame:
    """Lives by the names that `lifelines` gives them; other columns stay, for groups and covariates.

    Parameters
    ----------
    lifetimes : of `read_lifetimes` or `Simulation.lifetimes`: weeks and left, one row a life
    per : weeks in a unit of the durations

    Returns
    -------
    The same rows with durations (weeks / per, float) and event_observed (bool: left; else censored) in the place of
    weeks and left.

    Raises
    ------
    ValueError : for missing columns, a length that is negative or NaN, or `per` that is not above 0
    """
    missing = [name for name in ("weeks", "left") if name not in lifetimes]
    if missing:
        raise ValueError(
            f"the lifetimes lack {', '.join(missing)}; they have: {', '.join(map(str, lifetimes.columns))}"
        )
    if not (lifetimes["weeks"] >= 0).all() or not per > 0:
        raise ValueError("lifetimes must be 0 weeks or more, and per above 0")
    durations, observed = lifetimes["weeks"].astype(float) / per, lifetimes["left"].astype(bool)
    return lifetimes.drop(columns=["weeks", "left"]).assign(durations=durations, event_observed=observed)


def _last(table: Table, until: Any) -> pd.Timestamp:
    """The last day observed; raises DataError if it is not given or no date."""
    import pandas as pd

    if until is None:
        table.say("until", "dates of lives need until, the last day observed: who left later is not known to have left")
        table.end()
    try:
        last = pd.NaT if isinstance(until, bool | int | float) else pd.Timestamp(until)
    except (TypeError, ValueError):
        last = pd.NaT
    if last is pd.NaT or last.tzinfo is not None:
        table.say("until", f'must be a date without a time zone, as "2024-12-31", was {until!r:.80}')
        table.end()
    return last


def _read(
    table: Table, found: Mapping[str, str], date_format: str | None, decimal: str, until: pd.Timestamp | None
) -> pd.DataFrame:
    import pandas as pd

    n = len(table.numbers)
    out: dict[str, Any] = {"replication": np.zeros(n, np.int32)}
    if "replication" in found:
        number = whole_numbers(table, found["replication"], least=0)
        out["replication"] = np.nan_to_num(number, posinf=0).astype(np.int32)
    out["customer"] = names(table, found["customer"], "customer")
    if "brand" in found:
        out["brand"] = categories(names(table, found["brand"], "brand"))
    if until is None:
        if "joined" in found:
            out["joined"] = numbers(table, found["joined"], decimal=decimal)
        out["weeks"] = numbers(table, found["weeks"], decimal=decimal, least=0)
        out["left"] = flags(table, found["left"])
        return pd.DataFrame(out)
    last = until.to_datetime64().astype("datetime64[ns]")
    begin = dates(table, found["begin"], date_format)
    end = dates(table, found["end"], date_format, blank=True)
    table.refuse(begin > last, found["begin"], f"after the last day observed, {until:%Y-%m-%d}")
    table.refuse(end < begin, found["end"], "the life ends before it begins")
    left = ~np.isnat(end) & (end <= last)
    known = begin[~np.isnat(begin)]
    out["joined"] = (begin - (known.min() if len(known) else last)) / WEEK
    out["weeks"] = (np.where(left, end, last) - begin) / WEEK
    out["left"] = left
    return pd.DataFrame(out)
