"""Tables of cohorts: triangles (who of a cohort buys in each period) and retention tables (who is still there).

In a triangle customers may come back, so its rows may rise; in a retention table whoever left has left.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.cells import names, numbers, whole_numbers
from loyaltysim.data.rows import refuse_choice
from loyaltysim.data.table import Table, open_table
from loyaltysim.data.writing import write

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.data.table import Source

UNITS = {"share": 1.0, "percent": 100.0, "customers": np.inf}
"""Units of a retention table, and the most that there can be."""
DIGITS = 1e-9
"""Shares may rise or pass their most by so much: they were rounded when they were written."""


def read_triangle(
    source: Source, *, cohort: str = "cohort", size: str = "size", delimiter: str = ",", encoding: str = "utf-8"
) -> pd.DataFrame:
    """Read a cohort triangle: one row a cohort, and a column for each period since its first purchase, named 0, 1, 2 …

    Parameters
    ----------
    source : a CSV or Parquet file, an open file, or a DataFrame, of customers who bought; blank where a
        period has not come yet, or (in cohorts older than the data) was not seen
    cohort, size : names of the columns of cohorts and of their sizes; without sizes, those who bought in period 0
    delimiter, encoding : of a text file

    Returns
    -------
    One row for each cohort and period that is known, as `measures.cohorts` gives them: replication (0), cohort (int64
    if all are whole numbers, else text), period, size, customers (int64), active (customers / size).

    Raises
    ------
    DataError : for missing periods, numbers that are not whole or below 0 or above the size, blanks between numbers,
        cohorts that come twice; every fault with its line or row
    """
    import pandas as pd

    table = open_table(source, delimiter=delimiter, encoding=encoding)
    there = table.cells.column_names
    periods = [name for name in there if name.isdecimal()]
    if cohort not in there:
        table.say(cohort, "there is no such column", there)
    expected = [str(period) for period in range(max(1, len(periods)))]
    if sorted(periods, key=int) != expected:
        table.say("0, 1, 2 …", "a triangle needs a column for each period from 0", there)
    table.end()
    who = names(table, cohort, "cohort")
    table.refuse(pd.Series(who).duplicated().to_numpy() & ~table.bad, cohort, "the cohort comes again")
    counts = np.column_stack([whole_numbers(table, period, least=0, blank=True) for period in expected])
    whole = whole_numbers(table, size, least=1) if size in there else counts[:, 0]
    table.refuse(np.isnan(whole) & ~table.bad, "0", "the size of the cohort is not known")
    known = np.isfinite(counts)
    for place, period in enumerate(expected):
        hole = ~known[:, place] & known[:, :place].any(1) & known[:, place + 1 :].any(1) & ~table.bad
        table.refuse(hole, period, "the value is missing, but not those before and after")
        table.refuse(counts[:, place] > whole, period, "more customers than the cohort has")
    table.end()
    row, since = np.nonzero(known)
    out = {
        "replication": np.zeros(len(row), np.int32),
        "cohort": np.asarray(who)[row],
        "period": since.astype(np.int64),
        "size": whole[row].astype(np.int64),
        "customers": counts[row, since].astype(np.int64),
        "active": counts[row, since] / np.where(whole > 0, whole, np.nan)[row],
    }
    return pd.DataFrame(out)


def write_triangle(cohorts: pd.DataFrame, path: str | Path) -> None:
    """Write the triangle of one replication, as `read_triangle` or `measures.cohorts` give it, in CSV or Parquet.

    Raises
    ------
    ValueError : if there is more than one replication
    """
    import pandas as pd

    if cohorts["replication"].nunique() > 1:
        raise ValueError("a triangle is that of one replication: choose one first")
    order = pd.MultiIndex.from_frame(cohorts[["cohort", "size"]].drop_duplicates())
    table = cohorts.pivot(index=["cohort", "size"], columns="period", values="customers").astype("Int64")
    table = table.reindex(order, columns=range(int(cohorts["period"].max()) + 1) if len(cohorts) else [0])
    write(table.rename(columns=str).reset_index(), path)


def read_retention(
    source: Source,
    *,
    unit: str,
    columns: Mapping[str, str] | None = None,
    decimal: str = ".",
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> pd.DataFrame:
    """Read a retention table: one row a period, with those of a cohort who are still there at its end.

    Parameters
    ----------
    source : a CSV or Parquet file, an open file, or a DataFrame with period (0, 1, 2 …; 0 is the beginning),
        retained and, where there are several, cohort
    unit : of retained: "share" (0 … 1), "percent", or "customers"
    columns, decimal, delimiter, encoding : as for `read_transactions`

    Returns
    -------
    One row for each cohort and period: cohort (0 if not given), period (int64), survival (share of those at the
    beginning), and with unit "customers" customers (int64).

    Raises
    ------
    DataError : for a missing column or value, a cohort whose periods are not 0, 1, 2 … in order, whose beginning is not
        everybody, or that grows; every fault with its line or row
    """
    import pandas as pd

    refuse_choice("unit", unit, tuple(UNITS))
    table = open_table(source, decimal=decimal, delimiter=delimiter, encoding=encoding)
    wanted: dict[str, tuple[str, ...]] = {"cohort": (), "period": (), "retained": ()}
    found = table.find(wanted, ("period", "retained"), columns)
    n = len(table.numbers)
    who = np.asarray(names(table, found["cohort"], "cohort")) if "cohort" in found else np.zeros(n, np.int64)
    period = whole_numbers(table, found["period"], least=0)
    if unit == "customers":
        retained = whole_numbers(table, found["retained"], least=0)
    else:
        retained = numbers(table, found["retained"], decimal=decimal, least=0)
    most = UNITS[unit]
    reason = f'is above {most:g}: is unit="{unit}" right'
    table.refuse(retained > most * (1 + DIGITS), found["retained"], reason, [f"{one:g}" for one in retained])
    _refuse_growth(table, found, who, period, retained, most)
    table.end()
    begins, number = _cohorts(who)
    out: dict[str, Any] = {"cohort": who, "period": period.astype(np.int64)}
    out["survival"] = retained / (retained[begins] if unit == "customers" else np.full(len(begins), most))[number]
    if unit == "customers":
        out["customers"] = retained.astype(np.int64)
    return pd.DataFrame(out)


def _cohorts(who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each stretch of rows of one cohort begins, and the number of each row's stretch."""
    change = np.append(True, who[1:] != who[:-1])[: len(who)]
    return np.flatnonzero(change), np.cumsum(change) - 1


def _first_of(number: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """Of the rows that are marked the first one of each stretch."""
    first = np.zeros(len(number), bool)
    rows = np.flatnonzero(marked)
    first[rows[np.unique(number[rows], return_index=True)[1]]] = True
    return first


def _refuse_growth(
    table: Table, found: Mapping[str, str], who: np.ndarray, period: np.ndarray, retained: np.ndarray, most: float
) -> None:
    """Refuse rows that are not the next period of their cohort, or in which it grows, or does not begin whole."""
    import pandas as pd

    begins, number = _cohorts(who)
    good = ~table.bad
    again = np.zeros(len(who), bool)
    again[begins] = pd.Series(who[begins]).duplicated().to_numpy()
    if "cohort" in found:
        table.refuse(again & good, found["cohort"], "the rows of a cohort must stand together")
    wanted = np.arange(len(who)) - begins[number]
    seen = [f"{one:g}" for one in period]
    wrong = good & ~again & (period != wanted)
    table.refuse(_first_of(number, wrong), found["period"], "is not the next period, from 0 on", seen)
    good &= np.bincount(number, wrong)[number] == 0  # of a cohort out of order nothing else is told
    first = np.zeros(len(who), bool)
    first[begins] = True
    whole = retained == 0 if np.isinf(most) else np.abs(retained - most) > most * DIGITS
    reason = "nobody is there at the beginning" if np.isinf(most) else f"must be {most:g} in period 0"
    table.refuse(good & first & (period == 0) & whole, found["retained"], reason)
    grows = np.zeros(len(who), bool)
    grows[1:] = (retained[1:] > retained[:-1] * (1 + DIGITS)) & ~first[1:] & good[:-1]
    table.refuse(good & grows, found["retained"], "more than the period before: who left has left")
