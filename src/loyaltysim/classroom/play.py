"""Play: the next round of a class. Each market goes on from the state that the round before left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

import loyaltysim
from loyaltysim.classroom.game import Game
from loyaltysim.classroom.hand_in import HandIn
from loyaltysim.classroom.record import PLAYED, STATE, Round
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.results import COSTS, INCOME, Arrays, source_hash
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.totals import POINT_UNIT

SPENT = ("program_cost", "lever_cost", "acquisition_cost", "referral_cost")
"""What counts against the budget, beside what is promised to members."""
Tell = Callable[[str], None]


def play(
    game: Game, *, states: Path | None = None, threads: int | None = None, tell: Tell = lambda name: None
) -> Round:
    """Play the next round.

    Parameters
    ----------
    game : the class as it stands
    states : folder in which the markets are kept as the round leaves them; None: they are not kept
    threads : as for `Simulation`
    tell : called with the name of each market that is done

    Raises
    ------
    ScenarioError : when all rounds are played, or the state of the round before cannot be read
    """
    if game.over:
        message = f"all {game.rules.rounds} rounds are played"
        raise ScenarioError([Fault(str(game.folder), None, "", message)])
    in_force = game.in_force()
    numbers: dict[str, dict[str, np.ndarray]] = {}
    owed_now: dict[str, np.ndarray] = {}
    for name, market, owed_before in _begun(game, {team: one.hand_in for team, one in in_force.items()}, threads):
        market.run(until=game.round * game.steps)
        for team in game.rules.teams:
            if game.market_of(team) == name:
                numbers[team], owed_now[team] = books(market, game, team, game.round, owed_before[team])
        if states is not None:
            market.checkpoint(states / f"{name}.npz")
        tell(name)
    rules, played_on = game.rules.said(), game.market.to_toml()
    return Round(
        game.round, in_force, numbers, owed_now, rules, played_on, loyaltysim.__version__, source_hash()
    )  # fmt: skip


Owed = Mapping[str, np.ndarray]


def _begun(game: Game, hand_ins: Mapping[str, HandIn], threads: int | None) -> Iterator[tuple[str, Simulation, Owed]]:
    """The markets of the next round as it begins, by name, and what was owed to each team's members before."""
    markets = game.markets(hand_ins)
    if not game.played:
        start = opened(game, game.market, threads).run(until=0)
        owed_before = {team: owed(start, game.brand(team), 0) for team in game.rules.teams}
        yield from ((name, start.branch(market), owed_before) for name, market in markets.items())
        return
    last = game.played[-1]
    folder = game.folder / PLAYED / f"round_{last.number}"
    anew = f'take away all of "{game.folder / PLAYED}" and play anew from the hand-ins'
    if last.source != source_hash():
        message = f"was played by another version of loyaltysim ({last.version}): go on with that one, or {anew}"
        raise ScenarioError([Fault(str(folder), None, "", message)])
    before = game.markets({team: one.hand_in for team, one in last.in_force.items()})
    for name, market in markets.items():
        try:
            left = opened(game, before[name], threads).restore(folder / STATE / f"{name}.npz")
        except (OSError, ValueError, KeyError):
            message = f"is not the state that round {last.number} left behind: {anew}"
            raise ScenarioError([Fault(str(folder / STATE / f"{name}.npz"), None, "", message)]) from None
        yield name, left.branch(market), last.owed


def opened(game: Game, market: Scenario, threads: int | None = None) -> Simulation:
    """A market before its first step, with the class's luck."""
    return Simulation(market, seed=game.rules.seed, replications=game.rules.replications, threads=threads)


def books(
    market: Simulation, game: Game, team: str, number: int, owed_before: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What a round came to for a team (eq. E195), and what is owed to members at its end, by program.

    `owed_before` is what was booked as owed before.
    """
    scenario, brand = market.scenario, game.brand(team)
    place = list(scenario.brands).index(brand)
    data, steps = Arrays(scenario, [market.raw()]), slice((number - 1) * game.steps, number * game.steps)

    def flow(name: str, one: bool = True) -> np.ndarray:
        values = data[name].values[:, steps, :, 0].astype(float)
        return np.asarray((values[:, :, place] if one else values.sum(2)).sum(1))

    margin = sum((flow(name) for name in INCOME), np.zeros(game.rules.replications))
    margin = margin - sum((flow(name) for name in COSTS), np.zeros(game.rules.replications))
    now, at_start = (owed(market, brand, until) for until in (steps.stop, steps.start))
    both = min(len(at_start), len(owed_before))
    kept = np.minimum(at_start[:both], owed_before[:both])
    period = {name: data[name].values[:, number - 1, place, 0].astype(float) for name in
              ("customers_start", "customers_kept", "customers_end")}  # fmt: skip
    promised = now.sum(0) - kept.sum(0)
    numbers = {
        "profit": margin - promised,
        "margin": margin,
        "spent": sum((flow(name) for name in SPENT), promised),
        "program_cost": flow("program_cost"),
        "lever_cost": flow("lever_cost"),
        "units": flow("units"),
        "market_units": flow("units", one=False),
        "start": period["customers_start"],
        "kept": period["customers_kept"],
        "customers": period["customers_end"],
        "members": data["members"].values[:, steps.stop - 1, place, 0].astype(float),
    }
    return numbers, now


def owed(market: Simulation, brand: str, until: int) -> np.ndarray:
    """What is owed to members after so many measured steps at the present terms, programs × replications."""
    scenario, flows = market.scenario, market.raw().flows
    price, last = scenario.brands[brand].price, market.calendar.burn_in + until
    found = []
    for place, (name, _, program) in enumerate(scenario.programs):
        if name == brand:
            points = sum(
                sign * flows[f"points_{what}"][:last, :, :, place].sum((0, 2))
                for sign, what in ((1, "earned"), (-1, "redeemed"), (-1, "expired"))
            )
            found.append(points / POINT_UNIT * program.liability_of_a_point(price))
    return np.array(found, float).reshape(len(found), market.world.n_replications)
