"""Spreadsheet: all tables of a report as one xlsx file, a sheet each, with units under the heads.

Text is written as text: a name that begins with =, +, - or @ is no formula, and an address no link.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from loyaltysim.report.language import Language
from loyaltysim.report.table import Cell, Table

WIDEST = 60
"""Letters of a column; assumed."""
MOST_LETTERS = 31
"""Of a sheet's name, as Excel has it."""
LONGEST = 32_767
"""Letters of a cell, as Excel counts them: in UTF-16, where rare signs are two."""


def has_xlsxwriter() -> bool:
    """Whether a spreadsheet can be written here."""
    from importlib.util import find_spec

    return find_spec("xlsxwriter") is not None


def write_spreadsheet(path: Path, answers: Table, tables: Sequence[Table], language: Language, written: str) -> None:
    """Write the file; `written` is the time that it says, so that it is the same for the same report."""
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        book.set_properties({"created": datetime.fromisoformat(written).replace(tzinfo=None)})
        for table in (answers, *tables):
            _write(book, table, language)


def _write(book: Any, table: Table, language: Language) -> None:
    sheet = book.add_worksheet(table.key[:MOST_LETTERS])
    bold, faint = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"italic": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, fitting(table.title, language), bold)
    for column, (name, unit) in enumerate(table.columns):
        sheet.write_string(2, column, fitting(name, language), bold)
        sheet.write_string(3, column, unit, faint)
        widest = max((len(str(row[column])) for row in table.rows if isinstance(row[column], str)), default=10)
        sheet.set_column(column, column, min(max(widest, 12), WIDEST))
    for line, row in enumerate(table.rows, start=4):
        for column, cell in enumerate(row):
            _write_cell(sheet, line, column, cell, wrapped, language)
    sheet.freeze_panes(4, min(table.texts, 1))


def _write_cell(sheet: Any, line: int, column: int, cell: Cell, wrapped: Any, language: Language) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, column, fitting(cell, language), wrapped)
    elif math.isfinite(cell):
        sheet.write_number(line, column, cell)


def fitting(text: str, language: Language) -> str:
    """A text as far as a cell can hold it, with a word where it is cut: a longer one would be left out."""
    whole = text.encode("utf-16-le")
    if len(whole) <= 2 * LONGEST:
        return text
    end = f" {language.say('… (cut here)')}"
    return whole[: 2 * (LONGEST - len(end))].decode("utf-16-le", errors="ignore") + end
