"""The three questions: each is the scenario as it is, less the world without one thing."""

import numpy as np
import pytest

from loyaltysim import replicate, simulate, word_of_mouth_effect
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.study.compare import COLUMNS
from loyaltysim.study.questions import (
    answer,
    rivals_ask,
    unheard,
    without_levers,
    without_program,
    without_rival_promotions,
    without_word_of_mouth,
)


def market(**changes) -> Scenario:
    promotion = {"kind": "promotion_calendar", "depth": 0.3, "every_weeks": 2}
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {"n_customers": 120, "price_sensitivity": 1.0},
        "network": {"kind": "random", "mean_degree": 4},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
        "word_of_mouth": {
            "talk": {"kind": "threshold", "good_above": 0.6, "bad_below": 0.2},
            "influence": {"kind": "heard"},
        },
        "brands": {
            "A": {
                "pricing": [promotion],
                "programs": [{"kind": "points", "reward": {"kind": "cash", "value": 0.2, "threshold": 4}}],
            },
            "Rival No. 1": {"pricing": [promotion], "programs": [{"kind": "stamps"}]},
            "B": {},
        },
        "metrics": {"period_steps": 4},
    }
    return Scenario.from_document(document).vary(changes)


def test_knock_outs__take_away_one_thing_and_nothing_else():
    scenario = market()
    assert set(scenario.diff(without_word_of_mouth(scenario))) == {"word_of_mouth.unheard.sign"}
    calm, plain = without_rival_promotions(scenario), without_program(scenario)
    assert all(path.startswith('brands."Rival No. 1".pricing') for path in scenario.diff(calm))
    assert calm.brands["A"].pricing == scenario.brands["A"].pricing and not calm.brands["Rival No. 1"].pricing
    assert all(path.startswith("brands.A.programs") for path in scenario.diff(plain))
    assert not plain.brands["A"].programs and plain.brands["Rival No. 1"].programs


def test_knock_outs__take_away_the_focal_brand_s_levers_alone():
    pulls = {"brands.A.levers": [{"kind": "communication"}], "brands.B.levers": [{"kind": "communication"}]}
    left = without_levers(market(**pulls))
    assert not left.brands["A"].levers and left.brands["B"].levers


def test_rivals__that_set_their_price_anew_are_told_with_what_they_ask():
    prices = {"kind": "best_response", "price_response": 3.0, "every_weeks": 1}
    scenario = market(**{"brands.B": {"price": 2.0, "unit_cost": 1.0, "pricing": [prices]}})
    data = simulate(scenario)
    ((name, price, usual),) = rivals_ask(scenario, data)
    assert (name, usual) == ("B", 2.0) and price < 2.0
    assert rivals_ask(market(), simulate(market())) == []


def test_knock_outs__are_none_where_there_is_nothing_to_take_away():
    bare = market(**{"brands": {"A": {}, "B": {}}, "word_of_mouth": {}})
    assert without_rival_promotions(bare) is without_program(bare) is without_word_of_mouth(bare) is None
    assert without_levers(bare) is None
    told = answer(bare, replications=1)
    assert not told.comparisons and told.effects.empty
    with pytest.raises(ValueError, match="nobody talks"):
        word_of_mouth_effect(bare, replications=1)


def test_word_of_mouth__is_public_complaints_too():
    seen = {"kind": "justice", "public_chance": 0.5, "paradox": 0.0}
    scenario = market(**{"behavior.recovery": seen})
    alone = scenario.vary({"word_of_mouth.talk": "none", "steps": 24, "population.n_customers": 500})
    comparison = word_of_mouth_effect(alone, replications=1, seed=3)
    private = replicate(alone.vary({"behavior.recovery.public_chance": 0.0}), replications=1, seed=3)
    assert comparison.runs["without"]["units"].equals(private["units"])
    assert comparison.runs["with"]["complaints_public"].sum() > 0
    assert not comparison.runs["with"]["units"].equals(private["units"])
    for influence in ("none", "satisfaction"):  # nobody hears of complaints anyway
        assert without_word_of_mouth(alone.vary({"word_of_mouth.influence": influence})) is None


def test_word_of_mouth_effect__is_with_less_without():
    scenario = market()
    comparison = word_of_mouth_effect(scenario, replications=3, seed=4)
    assert (comparison.baseline, list(comparison.runs)) == ("without", ["without", "with"])
    assert comparison.runs["with"].identical(replicate(scenario, replications=3, seed=4))
    silent = replicate(scenario.vary({"word_of_mouth.talk": "none"}), replications=3, seed=4)
    for name in ("units", "retention_rate", "satisfaction"):  # what nobody hears is as if nobody said it
        assert comparison.runs["without"][name].equals(silent[name]), name
    effect = comparison.effects.set_index("metric")
    assert effect.loc["messages_positive", "baseline"] > 0
    units = [comparison.runs[name]["units"].sel(brand="A", segment="all").sum("step") for name in ("with", "without")]
    assert effect.loc["units", "effect"] == pytest.approx(float((units[0] - units[1]).mean()), rel=1e-12)


@pytest.mark.slow
def test_word_of_mouth_effect__of_a_part_is_the_world_in_which_that_goes_unheard(talking):
    scenario = talking()
    for of, setting in {
        "all": {"sign": "both"},
        "praise": {"sign": "praise"},
        "blame": {"sign": "blame"},
        "segment:Heavy": {"segments": ["Heavy"]},
        "share:0.25": {"share": 0.25},
        (4, 2): {"customers": [2, 4]},
    }.items():
        comparison = word_of_mouth_effect(scenario, of, replications=2, seed=3)
        without = scenario.vary({"word_of_mouth.unheard": setting})
        assert comparison.runs["without"].identical(replicate(without, replications=2, seed=3)), of
    none = word_of_mouth_effect(scenario, "share:0", replications=1)
    assert none.runs["without"]["units"].equals(none.runs["with"]["units"])


def test_word_of_mouth_effect__praise_brings_and_blame_costs(talking, without):
    alone = {"brands": {"A": {}}, "behavior.choice": {"kind": "logit", "outside_option": True}}  # no rival to blame
    scenario = talking(without["failures"], without["prospects"], alone, {"population.n_customers": 1000})
    units = {
        of: word_of_mouth_effect(scenario, of, replications=4).effects.set_index("metric").loc["units"]
        for of in ("all", "praise", "blame")
    }
    assert units["praise"].ci_low > 0 > units["blame"].ci_high
    assert units["blame"].effect < units["all"].effect < units["praise"].effect  # they do not add up


def test_unheard__adds_to_what_goes_unheard_anyway(talking):
    own = {"sign": "blame", "segments": ["Light"], "share": 0.2, "customers": [7]}
    scenario = talking({"word_of_mouth.unheard": own})
    more = unheard(scenario, {"sign": "praise", "segments": ["Heavy"], "share": 0.1, "customers": [3]})
    told = more.word_of_mouth.unheard
    assert (told.sign, told.segments, told.share, told.customers) == ("both", ("Light", "Heavy"), 0.2, (3, 7))
    assert unheard(scenario, {"sign": "blame"}) == scenario


def test_word_of_mouth_effect__says_what_it_does_not_know(talking):
    for of, message in {
        "prase": 'no part of word of mouth is called "prase".*Did you mean "praise"',
        "share:much": "share:NUMBER",
        "share:1.5": "at most 1",
        "share:-1": "at least 0",
        "share:nan": "at least 0",
        "segment:": "segment:NAME",
        "segment:Heavi": 'no segment is called "Heavi".*Did you mean "Heavy"',
        (): "nobody is listed",
        (300,): "no customer 300",
    }.items():
        with pytest.raises(ScenarioError, match=message):
            word_of_mouth_effect(talking(), of, replications=1)


@pytest.mark.slow
def test_answer__has_the_effects_of_every_question_that_arises():
    scenario = market()
    told = answer(scenario, replications=2, seed=5)
    assert told.data.identical(replicate(scenario, replications=2, seed=5))
    assert list(told.comparisons) == ["rival_promotions", "program", "word_of_mouth"]
    effects = told.effects
    assert list(effects.columns) == ["question", *COLUMNS]
    for question, comparison in told.comparisons.items():
        own = effects[effects["question"] == question].drop(columns="question").reset_index(drop=True)
        assert own.equals(comparison.effects)
        assert (own["scenario"] == "with").all()
        assert comparison.runs["with"] is told.data
    program = effects[(effects["question"] == "program") & (effects["metric"] == "program_cost")]
    assert program["effect"].item() > 0  # what it costs against nothing
    assert np.isfinite(effects.loc[effects["metric"] == "revenue", "effect"]).all()


def test_answer__tells_progress_in_words():
    told = {}
    answer(market(), replications=1, progress=lambda what, done: told.update({what: done}))
    worlds = ("as it is", "without rivals' promotions", "without our program", "without word of mouth")
    assert told == dict.fromkeys(worlds, 1)
