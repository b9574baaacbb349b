"""Undercut and match: what rivals ask on the shelf is answered after a lag, for a while, down to a floor (eq. E127)."""

import numpy as np
import pytest

from loyaltysim import Simulation, replicate, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import busy_market


def market(ours=(), rival=(), **changes) -> Scenario:
    """Two brands of list price 2 that cost 1.2, so that every price is told by hand."""
    document = {
        "focal": "A",
        "steps": 16,
        "burn_in": 0,
        "population": {"n_customers": 20},
        "brands": {
            "A": {"price": 2.0, "unit_cost": 1.2, "pricing": list(ours)},
            "B": {"price": 2.0, "unit_cost": 1.2, "pricing": list(rival)},
        },
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def promotion(week: float, depth: float = 0.25, weeks: float = 1) -> dict:
    return {"kind": "promotion_calendar", "depth": depth, "weeks": weeks, "every_weeks": 100, "first_week": week}


def shown(scenario: Scenario, brand: str, name: str = "price") -> list[float]:
    """What a brand shows, a number a step."""
    return simulate(scenario)[name].sel(brand=brand).values[0].tolist()


def test_match__asks_the_rivals_price_a_lag_later_for_as_long_as_an_answer_lasts():
    answers = {"kind": "match", "lag_weeks": 2, "lasts_weeks": 3}
    one = market([answers], [promotion(2)])  # 1.5 in week 2: answered in weeks 4, 5 and 6
    assert shown(one, "A") == [2] * 4 + [1.5] * 3 + [2] * 9
    assert shown(one, "A", "on_promotion") == [0] * 4 + [1] * 3 + [0] * 9
    assert shown(one, "A", "list_price") == [2.0] * 16
    four = market([answers], [promotion(2, weeks=4)])  # looks in weeks 4 to 7, the last answer until week 9
    assert shown(four, "A") == [2] * 4 + [1.5] * 6 + [2] * 6


def test_match__begins_and_ends_between_steps_as_other_times_do():
    """Seen no less than 1.4 weeks ago, and asked in the steps that begin within 1.4 weeks from then: two of both."""
    one = market([{"kind": "match", "lag_weeks": 1.4, "lasts_weeks": 1.4}], [promotion(2)])
    assert shown(one, "A") == [2] * 4 + [1.5] * 2 + [2] * 10


def test_undercut__goes_a_share_and_an_amount_below_what_it_saw():
    answer = {"kind": "undercut", "by": 0.1, "by_amount": 0.05, "lasts_weeks": 1}
    asked = shown(market([answer], [promotion(3)]), "A")
    assert asked[4] == pytest.approx(1.5 * 0.9 - 0.05, rel=1e-6)
    assert asked[:4] + asked[5:] == [2.0] * 15


def test_answer__comes_only_when_the_brand_decides():
    answer = {"kind": "match", "every_weeks": 4, "lasts_weeks": 2}
    assert shown(market([answer], [promotion(6, weeks=2)]), "A") == [2] * 8 + [1.5] * 2 + [2] * 6
    missed = market([answer], [promotion(8)])  # looks in week 8 at week 7, and in week 12 at week 11
    assert shown(missed, "A") == [2.0] * 16


def test_answer__a_later_one_takes_the_place_of_an_earlier_whichever_is_lower():
    deals = [promotion(1, depth=0.25), promotion(3, depth=0.125)]
    assert shown(market([{"kind": "match"}], deals), "A") == [2, 2, 1.5, 1.5, 1.75, 1.75, 1.75, 1.75] + [2] * 8


def test_answer__holds_from_one_week_to_another():
    answer = {"kind": "match", "from_week": 3, "until_week": 6}
    assert shown(market([answer], [promotion(0, weeks=16)]), "A") == [2] * 3 + [1.5] * 3 + [2] * 10


def test_answer__goes_to_the_cheapest_of_the_named_rivals():
    brands = {"brands.C": {"price": 2.0, "pricing": [promotion(2, depth=0.5)]}}
    both = market([{"kind": "match", "lasts_weeks": 1}], [promotion(2)], **brands)
    assert shown(both, "A")[3] == np.float32(1.2)  # 1.0 is below the floor, which is the unit cost
    named = market([{"kind": "match", "lasts_weeks": 1, "rivals": ["B"]}], [promotion(2)], **brands)
    assert shown(named, "A")[3] == 1.5


def test_answer__is_to_discounts_unless_it_is_to_every_price():
    cheap = {"brands.B.price": 1.5}
    assert shown(market([{"kind": "match"}], **cheap), "A") == [2.0] * 16
    assert shown(market([{"kind": "match", "answers": "prices"}], **cheap), "A") == [2.0] + [1.5] * 15
    dear = {"brands.B.price": 3.0}
    assert shown(market([{"kind": "match", "answers": "prices"}], **dear), "A") == [2.0] * 16  # not above the list


@pytest.mark.parametrize(
    ("settings", "floor"),
    [
        ({}, 1.2),
        ({"least_margin": 0.25}, 1.5),
        ({"floor": 1.3}, 1.3),
        ({"floor": 0.8, "below_cost": True}, 0.8),
    ],
)
def test_two_who_undercut_each_other__end_at_their_floor_and_stay_there(settings, floor):
    undercut = {"kind": "undercut", **settings}
    scenario = market([undercut, promotion(0, depth=0.1)], [undercut], steps=80)
    for brand in ("A", "B"):
        asked = np.array(shown(scenario, brand))
        assert asked.min() == np.float32(floor)
        assert (asked[40:] == np.float32(floor)).all()
        war = asked[1:40]
        assert (np.diff(war[war < 2]) <= 0).all()


def test_two_who_undercut_each_other__each_step_of_the_war_is_told_by_hand():
    undercut = {"kind": "undercut", "by": 0.1}
    scenario = market([undercut, promotion(0, depth=0.1)], [undercut], steps=8)
    a = [1.8, 2.0, 1.458, 1.458, 1.2, 1.2, 1.2, 1.2]  # 1.8 · .9² = 1.458, then 1.181, which is below 1.2
    b = [2.0, 1.62, 1.62, 1.3122, 1.3122, 1.2, 1.2, 1.2]  # B sees 2.0 in week 1, and lets its answer stand
    assert shown(scenario, "A") == pytest.approx(a, rel=1e-6)
    assert shown(scenario, "B") == pytest.approx(b, rel=1e-6)


@pytest.mark.parametrize(("lag", "every"), [(1, 4), (2, 2), (3, 2)])
def test_two_who_undercut_each_other__rest_if_answers_last_twice_the_lag_in_whole_rhythms(lag, every):
    def rests(lasts: float) -> bool:
        undercut = {"kind": "undercut", "lag_weeks": lag, "every_weeks": every, "lasts_weeks": lasts, "by": 0.2}
        begins = promotion(4 * every - lag, depth=0.1)  # one week, which is looked at
        scenario = market([undercut, begins], [undercut], steps=100)
        return all(set(shown(scenario, brand)[60:]) == {np.float32(1.2)} for brand in ("A", "B"))

    enough = 2 * every * -(-lag // every)
    assert rests(enough) and rests(enough + 1)
    assert not rests(every - 1)  # it has run out before the next look at the shelf


def test_two_who_match_each_other__rest_at_once_at_the_lowest_price_seen():
    scenario = market([{"kind": "match"}, promotion(1)], [{"kind": "match"}])
    assert shown(scenario, "A") == [2, 1.5, 2] + [1.5] * 13
    assert shown(scenario, "B") == [2, 2] + [1.5] * 14


@pytest.mark.parametrize("kind", ["match", "undercut"])
def test_answer__of_chance_0_or_to_no_move_is_the_list_price_bit_for_bit(kind):
    base = busy_market(300, 20).vary({"brands.Third.pricing": []})
    still = base.vary({"brands.Ours.pricing": [], "brands.Rival.pricing": []})
    for before, answer in ((base, {"kind": kind, "chance": 0.0}), (still, {"kind": kind})):
        constant, answering = (
            simulate(before.vary({"brands.Third.pricing": [table]})) for table in ({"kind": "constant"}, answer)
        )
        for name in constant.data_vars:
            assert constant[name].equals(answering[name]), name


def test_answer__comes_as_often_as_its_chance_says():
    answer = {"kind": "match", "chance": 0.3, "lasts_weeks": 1}
    scenario = market([answer], [promotion(0, weeks=100)], steps=50)
    data = replicate(scenario, replications=20)["price"].sel(brand="A").values[:, 1:]
    share = (data == 1.5).mean()  # 980 looks, each of its own luck
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / data.size)
    assert len({tuple(row) for row in data}) == 20  # each replication has luck of its own


def wild() -> Scenario:
    """Two who answer each other by chance, in a market where much goes on."""
    answers = {
        "brands.Ours.pricing": [{"kind": "undercut", "chance": 0.6, "lag_weeks": 2, "lasts_weeks": 3}],
        "brands.Third.pricing": [{"kind": "match", "chance": 0.5, "answers": "prices", "every_weeks": 2}],
    }
    return busy_market(200, 24).vary({**answers, "burn_in": 5})


def test_answer__a_replication_is_the_same_alone_and_stacked():
    stacked = replicate(wild(), replications=3, seed=4)
    for r in range(3):
        alone = Simulation(wild(), seed=4, replications=range(r, r + 1)).run().results()
        for name in alone.data_vars:
            np.testing.assert_array_equal(alone[name].values[0], stacked[name].sel(replication=r).values, err_msg=name)


def test_answer__goes_on_exactly_from_a_checkpoint_and_on_a_branch(tmp_path):
    straight = Simulation(wild()).run().results()
    assert straight["on_promotion"].sel(brand="Ours").values.any()
    half = Simulation(wild()).run(until=11)
    half.checkpoint(tmp_path / "half.npz")
    for other in (half.branch(wild()), Simulation(wild()).restore(tmp_path / "half.npz")):
        assert other.run().results().equals(straight)


def test_branch__shows_the_prices_that_were_and_answers_only_what_it_sees_from_then_on():
    deal = promotion(2, weeks=12)
    half = Simulation(market([{"kind": "match"}], [deal])).run(until=6)
    constant = half.branch(market([], [deal])).run().results()
    assert constant["price"].sel(brand="A").values[0].tolist() == [2] * 3 + [1.5] * 3 + [2] * 10
    begun = Simulation(market([], [deal])).run(until=6).branch(market([{"kind": "match", "lag_weeks": 2}], [deal]))
    assert begun.run().results()["price"].sel(brand="A").values[0].tolist() == [2] * 8 + [1.5] * 8


def test_prices__to_come_are_those_planned():
    half = Simulation(market([{"kind": "match"}], [promotion(2, weeks=10)])).run(until=6).results()
    assert half["price"].sel(brand="B").values[0].tolist() == [2] * 2 + [1.5] * 10 + [2] * 4
    assert half["price"].sel(brand="A").values[0].tolist() == [2] * 3 + [1.5] * 3 + [2] * 10


REFUSED = [
    ({"floor": 2.5}, "pricing.0.floor: the floor of 2.5 is above the list price of 2"),
    ({"least_margin": 1.0}, r"pricing.0.least_margin: the unit cost of 1.2, with its least margin, of 2.4 is above"),
    ({"floor": 1.0}, "1 is below the unit cost of 1.2: raise it, or set below_cost = true"),
    ({"floor": 1.3, "least_margin": 0.1}, r"floor \(1.3\) and least_margin \(0.1\) both set the floor"),
    ({"below_cost": True}, "below_cost says nothing without a floor"),
    ({"rivals": ["A"]}, 'pricing.0.rivals: "A" is no rival of itself; there are: B'),
    ({"rivals": ["b"]}, 'pricing.0.rivals: no brand is called "b"; there are: B. Did you mean "B"?'),
    ({"lag_weeks": 0.5}, "lag_weeks of 0.5 weeks is shorter than a step of 1 week"),
    ({"every_weeks": 0.5}, "every_weeks of 0.5 weeks is shorter"),
    ({"lasts_weeks": 0.5}, "lasts_weeks of 0.5 weeks is shorter"),
    ({"from_week": 5, "until_week": 4}, "must be before until_week"),
    ({"answers": "everything"}, "discounts"),
]


@pytest.mark.parametrize(("settings", "said"), REFUSED, ids=[" ".join(settings) for settings, _ in REFUSED])
def test_settings__that_contradict_themselves_are_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        market([{"kind": "undercut", **settings}])


def test_settings__that_get_into_each_others_way_are_refused():
    with pytest.raises(ScenarioError, match='brands.A.pricing: one kind of pricing can react, were "match" and "und'):
        market([{"kind": "match"}, {"kind": "undercut"}])
    with pytest.raises(ScenarioError, match='"A" has no rivals'):
        Scenario.from_document({"focal": "A", "brands": {"A": {"pricing": [{"kind": "match"}]}}})
