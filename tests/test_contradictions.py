"""Contradictions: a setting that nothing would read is refused by name, and taken where something reads it."""

import pytest

from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import FULL, busy_market

SWITCHING = {"behavior.choice": {"kind": "switching", "matrix": [[0.5, 0.5], [0.5, 0.5]]}}
LEARNS = {"behavior.experience": "normal", "behavior.learning": "constant"}
BOND = {"behavior.bond": "drift"}
FAILS = {"behavior.recovery": "justice"}
UNREAD = [
    # what is given, where it is refused, what is said, and what makes it count
    ({"behavior.lapse": "dropout"}, "behavior.lapse", "nobody would ever leave", {"population.dropout_chance": 0.0}),
    (
        {"behavior.needs": "contract", "behavior.lapse": "contract"},
        "behavior.lapse",
        "set population.cancel_chance",
        {"population.cancel_chance": 0.1},
    ),
    ({"behavior.choice.expectation_weight": -0.1}, "behavior.choice.expectation_weight", "was -0.1", LEARNS),
    *(
        ({f"behavior.choice.{name}": 0.1}, f"behavior.choice.{name}", "was 0.1: set behavior.bond", BOND)
        for name in ("resist_discount", "resist_search", "resist_price")
    ),
    ({"brands.A.online_appeal": 0.1}, "brands.A.online_appeal", "set population.online", {"population.online": 0.5}),
    (
        {**FAILS, "brands.A.complaints.online_failure_chance": 0.1},
        "brands.A.complaints.online_failure_chance",
        "nobody buys online",
        {"population.online": 0.5},
    ),
    ({"brands.A.complaints.ease": 0.6}, "brands.A.complaints", "were given ease: set behavior.recovery", FAILS),
    (
        {**SWITCHING, "metrics.reasons": True},
        "metrics.reasons",
        'set behavior.choice to "logit"',
        {"behavior.choice": "logit"},
    ),
]


def market(**changes) -> Scenario:
    return Scenario.from_document({"focal": "A", "brands": {"A": {}, "B": {}}}).vary(changes)


@pytest.mark.parametrize(("given", "key", "said", "mended"), UNREAD, ids=[key for _, key, *_ in UNREAD])
def test_unread__is_refused_by_name_and_taken_where_it_counts(given, key, said, mended):
    with pytest.raises(ScenarioError, match=said) as refused:
        market(**given)
    assert [fault.key for fault in refused.value.faults] == [key]
    assert market(**{**given, **mended})


GROUPS = {"population.segments": {"Some": {"share": 0.5}, "Others": {"share": 0.5}}}
MONTHLY = {"step_days": 28}
UP = [{"threshold": 4}, {"threshold": 5, "percent_off": 5.0}]
PROGRAMS = [
    # what contradicts itself, what is said of it, and what mends it
    ({"kind": "points", "endowment": 500}, {}, "endowment 500 is a reward already: it must be below the 500", 499),
    ({"kind": "stamps", "n": 5, "endowment": 4}, {}, "endowment 4 is a reward already", 3),
    (
        {"kind": "points", "expiry": {"kind": "inactivity", "weeks": 3}},
        MONTHLY,
        "expiry.weeks of 3 weeks is shorter than a step of 4 weeks",
        {"kind": "inactivity", "weeks": 4},
    ),
    (
        {"kind": "points", "expiry": {"kind": "fixed_dates", "every_weeks": 2}},
        MONTHLY,
        "expiry.every_weeks of 2 weeks is shorter",
        "none",
    ),
    ({"kind": "stamps", "accrual": {"kind": "calendar"}}, MONTHLY, "accrual.weeks of 1 week is shorter", "plain"),
    (
        {"kind": "stamps", "customer_response": {"kind": "rewarded", "rewarded_weeks": 1}},
        MONTHLY,
        "customer_response.rewarded_weeks of 1 week is shorter",
        "rewarded",
    ),
    (
        {"kind": "stamps", "reward": {"kind": "access", "weeks": 2}},
        MONTHLY,
        "reward.weeks of 2 weeks is shorter",
        {"kind": "access", "weeks": 8},
    ),
    ({"kind": "tiers", "window_weeks": 2}, MONTHLY, "window_weeks of 2 weeks is shorter", 4),
    ({"kind": "club", "term_weeks": 1}, MONTHLY, "term_weeks of 1 week is shorter", 52),
    ({"kind": "play", "streak_utility": 0.1, "streak_weeks": 1}, MONTHLY, "streak_weeks of 1 week is shorter", 8),
    (
        {"kind": "points", "accrual": {"kind": "calendar", "weeks": 14}},
        {},
        "14 weeks do not fit into a rhythm of 13 weeks",
        {"kind": "calendar", "weeks": 13},
    ),
    ({"kind": "tiers", "tiers": [{"threshold": 5}, {"threshold": 4}]}, {}, "tier 2 must begin above tier 1", UP),
    ({"kind": "tiers", "tiers": [UP[1], {"threshold": 9}]}, {}, "tier 2 gives its members less than tier 1 does", UP),
    (
        {"kind": "tiers", "tiers": [{"threshold": 5, "cost_each": 1.1}]},
        {},
        "a unit sells at 1, and .* with it costs 1.1",
        None,
    ),
    (
        {"kind": "surprise", "chance": 0.5, "cost_each": 2.1},
        {},
        "a unit sells at 1, and .* with it costs 1.05 on average",
        2.0,
    ),
    ({"kind": "play", "lottery_chance": 0.2, "prize": 6.0}, {}, "a unit sells at 1, and .* with it costs 1.2", 5.0),
    ({"kind": "stamps", "reward": {"kind": "amount_off", "amount": 2}}, {}, "amount of 2 is more than the list", None),
    (
        {"kind": "points", "reward": {"kind": "cash", "value": 300}, "accrual": {"kind": "calendar"}},
        {},
        "a reward costs 300, more than the 250 for which it is earned at the list price, in EUR: ",
        "plain",
    ),
    ({"kind": "stamps", "generous": False, "reward": {"kind": "cash", "value": 11}}, {}, "set generous = true", None),
]


@pytest.mark.parametrize(("program", "besides", "said", "mended"), PROGRAMS, ids=[said for _, _, said, _ in PROGRAMS])
def test_program__that_contradicts_itself_is_refused_with_the_reason(program, besides, said, mended):
    with pytest.raises(ScenarioError, match=said) as refused:
        market(**{"brands.A.programs": [program], **besides})
    part = ".accrual" if "rhythm" in said else ""
    assert [fault.key for fault in refused.value.faults] == [f"brands.A.programs.0{part}"]
    last = "generous" if mended is None else list(program)[-1]
    assert market(**{"brands.A.programs": [{**program, last: True if mended is None else mended}], **besides})


def test_program__a_length_that_nothing_uses_may_be_shorter_than_a_step():
    assert market(**MONTHLY, **{"brands.A.programs": [{"kind": "play", "badge_every": 3}]})


def test_program__tiers_are_called_by_their_names():
    tiers = [{"name": "Silver", "threshold": 5}, {"name": "Gold", "threshold": 4, "percent_off": 1}]
    with pytest.raises(ScenarioError, match='tier "Gold" must begin above tier "Silver", which begins at 5, was 4'):
        market(**{"brands.A.programs": [{"kind": "tiers", "tiers": tiers}]})


def test_program__two_of_a_name_are_refused():
    of = {"kind": "stamps", "name": "Card"}
    with pytest.raises(ScenarioError, match='another program is called "Card" already') as refused:
        market(**{"brands.A.programs": [of], "brands.B.programs": [of]})
    assert [fault.key for fault in refused.value.faults] == ["brands.B.programs.0.name"]
    assert market(**{"brands.A.programs": [of], "brands.B.programs": [{**of, "name": "Other"}]})


def test_program__a_wrong_tier_is_one_fault():
    tiers = [{"threshold": 5, "percent": 2}, {"threshold": 9, "percent": 5}]
    with pytest.raises(ScenarioError) as refused:
        market(**{"brands.A.programs": [{"kind": "tiers", "tiers": tiers}]})
    place = "brands.A.programs.0.tiers"
    assert [fault.key for fault in refused.value.faults] == [f"{place}.0.percent", f"{place}.1.percent"]
    assert {fault.nearest for fault in refused.value.faults} == {"percent_off"}
    with pytest.raises(ScenarioError, match="at least 1 item"):
        market(**{"brands.A.programs": [{"kind": "tiers", "tiers": []}]})


def test_program__of_an_unknown_segment_is_refused_by_name():
    program = {"kind": "tiers", "segments": ["Some", "Other"]}
    with pytest.raises(ScenarioError, match='no segment is called "Other"') as refused:
        market(**GROUPS, **{"brands.A.programs": [program]})
    (fault,) = refused.value.faults
    assert (fault.key, fault.choices, fault.nearest) == ("brands.A.programs.0.segments", ("Some", "Others"), "Others")
    assert market(**GROUPS, **{"brands.A.programs": [{**program, "segments": ["Others"]}]})


def test_program__joined_by_taste_needs_tastes():
    program = {"kind": "surprise", "enrollment": {"kind": "opt_in", "by_taste": 0.5}}
    with pytest.raises(ScenarioError, match=r"enrollment\.by_taste: nobody has tastes, was 0.5: set population.taste"):
        market(**{"brands.A.programs": [program]})
    assert market(**{"brands.A.programs": [program], "population.appeal": {"A": 1.0}})


@pytest.mark.parametrize("name", ["a", " A ", "A_"])
def test_brands__called_the_same_but_for_capitals_and_spaces_are_refused(name):
    with pytest.raises(ScenarioError, match='is another brand than "A".*Did you mean "A"'):
        market(**{"brands": {"A": {}, "B": {}, name: {}}})


def test_unread__a_trait_of_one_segment_is_enough():
    segments = {"population.segments": {"Some": {"share": 0.5, "dropout_chance": 0.1}, "Others": {"share": 0.5}}}
    assert market(**segments, **{"behavior.lapse": "dropout"}).behavior.lapse.kind == "dropout"


def test_unread__at_its_default_nothing_is_refused():
    spelled = {name: 0.0 for name in ("expectation_weight", "resist_discount", "resist_search", "resist_price")}
    changes = {f"behavior.choice.{name}": value for name, value in spelled.items()}
    assert market(**changes, **{"brands.A.complaints.failure_chance": 0.03, "brands.A.online_appeal": 0.0})


def test_unread__is_not_told_of_a_trait_that_is_wrong_by_itself():
    document = busy_market(50, 2).vary(FULL).document()
    document["population"]["online"] = {"distribution": "beta", "a": -1.0}
    with pytest.raises(ScenarioError) as refused:
        Scenario.from_document(document)
    assert [fault.key for fault in refused.value.faults] == ["population.online.a"]
