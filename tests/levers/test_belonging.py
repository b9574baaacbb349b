"""Levers for some alone: a club, a place to praise, a contact person (eq. E157)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim import Simulation
from loyaltysim.behavior.bond import BESIDES, drift
from loyaltysim.behavior.drift_each import drift_each
from loyaltysim.scenario import Scenario, ScenarioError

GROWTH, FADING = 0.03, 0.02
HALF = {"kind": "random", "share": 0.5}
CLUB = {
    "kind": "community", "growth": 0.1, "strength": 2.0, "from_week": 5, "until_week": 12, "every_weeks": 20,
    "cost_each": 2.5, "target": HALF,
}  # fmt: skip


def market(levers=(), **changes) -> Scenario:
    """Two brands, of which all have bought A and nobody needs any, so that bonds drift and nothing else happens."""
    document = {
        "focal": "A",
        "steps": 20,
        "burn_in": 0,
        "population": {"n_customers": 90, "needs_per_week": 0.0, "start_brand": "A"},
        "behavior": {"bond": {"kind": "drift", "start": 0.2, "from_satisfaction": 0.0, "fading": FADING}},
        "brands": {"A": {"bond_growth": GROWTH}, "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary({**changes, "brands.A.levers": list(levers)})


SHOPPING = {"population.needs_per_week": 0.5, "behavior.experience": "normal", "behavior.satisfaction": "level"}


def drifted(bond: float, weeks: float, growth: float = GROWTH) -> float:
    """Eq. E21 by hand."""
    target = growth / (growth + FADING)
    return target + (bond - target) * math.exp(-(growth + FADING) * weeks)


def bonds(simulation: Simulation, brand: int = 0) -> np.ndarray:
    return simulation.schedule.faded(simulation.now - 1)["bond"][brand]


def members(simulation: Simulation, kind: str = "community") -> np.ndarray:
    return simulation.world.arrays[f"lever.A.{kind}.0.members"] == 1


def test_club__members_bonds_grow_by_closed_form_and_no_others():
    simulation = Simulation(market([CLUB])).run(until=8)
    belong = members(simulation)
    assert belong.sum() == 45
    simulation.run()
    bond, plain = bonds(simulation), drifted(0.2, 19)
    expected = drifted(drifted(drifted(0.2, 5), 7, GROWTH + 2.0 * 0.1), 7)
    assert bond[belong] == pytest.approx(expected, abs=1e-6)
    assert bond[~belong] == pytest.approx(plain, abs=1e-6)
    assert bonds(simulation, 1) == pytest.approx(0.2 * math.exp(-FADING * 19), abs=1e-6)  # it is A's club


def test_club__of_everybody_is_the_place_that_is_open_to_all():
    """Who belongs is everybody who ever bought: here all."""
    shut = {"every_weeks": 1, "cost_each": 0, "target": "everybody"}
    place = {name: CLUB[name] for name in ("kind", "growth", "strength", "from_week", "until_week")}
    club, open_to_all = (Simulation(market([each])).run() for each in ({**CLUB, **shut}, place))
    np.testing.assert_array_equal(bonds(club), bonds(open_to_all))


def test_club__whose_members_shop_has_the_same_bonds_as_one_whose_members_stay_away():
    still = {"behavior.bond.threshold": 1e6}  # shopping itself moves no bond
    away = Simulation(market([CLUB], **still)).run()
    shops = Simulation(market([CLUB], **still, **SHOPPING, **{"brands.B.appeal": -100.0})).run()
    np.testing.assert_allclose(bonds(shops), bonds(away), atol=1e-5)


def test_club__costs_each_member_at_each_choice_and_is_a_contact():
    club = {**CLUB, "from_week": 0, "until_week": 9, "every_weeks": 4, "cost_a_week": 7.0}
    results = ls.simulate(market([club])).sel(brand="A", segment="all").isel(replication=0)
    assert results["contacts"].values.tolist() == [45 if step in (0, 4, 8) else 0 for step in range(20)]
    assert float(results["lever_cost"].sum()) == pytest.approx(9 * 7.0 + 3 * 45 * 2.5)


def test_club__is_chosen_anew_and_who_is_not_chosen_belongs_no_more():
    club = {
        **CLUB,
        "from_week": 0,
        "until_week": None,
        "every_weeks": 10,
        "target": {"kind": "everybody", "share": 0.5},
    }
    simulation = Simulation(market([club])).run(until=10)
    before = members(simulation)
    simulation.run()
    after, weeks, more = members(simulation), 19, GROWTH + 0.2
    assert (before != after).any()
    for was, is_now in ((1, 1), (1, 0), (0, 1), (0, 0)):
        bond = drifted(drifted(0.2, 10, more if was else GROWTH), weeks - 10, more if is_now else GROWTH)
        assert bonds(simulation)[(before == was) & (after == is_now)] == pytest.approx(bond, abs=1e-6)


def test_club__ends_in_a_branch_without_it():
    simulation = Simulation(market([{**CLUB, "until_week": None}])).run(until=9)
    belong, branch = members(simulation), simulation.branch(market()).run()
    expected = drifted(drifted(drifted(0.2, 5), 4, GROWTH + 0.2), 10)
    assert bonds(branch)[belong] == pytest.approx(expected, abs=1e-6)
    assert bonds(branch)[~belong] == pytest.approx(drifted(0.2, 19), abs=1e-6)


def test_club__goes_on_from_a_checkpoint(tmp_path):
    scenario = market([CLUB], **SHOPPING)
    straight, half = Simulation(scenario), Simulation(scenario).run(until=8)
    half.checkpoint(tmp_path / "half.npz")
    restored = Simulation(scenario).restore(tmp_path / "half.npz")
    np.testing.assert_array_equal(bonds(restored.run()), bonds(straight.run()))


def test_without_a_target__nothing_is_kept_for_single_customers():
    world = Simulation(market([{"kind": "community"}])).run().world
    assert BESIDES not in world.arrays and not world.touches.arrays
    assert not [name for name in world.arrays if name.startswith("lever.")]


FRACTION = st.floats(0, 1, width=32)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.5, width=32),
    st.sampled_from([0.0, 20.0]),
    st.sampled_from([0.0, 0.01]),
)
def test_drift_each__is_drift_bit_for_bit_where_all_are_alike(seed, more, trust_half, from_values):
    draw = np.random.default_rng(seed)

    def column(*shape):
        return draw.random(shape, np.float32)

    brands, n, begins = 3, 40, np.array([0, 15, 40])
    states = (column(brands, n), 30 * column(brands, n), column(n), draw.integers(0, 8, n).astype(np.uint32))
    weeks, ethics, growth = (
        9 * column(n) * draw.integers(0, 2, n).astype(np.float32),
        column(4, brands),
        column(4, brands),
    )
    bond, settings = column(brands, n), (0.02, 0.5, trust_half, from_values, 0.005)
    found = [bond.copy() for _ in range(4)]
    each = np.full((brands, n), more, np.float32)
    drift(*states, weeks, ethics, growth, 1, begins, *settings, found[0])
    drift_each(*states, weeks, ethics, growth, each * 0, 1, begins, *settings, found[1])
    drift(*states, weeks, ethics, growth + np.float32(more), 1, begins, *settings, found[2])
    drift_each(*states, weeks, ethics, growth, each, 1, begins, *settings, found[3])
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[2], found[3])


TALK = {"kind": "rates", "talk_good": 0.5, "talk_bad": 0.2, "high": 0.6, "low": 0.4, "width": 0.1, "bond_talk": 0.5}
TALKING = {
    "population.n_customers": 20_000, "behavior.experience": "normal",
    "behavior.satisfaction": {"kind": "level", "start": 0.55}, "word_of_mouth.talk": TALK,
}  # fmt: skip


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_advocacy__those_who_are_asked_in_praise_more_often_and_blame_as_before():
    place = {"kind": "advocacy", "praise": 1.5, "strength": 2.0, "growth": 0.0, "target": {**HALF, "share": 0.25}}
    simulation = Simulation(market([place], **TALKING)).run(until=1)
    pile = simulation.world.messages.piles[0]
    praises = np.bincount(pile.sender[: pile.n][pile.strength[: pile.n] > 0], minlength=20_000)
    blames = np.bincount(pile.sender[: pile.n][pile.strength[: pile.n] < 0], minlength=20_000)
    belong, talks = members(simulation, "advocacy"), 1 + 0.5 * 0.2
    assert belong.sum() == 5000
    for who, more in ((belong, 1 + 2 * 1.5 * 0.2), (~belong, 1.0)):
        for said, expected in (
            (praises[who].sum(), 0.5 * logistic(-0.5) * talks * more),
            (blames[who].sum(), 0.2 * logistic(-1.5) * talks),
        ):
            assert abs(said - expected * who.sum()) < 4 * math.sqrt(expected * who.sum())


def test_service__a_contact_person_answers_those_who_have_one_better():
    """Manner alone counts: half of the .8 that answers lack is made up for all, and .5 · 1.2 of the rest for some."""
    manner = {"weight_distributive": 0.0, "weight_speed": 0.0, "weight_interaction": 1.0, "public_chance": 0.0}
    broken = {
        "behavior.recovery": {"kind": "justice", "complain_minor": 1.0, "complain_severe": 1.0, **manner},
        "brands.A.complaints": {"failure_chance": 1.0, "interaction": 0.2}, "brands.B.appeal": -100.0,
    }  # fmt: skip
    person = {"kind": "service", "better": 0.0, "sooner": 0.0, "fairer": 0.0, "strength": 1.2, "in_person": 0.5}
    levers = [{**person, "target": HALF}, {**person, "strength": 1.0}]
    simulation = Simulation(market(levers, **broken, **SHOPPING), log=True).run(until=10)
    belong, log = members(simulation, "service"), simulation.transactions.frame()
    assert len(log) > 200
    without = 0.2 + 0.5 * 0.8
    for who, expected in ((belong, without + 0.5 * 1.2 * (1 - without)), (~belong, without)):
        answers = log["recovery"][who[log["customer"]]]
        assert len(answers) > 50 and answers.to_numpy() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("lever", "told"),
    [
        ({"kind": "community", "cost_each": 1.0}, "nobody is chosen without a target: leave cost_each out"),
        ({"kind": "advocacy", "every_weeks": 4.0}, "nobody is chosen without a target: leave every_weeks out"),
        ({**CLUB, "every_weeks": 0.5}, "every_weeks of 0.5 weeks is shorter than a step of 1 week"),
        ({"kind": "service", "target": HALF}, 'nobody would feel a lever "service": set behavior.experience to kind'),
        ({**CLUB, "target": "satisfied"}, 'no target of kind "satisfied"'),
    ],
)
def test_belonging__what_cannot_be_is_refused_with_the_reason(lever, told):
    with pytest.raises(ScenarioError, match=told):
        market([lever], **({"word_of_mouth.talk": "rates"} if lever["kind"] == "advocacy" else {}))


def test_who_was_moved__tells_of_a_club_and_refuses_a_place_for_all():
    short = {"metrics.period_steps": 5, **SHOPPING}
    found = ls.who_was_moved(market([CLUB], **short), "brands.A.levers.0", replications=2).set_index("measure")
    assert found["effect"]["reached"] == 45 and found["effect"]["cost"] == 45 * 2.5
    with pytest.raises(ScenarioError, match='a lever "community" is for everybody'):
        ls.who_was_moved(market([{"kind": "community"}], **short), "brands.A.levers.0", replications=2)
