"""Cells: columns of a table read as numbers, dates or names; what cannot be read is a fault of its row."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.data.table import Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NUMBER = r"\A[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\z"
THREE = r"\A[+-]?[1-9]\d{0,2}(MARK\d{3})+([.,]\d+)?\z"
GROUPED = r"\A[+-]?\d{1,3}([., ']\d{3})+([.,]\d+)?\z"
WHOLE = r"\A(0|-?[1-9]\d{0,17})\z"
ISO = r"\A\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?\z"
ISO_ZONE = r"\A\d{4}-\d{2}-\d{2}[ T][0-9:.]+ ?(Z|[+-]\d{2}:?\d{2})\z"


def numbers(
    table: Table, column: str, *, decimal: str | None = ".", least: float | None = None, blank: bool = False
) -> np.ndarray:
    """Read float64; NaN where there is a fault, or nothing and `blank` allows it; `least` is the smallest allowed.

    Without a decimal mark (None) 3.0 is read, but no 1.000, which may be a thousand. Warns where the decimal mark may
    group thousands: each number that has it has three digits after it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _trimmed(table, column)
    if not blank:
        table.refuse(cells.is_null(nan_is_null=True).to_numpy(False), column, "the value is missing")
    if pa.types.is_string(cells.type):
        plain = pc.replace_substring(cells, ",", ".") if decimal == "," else cells
        # with decimal commas a point could only group thousands: 1.234 is then no number
        other = pc.fill_null(pc.match_substring(cells, "."), False) if decimal == "," else None
        fits = pc.fill_null(pc.match_substring_regex(plain, NUMBER), False)
        if other is not None:
            fits = pc.and_(fits, pc.invert(other))
        if decimal is None:
            fits = pc.and_(fits, pc.invert(pc.fill_null(pc.match_substring_regex(cells, GROUPED), False)))
        values = pc.if_else(fits, plain, pa.scalar(None, pa.string())).cast(pa.float64())
        _refuse_texts(table, column, cells, fits.to_numpy(False), decimal)
        if decimal is not None and pc.all(pc.or_(fits, cells.is_null())).as_py() and _may_group(cells, decimal):
            some = pc.filter(cells, pc.match_substring(cells, decimal))[0].as_py()
            warnings.warn(
                f'{table.name or "the data"}: {column}: each number with a "{decimal}" has three digits after it: '
                f'"{some}" is read as {float(some.replace(",", ".")):g}, not as {some.replace(decimal, "")}. Where '
                f'thousands are grouped, write them without the "{decimal}"',
                stacklevel=2,
            )
    elif pa.types.is_boolean(cells.type) or not (_is_number(cells.type) or pa.types.is_null(cells.type)):
        table.refuse(cells.is_valid().to_numpy(False), column, f"is of type {cells.type}, no number", cells.to_pylist())
        return np.full(len(cells), np.nan)
    else:
        values = cells.cast(pa.float64(), safe=False)  # whole numbers above 2^53 are rounded
    found: np.ndarray = np.array(values.to_numpy(zero_copy_only=False), float)
    table.refuse(np.isinf(found), column, "is not finite", found.tolist() if np.isinf(found).any() else None)
    if least is not None and (found < least).any():
        table.refuse(found < least, column, f"is below {least:g}", [f"{value:.15g}" for value in found])
    return found


def _refuse_texts(table: Table, column: str, cells: pa.Array, fits: np.ndarray, decimal: str | None) -> None:
    """Say of each text that is no number what it may have meant."""
    import pyarrow.compute as pc

    wrong = cells.is_valid().to_numpy(False) & ~fits
    if not wrong.any():
        return
    texts, mark = cells.to_pylist(), "." if decimal == "," else ","
    meant = f'is no number with decimal="{decimal}": give the other'
    if _may_group(cells, mark):
        meant = f'is no number: write thousands without the "{mark}"; if it is a decimal mark, give decimal="{mark}"'
    patterns = ((rf"\A[+-]?\d*[{mark}]\d+\z", meant), (GROUPED, "is no number: thousands must not be grouped"))
    for pattern, reason in (*patterns[decimal is None :], ("", "is no number")):
        these = wrong & pc.fill_null(pc.match_substring_regex(cells, pattern), False).to_numpy(False)
        table.refuse(these, column, reason, texts)
        wrong &= ~these


def _may_group(cells: pa.Array, mark: str) -> bool:
    """Whether a mark may group thousands: some numbers have it, and each of them has three digits after it."""
    import pyarrow.compute as pc

    some = pc.drop_null(cells)
    some = some.filter(pc.match_substring_regex(some, rf"\A[+-]?\d*[{mark}]\d+"))
    return bool(len(some)) and bool(pc.all(pc.match_substring_regex(some, THREE.replace("MARK", f"[{mark}]"))).as_py())


def whole_numbers(table: Table, column: str, *, least: int | None = None, blank: bool = False) -> np.ndarray:
    """Read whole numbers, as float64: NaN as in `numbers`."""
    found = numbers(table, column, decimal=None, least=least, blank=blank)
    broken = np.isfinite(found) & (found != np.floor(found))
    table.refuse(broken, column, "is no whole number", found.tolist() if broken.any() else None)
    return found


def flags(table: Table, column: str) -> np.ndarray:
    """Read bool: true and false, or 1 and 0; false where there is a fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _trimmed(table, column)
    table.refuse(cells.is_null().to_numpy(False), column, "the value is missing")
    if pa.types.is_boolean(cells.type):
        return np.asarray(cells.fill_null(False).to_numpy(False))
    if pa.types.is_string(cells.type):
        low = pc.utf8_lower(cells)
        ones, zeros = (pc.is_in(low, pa.array(words)).to_numpy(False) for words in (["1", "true"], ["0", "false"]))
    else:
        found = numbers(table, column, blank=True)
        ones, zeros = found == 1, found == 0
    wrong = ~ones & ~zeros & cells.is_valid().to_numpy(False)
    table.refuse(wrong, column, "is not 0 or 1, true or false", cells.to_pylist() if wrong.any() else None)
    return np.asarray(ones)


def dates(table: Table, column: str, date_format: str | None = None, *, blank: bool = False) -> np.ndarray:
    """Read datetime64[ns], of ISO form unless a format is given; NaT where there is a fault, or nothing and `blank`."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _trimmed(table, column)
    if not blank:
        table.refuse(cells.is_null().to_numpy(False), column, "the date is missing")
    if pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type):
        if getattr(cells.type, "tz", None):
            table.say(column, f"the times have a time zone, {cells.type.tz}: turn them into times of day without one")
            return np.full(len(cells), np.datetime64("NaT", "ns"))
        try:
            return np.asarray(cells.cast(pa.timestamp("ns")).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid as error:
            table.say(column, f"cannot be kept in nanoseconds: {error}")
            return np.full(len(cells), np.datetime64("NaT", "ns"))
    if date_format is not None and pa.types.is_integer(cells.type):
        cells = cells.cast(pa.string())  # 20260131
    if not pa.types.is_string(cells.type):
        hint = f"is no date, but of type {cells.type}"
        table.refuse(cells.is_valid().to_numpy(False), column, hint, cells.to_pylist())
        return np.full(len(cells), np.datetime64("NaT", "ns"))
    if date_format is None:
        fits = pc.fill_null(pc.match_substring_regex(cells, ISO), False)
        shaped = pc.if_else(fits, cells, pa.scalar(None, pa.string()))
        found = pd.to_datetime(shaped.to_pandas(), format="ISO8601", errors="coerce")
    else:
        try:
            found = pd.to_datetime(cells.to_pandas(), format=date_format, errors="coerce")
        except ValueError as error:
            table.say("date_format", str(error))
            table.end()
        if found.dtype != "datetime64[ns]":
            table.say("date_format", "time zones are not read: turn the times into times of day without one")
            table.end()
    read = np.asarray(found.to_numpy(), "datetime64[ns]")
    wrong = np.isnat(read) & cells.is_valid().to_numpy(False)
    if wrong.any():
        texts = cells.to_pylist()
        zoned = wrong & pc.fill_null(pc.match_substring_regex(cells, ISO_ZONE), False).to_numpy(False)
        table.refuse(zoned, column, "has a time zone: turn it into a time of day without one", texts)
        form = "2026-01-31 or 2026-01-31 18:05:00, of the years 1678 to 2261: else give date_format, such as %d/%m/%Y"
        reason = f"is no date like {form}" if date_format is None else f"is no date of the form {date_format}"
        table.refuse(wrong & ~zoned, column, reason, texts)
    return read


def names(table: Table, column: str, what: str = "name") -> Any:
    """Read names as they stand: int64 if all are whole numbers, else an object array of text; "" where one is missing.

    A column of categories stays one (a pandas Categorical), with those that do not occur.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = table.cells.column(column).type
    cells = _column(table, column)
    if pa.types.is_floating(cells.type) and pc.all(pc.equal(cells, pc.floor(cells))).as_py() is not False:
        cells = pc.if_else(pc.is_nan(cells), None, cells).cast(pa.int64())
    if pa.types.is_integer(cells.type):
        table.refuse(cells.is_null().to_numpy(False), column, f"the {what} is missing")
        return np.asarray(cells.fill_null(0).cast(pa.int64()).to_numpy(False))
    if not pa.types.is_string(cells.type):
        cells = pa.array([None if value is None else str(value) for value in cells.to_pylist()], pa.string())
    empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells), ""), True).to_numpy(False)
    table.refuse(empty, column, f"the {what} is missing")
    if len(cells) and table.is_text and pc.all(pc.match_substring_regex(cells, WHOLE)).as_py() and not empty.any():
        return np.asarray(cells.cast(pa.int64()).to_numpy(False))
    texts = np.asarray(cells.fill_null("").to_numpy(zero_copy_only=False), object)
    if pa.types.is_dictionary(kind):
        import pandas as pd

        known = table.cells.column(column).combine_chunks().dictionary.to_pylist()
        return pd.Categorical(texts, [str(value) for value in known])
    return texts


def categories(values: Any) -> pd.Categorical:
    """Names of brands as a Categorical, of text."""
    import pandas as pd

    if isinstance(values, pd.Categorical):
        return values
    return pd.Categorical(np.asarray(values).astype(str).astype(object) if len(values) else np.empty(0, object))


def _column(table: Table, column: str) -> Any:
    """One array, of plain values; text of one type."""
    import pyarrow as pa

    cells = table.cells.column(column)
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if isinstance(cells, pa.ChunkedArray):  # an old pyarrow leaves no chunk as it is
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], cells.type)
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return cells.cast(pa.string()) if pa.types.is_large_string(cells.type) else cells


def _trimmed(table: Table, column: str) -> Any:
    """The same, of text without blanks around; nothing but blanks, in quotes or not, is a missing value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _column(table, column)
    if not pa.types.is_string(cells.type):
        return cells
    text = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
