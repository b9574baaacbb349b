"""Equations: what docs/model.md says of each, by its number, so that nothing is written twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FILES = (HERE / "model.md", HERE.parents[3] / "docs" / "model.md")
"""Where the document is: in an installed package, and in a checkout."""
_DEFINED = re.compile(r"\*\*\((E\d+)\)\*\*")
_CITED = re.compile(r"\bE(\d+)\b(?:[–-]E(\d+)\b)?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Passage:
    """A paragraph of docs/model.md and the equations that it defines."""

    section: str
    text: str
    numbers: tuple[str, ...]


@cache
def passages() -> tuple[Passage, ...]:
    """All paragraphs that define equations, in their order."""
    text = next(file for file in FILES if file.is_file()).read_text("utf-8")
    section, found = "", []
    for block in re.split(r"\n\s*\n", text):
        if block.startswith("#"):
            section = block.splitlines()[0].lstrip("# ").strip()
        numbers = tuple(dict.fromkeys(_DEFINED.findall(block)))
        if numbers:
            found.append(Passage(section, block, numbers))
    return tuple(found)


def known() -> set[str]:
    """The numbers of all equations."""
    return {number for passage in passages() for number in passage.numbers}


def cited(text: str) -> list[str]:
    """The equations that a text cites, each once, ranges in full."""
    numbers = known()
    found = []
    for first, last in _CITED.findall(text):
        found += [f"E{n}" for n in range(int(first), int(last or first) + 1)]
    return [number for number in dict.fromkeys(found) if number in numbers]


def links(numbers: Iterable[str]) -> str:
    """Links to the equations, as they are quoted at the end."""
    return ", ".join(f"[{number}](#{number.lower()})" for number in numbers)


def quoted(numbers: Iterable[str]) -> list[str]:
    """The paragraphs that define some equations, as docs/model.md has them, under the names of its sections."""
    wanted = set(numbers)
    chosen = [passage for passage in passages() if wanted & {*passage.numbers}]
    there = {number for passage in chosen for number in passage.numbers}
    lines: list[str] = []
    section = None
    for passage in chosen:
        if passage.section != section:
            section = passage.section
            lines += [f"### {section}", ""]
        lines += [_linked(_LINK.sub(r"\1", passage.text), there), ""]
    return lines


def _linked(text: str, there: set[str]) -> str:
    """A paragraph with a place to link to at each definition, and a link at each citation of what is quoted too."""

    def cite(match: re.Match[str]) -> str:
        number = match[0]
        return f"[{number}](#{number.lower()})" if number in there else number

    parts = _DEFINED.split(text)  # text, number, text, number, …
    pieces = [re.sub(r"\bE\d+\b", cite, part) for part in parts[::2]]
    marks = [f'<a id="{number.lower()}"></a>**({number})**' for number in parts[1::2]]
    return "".join(piece + mark for piece, mark in zip(pieces, [*marks, ""]))
