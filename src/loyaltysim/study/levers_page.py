"""The page of levers: every kind of what a brand can do, and where the advice and claims of the source texts stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loyaltysim.levers import Lever, Target
from loyaltysim.pricing import Pricing
from loyaltysim.programs import Program
from loyaltysim.programs.parts.reward import Reward
from loyaltysim.record import Part
from loyaltysim.scenario_fields import Setting, number_text, settings
from loyaltysim.study.advice import CLAIMS_OF_TEXTS, LEVERS_OF_TEXTS, Advice

ROOMS: dict[str, type[Part]] = {
    "pricing": Pricing,
    "programs": Program,
    "rewards": Reward,
    "levers": Lever,
    "targets": Target,
}
"""What a brand can do, by the name of the room."""


HOW_TO = """\
## How to pull one

Levers stand below a brand, as many as it pulls. This file is `grocery` with three of ours; save it, then
`loyaltysim check` says what may not be meant, and `loyaltysim run` what they cost and what a market without them would
be.

```toml
extends = "grocery"
title = "Groceries: three levers of ours"

[[brands.Ours.levers]]  # presents for the fifth of our customers who bought lately, often and much
kind = "gift"
every_weeks = 26
cost_each = 3.0
target = {{ kind = "rfm", share = 0.2 }}

[[brands.Ours.levers]]  # news for those who are late for their own rhythm, in the first year
kind = "communication"
until_week = 52
cost_each = 0.05
target = {{ kind = "lapse", share = 0.25 }}

[[brands.Ours.levers]]  # better service, for everybody
kind = "service"
cost_a_week = 20.0
better = 0.1
```

`from_week` and `until_week` say when, `strength` how strongly (0: as if left out), `cost_a_week` and
`cost_each` at what cost, `target` on whom. `cost_a_week` is 0 unless you set it, so levers for everybody are free by
default, and their gain is told without a cost; `check` says so. A lever's default times may be shorter than a step: a
step counts then. What each lever cost and whom it reached stands in the Dataset as `cost_of_lever` and
`contacts_of_lever`, by step, lever ("Ours: gift", "Ours: gift 2") and segment; the coordinates `brand_of_lever` and
`kind_of_lever` say whose it is and what. `ls.who_was_moved` tells how many of those whom a lever reached would have
stayed anyway, and `loyaltysim lever-value mine.toml` what each of them brings beside its cost.

## Which have a target

Levers that reach single customers have one: {targeted}.

Others are for everybody unless they have one: {either}. With a `target` a community is a
club, which binds its members alone; a place to praise is for those who are asked in; of `service` the contact person is
for those who have one, and the rest for everybody. Who belongs does so until the next choice, `every_weeks` later.

The rest have none: {untargeted}.
They change what the brand is, and whoever meets it meets it so: a shop that is near, conduct, an answer that all can
read; advertising in mass media is seen by whoever looks.

"""


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
            HOW_TO.format(
                targeted=_named(_by_target(True)),
                either=_named(_by_target(None)),
                untargeted=_named(_by_target(False)),
            ),
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
            "## Settings",
            "",
            "What a table leaves out has its default. Where it says *given*, there is none.",
            *(line for room in ROOMS for line in _settings(room)),
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


def _by_target(has: bool | None) -> Iterator[str]:
    """Levers that have a target, have none, or, for None, may have one."""
    for kind, part in sorted(Lever.kinds.items()):
        target = part.model_fields.get("target")
        if has == (False if target is None else None if target.default is None else True):
            yield kind


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _settings(room: str) -> Iterator[str]:
    """What all kinds of a room have, and what each has besides, or with another default."""
    base = ROOMS[room]
    common = {one.name: one for one in settings(base)}
    yield from (
        "",
        f"### {room.capitalize()}",
        "",
        "| Kind | Setting | Unit | Default | What it is | Where the default comes from |",
    )
    yield "|---|---|---|---|---|---|"
    for one in common.values():
        yield _setting("all", one)
    for kind, part in sorted(base.kinds.items()):
        for one in settings(part):
            if common.get(one.name) != one:
                yield _setting(f"`{kind}`", one)


def _setting(kind: str, one: Setting) -> str:
    says = " ".join(one.says.split()).replace("|", "\\|")
    return f"| {kind} | `{one.name}` | {one.unit} | {_default(one)} | {says} | {'' if one.required else one.source} |"


def _default(one: Setting) -> str:
    """A default as a file writes it."""
    value = one.default
    if one.required:
        return "given"
    if isinstance(value, Part):
        return f"`{value.plain()}`" if isinstance(value.plain(), str) else f"`{value.kind}`"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value)
    return "none" if value is None or value in ((), {}, [], "") else f"`{value}`"
