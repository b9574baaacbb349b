"""A round goes on where the last one ended; profit is what margin leaves when what is owed is taken off."""

import json

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.classroom import open_game, play
from loyaltysim.faults import ScenarioError

from .conftest import POINTS, RULES

STAMPS = '[[programs]]\nkind = "stamps"\nn = 5\nreward = "free_unit"\n'


def test_play__is_the_market_that_branches_at_the_end_of_the_burn_in(new_class, play_on):
    folder = new_class(**{"round_1/Amber.toml": "price = 1.8\n", "round_2/Amber.toml": "price = 2.2\n"})
    first, second = play_on(folder), play_on(folder)
    base = open_game(folder).market
    market = ls.Simulation(base, seed=1, replications=3).run(until=0)
    market = market.branch(base.vary({"brands.Ours.price": 1.8})).run(until=4)
    data = market.branch(base.vary({"brands.Ours.price": 2.2})).run().results().sel(brand="Ours", segment="all")
    for number, played in enumerate((first, second)):
        steps, own = slice(4 * number, 4 * number + 4), played.numbers["Amber"]
        assert own["units"].tolist() == data["units"].values[:, steps].sum(1).tolist()
        assert own["margin"] == pytest.approx(data["margin"].values[:, steps].sum(1), abs=1e-9)
        assert own["kept"].tolist() == data["customers_kept"].values[:, number].tolist()
    assert first.numbers["Amber"]["units"].mean() > second.numbers["Amber"]["units"].mean()  # it was cheaper
    assert first.numbers["Blue"]["units"].tolist() != first.numbers["Amber"]["units"].tolist()


def test_play__the_same_hand_ins_come_to_the_same_bits(new_class, play_on):
    hand_ins = {"round_1/Amber.toml": POINTS, "round_1/Blue.toml": POINTS, "round_2/Blue.toml": "price = 1.7\n"}
    found = []
    for name in ("one", "other"):
        folder = new_class(name, **hand_ins)
        rounds = [play_on(folder), play_on(folder)]
        files = [folder / "played" / f"round_{k}" / "round.json" for k in (1, 2)]
        found.append([{**json.loads(file.read_text()), "teams": None} for file in files])
        assert rounds[0].numbers["Amber"]["profit"].tolist() == rounds[0].numbers["Blue"]["profit"].tolist()
    assert found[0] == found[1]


def test_play__of_a_program_that_goes_on_what_is_owed_is_booked_once(new_class, play_on):
    folder = new_class(**{f"round_{k}/Amber.toml": POINTS for k in (1, 2)})
    first, second = (play_on(folder) for _ in range(2))
    one, two = first.numbers["Amber"], second.numbers["Amber"]
    owed = [played.owed["Amber"].sum(0) for played in (first, second)]
    assert (owed[0] > 0).all()
    assert one["profit"] == pytest.approx(one["margin"] - owed[0])
    assert two["profit"] == pytest.approx(two["margin"] - owed[1] + owed[0])
    # 10 points a euro, 40 points are worth 1.0, a quarter is never turned in
    paid = first.numbers["Amber"]["units"] * 2.0
    rewards = one["program_cost"] / 1.0
    assert owed[0] == pytest.approx((10 * paid - 40 * rewards) / 40 * 1.0 * 0.75)


@pytest.mark.parametrize(
    "after",
    ["programs = []\n", STAMPS, POINTS.replace("value = 1.0", "value = 0.25")],
    ids=["none", "other", "cheaper"],
)
def test_play__what_was_owed_is_not_gained_by_ending_or_devaluing(new_class, play_on, after):
    folder = new_class(**{"round_1/Amber.toml": POINTS, "round_2/Amber.toml": after})
    play_on(folder)
    own = play_on(folder)
    two, end = own.numbers["Amber"], own.owed["Amber"].sum(0)
    start = np.zeros(3)
    if "0.25" in after:  # the same points at a quarter
        start = open_game(folder).played[0].owed["Amber"].sum(0) / 4
    assert two["profit"] == pytest.approx(two["margin"] - end + start)


def test_play__raising_a_reward_costs_what_it_adds_to_old_points(new_class, play_on):
    dearer = POINTS.replace("value = 1.0", "value = 1.5")
    folder = new_class(**{"round_1/Amber.toml": POINTS, "round_2/Amber.toml": dearer})
    first, second = (play_on(folder) for _ in range(2))
    two, owed = second.numbers["Amber"], [played.owed["Amber"].sum(0) for played in (first, second)]
    assert two["profit"] == pytest.approx(two["margin"] - owed[1] + owed[0])


def test_play__the_last_valid_hand_in_stands_for_a_bad_one(new_class, play_on):
    bad = {
        "round_1/Blue.toml": "price = 9\n",
        "round_2/Amber.toml": "price = 9\n",
        "round_2/Blue.toml": "price = 1.6\n",
    }
    folder = new_class(**{"round_1/Amber.toml": "price = 1.6\n"}, **bad)
    first, second = (play_on(folder) for _ in range(2))
    assert first.in_force["Blue"].since == 0 and "from 1.5 to 2.5" in str(first.in_force["Blue"].faults[0])
    assert first.numbers["Blue"]["units"].tolist() == first.numbers["Cyan"]["units"].tolist()  # as the market has it
    assert second.in_force["Amber"].since == 1 and second.in_force["Blue"].since == 2
    assert second.in_force["Amber"].hand_in.text == "price = 1.6\n"
    again = open_game(folder)
    assert again.played[1].in_force["Amber"].since == 1 and len(again.played[1].in_force["Amber"].faults) == 1
    assert again.played[1].same(second)


def test_play__together_teams_take_each_others_customers(new_class, play_on):
    rules = RULES.replace("rounds = 2", "rounds = 2\ntogether = true")
    alike = play_on(new_class("alike", rules=rules))
    cheap = play_on(new_class("cheap", rules=rules, **{"round_1/Amber.toml": "price = 1.5\n"}))
    units = [{team: own["units"].mean() for team, own in played.numbers.items()} for played in (alike, cheap)]
    assert units[1]["Amber"] > units[0]["Amber"]
    assert units[1]["Blue"] + units[1]["Cyan"] < units[0]["Blue"] + units[0]["Cyan"]


def test_play__rules_do_not_change_on_the_way(new_class, play_on):
    folder = new_class()
    play_on(folder)
    (folder / "class.toml").write_text(RULES.replace("Small", "Another title"))
    assert open_game(folder).round == 2
    (folder / "class.toml").write_text(RULES.replace("weeks = 4", "weeks = 3").replace("[1.5, 2.5]", "[1, 3]"))
    with pytest.raises(ScenarioError, match=r"not what it was when round 1 was played \(weeks, may_set\)"):
        open_game(folder)
    (folder / "class.toml").write_text(RULES)
    (folder / "market.toml").write_text(
        (folder / "market.toml").read_text().replace("unit_cost = 1.0", "unit_cost = 0.9")
    )
    with pytest.raises(ScenarioError, match=r"round 1 was played \(market\)"):
        open_game(folder)


def test_play__a_state_that_is_none_is_told(new_class, play_on):
    folder = new_class()
    play_on(folder)
    (folder / "played" / "round_1" / "state" / "Blue.npz").write_bytes(b"nothing")
    with pytest.raises(ScenarioError, match=r"Blue.npz: is not the state that round 1 left behind"):
        play(open_game(folder))


def test_play__a_state_of_another_version_is_told(new_class, play_on):
    folder = new_class()
    play_on(folder)
    file = folder / "played" / "round_1" / "round.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "source": "another", "version": "0.0.1"}))
    with pytest.raises(ScenarioError, match=r"played by another version of loyaltysim \(0.0.1\)"):
        play(open_game(folder))
    file.write_text("{}")
    with pytest.raises(ScenarioError, match=r"round_1: is no round that was played"):
        open_game(folder)


def test_play__ends_with_the_last_round(new_class, play_on):
    folder = new_class()
    play_on(folder)
    play_on(folder)
    with pytest.raises(ScenarioError, match="all 2 rounds are played"):
        play(open_game(folder))
