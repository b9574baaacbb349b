"""The social value of customers: what others buy because these are heard."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.study.social_value import social_value
from loyaltysim.totals import MONEY_UNIT


def test_segments__are_told_by_what_others_spend_with_and_without_their_word(talking):
    scenario = talking()
    frame = social_value(scenario, replications=2)
    assert frame["group"].tolist() == ["Light", "Heavy"] and (frame["against"] == "").all()
    effects, own = [], []
    for r in range(2):
        start = ls.Simulation(scenario, replications=range(r, r + 1)).run(until=0)
        silent = start.branch(scenario.vary({"word_of_mouth.unheard.segments": ["Light"]}), log=True).run()
        whole = start.branch(scenario, log=True).run()
        light = whole.world.customers.segment == 0
        left = []
        for branch in (whole, silent):
            log = branch.transactions.frame().query("brand == 'A'")
            money = np.rint((log["price_paid"] - 1.0 * log["units"]) * MONEY_UNIT)
            left.append(np.bincount(log["customer"], money, 300) / MONEY_UNIT)
        effects.append((left[0] - left[1])[~light].sum() / light.sum())
        own.append(left[0][light].mean())
    row = frame.set_index("group").loc["Light"]
    assert row.effect == pytest.approx(np.mean(effects), rel=1e-9) and row.own == pytest.approx(np.mean(own), rel=1e-9)
    assert row.ci_low < row.effect < row.ci_high and row.own_low < row.own < row.own_high


def test_degree__silences_hubs_and_as_many_others_and_compares_them(talking):
    frame = social_value(talking(), "degree", replications=3)
    groups = ["top 1 %", "random 1 %", "top 10 %", "random 10 %", "top 1 %", "top 10 %"]
    assert frame["group"].tolist() == groups
    assert frame["against"].tolist() == [""] * 4 + ["random 1 %", "random 10 %"]
    assert frame["silenced"].tolist() == [3, 3, 30, 30, 3, 30]
    effect = frame.set_index(["group", "against"])["effect"]
    assert effect["top 10 %", "random 10 %"] == pytest.approx(effect["top 10 %", ""] - effect["random 10 %", ""])
    assert effect["top 10 %", ""] > effect["random 10 %", ""]  # in a scale-free network hubs bring more


def test_shares_and_lists__are_one_group(talking):
    share = social_value(talking(), 0.2, replications=2)
    assert share["group"].tolist() == ["share 0.2"] and 40 < share["silenced"].item() < 80
    listed = social_value(talking(), [3, 5, 7], replications=2)
    assert listed["group"].tolist() == ["listed"] and listed["silenced"].item() == 3


def test_friendless__nobody_is_worth_more_than_what_they_buy(talking, without):
    frame = social_value(
        talking({"network": {"kind": "random", "mean_degree": 0.0}}, without["failures"]), replications=2
    )
    assert (frame[["effect", "ci_low", "ci_high"]] == 0).all(axis=None) and (frame["own"] > 0).all()


def test_nobody__has_no_social_value(talking, without):
    with pytest.raises(ls.ScenarioError, match="nobody is listed"):
        social_value(talking(), [], replications=1)
    for nobody in (0, 0.0):
        with pytest.raises(ValueError, match="silences nobody"):
            social_value(talking(), nobody, replications=1)
    with pytest.raises(ValueError, match="nobody is in the group"):
        social_value(talking({"word_of_mouth.unheard.segments": ["Light", "Heavy"]}), [1], replications=1)
    quiet = talking({"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"}, *without.values())
    with pytest.raises(ValueError, match="nobody talks"):
        social_value(quiet, replications=1)


def test_what_is_not_there__is_told(talking):
    with pytest.raises(ls.ScenarioError, match="not by 'hubs'"):
        social_value(talking(), "hubs", replications=1)
    with pytest.raises(ls.ScenarioError, match="no customer 300"):
        social_value(talking(), [300], replications=1)
    with pytest.raises(ls.ScenarioError, match="share"):
        social_value(talking(), 1.5, replications=1)
    with pytest.raises(ValueError, match="no ties to count"):
        social_value(talking({"network": {"kind": "complete"}}), "degree", replications=1)
    with pytest.raises(ValueError, match="no segments"):
        social_value(talking({"population.segments": {}, "population.needs_per_week": 1.0}), replications=1)
