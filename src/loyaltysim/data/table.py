"""Tables as they come: a CSV or Parquet file or a frame, cell by cell, with the line or row of each.

Nothing is guessed: fields are told apart by one delimiter, text is of one encoding, and a line that has too many or too
few fields is a fault. Lines without any value are passed over. An unquoted NA, NaN, NULL or None is a missing value; in
quotes it is a name.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np

from loyaltysim.data.other_files import what_it_is
from loyaltysim.data.rows import DataError, RowFault, refuse_choice
from loyaltysim.faults import nearest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Source: TypeAlias = str | Path | IO[bytes] | IO[str] | pd.DataFrame

MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "NaT"]
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
LARGEST = 2**31 - 2  # bytes that pyarrow takes as one block


@dataclass
class Table:
    """Cells and where they stand.

    Attributes
    ----------
    cells : all columns; of a text file as text
    numbers : int64, one per row: its line in a text file, else its number from 1
    name : of the file, None for a frame
    is_text : whether it is a text file
    faults : what was found wrong so far
    bad : bool, one per row: whether it has a fault
    """

    cells: pa.Table
    numbers: np.ndarray
    name: str | None = None
    is_text: bool = False
    faults: list[RowFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.numbers), bool)

    def at(self, row: int, column: str, message: str, reason: str = "") -> RowFault:
        """The fault of a row (from 0)."""
        number = int(self.numbers[row])
        where = {"line": number, "row": None} if self.is_text else {"line": None, "row": number}
        return RowFault(self.name, where["line"], column, message, row=where["row"], reason=reason or message)

    def refuse(self, rows: np.ndarray, column: str, reason: str, seen: Sequence[Any] | None = None) -> None:
        """Add a fault for each row that is marked; `seen` is what stood in each row of the table."""
        for row in np.flatnonzero(rows).tolist():
            said = reason if seen is None else f'"{seen[row]}" {reason}'
            self.faults.append(self.at(row, column, said, reason))
        self.bad |= rows

    def say(self, column: str, message: str, choices: Iterable[str] = (), near: str | None = None) -> None:
        """Add a fault of the whole table."""
        self.faults.append(RowFault(self.name, None, column, message, tuple(choices), near, reason=message))

    def end(self) -> None:
        """Raise DataError if there is any fault."""
        if self.faults:
            raise DataError(sorted(self.faults, key=lambda fault: fault.line or fault.row or 0))

    def find(
        self, wanted: Mapping[str, tuple[str, ...]], needed: Iterable[str], columns: Mapping[str, str] | None
    ) -> dict[str, str]:
        """Which column of the table holds what.

        Parameters
        ----------
        wanted : what may be there, and the names under which it is known besides its own
        needed : what must be there
        columns : what the user says: name → column of the table
        """
        there, said, found = self.cells.column_names, dict(columns or {}), {}
        before = len(self.faults)
        own_names = {other: name for name, others in wanted.items() for other in others}
        for name in [name for name in said if name not in wanted]:
            if name in own_names:
                here = own_names[name]
                self.say(f'columns["{name}"]', f'is called "{here}" here: columns={{"{here}": "{said[name]}"}}')
            else:
                self.say(f'columns["{name}"]', "there is no such column to name", wanted, nearest(name, wanted))
        for name, others in wanted.items():
            if name in said:
                if said[name] not in there:
                    self.say(name, f'no column "{said[name]}"', there, nearest(said[name], there))
                else:
                    found[name] = said[name]
                continue
            own = [other for other in (name, *others) if other in there and other not in said.values()]
            if len(own) > 1:
                self.say(name, f'both {" and ".join(own)} may be meant: say which, columns={{"{name}": "{own[0]}"}}')
            elif own:
                found[name] = own[0]
            elif name in needed:
                message = f'no column "{name}": name yours with columns={{"{name}": …}}'
                self.say(name, message, there, nearest(name, there))
            else:
                self._warn_of_unread(name, [one for one in there if one.strip().casefold() in (name, *others)], said)
        if len(self.faults) > before:
            self.end()
        return found

    def _warn_of_unread(self, name: str, alike: list[str], said: Mapping[str, str]) -> None:
        """Warn of columns that are called as what may be there, but for capitals, and are not read."""
        for one in [one for one in alike if one not in said.values()]:
            where, hint = self.name or "the data", f'columns={{"{name}": "{one}"}}'
            warnings.warn(f'{where}: the column "{one}" is not read; if it is meant, give {hint}', stacklevel=4)


def open_table(source: Source, *, decimal: str = ".", delimiter: str = ",", encoding: str = "utf-8") -> Table:
    """Read all cells.

    Raises DataError for what is no table (no such file, no text, columns of one name), one without a row, a decimal
    mark that is no "." or ",", and a delimiter that is not one character.
    """
    import pandas as pd

    refuse_choice("decimal", decimal, (".", ","))
    if len(delimiter) != 1 or delimiter in '"\r\n':
        message = f"must be one character, such as , or ; or \\t, and no quote or line end; was {delimiter!r}"
        raise DataError([RowFault(None, None, "delimiter", message, reason=message)])
    if isinstance(source, pd.DataFrame):
        table = _frame(source)
    elif isinstance(source, str | Path):
        table = _file(source, delimiter, encoding)
    elif hasattr(source, "read"):
        name = getattr(source, "name", None)
        table = _text(source.read(), name if isinstance(name, str) else None, delimiter, encoding)
    else:
        message = f"must be a path, an open file or a DataFrame, was {source!r:.80}"
        raise DataError([RowFault(None, None, "", message, reason=message)])
    if not len(table.numbers) and not table.faults:
        table.say("", "there is no row below the names of the columns" if table.is_text else "there is no row")
        table.end()
    return table


def _file(source: str | Path, delimiter: str, encoding: str) -> Table:
    path = Path(source)
    if not path.is_file():
        message = "is a folder, where a file is wanted" if path.is_dir() else "there is no such file"
        if "://" in str(source):
            message = "is an address: fetch the file first, and give its path"
        raise DataError([RowFault(str(source), None, "", message, reason=message)])
    if path.suffix == ".parquet":
        return _parquet(path)
    return _text(path.read_bytes(), path.name, delimiter, encoding)


def _frame(frame: pd.DataFrame) -> Table:
    import pyarrow as pa

    names = [str(name) for name in frame.columns]
    _once(names, None)
    arrays = [_array(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return Table(pa.Table.from_arrays(arrays, names=names), np.arange(1, len(frame) + 1))


def _parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        cells = pa.parquet.read_table(path)
    except pa.ArrowInvalid as error:
        message = f"cannot be read as Parquet: {error}"
        raise DataError([RowFault(path.name, None, "", message, reason=message)]) from None
    return Table(cells, np.arange(1, cells.num_rows + 1), path.name)


def _array(column: pd.Series[Any]) -> pa.Array:
    """A column of a frame; one of mixed sorts as text, so that each cell can be looked at."""
    import pyarrow as pa

    try:
        found = pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        found = pa.array([None if missing else str(value) for value, missing in zip(column, column.isna())])
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _once(names: list[str], file: str | None) -> None:
    twice = list(dict.fromkeys(name for name in names if name and names.count(name) > 1))
    if twice:
        message = "there are several columns of this name"
        raise DataError([RowFault(file, 1 if file else None, name, message, reason=message) for name in twice])


def _text(data: bytes | str, name: str | None, delimiter: str, encoding: str) -> Table:
    import pyarrow as pa
    import pyarrow.csv

    text = _decoded(data, name, encoding)
    if not text.strip():
        raise DataError([RowFault(name, None, "", "the file is empty", reason="the file is empty")])
    try:
        names = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise DataError([RowFault(name, 1, "", f"cannot be read as CSV: {error}", reason="no CSV")]) from None
    if not names:
        message = "the line is empty: the names of the columns belong here"
        raise DataError([RowFault(name, 1, "", message, reason=message)])
    _once(names, name)
    others = [mark for mark in (",", ";", "\t", "|") if mark != delimiter and mark in names[0]]
    if len(names) == 1 and others:
        message = f"the head is one field: if fields end with {others[0]!r}, give delimiter={others[0]!r}"
        raise DataError([RowFault(name, 1, "", message, reason=message)])
    _closed(text, name, delimiter)
    ragged: list[Any] = []

    def keep(row: Any) -> str:
        ragged.append(row)
        return "skip"

    coded = text.encode()
    try:
        cells = pa.csv.read_csv(
            io.BytesIO(coded),
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=min(len(coded) + 1, LARGEST)),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=MISSING,
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        ).combine_chunks()
    except pa.ArrowInvalid as error:
        message = f"cannot be read as CSV: {error}"
        raise DataError([RowFault(name, None, "", message, reason=message)]) from None
    lines, at = _lines(cells, ragged, csv_lines=names)
    filled = np.zeros(cells.num_rows, bool)
    for column in cells.columns:
        filled |= column.is_valid().to_numpy()
    table = Table(cells.filter(pa.array(filled)), lines[filled], name, True)
    for row, line in zip(ragged, at):
        reason = f"{row.actual_columns} fields, the head has {row.expected_columns}"
        if delimiter == "," and row.actual_columns > row.expected_columns:
            reason += ": is a decimal comma, or a comma in a name that wants quotes, among them"
        table.faults.append(RowFault(name, line, "", reason, reason=reason))
    return table


def _closed(text: str, name: str | None, delimiter: str) -> None:
    """Raise DataError for the first quote that is not closed where its field ends: rows would become one in silence."""
    if '"' not in text:
        return
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        reason = "a quote is opened here and not closed at the end of its field, so what follows cannot be told apart"
        raise DataError([RowFault(name, line, "", reason, reason=reason)]) from None


def _decoded(data: bytes | str, name: str | None, encoding: str) -> str:
    """The text, without a byte order mark; raises DataError with every line that is not of the encoding."""
    if isinstance(data, str):  # a file that was opened as text
        return data.removeprefix("\ufeff")
    other = what_it_is(data)
    if other is not None:
        raise DataError([RowFault(name, None, "", other, reason=other)])
    marked = MARKS.get(data[:2])
    if marked and "16" not in encoding:
        message = f'the file is {marked.upper()}: give encoding="{marked}"'
        raise DataError([RowFault(name, 1, "", message, reason=message)])
    try:
        return data.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
    except LookupError:
        message = f'there is no encoding "{encoding}"'
        raise DataError([RowFault(name, None, "encoding", message, reason=message)]) from None
    except UnicodeDecodeError:
        pass
    faults = []
    reason = f'is not {encoding}: if the file was made on an older Windows, give encoding="cp1252"'
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError as error:
            before = line[max(0, error.start - 20) : error.start].decode(encoding, "replace")
            message = f"byte {line[error.start]:#04x} after {before!r} {reason}"
            faults.append(RowFault(name, number, "", message, reason=reason))
    raise DataError(faults or [RowFault(name, None, "", reason, reason=reason)])


def _lines(cells: pa.Table, ragged: list[Any], csv_lines: list[str]) -> tuple[np.ndarray, list[int]]:
    """The line where each row begins, and each ragged one: records come in order, and some fill several lines."""
    import pyarrow.compute

    inside = np.zeros(cells.num_rows, np.int64)  # line ends inside of quotes
    for column in cells.columns:
        found = pyarrow.compute.count_substring(column, "\n").fill_null(0)
        inside += found.to_numpy()
    head = 1 + sum(name.count("\n") for name in csv_lines)
    records = np.ones(cells.num_rows + len(ragged), np.int64)
    places = np.array([row.number - 2 for row in ragged], np.int64)  # the head is record 1
    good = np.ones(len(records), bool)
    good[places] = False
    records[good] += inside
    records[places] += np.array([(row.text or "").rstrip("\r\n").count("\n") for row in ragged], np.int64)
    begins = head + 1 + np.append(0, np.cumsum(records)[:-1]).astype(np.int64)
    return begins[good], begins[places].tolist()
