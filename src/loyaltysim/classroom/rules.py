"""Rules: what `class.toml` says: the market, the teams, what they may set, and what is scored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from loyaltysim.classroom.limits import limits_of, settable
from loyaltysim.faults import Fault, ScenarioError, nearest, path_text
from loyaltysim.levers.lever import Lever
from loyaltysim.pricing.pricing import Pricing
from loyaltysim.programs.program import Program
from loyaltysim.record import Part, Record, setting
from loyaltysim.scenario_faults import all_faults
from loyaltysim.scenario_file import Source, parse
from loyaltysim.toml_lines import lines_of

FILE = "class.toml"
ROOMS: dict[str, type[Part]] = {"programs": Program, "levers": Lever, "pricing": Pricing}
"""The lists of parts that a brand has."""
MOST_TEAMS, LONGEST_NAME = 24, 40
"""Assumed: a brand each, beside the market's own; and a name that fits into a table."""
_NAME = re.compile(r"[^\W_][\w -]*")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|all)")


class Rules(Record):
    """What is played, by whom, and what counts."""

    schema_: Literal[1] = setting(1, "Version of this format.", validation_alias="schema")
    title: str = setting("", "What the class is called.")
    market: str = setting(..., "A shipped scenario's name, or a file beside this one.")
    changes: dict[str, Any] = setting(dict, 'Changes to the market, by path: "population.n_customers" = 2000.')
    brand: str = setting("Ours", "The brand of the market that teams play.")
    together: bool = setting(
        False,
        "Whether teams share one market, each with a brand of its own that is like this one, and compete; else each "
        "plays this brand in a market of its own, with the same customers and luck.",
    )
    teams: tuple[str, ...] = setting(..., "Names of the teams.", min_length=1, max_length=MOST_TEAMS)
    rounds: int = setting(4, "Rounds in all.", ge=1, le=52, unit="rounds")
    weeks: float = setting(13.0, "Length of a round, to the nearest whole step.", gt=0, le=520, unit="weeks")
    replications: int = setting(20, "How many times each market is played, with other luck.", ge=1, le=1000)
    seed: int = setting(1, "Luck: the same seed gives the same bits.", ge=0)
    score: Literal["profit", "retention", "customer_equity"] = setting("profit", "What is scored.")
    discount_rate: float = setting(0.1, "Yearly, for customer equity.", gt=0, le=10, unit="1/year")
    budget: float | None = setting(
        None,
        "What rewards, given or promised, levers and winning customers may cost a round; what is left stays.",
        ge=0,
        unit="currency",
    )
    most: dict[Literal["programs", "levers", "pricing"], int] = setting(
        lambda: {"programs": 1, "levers": 1}, "How many of each a team may have."
    )
    may_set: dict[str, Any] = setting(
        ..., "What a hand-in may set: true, between two numbers, or one of some texts.", min_length=1
    )
    terms: dict[Literal["programs", "levers", "pricing"], dict[str, dict[str, Any]]] = setting(
        dict, "What holds for every program or lever of a kind, and is not the teams' to set."
    )

    @property
    def limits(self) -> dict[str, Any]:
        """What a hand-in may set, by path without places: True, (low, high), or a tuple of texts."""
        return limits_of(self.may_set)

    def said(self) -> dict[str, Any]:
        """The rules as plain values that must not change while a class is played."""
        return {name: value for name, value in self.model_dump(mode="json").items() if name != "title"}


def read_rules(folder: Path) -> tuple[Rules, Source]:
    """The rules of a class and where its file says them. Raises ScenarioError with all faults, located."""
    source = source_of(folder / FILE)
    try:
        rules = Rules.model_validate(source.document)
    except ValidationError as error:
        raise source.located(ScenarioError(all_faults(Rules, error, source.document))) from None
    faults = [*wrong_names(rules.teams), *settable(rules.may_set), *_terms(rules)]
    if faults:
        raise source.located(ScenarioError(faults))
    return rules, source


def source_of(path: Path) -> Source:
    """A TOML file by itself: what it extends or uses is not looked at."""
    text, document = parse(path, str(path))
    where = {key: (str(path), line) for key, line in lines_of(text).items()}
    return Source(str(path), path.parent, document, where)


def wrong_names(teams: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with the teams' names: they are names of files, and perhaps of brands."""
    seen: dict[str, str] = {}
    for place, name in enumerate(teams):
        key = path_text(("teams", place))
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or _RESERVED.fullmatch(name) or name != name.strip():
            rule = f"letters, digits, spaces, - and _, from a letter or digit on, at most {LONGEST_NAME}"
            yield Fault(None, None, key, f'a team cannot be called "{name}": {rule}')
        elif name.casefold() in seen:
            yield Fault(None, None, key, f'there is a team "{seen[name.casefold()]}" already')
        seen[name.casefold()] = name


def _terms(rules: Rules) -> Iterator[Fault]:
    """What is wrong with the terms of a kind."""
    for room, kinds in rules.terms.items():
        for kind, table in kinds.items():
            known = ROOMS[room].kinds
            if kind not in known:
                near = nearest(kind, known)
                message = f'no {ROOMS[room].room} of kind "{kind}"'
                yield Fault(None, None, path_text(("terms", room, kind)), message, tuple(sorted(known)), near)
                continue
            try:
                known[kind].model_validate({**table, "kind": kind})
            except ValidationError as error:
                for fault in all_faults(known[kind], error, {**table, "kind": kind}):
                    if not fault.message.startswith("missing"):
                        where = path_text(("terms", room, kind))
                        yield Fault(None, None, f"{where}.{fault.key}" if fault.key else where, fault.message,
                                    fault.choices, fault.nearest)  # fmt: skip


def as_text(rules: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """The settings in which two readings of the rules differ."""
    return ", ".join(name for name in {**rules, **others} if rules.get(name) != others.get(name))
