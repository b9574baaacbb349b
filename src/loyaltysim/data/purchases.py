"""Purchases that somebody recorded: a log from a file or frame, checked row by row.

Its columns are those of our own logs, so `ls.measures` reads it as it reads a simulated one.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.data.cells import categories, dates, names, numbers, whole_numbers
from loyaltysim.data.rows import LeftOut, RowFault, refuse_choice
from loyaltysim.data.table import Table, open_table

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.data.table import Source

COLUMNS: dict[str, tuple[str, ...]] = {
    "replication": (),
    "customer": ("customer_id",),
    "date": (),
    "time": (),
    "occasion": (),
    "brand": (),
    "units": (),
    "price_paid": ("amount",),
    "list_price": ("price",),
}
"""Columns of a log, and other names under which they are found."""
ANSWERS = ("refuse", "keep", "drop")
DAY = np.timedelta64(1, "D")


def read_transactions(
    source: Source,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    decimal: str = ".",
    delimiter: str = ",",
    encoding: str = "utf-8",
    duplicates: str = "refuse",
    returns: str = "refuse",
) -> pd.DataFrame:
    """Read a log of purchases, one row a purchase, and check every row.

    Parameters
    ----------
    source : a CSV or Parquet file (by its suffix .parquet), an open file, or a DataFrame
    columns : what the columns are called there, where not as below: {"customer": "CustomerID", "date": "InvoiceDate"}
    date_format : of dates in text, as strftime writes it; ISO dates (2026-01-31, with or without a time) if not given
    decimal : "." or ","
    delimiter, encoding : of a text file
    duplicates : rows equal to an earlier one in all columns below: "refuse", "keep", or "drop" the later ones
    returns : negative amounts or units: "refuse", "keep" as negative, or "drop"

    Returns
    -------
    One row a purchase, in the order of the source; other columns are not read:

    - replication : int32, 0 unless given
    - customer : int64 if all are whole numbers, else text
    - date : datetime64[ns], if given
    - time : float, days; if dates are given and times are not, since midnight of the first date; if both are given they
      must go together
    - occasion : int64, brand : categorical, units : int64 or float, list_price : float, of a unit, each if given
    - price_paid : float, the amount of the whole purchase, in currency; found as ``amount`` too, if given

    Rows left out as asked for are told by a warning, `LeftOut`, with each row.

    Raises
    ------
    DataError : with every fault, its line or row and its reason
    """
    refuse_choice("duplicates", duplicates, ANSWERS)
    refuse_choice("returns", returns, ANSWERS)
    table = open_table(source, decimal=decimal, delimiter=delimiter, encoding=encoding)
    found = table.find(COLUMNS, ("customer",), columns)
    if "date" not in found and "time" not in found:
        table.say("date", 'a log needs "date", or "time" in days', table.cells.column_names)
        table.end()
    frame = _read(table, found, date_format, decimal)
    dropped: dict[int, RowFault] = {}
    if returns != "keep":
        _returns(table, frame, found, dropped if returns == "drop" else None)
    if duplicates != "keep":
        hint = ': if it is a purchase of its own, give duplicates="keep", else "drop"'
        refuse_duplicates(table, frame, dropped if duplicates == "drop" else None, hint)
    table.end()
    if dropped:
        warnings.warn(LeftOut(dropped[row] for row in sorted(dropped)), stacklevel=2)
        frame = frame.drop(index=list(dropped)).reset_index(drop=True)
    return frame


def _read(table: Table, found: Mapping[str, str], date_format: str | None, decimal: str) -> pd.DataFrame:
    """The frame, with whatever stands in rows that have a fault."""
    import pandas as pd

    n = len(table.numbers)
    out: dict[str, object] = {"replication": np.zeros(n, np.int32)}
    if "replication" in found:
        out["replication"] = _whole(whole_numbers(table, found["replication"], least=0)).astype(np.int32)
    out["customer"] = names(table, found["customer"], "customer")
    if "date" in found:
        out["date"] = day = dates(table, found["date"], date_format)
        if "time" not in found:
            known = day[~np.isnat(day)]
            out["time"] = (day - known.min().astype("datetime64[D]")) / DAY if len(known) else np.full(n, np.nan)
    if "time" in found:
        out["time"] = time = numbers(table, found["time"], decimal=decimal)
        if "date" in found:
            _refuse_contradictions(table, found["time"], time, day)
    if "occasion" in found:
        out["occasion"] = _whole(whole_numbers(table, found["occasion"], least=0))
    if "brand" in found:
        out["brand"] = categories(names(table, found["brand"], "brand"))
    if "units" in found:
        units = numbers(table, found["units"], decimal=decimal)
        table.refuse(units == 0, found["units"], "no units were bought")
        out["units"] = _whole(units) if (np.floor(units) == units).all() else units
    if "price_paid" in found:
        out["price_paid"] = numbers(table, found["price_paid"], decimal=decimal)
    if "list_price" in found:
        out["list_price"] = numbers(table, found["list_price"], decimal=decimal, least=0)
    return pd.DataFrame(out)


def _refuse_contradictions(table: Table, column: str, time: np.ndarray, day: np.ndarray) -> None:
    """Refuse rows whose time and date are a day or more farther apart than they mostly are: days of another origin are
    meant to be, hours of a day are not.
    """
    known = np.isfinite(time) & ~np.isnat(day)
    if not known.any():
        return
    days = (day - day[known][0].astype("datetime64[D]")) / DAY
    apart = np.where(known, days - np.where(known, time, 0), np.nan)
    middle = np.nanmedian(apart)
    reason = "is another day than the date, as they go together in other rows: time is in days"
    seen = [f"{one:.15g}" for one in time]
    table.refuse(known & (np.abs(apart - middle) >= 1), column, reason, seen)


def _whole(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, 0).astype(np.int64)


def _returns(table: Table, frame: pd.DataFrame, found: Mapping[str, str], dropped: dict[int, RowFault] | None) -> None:
    """Refuse rows with a negative amount or number of units, or note them as dropped."""
    good = ~table.bad
    for name in ("price_paid", "units"):
        if name not in frame:
            continue
        value = frame[name].to_numpy()
        back = good & (value < 0)
        seen = [f"{one:.15g}" for one in value] if back.any() else None
        if dropped is None:
            table.refuse(back, found[name], 'is negative: if it is a return, give returns="keep" or "drop"', seen)
        elif seen is not None:
            for row in np.flatnonzero(back).tolist():
                dropped.setdefault(row, table.at(row, found[name], f'"{seen[row]}" is negative', "is negative"))


def refuse_duplicates(table: Table, frame: pd.DataFrame, dropped: dict[int, RowFault] | None, hint: str) -> None:
    """Refuse rows that are equal to an earlier one, saying the hint, or note them as dropped."""
    later = frame.duplicated().to_numpy() & ~table.bad
    if not later.any():
        return
    alike = frame[frame.duplicated(keep=False)]
    group = alike.groupby(list(frame.columns), observed=True, dropna=False, sort=False).ngroup()
    first = {number: row for row, number in zip(group.index[::-1], group[::-1])}
    word, reason = "line" if table.is_text else "row", "the same as an earlier row"
    hint = hint if dropped is None else ""
    for row in np.flatnonzero(later).tolist():
        message = f"the same as {word} {table.numbers[first[group[row]]]}{hint}"
        fault = table.at(row, "", message, reason + hint)
        if dropped is None:
            table.faults.append(fault)
        else:
            dropped.setdefault(row, fault)
    if dropped is None:
        table.bad |= later
