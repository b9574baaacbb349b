"""Links carry what was chosen, and whatever a link says is checked."""

import pytest

from loyaltysim import load
from loyaltysim.app.link import Chosen, query_of, read_query

PRICE, DEPTH = "brands.Ours.price", "brands.Rival.pricing.0.depth"
LESSON = "satisfied-customers-leave-too"


@pytest.fixture(scope="module")
def markets():
    return {"grocery": load("grocery"), "coffee": load("coffee")}


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen("coffee"),
        Chosen("grocery", 17, {PRICE: 2.35, DEPTH: 0.1}),
        Chosen("grocery", 17, {DEPTH: 0.1}, LESSON),
    ],
)
def test_query__comes_back_as_it_was(chosen, markets):
    assert read_query(query_of(chosen), markets) == chosen


def test_query__that_says_nothing_is_the_first_market(markets):
    assert read_query("", markets) == Chosen("grocery")


@pytest.mark.parametrize(
    "query, said",
    [
        ("market=grocary", 'a market "grocary", which is not here. Did it mean "grocery"?'),
        (f"{PRICE}=1e9", "price must be from 0 to 4 EUR; it stays as given"),
        (f"{PRICE}=nan", "price must be a number"),
        ("population.n_customers=5", "no setting of this market that can be moved here"),
        ("lesson=none", 'a lesson "none", which there is not in this market'),
        ("seed=0x1", "luck must be a whole number"),
        ("seed=٣", "luck must be a whole number"),
        ("a=1&" * 500, "too long"),
        ("a" * 9000, "too long"),
        ("brands.Rival.pricing.0.weeks=2&brands.Rival.pricing.0.every_weeks=1", "do not go together"),
    ],
)
def test_query__that_asks_for_what_cannot_be_is_told_and_left_out(query, said, markets):
    chosen = read_query("?" + query, markets)
    assert any(said in told for told in chosen.told)
    assert (chosen.market, chosen.seed, dict(chosen.changes)) == ("grocery", 1, {})


def test_query__of_a_lesson_changes_nothing_that_the_lesson_does_not_show(markets):
    chosen = read_query(f"?lesson={LESSON}&{PRICE}=2.5&{DEPTH}=0.5", markets)
    assert (chosen.lesson, dict(chosen.changes)) == (LESSON, {DEPTH: 0.5})
    assert "no setting of this lesson" in chosen.told[0]


def test_query__keeps_what_is_right_beside_what_is_wrong(markets):
    chosen = read_query(f"?{PRICE}=99&{DEPTH}=0.5&seed=3", markets)
    assert dict(chosen.changes) == {DEPTH: 0.5} and chosen.seed == 3 and len(chosen.told) == 1
