"""Markdown: names, values and docstrings as text that is never taken for markup, and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_{}\[\]<>|$~#&])")
_SPAN = re.compile(r"(`+)(.+?)\1")


def escaped(text: str) -> str:
    """A text on one line in which nothing is markup."""
    one_line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _MARKS.sub(r"\\\1", one_line).replace(r"\<", "&lt;").replace(r"\&", "&amp;")


def code(text: str) -> str:
    """A text on one line as code; fenced by more backticks than it has in a row."""
    one_line = "".join(c if c.isprintable() else " " for c in text).replace("|", r"\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", one_line)), default=0) + 1)
    pad = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"


def prose(docstring: str) -> str:
    """A docstring as one paragraph: what it has in backticks stays code, nothing else is markup."""
    text = " ".join(docstring.split())
    parts, end = [], 0
    for span in _SPAN.finditer(text):
        parts += [escaped_inside(text[end : span.start()]), code(span[2])]
        end = span.end()
    return "".join([*parts, escaped_inside(text[end:])])


def escaped_inside(text: str) -> str:
    """As `escaped`, with the spaces at both ends kept."""
    if not text.strip():
        return " " * bool(text)
    return " " * text[0].isspace() + escaped(text) + " " * text[-1].isspace()


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; cells are Markdown already."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*lines, *("| " + " | ".join(cell or " " for cell in row) + " |" for row in rows), ""]
