"""Members who look ahead (eq. E117): hand-worked cases, limits, and what the kernel reads from the table."""

import numpy as np
import pytest

from loyaltysim import Simulation, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.programs import foresight
from loyaltysim.programs.foresight import gains
from loyaltysim.scenario import Scenario
from loyaltysim.totals import POINT_UNIT

CASH = {"kind": "cash", "value": 6.0, "threshold": 30.0}


def market(response, kind="points", **changes) -> Scenario:
    program = {"kind": kind, "reward": CASH, "customer_response": response, "generous": True}
    if kind == "stamps":
        program = {"kind": kind, "n": 3, "customer_response": response}
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {"n_customers": 400, "price_sensitivity": 0.7, "needs_per_week": 1.0},
        "brands": {"A": {"price": 2.0, "appeal": 1.0, "programs": [program]}, "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def ahead(**settings) -> dict:
    return {"kind": "forward_looking", **settings}


def shown(scenario, seat, purchases=0, member=1, needs=None, sensitivity=None) -> np.ndarray:
    """What the program adds to the utility of everybody after so many purchases at the list price."""
    simulation = Simulation(scenario)
    ((program, own),) = simulation.schedule.programs
    own.member[:] = member
    count = program.count()
    own.balance[:] = round(purchases * (count.per_currency * 2.0 + count.per_unit) * POINT_UNIT)
    arrays = simulation.world.customers.arrays
    if needs is not None:
        arrays["needs"][:] = needs
    if sensitivity is not None:
        arrays["price_sensitivity"][:] = sensitivity
    shoppers = seat(simulation, brand=0)
    simulation.world.bring(shoppers)
    shoppers.price[:] = 2.0
    shoppers.ask("reward", True)[:] = 0
    program.offer(own, simulation.world, shoppers, 0)
    return shoppers.columns["reward"][0, : shoppers.n].copy()


# --------------------------------------------------------------------------------------------------- the program


def test_gains__of_two_sure_purchases_by_hand():
    # value(0) = β·value(1), value(1) = 6 + β·value(0): gains β·6/(1 + β) and 6/(1 + β); β = 1/2 makes them 2 and 4
    np.testing.assert_allclose(gains(2, 6.0, 0.5, 1.0, False, True), [2.0, 4.0], atol=1e-9)


def test_gains__of_two_likely_purchases_solve_the_equation():
    p, patience, reward = 0.3, 0.8, 2.5
    first, second = gains(2, reward, patience, p, False, True)
    value = [np.log(1 - p + p * np.exp(gain)) / (1 - patience) for gain in (first, second)]
    assert first == pytest.approx(patience * (value[1] - value[0]), abs=1e-8)
    assert second == pytest.approx(reward + patience * (value[0] - value[1]), abs=1e-8)


def test_gains__of_a_reward_at_the_till_take_one_purchase_more():
    # three purchases of a cycle, the third rewarded, with β = 1/2 and sure buying: 6/(1 + β + β²) · (β², β, 1)
    expected = 6 / 1.75 * np.array([0.25, 0.5, 1.0])
    np.testing.assert_allclose(gains(2, 6.0, 0.5, 1.0, True, False), expected, atol=1e-9)


@pytest.mark.parametrize("chance", [1.0, 0.5, 0.01])
def test_gains__are_spread_evenly_where_nothing_is_discounted(chance):
    np.testing.assert_allclose(gains(8, 4.0, 1.0, chance, False, True), 0.5, atol=1e-7)


def test_gains__are_of_the_last_step_alone_for_who_has_no_patience_or_hardly_buys():
    only_last = [0, 0, 0, 0, 3.0]
    np.testing.assert_allclose(gains(5, 3.0, 0.0, 0.5, False, True), only_last, atol=1e-12)
    np.testing.assert_allclose(gains(5, 3.0, 0.9, 0.0, False, True), only_last, atol=1e-5)


def test_gains__rise_toward_the_reward_and_bind_the_infrequent_near_it():
    rare, often = (gains(10, 5.0, patience, 0.5, False, True) for patience in (0.9, 0.999))
    for gain in (rare, often):
        assert (np.diff(gain) > 0).all() and gain.min() >= 0
    assert rare[-1] - rare[0] > 10 * (often[-1] - often[0])


# ----------------------------------------------------------------------------------------------- what is shown


def test_kernel__reads_the_hand_worked_case(seat):
    # one need a week and a discount of 1/e a week: patience 1/(1 + 1) = 1/2; 15 points a purchase, so two fill 30
    scenario = market(ahead(weekly_discount=np.exp(-1.0), usual_chance=1.0), **{"brands.A.programs.0.earn_rate": 7.5})
    for purchases, gain in ((0, 2.0), (1, 4.0)):
        np.testing.assert_allclose(shown(scenario, seat, purchases), 0.7 * gain, rtol=1e-5)
    assert (shown(scenario, seat, member=0) == 0).all()
    assert (shown(scenario, seat, member=2) == 0).all()  # who has given up the card


@pytest.mark.parametrize("rate", [1.0, 7.5, 2.0, 6.5, 40.0])
def test_kernel__without_discount_shows_what_the_response_worth_shows(seat, rate):
    earning = {"brands.A.programs.0.earn_rate": rate}
    patient = shown(market(ahead(weekly_discount=1.0), **earning), seat)
    np.testing.assert_allclose(patient, shown(market({"kind": "worth"}, **earning), seat), rtol=1e-5)


@pytest.mark.parametrize("needs", [0.03, 0.2, 1.7])
@pytest.mark.parametrize("sensitivity", [0.4, 1.3, 5.1])
def test_kernel__is_near_the_exact_gain_between_the_nodes(seat, needs, sensitivity):
    scenario = market(ahead(weekly_discount=0.99))
    patience = foresight.patience_of(np.array(needs), 0.99)
    exact = gains(15, 6.0 * sensitivity, patience, 0.5, False, True)
    for purchases in (0, 7, 14):
        found = shown(scenario, seat, purchases, needs=needs, sensitivity=sensitivity)
        np.testing.assert_allclose(found, exact[purchases], rtol=0.02, atol=0.002 * 6 * sensitivity)


def test_kernel__a_full_card_is_in_the_price_and_what_follows_in_the_utility(seat):
    scenario = market(ahead(), "stamps")  # two stamps, then a unit of 2 EUR is free and earns nothing
    exact = gains(2, 0.7 * 2.0, foresight.patience_of(np.array(1.0), 0.998), 0.5, True, False)
    for purchases in (0, 1):
        np.testing.assert_allclose(shown(scenario, seat, purchases), exact[purchases], rtol=0.01)
    np.testing.assert_allclose(shown(scenario, seat, 2), exact[2] - 0.7 * 2.0, rtol=0.01)


def test_foresight__of_weight_0_or_without_prices_is_off():
    for response, sensitivity in ((ahead(foresight_weight=0.0), 0.7), (ahead(), 0.0)):
        without, looking = (
            simulate(market(one, **{"population.price_sensitivity": sensitivity})).drop_attrs()
            for one in ({"kind": "none"}, response)
        )
        assert looking.equals(without)


def test_foresight__draws_members_to_the_brand():
    units = [simulate(market(r))["units"].sel(brand="A", segment="all").sum() for r in ({"kind": "none"}, ahead())]
    assert units[1] > units[0]


def test_foresight__refuses_what_nobody_looks_ahead_to():
    with pytest.raises(ScenarioError, match=r"programs\.0.*at most 1000 purchases; a reward needs 15,000"):
        Simulation(market(ahead(), **{"brands.A.programs.0.earn_rate": 0.001}))
