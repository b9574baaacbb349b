"""Words: standings and what programs were worth, as tables of text for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from loyaltysim.classroom.debrief import Debrief
from loyaltysim.classroom.game import Game
from loyaltysim.classroom.hand_in import InForce
from loyaltysim.classroom.standings import Standing
from loyaltysim.study.wording import UNKNOWN, Number

SCORES = {"profit": "profit", "retention": "retention", "customer_equity": "customer equity"}
NONE = "none"


@dataclass(frozen=True)
class Words:
    """A table of texts."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    texts: tuple[int, ...]
    """Which columns are no numbers."""
    note: str = ""
    head: int = 1
    """Which column names the row."""


def leaderboard(found: Sequence[Standing], game: Game) -> Words:
    """One row a team, the first first."""
    rules, currency = game.rules, game.market.currency
    percent = rules.score == "retention"
    unit = "%" if percent else currency
    budget = [] if rules.budget is None else [f"budget left\n{currency}"]
    profit = [] if rules.score == "profit" else [f"profit\n{currency}"]
    heads = ["", "team", f"{SCORES[rules.score]} so far\n{unit}", f"behind the first\n{unit}", *budget, *profit,
             "retention\n%", "share\n%", "members", "hand-in"]  # fmt: skip
    rows = []
    for one in found:
        score, behind = ((number.times(100) if percent else number) for number in (one.score, one.behind))
        left = [] if one.budget is None else [whole(one.budget - one.told["spent"].mean)]
        rows.append([
            f"{one.rank}.", one.team, both(score), both(behind) if one.rank > 1 or one.behind.mean else "", *left,
            *([whole(one.told["profit"].mean)] if profit else []), one.told["retention"].times(100).text(),
            one.told["share"].times(100).text(), whole(one.told["members"].mean), since(one, game),
        ])  # fmt: skip
    note = f"Retention, share and members are those of round {len(game.played)}; the rest is of all rounds so far."
    return Words(f"After round {len(game.played)} of {rules.rounds}", heads, rows, (0, 1, len(heads) - 1), note)


def since(one: Standing | InForce, game: Game) -> str:
    """What is in force, and why it is not what was handed in last."""
    of = f"of round {one.since}" if one.since else "as the market has it"
    wrong = len(one.faults)
    return f"{of} ({wrong} fault{'s' * (wrong != 1)} in the newest)" if wrong else of


def worth(found: Debrief, game: Game) -> Words:
    """One row a team: what its program was worth."""
    currency = game.market.currency
    heads = ["", "team", f"profit\n{currency}", "retention\npoints", "customers\n", f"rewards\n{currency}",
             "of these, for what would\nhave been bought anyway, %", "program"]  # fmt: skip
    rows = []
    for one in found.standings:
        own = found.worth[one.team]
        if own is None:
            rows.append([f"{one.rank}.", one.team, *[UNKNOWN] * 5, "had no program"])
            continue
        profit = own.effects["profit"]
        verdict = ("paid" if profit.mean > 0 else "did not pay") if profit.certain else "not told from luck"
        rows.append([
            f"{one.rank}.", one.team, both(profit), both(own.effects["retention"].times(100)),
            both(own.effects["customers"]), whole(own.cost.mean), both(own.anyway.times(100)), verdict,
        ])  # fmt: skip
    note = (
        "Each row: all rounds as they were, less all rounds without this team's program, everything else being the "
        "same: customers, luck, what others did."
    )
    return Words("What each program was worth", heads, rows, (0, 1, len(heads) - 1), note)


def sentences(found: Sequence[Standing], game: Game) -> Iterator[str]:
    """Who leads, and whether that is sure."""
    over = [one.team for one in found if one.over]
    if over:
        yield f"Over the budget, and so behind all who keep to it: {', '.join(over)}."
    first = [one for one in found if one.rank == 1]
    if len(first) > 1:
        yield f"{', '.join(one.team for one in first)} lead together: they came to the same."
        return
    rest = [one for one in found if one.rank > 1 and not one.over]
    if not rest:
        return
    unsure = [one.team for one in rest if not one.behind.certain]
    if unsure:
        yield (
            f"{first[0].team} leads, but luck may be all there is between {first[0].team} and {', '.join(unsure)}: "
            "with other luck the order might be another."
        )
    else:
        yield f"{first[0].team} leads, whatever the luck: the interval of every distance leaves out 0."


def both(number: Number) -> str:
    """The mean with half of its interval."""
    if number.mean != number.mean:
        return UNKNOWN
    return number.with_half()


def whole(value: float) -> str:
    """A number without decimals."""
    return UNKNOWN if value != value else f"{value + 0.0:,.0f}"


def as_rows(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """Standings as JSON has them."""

    def numbers(one: Number) -> dict[str, float]:
        return {"mean": one.mean, "ci_low": one.low, "ci_high": one.high}

    return [
        {
            "team": one.team, "rank": one.rank, "score": numbers(one.score), "behind": numbers(one.behind),
            **{name: numbers(value) for name, value in one.told.items()}, "budget": one.budget, "over": one.over,
            "since": one.since, "faults": list(one.faults), "by_round": [numbers(value) for value in one.by_round],
        }
        for one in found
    ]  # fmt: skip


def worth_rows(found: Debrief) -> list[dict[str, Any]]:
    """What programs were worth, as JSON has it."""

    def numbers(one: Number) -> dict[str, float]:
        return {"mean": one.mean, "ci_low": one.low, "ci_high": one.high}

    return [
        {
            "team": team,
            "program": own is not None,
            **({} if own is None else {
                "score": numbers(own.score), "cost": numbers(own.cost), "anyway": numbers(own.anyway),
                **{name: numbers(value) for name, value in own.effects.items()},
            }),
        }
        for team, own in found.worth.items()
    ]  # fmt: skip
