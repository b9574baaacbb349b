"""Debrief: what each team's program was worth: all rounds played again without it, with the same customers and luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from loyaltysim.classroom.game import Game
from loyaltysim.classroom.hand_in import HandIn
from loyaltysim.classroom.play import books, opened, owed
from loyaltysim.classroom.record import Round
from loyaltysim.classroom.standings import Standing, score, standings
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.plots.interval import ratio
from loyaltysim.simulation import Simulation
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.wording import Number, mean_of
from loyaltysim.totals import MONEY_UNIT

EFFECTS = ("profit", "retention", "customers", "units")


@dataclass(frozen=True)
class Worth:
    """What a team's program did, against the same market in which the team never had one.

    Attributes
    ----------
    score : with less without
    effects : by name, of `EFFECTS`, over all rounds, with less without
    cost : what the program's rewards cost
    anyway : share of that which went to purchases that would have happened anyway (E119)
    """

    score: Number
    effects: dict[str, Number]
    cost: Number
    anyway: Number


@dataclass(frozen=True)
class Debrief:
    """The class at its end: where teams stand, and by team what its program was worth; None: it had none."""

    standings: list[Standing]
    worth: dict[str, Worth | None]
    same: bool
    """Whether playing all rounds again came to what was played, to the bit."""


@dataclass(frozen=True)
class _Played:
    """All rounds played again: rounds, and what each row bought of each team's brand, and what that cost."""

    rounds: list[Round]
    units: dict[str, np.ndarray]
    cost: dict[str, np.ndarray]


def debrief(game: Game, *, threads: int | None = None, tell: Callable[[str], None] = lambda name: None) -> Debrief:
    """Play all rounds again as they were, and without the program of each team in turn.

    `tell` is called with what is done. Raises ScenarioError if no round has been played.
    """
    if not game.played:
        raise ScenarioError([Fault(str(game.folder), None, "", "no round has been played yet")])
    start = opened(game, game.market, threads).run(until=0)
    plain = _hand_ins(game)
    as_it_was = _again(game, start, plain, game.rules.teams)
    tell("as it was")
    worth: dict[str, Worth | None] = {}
    for team in game.rules.teams:
        if not _has_program(game, team):
            worth[team] = None
            continue
        without = [{**one, team: _without(one[team])} for one in plain]
        worth[team] = _worth(game, team, as_it_was, _again(game, start, without, [team]))
        tell(f"without the program of {team}")
    same = all(one.same(other) for one, other in zip(as_it_was.rounds, game.played))
    return Debrief(standings(game.played, game.rules), worth, same)


def _hand_ins(game: Game) -> list[dict[str, HandIn]]:
    return [{team: one.hand_in for team, one in played.in_force.items()} for played in game.played]


def _without(hand_in: HandIn) -> HandIn:
    return replace(hand_in, settings={**(hand_in.settings or {}), "programs": []})


def _has_program(game: Game, team: str) -> bool:
    document = game.market.document()["brands"][game.brand(team)]
    return any(one[team].on(document).get("programs") for one in _hand_ins(game))


def _again(game: Game, start: Simulation, hand_ins: list[dict[str, HandIn]], teams: Any) -> _Played:
    """All rounds from the end of the burn-in on, for the markets in which some teams play."""
    names = dict.fromkeys(game.market_of(team) for team in teams)
    present = [team for team in game.rules.teams if game.market_of(team) in names]
    markets = dict.fromkeys(names, start)
    booked = {team: owed(start, game.brand(team), 0) for team in present}
    rows = start.world.customers.rows
    units, cost = ({team: np.zeros(rows, np.int64) for team in present} for _ in range(2))
    rounds = []
    for number, (one, played) in enumerate(zip(hand_ins, game.played), start=1):
        worlds = game.markets(one)
        numbers: dict[str, dict[str, np.ndarray]] = {}
        for name in names:
            market = markets[name] = markets[name].branch(worlds[name], log=True).run(until=number * game.steps)
            for team in (team for team in present if game.market_of(team) == name):
                numbers[team], booked[team] = books(market, game, team, number, booked[team])
                for total, more in zip((units[team], cost[team]), _bought(market, game.brand(team))):
                    total += more
        rounds.append(replace(played, numbers=numbers, owed=dict(booked)))
    return _Played(rounds, units, cost)


def _bought(market: Simulation, brand: str) -> tuple[np.ndarray, np.ndarray]:
    """Units of a brand and what they cost its programs, in 1/10,000, by row, since the market branched."""
    assert market.transactions is not None
    log = market.transactions.frame()
    own = log[(log["brand"] == brand).to_numpy()]
    customers = market.world.customers
    row = (own["replication"].to_numpy(np.int64) - customers.replications.start) * customers.n_customers
    row = row + own["customer"].to_numpy()
    found = []
    for values in (own["units"].to_numpy(np.int64), np.rint(own["program_cost"].to_numpy() * MONEY_UNIT)):
        whole = np.zeros(customers.rows, np.int64)
        np.add.at(whole, row, values.astype(np.int64))
        found.append(whole)
    return found[0], found[1]


def _worth(game: Game, team: str, with_it: _Played, without: _Played) -> Worth:
    def both(of: Callable[[list[Round]], np.ndarray]) -> Number:
        found = paired_effect(of(with_it.rounds), of(without.rounds))
        return Number(found["effect"], found["ci_low"], found["ci_high"])

    def added(name: str) -> Callable[[list[Round]], np.ndarray]:
        return lambda rounds: np.asarray(sum(one.numbers[team][name] for one in rounds))

    def kept(rounds: list[Round]) -> np.ndarray:
        return score(rounds, team, game.rules.with_(score="retention"))

    stack = game.rules.replications
    own, other, cost = with_it.units[team], without.units[team], with_it.cost[team]
    anyway = np.rint(cost * np.minimum(own, other) / np.maximum(own, 1)).reshape(stack, -1).sum(1) / MONEY_UNIT
    total = cost.reshape(stack, -1).sum(1) / MONEY_UNIT
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ratio(anyway, total)
    of: Mapping[str, Callable[[list[Round]], np.ndarray]] = {
        "profit": added("profit"), "retention": kept, "units": added("units"),
        "customers": lambda rounds: rounds[-1].numbers[team]["customers"],
    }  # fmt: skip
    return Worth(
        score=both(lambda rounds: score(rounds, team, game.rules)),
        effects={name: both(of[name]) for name in EFFECTS},
        cost=mean_of(total),
        anyway=Number(float(share.mean), float(share.low), float(share.high)),
    )
