"""Standings: who leads after the rounds played, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loyaltysim.classroom.record import Round
from loyaltysim.classroom.rules import Rules
from loyaltysim.market.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR
from loyaltysim.study.wording import Number, mean_of

TOLD = ("profit", "retention", "share", "customers", "members", "spent")
"""What is told of each team beside its score."""


@dataclass(frozen=True)
class Standing:
    """Where a team stands.

    Attributes
    ----------
    team, rank : teams of equal score share a rank
    score : of all rounds so far, its mean over replications with the interval
    behind : how far behind the first, paired by replication; 0 for the first
    told : by name, of `TOLD`: profit and spending so far, the others of the last round
    by_round : the score after each round
    budget : what may have been spent so far; None: as much as one likes
    over : whether more was spent: such a team stands behind all that keep to the budget
    since, faults : for which round what is in force was handed in, and what was wrong with a later one
    """

    team: str
    rank: int
    score: Number
    behind: Number
    told: dict[str, Number]
    by_round: list[Number]
    budget: float | None
    over: bool
    since: int
    faults: tuple[str, ...]


def standings(rounds: Sequence[Round], rules: Rules) -> list[Standing]:
    """All teams, the first first. At least one round must have been played."""
    last, n = rounds[-1], len(rounds)
    scores = {team: [score(rounds[: k + 1], team, rules) for k in range(n)] for team in rules.teams}
    budget = None if rules.budget is None else rules.budget * n
    spent = {team: _sum(rounds, team, "spent") for team in rules.teams}
    over = {team: budget is not None and float(spent[team].mean()) > budget for team in rules.teams}
    place = {team: (over[team], -_mean(scores[team][-1])) for team in rules.teams}
    first = min(rules.teams, key=lambda team: place[team])
    found = []
    for team in sorted(rules.teams, key=lambda team: place[team]):
        own = last.numbers[team]
        told = {
            "profit": _sum(rounds, team, "profit"),
            "retention": _ratio(own["kept"], own["start"]),
            "share": _ratio(own["units"], own["market_units"]),
            "customers": own["customers"],
            "members": own["members"],
            "spent": spent[team],
        }
        found.append(
            Standing(
                team=team,
                rank=1 + sum(place[other] < place[team] for other in rules.teams),
                score=mean_of(scores[team][-1]),
                behind=mean_of(scores[first][-1] - scores[team][-1]),
                told={name: mean_of(values) for name, values in told.items()},
                by_round=[mean_of(values) for values in scores[team]],
                budget=budget,
                over=over[team],
                since=last.in_force[team].since,
                faults=tuple(str(fault) for fault in last.in_force[team].faults),
            )
        )
    return found


def score(rounds: Sequence[Round], team: str, rules: Rules) -> np.ndarray:
    """What a team has scored in some rounds, the first ones, one number a replication (eqs. E195–E196)."""
    if rules.score == "retention":
        return _ratio(_sum(rounds, team, "kept"), _sum(rounds, team, "start"))
    profit = _sum(rounds, team, "profit")
    return profit if rules.score == "profit" else profit + future(rounds[-1].numbers[team], rules)


def future(numbers: dict[str, np.ndarray], rules: Rules) -> np.ndarray:
    """What present customers bring if profit a customer and retention stay what they were in the round (eq. E196)."""
    years = rules.weeks * DAYS_PER_WEEK / DAYS_PER_YEAR
    rate = (1 + rules.discount_rate) ** years - 1
    kept = _ratio(numbers["kept"], numbers["start"])
    kept = np.where(np.isfinite(kept), kept, 0.0)  # nobody was there to be kept
    return np.asarray(numbers["profit"] * kept / (1 + rate - kept))


def _sum(rounds: Sequence[Round], team: str, name: str) -> np.ndarray:
    return np.asarray(sum((one.numbers[team][name] for one in rounds), np.zeros_like(rounds[0].numbers[team][name])))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _mean(values: np.ndarray) -> float:
    """Mean of what is known; below everything if nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else -np.inf
