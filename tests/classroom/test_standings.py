"""Who leads, by hand; and what programs were worth."""

import json
import math

import numpy as np
import pytest

from loyaltysim.classroom import Round, debrief, open_game, standings
from loyaltysim.classroom.hand_in import HandIn, InForce
from loyaltysim.classroom.record import NUMBERS
from loyaltysim.classroom.rules import Rules
from loyaltysim.classroom.standings import future
from loyaltysim.classroom.words import sentences

from .conftest import POINTS, RULES

TEAMS = ("Amber", "Blue", "Cyan")


def rules(**more) -> Rules:
    return Rules.model_validate({"market": "grocery", "teams": list(TEAMS), "may_set": {"price": True}, **more})


def played(number: int, **profits) -> Round:
    """A round in which teams had these profits, two replications each; half of eight customers were kept."""
    numbers = {}
    for team in TEAMS:
        own = {name: np.zeros(2) for name in NUMBERS}
        own |= {"profit": np.array(profits[team], float), "start": np.full(2, 8.0), "kept": np.full(2, 4.0)}
        own |= {"spent": np.full(2, 10.0 if team == "Blue" else 5.0)}
        numbers[team] = own
    return Round(number, {team: InForce(HandIn(), 0) for team in TEAMS}, numbers, {}, {}, "", "", "")


ROUNDS = [played(1, Amber=(10, 12), Blue=(30, 34), Cyan=(10, 12)), played(2, Amber=(1, 3), Blue=(0, 0), Cyan=(1, 3))]


def test_standings__add_up_the_rounds_and_share_ranks():
    first, *others = standings(ROUNDS, rules())
    assert (first.team, first.rank, first.score.mean, first.behind.mean) == ("Blue", 1, 32.0, 0.0)
    assert [(one.rank, one.score.mean, one.behind.mean) for one in others] == [(2, 13.0, 19.0), (2, 13.0, 19.0)]
    assert [number.mean for number in others[0].by_round] == [11.0, 13.0]
    assert others[0].behind.half == pytest.approx(0.0)  # 19 less in both replications


def test_standings__who_is_over_the_budget_is_behind():
    found = standings(ROUNDS, rules(budget=8.0))
    assert [(one.team, one.rank, one.over) for one in found] == [
        ("Amber", 1, False), ("Cyan", 1, False), ("Blue", 3, True),
    ]  # fmt: skip
    assert found[0].budget == 16.0 and found[0].told["spent"].mean == 10.0
    assert not standings(ROUNDS, rules(budget=10.0))[0].over  # exactly the budget is within it


def test_score__retention_is_of_all_rounds():
    rounds = [played(1, Amber=(0, 0), Blue=(0, 0), Cyan=(0, 0)) for _ in range(2)]
    rounds[1].numbers["Blue"]["kept"] = np.array([8.0, 6.0])
    found = standings(rounds, rules(score="retention"))
    assert (found[0].team, found[0].score.mean) == ("Blue", pytest.approx((12 / 16 + 10 / 16) / 2))


def test_score__customer_equity_is_profit_and_what_is_still_to_come():
    # half a year: 21 % a year are 10 %; of 50 %, .5 / (1.1 - .5) = 5/6 of the round's profit is still to come
    own = rules(score="customer_equity", weeks=365.25 / 7 / 2, discount_rate=0.21)
    numbers = {"profit": np.array([12.0]), "kept": np.array([4.0]), "start": np.array([8.0])}
    assert future(numbers, own) == pytest.approx([10.0])
    assert future({**numbers, "start": np.array([0.0]), "kept": np.array([0.0])}, own) == pytest.approx([0.0])


def test_sentences__say_whether_luck_decides():
    class Game:
        rules = rules()

    sure = list(sentences(standings(ROUNDS, rules()), Game))
    assert sure == ["Blue leads, whatever the luck: the interval of every distance leaves out 0."]
    near = [played(1, Amber=(10, 30), Blue=(20, 21), Cyan=(0, 0))]
    assert "luck may be all there is between Blue and Amber" in next(sentences(standings(near, rules()), Game))
    even = [played(1, Amber=(5, 5), Blue=(5, 5), Cyan=(0, 0))]
    assert list(sentences(standings(even, rules()), Game)) == ["Amber, Blue lead together: they came to the same."]


def test_debrief__is_the_class_again_without_each_program(new_class, play_on):
    hand_ins = {"round_1/Amber.toml": POINTS, "round_2/Amber.toml": POINTS.replace("= 10", "= 20")}
    with_it = new_class("with", **hand_ins)
    without = new_class("without", **{f"round_{k}/Amber.toml": "" for k in (1, 2)})
    for folder in (with_it, without):
        play_on(folder)
        play_on(folder)
    game = open_game(with_it)
    found = debrief(game)
    assert found.same and found.worth["Blue"] is None and found.worth["Cyan"] is None
    own, base = found.worth["Amber"], open_game(without).played

    def added(rounds, name):
        return sum(one.numbers["Amber"][name] for one in rounds)

    for name in ("profit", "units"):
        expected = (added(game.played, name) - added(base, name)).mean()
        assert own.effects[name].mean == pytest.approx(expected)
    assert own.score.mean == own.effects["profit"].mean
    assert own.cost.mean == pytest.approx(added(game.played, "program_cost").mean())
    assert 0 < own.anyway.mean <= 1


def test_debrief__where_customers_do_not_care_all_rewards_are_for_what_they_buy_anyway(new_class, play_on):
    folder = new_class(**{f"round_{k}/Amber.toml": POINTS for k in (1, 2)})  # nobody answers by the record's default
    play_on(folder)
    worth = debrief(open_game(folder)).worth["Amber"]
    assert worth.effects["units"].mean == 0 and worth.anyway.mean == 1.0
    assert worth.effects["profit"].mean < 0


def test_debrief__tells_when_a_round_is_not_what_was_played(new_class, play_on):
    folder = new_class(**{"round_1/Amber.toml": POINTS})
    play_on(folder)
    file = folder / "played" / "round_1" / "round.json"
    said = json.loads(file.read_text())
    said["numbers"]["Amber"]["profit"][0] += 1e-9
    file.write_text(json.dumps(said))
    assert not debrief(open_game(folder)).same


def test_debrief__together_is_without_one_team_at_a_time(new_class, play_on):
    rules_ = RULES.replace("rounds = 2", "rounds = 2\ntogether = true")
    folder = new_class(rules=rules_, **{f"round_1/{team}.toml": POINTS for team in TEAMS})
    play_on(folder)
    found = debrief(open_game(folder))
    assert found.same and all(found.worth[team] is not None for team in TEAMS)
    assert all(math.isfinite(found.worth[team].effects["profit"].half) for team in TEAMS)
