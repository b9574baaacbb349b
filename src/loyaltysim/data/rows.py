"""Faults of data: the row, the column, what stood there and why it will not do; all of them at once.

A row of a text file is told by its line, the head being line 1; a row of a Parquet file or of a frame by its number,
the first being row 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.faults import Fault, ScenarioError, nearest

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
"""So many faults are told in words (assumed: a screen); all of them are in `faults`."""


@dataclass(frozen=True)
class RowFault(Fault):
    """One thing that is wrong with data.

    Attributes
    ----------
    row : in Parquet files and frames, where `line` is None; None in text files, and where the whole table is meant
    reason : the message without what stood there, by which faults are counted
    """

    row: int | None = None
    reason: str = ""

    def __str__(self) -> str:
        if self.row is None:
            return super().__str__()
        place = f"{self.file}, row {self.row}" if self.file else f"row {self.row}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class DataError(ScenarioError):
    """Data that cannot be used as they are; `faults` has every fault, `frame` the same as a table."""

    def __init__(self, faults: Iterable[RowFault]) -> None:
        self.faults: tuple[RowFault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return tell(self.faults)

    def frame(self) -> pd.DataFrame:
        """One row a fault: file, line (text files) or row (others), column, message, reason."""
        return as_frame(self.faults)


class LeftOut(UserWarning):
    """Rows were left out as was asked for; `faults` has each with its reason, `frame` the same as a table."""

    def __init__(self, faults: Iterable[RowFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return f"left out, as asked for: {len(self.faults):,} rows\n{tell(self.faults)}"

    def frame(self) -> pd.DataFrame:
        """One row a row that was left out, in the columns of `DataError.frame`."""
        return as_frame(self.faults)


def refuse_choice(name: str, given: str, possible: tuple[str, ...]) -> None:
    """Raise DataError if what is given for a parameter is none of what is possible."""
    if given not in possible:
        message = f'there is no choice "{given}"'
        raise DataError([RowFault(None, None, name, message, possible, nearest(given, possible), reason=message)])


def tell(faults: tuple[RowFault, ...]) -> str:
    """The first faults in words, a line each, and how many more there are of each reason."""
    lines = [str(fault) for fault in faults[:SHOWN]]
    more = Counter((fault.key, fault.reason) for fault in faults[SHOWN:])
    if more:
        lines.append(f"and {len(faults) - SHOWN:,} more:")
        lines += [f"  {count:,} × {key}: {reason}" for (key, reason), count in more.most_common()]
    return "\n".join(lines)


def as_frame(faults: Iterable[RowFault]) -> pd.DataFrame:
    """One row a fault."""
    import pandas as pd

    names = {"file": "file", "line": "line", "row": "row", "column": "key", "message": "message", "reason": "reason"}
    listed = list(faults)
    frame = pd.DataFrame({name: [getattr(fault, field) for fault in listed] for name, field in names.items()})
    return frame.astype({"line": "Int64", "row": "Int64"})
