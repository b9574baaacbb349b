"""A program's draws are its own: what other programs there are changes nobody's luck."""

import numpy as np
import pytest

from loyaltysim import ScenarioError, Simulation, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.study.questions import answer

OPT_IN = {"kind": "points", "enrollment": {"kind": "opt_in", "chance": 0.2}}
WORTH = {**OPT_IN, "customer_response": {"kind": "worth"}}


def market(**brands) -> Scenario:
    """Two brands, each with the programs given."""
    return Scenario.from_document(
        {
            "focal": "Ours",
            "steps": 20,
            "burn_in": 0,
            "population": {"n_customers": 300, "needs_per_week": 0.8, "price_sensitivity": 1.0},
            "brands": {name: {"price": 1.0, "programs": programs} for name, programs in brands.items()},
            "metrics": {"period_steps": 5},
        }
    )


def test_enrollment__of_a_rival_is_the_same_without_our_program():
    both, alone = (Simulation(market(Ours=ours, Rival=[OPT_IN])).run() for ours in ([OPT_IN], []))
    np.testing.assert_array_equal(both.schedule.programs[1][1].member, alone.schedule.programs[0][1].member)


def test_answer__of_a_program_that_nobody_answers_to_is_zero_beside_a_rivals_program():
    effects = answer(market(Ours=[OPT_IN], Rival=[WORTH]), replications=2).effects.set_index("metric")
    assert effects.loc[["purchases", "retention_rate", "share"], "effect"].eq(0).all()


def test_branch__to_a_market_without_our_program_leaves_the_rivals_ledger_alone():
    half = Simulation(market(Ours=[OPT_IN], Rival=[OPT_IN])).run(until=10)
    branch = half.branch(market(Ours=[], Rival=[OPT_IN]))
    np.testing.assert_array_equal(branch.schedule.programs[0][1].balance, half.schedule.programs[1][1].balance)
    data = branch.run().results()
    balance = branch.schedule.programs[0][1].balance.sum() / 1000
    assert data["points_outstanding"].sel(brand="Rival", segment="all").values[0, -1] == pytest.approx(balance)


def test_branch__takes_the_traits_of_the_scenario_it_goes_to():
    base = market(Ours=[], Rival=[])
    half = Simulation(base).run(until=5)
    branch = half.branch(base.vary({"population.price_sensitivity": 3.0}))
    assert np.all(branch.world.customers.arrays["price_sensitivity"] == 3.0)
    np.testing.assert_array_equal(
        branch.world.customers.arrays["last_brand"], half.world.customers.arrays["last_brand"]
    )


@pytest.mark.parametrize(
    "change",
    [{"network": {"kind": "complete"}}, {"metrics.period_steps": 4}, {"burn_in": 1}, {"population.n_customers": 20}],
    ids=lambda change: next(iter(change)),
)
def test_branch__to_another_market_is_refused(change):
    base = market(Ours=[], Rival=[])
    with pytest.raises(ValueError, match="a branch needs the same"):
        Simulation(base).branch(base.vary(change))


def test_reward__of_a_purchase_that_redeems_and_earns_nothing_is_worth_nothing():
    card = {"kind": "stamps", "n": 3, "customer_response": {"kind": "worth"}}
    simulation = Simulation(market(Ours=[card], Rival=[]))
    own = simulation.schedule.programs[0][1]
    own.member[:] = 1
    full, empty = [0], [1]
    own.balance[full] = 2000
    simulation.choice_probabilities([0, 1])
    reward = simulation.world.workers[0].shoppers.columns["reward"][0]
    assert reward[full] == 0 and reward[empty] > 0


def test_unit_cost__of_a_reward_that_lowers_the_price_is_refused():
    with pytest.raises(ScenarioError, match="costs what it takes off"):
        market(Ours=[{"kind": "stamps", "unit_cost": 0.5}], Rival=[])


def test_needs__beyond_reason_are_refused():
    with pytest.raises(ScenarioError, match="occasions a step"):
        simulate(market(Ours=[], Rival=[]).vary({"population.needs_per_week": 1e6}))


def test_promotion__shorter_than_a_step_is_refused():
    promotion = {"kind": "promotion_calendar", "weeks": 1, "every_weeks": 8}
    with pytest.raises(ScenarioError, match="shorter than a step"):
        market(Ours=[], Rival=[]).vary({"brands.Rival.pricing": [promotion], "step_days": 28})
