"""Panels from files and frames, wide or long, and back.

Wide: one row a purchase, a household's rows together and in order: a column of households, a column of the brand
chosen, and for each brand ``price.brand`` and, where known, ``feat.brand`` (in the leaflet) and ``disp.brand`` (on
display) as 0 or 1. Long: one row for each purchase and brand, as `Panel.long` gives it. Other columns are not read, but
one that seems to mean an offer and is of no brand, or not called as here, is refused: its offer would become 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.cells import categories, flags, names, numbers
from loyaltysim.data.panel import OFFERS, Panel, refuse_sorted
from loyaltysim.data.rows import refuse_choice
from loyaltysim.data.table import Table, open_table
from loyaltysim.data.writing import write
from loyaltysim.faults import nearest

if TYPE_CHECKING:
    from loyaltysim.data.table import Source

FORMS = ("wide", "long")
ORDERS = ("check", "time", "unknown")
READ_WITHOUT = 'order="unknown" reads the panel without it'
LONG: dict[str, tuple[str, ...]] = {
    **{"household": ("id",), "purchase": (), "brand": (), "chosen": ("choice",)},
    **{"price": (), "feature": ("feat",), "display": ("disp",)},
}
"""Columns of a long panel, and other names under which they are found."""
CALLED = {"price": "price", "prices": "price"} | {"feat": "feat", "feature": "feat", "featured": "feat"}
CALLED |= {"disp": "disp", "display": "disp", "displayed": "disp"}
"""What an offer may be called before the dot of a wide panel's column, in capitals or not; files call it by the second.

Only the second is read: two ways to call a column would be two ways to have it twice.
"""


def read_panel(
    source: Source,
    household: str = "id",
    choice: str = "choice",
    *,
    form: str = "wide",
    order: str = "check",
    columns: Mapping[str, str] | None = None,
    decimal: str = ".",
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Panel:
    """Read a panel of the form that the head of this file tells, and check every row.

    Parameters
    ----------
    source : a CSV or Parquet file, an open file, or a DataFrame
    household, choice : names of these two columns of a wide panel
    form : "wide" or "long"
    order : of a household's purchases. "check" refuses rows that are sorted by the brand chosen (`order_of`); "time"
        says that they are in the order of time, whatever it looks like; "unknown" that they are not: the panel then
        knows nothing of what was bought before, and state dependence cannot be fitted
    columns : of a long panel, what its columns are called where not household, purchase, brand, chosen (true or false),
        price, feature, display; the last two may be missing
    decimal, delimiter, encoding : as for `read_transactions`

    Raises
    ------
    DataError : for a missing column or value, an offer of no brand, a negative price, a choice that is no brand, rows
        of a household or of a purchase that are not together, a purchase without each brand once or without one choice,
        and sorted rows; every fault with its line or row
    """
    refuse_choice("form", form, FORMS)
    refuse_choice("order", order, ORDERS)
    table = open_table(source, decimal=decimal, delimiter=delimiter, encoding=encoding)
    if form == "wide":
        panel, column = _wide(table, household, choice, decimal), choice
    else:
        panel, column = _long(table, columns, decimal), "chosen"
    if order == "check":
        try:
            refuse_sorted(panel)
        except ValueError as error:
            table.say(column, f"{error}; {READ_WITHOUT}")
            table.end()
    return panel if order != "unknown" else Panel(**{**vars(panel), "in_time": False})


def write_panel(panel: Panel, path: str | Path, form: str = "wide") -> None:
    """Write a whole panel, households numbered from 0, so that `read_panel` reads the same: CSV, or Parquet by suffix.

    Raises
    ------
    ValueError : if it is no whole panel (`after_first`): files do not tell what was bought before
    """
    import pandas as pd

    refuse_choice("form", form, FORMS)
    if (panel.start_brand >= 0).any():
        raise ValueError("a file does not tell what was bought before the first row: write the whole panel")
    if form == "long":
        write(panel.long().drop(columns="last", errors="ignore"), path)
        return
    columns: dict[str, Any] = {"id": np.repeat(np.arange(panel.households), np.diff(panel.first))}
    for name, head in OFFERS.items():
        values = getattr(panel, name)
        if name == "price" or values.any():
            columns |= {f"{head}.{brand}": values[:, place] for place, brand in enumerate(panel.brands)}
    columns["choice"] = np.asarray(panel.brands, object)[panel.chosen]
    write(pd.DataFrame(columns), path)


def _wide(table: Table, household: str, choice: str, decimal: str) -> Panel:
    there = table.cells.column_names
    brands = tuple(name.removeprefix("price.") for name in there if name.startswith("price."))
    for name in (household, choice):
        if name not in there:
            table.say(name, "there is no such column", there, nearest(name, there))
    meant = _misnamed(table, brands, (household, choice))
    if not brands and not meant:
        table.say("price.…", "a panel needs a column price.brand for each brand", there)
    given = {name: [f"{head}.{brand}" in there for brand in brands] for name, head in OFFERS.items()}
    for name, has in given.items():
        for brand in [brand for brand, one in zip(brands, has) if any(has) and not one]:
            if f"{OFFERS[name]}.{brand}" not in meant:
                table.say(f"{OFFERS[name]}.{brand}", "there is no such column; other brands have it")
    table.end()
    offers = {}
    for name, head in OFFERS.items():
        offers[name] = np.zeros((len(table.numbers), len(brands)), np.float32)
        for place, brand in enumerate(brands if all(given[name]) else ()):
            offers[name][:, place] = numbers(table, f"{head}.{brand}", decimal=decimal, least=0)
    chosen = _places(table, choice, brands)
    return _panel(table, household, brands, offers, chosen)


def _misnamed(table: Table, brands: tuple[str, ...], others: tuple[str, ...]) -> set[str]:
    """Refuse columns that seem to mean an offer and would not be read; returns how those that were meant are called."""
    right = {f"{head}.{brand}" for head in OFFERS.values() for brand in brands}
    meant = set()
    for name in table.cells.column_names:
        head, dot, brand = name.partition(".")
        called = CALLED.get(head.strip().casefold())
        if not dot or called is None or name in right or name in others:
            continue
        near: str | None = brand.strip()
        if called != "price" and near not in brands:
            if not brands:
                continue  # the prices are what is wrong
            near = nearest(brand.strip(), brands)
        if f"{called}.{near}" in table.cells.column_names:
            near = None  # that one is there, so another was meant
        message = f'is not read: the name must begin with "{called}."'
        if head == called:
            message = f"is of no brand: there is no price.{brand}"
        table.say(name, message, (), f"{called}.{near}" if near else None)
        meant.add(f"{called}.{near}")
    return meant


def _long(table: Table, columns: Mapping[str, str] | None, decimal: str) -> Panel:
    """One row for each purchase and brand to one row a purchase."""
    found = table.find(LONG, ("household", "purchase", "brand", "chosen", "price"), columns)
    told = categories(names(table, found["brand"], "brand"))
    brands = tuple(dict.fromkeys(name for name in told if str(name).strip()))
    brand = np.array([brands.index(name) if name in brands else 0 for name in told.categories], np.int64)[told.codes]
    purchase, household = names(table, found["purchase"], "purchase"), names(table, found["household"], "household")
    chosen = flags(table, found["chosen"])
    offers = {
        name: numbers(table, found[name], decimal=decimal, least=0) if name in found else np.zeros(len(brand))
        for name in OFFERS
    }
    table.end()
    purchase, household = np.asarray(purchase), np.asarray(household)
    change = np.append(True, (purchase[1:] != purchase[:-1]) | (household[1:] != household[:-1]))[: len(brand)]
    begins, number = np.flatnonzero(change), np.cumsum(change) - 1
    n, width = len(begins), len(brands)
    times = np.bincount(number * width + brand, minlength=n * width).reshape(n, width)
    at = np.zeros(len(brand), bool)
    for wrong, reason in (
        ((times != 1).any(1), "the purchase has not a row for each brand, and one only; or its rows are not together"),
        (np.bincount(number, chosen, minlength=n) != 1, "the purchase has not one brand that is chosen"),
    ):
        at[:] = False
        at[begins[wrong]] = True
        table.refuse(at, found["purchase"], reason)
    table.end()
    shaped = {}
    for name, values in offers.items():
        shaped[name] = np.zeros((n, width), np.float32)
        shaped[name][number, brand] = values
    table.cells, table.numbers, table.bad = table.cells.take(begins), table.numbers[begins], np.zeros(n, bool)
    picked = np.zeros(n, np.int32)
    picked[number[chosen]] = brand[chosen]
    return _panel(table, found["household"], brands, shaped, picked)


def _places(table: Table, choice: str, brands: tuple[str, ...]) -> np.ndarray:
    """The number of the brand chosen in each row."""
    import pandas as pd

    told = np.asarray(categories(names(table, choice, "choice")), object)
    chosen = np.asarray(pd.Index(brands, dtype=object).get_indexer(pd.Index(told)), np.int32)
    unknown = (chosen < 0) & ~table.bad
    table.refuse(unknown, choice, f"is no brand; brands: {', '.join(brands)}", told.tolist())
    return chosen


def _panel(
    table: Table, household: str, brands: tuple[str, ...], offers: dict[str, np.ndarray], chosen: np.ndarray
) -> Panel:
    """The panel, once the households were found to stand together."""
    import pandas as pd

    who = np.asarray(names(table, household, "household"))
    begins = np.flatnonzero(np.append(True, who[1:] != who[:-1])[: len(who)])
    again = np.zeros(len(who), bool)
    again[begins] = pd.Series(who[begins]).duplicated().to_numpy()
    table.refuse(
        again & ~table.bad, household, "comes again: the rows of a household must stand together", who.tolist()
    )
    table.end()
    unknown = np.full(len(begins), -1, np.int8)
    price, feature, display = (offers[name] for name in OFFERS)
    return Panel(brands, np.append(begins, len(who)), price, feature, display, chosen, unknown)
