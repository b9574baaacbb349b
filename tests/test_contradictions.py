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
