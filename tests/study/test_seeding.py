"""Seeding: chosen customers praise the brand, and what it brings is told for each of them."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.study.seeding import METRICS, NOBODY, WAYS, seeding


@pytest.fixture
def mature(talking, without):
    """The market in which everybody is from the start, so that praise can reach them."""
    return talking(without["prospects"], without["failures"])


def test_no_messages__bring_nothing(mature):
    frame = seeding(mature, 0.1, messages=0, replications=2)
    assert (frame[["effect", "ci_low", "ci_high"]] == 0).all(axis=None)


def test_seeds__bring_customers_units_and_margin(mature):
    frame = seeding(mature, 0.2, ["random"], messages=4, replications=4).set_index("metric")
    assert list(frame.index) == list(METRICS) and (frame["against"] == NOBODY).all()
    assert frame.loc["units", "ci_low"] > 0
    assert frame.loc["margin", "unit"] == "EUR" and frame.loc["customers", "unit"] == "customers"


def test_effect__is_for_each_customer_seeded(mature):
    frame = seeding(mature, 1.0, ["random"], messages=2, replications=1).set_index("metric")
    start = ls.Simulation(mature).run(until=0)
    rows = np.flatnonzero(start.world.customers.arrays["last_brand"] == 0)
    seeded, usual = start.branch(mature), start.branch(mature)
    for _ in range(2):
        seeded.say(rows, "A").step()
    units = [float(run.run().results()["units"].sel(brand="A", segment="all").sum()) for run in (seeded, usual)]
    assert frame.loc["units", "seeded"] == len(rows)
    assert frame.loc["units", "effect"] == pytest.approx((units[0] - units[1]) / len(rows), rel=1e-9)
    assert units[0] > units[1]


def test_ways__choose_whom_they_say(mature):
    start = ls.Simulation(mature)
    start.world.history.ask("spend")
    start.run(until=0)
    assert WAYS["random"](start) is None
    np.testing.assert_array_equal(WAYS["hubs"](start), start.world.neighbors.degree())
    people = start.customers()
    np.testing.assert_array_equal(WAYS["loyal"](start), people["bond[A]"])
    spend = WAYS["high value"](start)
    assert spend.max() > 0 and (spend[~people["tried"].to_numpy().astype(bool)] == 0).all()


def test_ways__are_compared_in_pairs_in_the_same_replications(mature):
    frame = seeding(mature, 0.1, ["random", "hubs", "loyal"], replications=3)
    effect = frame.set_index(["metric", "scenario", "against"])["effect"]
    pairs = {(way, against) for _, way, against in effect.index}
    assert pairs == {
        ("random", NOBODY), ("hubs", NOBODY), ("loyal", NOBODY), ("hubs", "random"), ("loyal", "random"),
        ("loyal", "hubs"),
    }  # fmt: skip
    assert effect["units", "hubs", "random"] == pytest.approx(
        effect["units", "hubs", NOBODY] - effect["units", "random", NOBODY]
    )


def test_prospects__follow_example_and_not_a_seed_s_praise(talking, without):
    young = talking(without["failures"])
    frame = seeding(young, 1.0, ["random"], messages=10, replications=1).set_index("metric")
    start = ls.Simulation(young).run(until=0)
    assert frame.loc["units", "effect"] > 0
    came = [start.branch(young) for _ in range(2)]
    for _ in range(10):
        came[0].say(np.flatnonzero(start.world.customers.arrays["last_brand"] == 0), "A").step()
        came[1].step()
    entered = [run.world.customers.arrays["entered"] >= 0 for run in came]
    assert entered[0].sum() <= entered[1].sum() + 5  # those who are invited by happier customers apart


def test_what_cannot_be__is_told(mature, talking):
    with pytest.raises(ls.ScenarioError, match='Did you mean "hubs"'):
        seeding(mature, ways=["hub"], replications=1)
    for wrong in ({"share": 0.0}, {"share": 1.5}, {"messages": -1}, {"messages": 11}):
        with pytest.raises(ls.ScenarioError, match=next(iter(wrong))):
            seeding(mature, replications=1, **wrong)
    with pytest.raises(ValueError, match="nobody would hear"):
        seeding(mature.vary({"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"}), replications=1)
    with pytest.raises(ValueError, match="nobody has bought"):
        seeding(mature.vary({"burn_in": 0}), replications=1)
    with pytest.raises(ValueError, match="no hubs"):
        seeding(mature.vary({"network": {"kind": "complete"}}), ways=["hubs"], replications=1)
    with pytest.raises(ValueError, match="nobody has a bond"):
        bondless = {"behavior.bond": "none"}
        seeding(mature.vary(bondless), ways=["loyal"], replications=1)
