"""Write: a report's page, its figures and its spreadsheet, into a folder."""

from __future__ import annotations

from pathlib import Path

from loyaltysim.report.answers import answers
from loyaltysim.report.figures import figures
from loyaltysim.report.findings import Findings
from loyaltysim.report.language import Language
from loyaltysim.report.page import page
from loyaltysim.report.spreadsheet import has_xlsxwriter, write_spreadsheet
from loyaltysim.report.table import Table
from loyaltysim.report.tables import tables
from loyaltysim.report.teller import Answer

PAGE, SHEETS, FIGURES = "report.html", "tables.xlsx", "figures"


def write(found: Findings, folder: str | Path, *, language: str = "en") -> list[Path]:
    """Write `report.html`, `figures/*.svg` and, with xlsxwriter, `tables.xlsx` into a folder, made if it is not there.

    Returns the files. The same findings give the same bytes.
    """
    folder, told = Path(folder), Language(language)
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    drawn, made, said = figures(found, told), tables(found, told), answers(found, told)
    written = []
    for figure in drawn:
        written.append(folder / FIGURES / f"{figure.name}.svg")
        written[-1].write_bytes(figure.file)
    if has_xlsxwriter():
        written.append(folder / SHEETS)
        write_spreadsheet(written[-1], _answers_table(said, told), made, told, str(found.read.manifest["written"]))
    (folder / PAGE).write_text(page(found, told, said, drawn, made, sheets=has_xlsxwriter()), "utf-8")
    return [folder / PAGE, *written]


def _answers_table(said: list[Answer], language: Language) -> Table:
    columns = [(language.say(head), "") for head in ("question", "answer", "in full")]
    rows: list[list[str | int | float]] = [[one.question, one.short, one.whole] for one in said]
    return Table("answers", "answer", language.say("The answers"), columns, rows, texts=3)
