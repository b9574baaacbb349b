"""`loyaltysim report`: one page to decide on."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import plain, print_json, told

if TYPE_CHECKING:
    from loyaltysim.report import Findings, Read


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that run --out or compare --out wrote.")],
    of: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Scenario that it is about; the first with a program that is no baseline."),
    ] = None,
    axes: Annotated[
        list[str] | None,
        typer.Option(
            "--axis",
            metavar="PATH=[LOW,HIGH]",
            help="Range of an assumption, in place of 20 % to either side; may be given again.",
        ),
    ] = None,
    lang: Annotated[
        str, typer.Option(metavar="CODE", help="Language of the page.", autocompletion=complete.languages)
    ] = "en",
    seed: Annotated[str | None, typer.Option(metavar="N", help="Luck; that of the folder if not given.")] = None,
    replications: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="How many runs of each world; as many as the folder has, at most 10, if not given."
        ),
    ] = None,
    threads: options.Threads = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the report; DIR/report if not given.")
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make one page to decide on of a folder of results: answers with ranges, pictures, assumptions, sources.

    What a program is worth, in which worlds, and which assumptions that rests on, is run for it. Beside report.html
    stand its figures and tables.xlsx.
    """
    with told(as_json), ExitStack() as stack:
        from loyaltysim.cli.asked import Faults, read_axes, read_options
        from loyaltysim.cli.folder import REPORT, check_folder, refused, writing, written_by
        from loyaltysim.cli.saving import SCHEMA, write_manifest
        from loyaltysim.cli.show import note
        from loyaltysim.report import read, write
        from loyaltysim.report.answers import answers as answers_in
        from loyaltysim.report.findings import ranges
        from loyaltysim.report.language import NO_BREAK, Language, check_language
        from loyaltysim.report.spreadsheet import has_xlsxwriter
        from loyaltysim.study.assumptions import SPREAD

        faults = Faults()
        asked = read_options(faults, seed=seed or "1", replications=replications or "1", threads=threads)
        with faults.of("--lang"):
            check_language(lang)
            Language(lang)
        wanted = read_axes(faults, axes or [])
        where = folder / REPORT if out is None else out
        with faults.of():
            found = read(folder)
            ranges(found.scenarios[found.subject(of)], wanted, SPREAD)
            if written_by(where) not in (None, REPORT):
                raise refused(f'"{where}" holds the results of a run: a report needs a folder of its own')
            check_folder(where, overwrite)
        faults.tell()
        place = stack.enter_context(writing(where))
        made = work_out_with_bar(
            found, quiet, of=of, axes=wanted, threads=asked.threads,
            replications=None if replications is None else asked.replications,
            seed=None if seed is None else asked.seed,
        )  # fmt: skip
        files = [file.relative_to(place) for file in write(made, place, language=lang)]
        write_manifest(place, schema=SCHEMA, command=REPORT, of=made.subject, language=lang)
        stack.close()  # the folder is in its place before it is spoken of
        answers = [(one.question, one.short, one.whole) for one in answers_in(made, Language(lang))]
        if as_json:
            rows = [{"question": question, "answer": short, "text": text} for question, short, text in answers]
            print_json({"command": "report", "folder": str(folder), "out": str(where), "of": made.subject,
                        "replications": made.replications, "seed": made.seed, "answers": rows,
                        "files": [file.as_posix() for file in files]})  # fmt: skip
        else:
            for question, short, text in answers:
                typer.echo(plain(f"{question} {short}\n  {text}".replace(NO_BREAK, " ")))
        note(f"written to {plain(str(where / files[0]))}", quiet)
        if not has_xlsxwriter():
            note("no tables.xlsx: it needs xlsxwriter, pip install -c constraints.txt -e '.[reports]'", quiet)


def work_out_with_bar(found: Read, quiet: bool, **how: Any) -> Findings:
    """Run what the report needs, with a bar."""
    from loyaltysim.cli.progress import bar
    from loyaltysim.report import work_out
    from loyaltysim.report.findings import effort, usual_replications

    subject = found.subject(how["of"])
    replications = how["replications"] or usual_replications(found, subject)
    with bar(effort(found, subject, replications), quiet) as tell:
        return work_out(found, progress=tell, **how)
