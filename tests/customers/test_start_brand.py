"""Customers who bought a brand before the first step."""

import numpy as np
import pytest

from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

SEGMENTS = {"Ours": {"share": 0.5, "start_brand": "B"}, "New": {"share": 0.5}}


def market(population, **changes):
    document = {"focal": "A", "steps": 4, "burn_in": 0, "population": {"n_customers": 400, **population}}
    scenario = Scenario.from_document({**document, "brands": {"A": {}, "B": {"appeal": 0.5}}})
    return scenario.vary({"behavior.choice.outside_option": False, "metrics.period_steps": 0, **changes})


def test_start_brand__is_the_last_brand_of_its_segment():
    simulation = Simulation(market({"segments": SEGMENTS}))
    customers = simulation.world.customers
    ours = customers.segment == 0
    assert 150 < ours.sum() < 250
    assert (customers.arrays["last_brand"][ours] == 1).all() and (customers.arrays["last_brand"][~ours] == -1).all()
    assert (customers.arrays["tried"][ours] == 0b10).all() and (customers.arrays["tried"][~ours] == 0).all()


def test_start_brand__of_a_segment_goes_before_that_of_the_population():
    customers = Simulation(market({"start_brand": "A", "segments": SEGMENTS})).world.customers
    np.testing.assert_array_equal(customers.arrays["last_brand"], np.where(customers.segment == 0, 1, 0))


def test_first_purchase_in_the_run__is_a_repeat_purchase():
    """So nobody joins the brand, and with inertia without bound nobody buys another."""
    stay = {"population.inertia": 50.0, "behavior.needs": "regular"}
    data = Simulation(market({"start_brand": "B"}, **stay)).run().results().sel(segment="all", replication=0)
    assert data["units"].sel(brand="B").values.tolist() == [400] * 4
    assert int(data["joined"].sum()) == 0
    assert int(data["repeat_purchases"].sel(brand="B").sum()) == 1600


def test_lives__of_those_who_had_bought_begin_with_the_run():
    leaving = {"behavior.lapse": "dropout", "population.dropout_chance": 1.0, "behavior.needs": "regular"}
    lives = Simulation(market({"start_brand": "B"}, **leaving)).run().lifetimes()
    of_b = lives[lives["brand"] == "B"]
    assert len(of_b) == 400 and (of_b["joined"] == 0).all()
    early = of_b["left"] & (of_b["weeks"] == 0)
    assert early.mean() == pytest.approx(0.62, abs=0.1)  # the first purchase of B is a repeat purchase: e^.5/(1+e^.5)


def test_contracts__of_buyers_from_the_start_begin_with_the_run():
    """All have one with B for a term, whatever they need, and may cancel before the fourth step, not earlier."""
    signed = {"needs_per_week": 0.0, "cancel_chance": 1.0, "segments": SEGMENTS}
    lapse = {"behavior.needs": "contract", "behavior.lapse": {"kind": "contract", "term_steps": 3}}
    simulation = Simulation(market(signed, **lapse)).run()
    data, ours = simulation.results().sel(segment="all", replication=0), (simulation.world.customers.segment == 0).sum()
    assert data["units"].sel(brand="B").values.tolist() == [ours] * 3 + [0]
    assert data["lapsed"].sel(brand="B").values.tolist() == [0] * 3 + [ours]
    lives = simulation.lifetimes()
    assert len(lives) == ours and (lives["weeks"] == 3).all() and lives["left"].all()


def test_contracts__that_a_branch_adds_begin_with_the_next_purchase():
    half = Simulation(market({"start_brand": "B"})).run(until=2)
    branch = half.branch(market({"start_brand": "B"}, **{"behavior.needs": "contract"}))
    assert (branch.world.customers.arrays["contract"] == -1).all()
    at_once = Simulation(market({"start_brand": "B"})).branch(
        market({"start_brand": "B"}, **{"behavior.needs": "contract"})
    )
    assert (at_once.world.customers.arrays["contract"] == 1).all()


def test_choice_probabilities__ask_who_has_a_contract_as_if_there_were_none():
    simulation = Simulation(market({"start_brand": "B"}, **{"behavior.needs": "contract"}))
    odds = np.exp(0.5)  # the appeal of B
    told = simulation.choice_probabilities([0, 7])
    np.testing.assert_allclose(told, [[1 / (1 + odds), odds / (1 + odds), 0]] * 2, rtol=1e-6)


def test_history__of_buyers_from_the_start_has_one_purchase_as_of_the_first_step():
    history = Simulation(market({"segments": SEGMENTS})).world.history
    purchases, last, first = (history.ask(name) for name in ("purchases", "last_step", "first_step"))
    bought = history.start_brand == 1
    assert 150 < bought.sum() < 250
    for column, before, never in ((purchases, 1, 0), (last, 0, -1), (first, 0, -1)):
        np.testing.assert_array_equal(column, [np.full(400, never), np.where(bought, before, never)])


def test_start_brand__makes_dormant_who_buys_no_more():
    quiet = {"start_brand": "B", "needs_per_week": 0.0}
    data = Simulation(market(quiet, **{"metrics.dormant_after_weeks": 2})).run().results()
    dormant = data["dormant"].sel(segment="all", replication=0)
    assert dormant.sel(brand="B").values.tolist() == [0, 0, 400, 400]
    assert dormant.sel(brand="A").values.tolist() == [0] * 4


def test_start_brand__makes_customers_of_the_period_before_the_first():
    stay = {"population.inertia": 50.0, "behavior.needs": "regular", "metrics.period_steps": 2}
    data = Simulation(market({"start_brand": "B"}, **stay)).run().results().sel(segment="all", replication=0, brand="B")
    assert data["customers_start"].values.tolist() == [400, 400]
    assert data["customers_new"].values.tolist() == [0, 0] and data["retention_rate"].values.tolist() == [1, 1]
    later = Simulation(market({"start_brand": "B"}, **stay).vary({"burn_in": 1})).run().results()
    assert later["customers_start"].sel(segment="all", replication=0, brand="B").values.tolist() == [0, 400]


def test_start_brand__must_be_a_brand():
    with pytest.raises(ScenarioError, match=r'population.segments.Ours.start_brand.*no brand is called "C"'):
        market({"segments": {"Ours": {"start_brand": "C"}}})
