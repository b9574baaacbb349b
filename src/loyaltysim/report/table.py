"""Table: what the page and the spreadsheet show in rows, every column with its unit."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int | float


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
