"""Table: what the page and the spreadsheet show in rows, every column with its unit."""

from __future__ import annotations

from dataclasses import dataclass

from loyaltysim.report.language import decimals
from loyaltysim.study.wording import Number

Cell = str | int | float


class Rounded(float):
    """A number and how many decimals the page writes of it; others are told as somebody set them."""

    decimals: int

    def __new__(cls, value: float, decimals: int) -> Rounded:
        """The number, which behaves like any other."""
        made = super().__new__(cls, value)
        made.decimals = decimals
        return made


def cells(number: Number) -> list[Cell]:
    """Mean and ends of a number, with the decimals that its interval is worth."""
    kept = decimals(number)
    return [Rounded(end, kept) for end in (number.mean, number.low, number.high)]


@dataclass(frozen=True)
class Table:
    """A table: columns are (name, unit)."""

    key: str
    section: str
    title: str
    columns: list[tuple[str, str]]
    rows: list[list[Cell]]
    on_page: bool = True
    """Whether the page shows it; the spreadsheet has all."""
    texts: int = 1
    """So many first columns are words."""
    unfolded: bool = False
    """Whether it stands open on the page: one that an answer links to."""
