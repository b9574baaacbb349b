"""The page of levers: every kind of what a brand can do, and where the advice and claims of the source texts stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from loyaltysim.levers import Lever, Target
from loyaltysim.pricing import Pricing
from loyaltysim.programs import Program
from loyaltysim.programs.parts.reward import Reward
from loyaltysim.record import Part
from loyaltysim.study.advice import CLAIMS_OF_TEXTS, LEVERS_OF_TEXTS, Advice

ROOMS: dict[str, type[Part]] = {
    "pricing": Pricing,
    "programs": Program,
    "rewards": Reward,
    "levers": Lever,
    "targets": Target,
}
"""What a brand can do, by the name of the room."""


class Kind(NamedTuple):
    """One kind of a room, and the sentence that says what it does."""

    room: str
    kind: str
    says: str


def kinds(rooms: tuple[str, ...] = tuple(ROOMS)) -> Iterator[Kind]:
    """All registered kinds of these rooms, in order of their names."""
    for room in rooms:
        for kind, part in sorted(ROOMS[room].kinds.items()):
            yield Kind(room, kind, sentence(part))


def sentence(part: type[Part]) -> str:
    """The first paragraph of a kind's docstring, without the numbers of equations."""
    first = (part.__doc__ or "").strip().split("\n\n")[0]
    return re.sub(r"\s*\(eqs?\. [^)]*\)", "", " ".join(first.split()))


def page() -> str:
    """The text of `docs/levers.md`."""
    return "\n".join(
        [
            "# Levers",
            "",
            "What a brand can do, and where the claims of the source texts stand. Made from the registry of kinds by",
            "`python tests/study/test_advice.py`; `loyaltysim scenarios --levers` lists the kinds on the terminal.",
            "",
            "## What the source texts advise",
            "",
            *_rows(LEVERS_OF_TEXTS, "Advice", "Kinds", "Settings"),
            "",
            "## What they claim",
            "",
            "Mechanisms are settings that can be switched off; numbers are compared with, never put in.",
            "",
            *_rows(CLAIMS_OF_TEXTS, "Claim", "Kinds", "Where"),
            *(line for room in ROOMS for line in _list(room)),
            "",
        ]
    )


def _rows(rows: tuple[Advice, ...], *heads: str) -> Iterator[str]:
    yield f"| {' | '.join(heads)} | Test |"
    yield "|" + "---|" * (len(heads) + 1)
    for row in rows:
        done_by = ", ".join(f"`{kind}`" for kind in row.by)
        yield f"| {row.says} | {done_by} | {row.settings} | `tests/{row.test}` |"


def _list(room: str) -> Iterator[str]:
    yield from ("", f"## {room.capitalize()}", "", "| Kind | What it does |", "|---|---|")
    for kind in kinds((room,)):
        yield f"| `{kind.kind}` | {kind.says} |"
