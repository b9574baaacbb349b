"""Link: what a visitor has chosen, as the query of an address, and back; whatever it says is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from loyaltysim.app.lessons import BY_NAME
from loyaltysim.app.sliders import sliders
from loyaltysim.faults import ScenarioError, nearest
from loyaltysim.scenario import Scenario

MOST_SEED = 1000
"""Assumed: as much luck as anybody tries."""
MOST_FIELDS, LONGEST_QUERY, SHOWN = 200, 8000, 60
"""Settings of a link, its characters, and those of a wrong one that are shown; assumed."""


@dataclass(frozen=True)
class Chosen:
    """A market, the luck, and what is changed in the second world; `told` are sentences on what could not be read."""

    market: str
    seed: int = 1
    changes: Mapping[str, float] = field(default_factory=dict)
    lesson: str = ""
    told: tuple[str, ...] = ()


def query_of(chosen: Chosen) -> str:
    """The query, beginning with a question mark."""
    changes = {path: f"{value:.10g}" for path, value in chosen.changes.items()}
    lesson = {"lesson": chosen.lesson} if chosen.lesson else {}
    return "?" + urlencode({"market": chosen.market, "seed": chosen.seed, **lesson, **changes})


def read_query(query: str, markets: Mapping[str, Scenario]) -> Chosen:
    """What a query asks for, as far as that can be; the first of the markets, unchanged, where it says nothing."""
    market, seed, changes, told = next(iter(markets)), 1, {}, []
    try:
        if len(query) > LONGEST_QUERY:
            raise ValueError
        given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return Chosen(market, told=("The link is too long to be one of this page, and was not read.",))
    name = given.pop("market", market)
    if name in markets:
        market = name
    else:
        near = nearest(name, markets)
        told.append(
            f'The link asks for a market "{_short(name)}", which is not here.'
            + (f' Did it mean "{near}"?' if near else "")
        )
        given = {}
    lesson = given.pop("lesson", "")
    if lesson and not (lesson in BY_NAME and BY_NAME[lesson].market == market):
        told.append(f'The link asks for a lesson "{_short(lesson)}", which there is not in this market.')
        lesson = ""
    number = given.pop("seed", "1")
    try:
        seed = read_seed(number)
    except ValueError as error:
        told.append(f"In the link, {error}.")
    known = sliders(markets[market]) if given else {}
    if lesson:  # what it does not show, it must not change
        known = {path: known[path] for path in BY_NAME[lesson].sliders if path in known}
    for path, text in given.items():
        if path not in known:
            where = "lesson" if lesson else "market"
            told.append(f'The link sets "{_short(path)}", which is no setting of this {where} that can be moved here.')
            continue
        try:
            changes[path] = known[path].read(text)
        except ValueError as error:
            told.append(f"In the link, {known[path].whose}: {error}; it stays as given.")
    try:
        markets[market].vary(dict(changes))
    except ScenarioError as error:
        told.append(f"The link's settings do not go together, so none of them holds. {error}")
        changes = {}
    return Chosen(market, seed, changes, lesson, tuple(told))


def read_seed(text: str) -> int:
    """The luck that somebody wrote. Raises ValueError, with a sentence, for what it cannot be."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SEED)) and int(text) <= MOST_SEED):
        raise ValueError(f"luck must be a whole number from 0 to {MOST_SEED}")
    return int(text)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
