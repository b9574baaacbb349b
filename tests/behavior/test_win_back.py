"""Win-back: who takes an offer to come back, and for how long (eq. E67)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from loyaltysim import Simulation
from loyaltysim.market.touches import BUNDLE, DISCOUNT, UPGRADE
from loyaltysim.scenario import Scenario

NOTHING = {
    "accept": 0.0,
    "by_bond": 0,
    "by_purchases": 0,
    "service_leaver": 0,
    "discount": 0,
    "upgrade": 0,
    "bundle": 0,
}
CERTAIN = {"accept": 60.0}


def market(n=4, settings=None, **changes) -> Scenario:
    """Two brands that may be left, with failures and bonds."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 6,
            "burn_in": 0,
            "population": {"n_customers": n, "dropout_chance": 0.5},
            "behavior": {
                "needs": {"kind": "regular"},
                "choice": {"kind": "logit", "outside_option": False},
                "experience": {"kind": "normal"},
                "satisfaction": {"kind": "level"},
                "bond": {"kind": "drift"},
                "recovery": {"kind": "justice"},
                "lapse": {"kind": "dropout"},
                "win_back": {"kind": "logit", **(settings or {})},
            },
            "brands": {"A": {}, "B": {}},
            "metrics": {"period_steps": 0},
        }
    ).vary(changes)


def answer(simulation, offers, left, step=0):
    """Give everybody an offer of each brand, who has `left` them, and let them answer; returns the status."""
    world, schedule = simulation.world, simulation.schedule
    world.touches.ask("win_back")[:] = np.asarray(offers)[:, None]
    world.customers.arrays["status"][:] = left
    (block,), totals = world.blocks, world.workers[0].totals
    schedule.win_back.answer(schedule.own_win_back, world, block, totals, step)
    return world.customers.arrays["status"]


def test_answer__only_who_left_and_gets_an_offer_can_come_back():
    simulation = Simulation(market(settings=CERTAIN))
    status = answer(simulation, [DISCOUNT, 0], left=[0, 1, 2, 3])
    assert status.tolist() == [0, 0, 2, 2]
    assert simulation.world.workers[0].totals.won_back[0, 0].tolist() == [2, 0]
    assert (simulation.world.customers.arrays["second_life"] != 0).tolist() == [[False, True, False, True], [False] * 4]


def test_answer__accept_far_below_0_is_no():
    assert answer(Simulation(market(settings={"accept": -60.0})), [BUNDLE, BUNDLE], left=3).tolist() == [3] * 4


@pytest.mark.parametrize(
    ("settings", "offer", "logit"),
    [
        ({"accept": -0.4}, DISCOUNT, -0.4),
        ({"discount": 0.3}, DISCOUNT, 0.3),
        ({"upgrade": 0.7}, UPGRADE, 0.7),
        ({"bundle": -0.7}, BUNDLE, -0.7),
        ({"discount": 9, "bundle": 9}, UPGRADE, 0),
        ({"by_bond": 2.0}, DISCOUNT, 2.0 * 0.4),
        ({"by_purchases": 0.5}, DISCOUNT, 0.5 * np.log(1 + 3)),
        ({"service_leaver": 0.9}, DISCOUNT, -0.9),
    ],
)
def test_answer__chance_is_the_logistic_of_each_term(settings, offer, logit):
    n = 20_000
    simulation = Simulation(market(n, {**NOTHING, "by_purchases": 1e-30, **settings}))
    simulation.world.customers.arrays["bond"][:] = 0.4
    simulation.world.history.arrays["purchases"][:] = 3
    simulation.world.arrays["lapse.after_failure"][:] = 1
    back = (answer(simulation, [offer, 0], left=1) == 0).mean()
    expected = special.expit(logit)
    assert abs(back - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize(("offer", "hazard"), [(DISCOUNT, 0.5), (UPGRADE, -0.25), (BUNDLE, 0.125)])
def test_second_life__has_the_hazard_of_the_offer_and_more_after_a_failure(offer, hazard):
    hazards = {"discount_hazard": 0.5, "upgrade_hazard": -0.25, "bundle_hazard": 0.125, "service_hazard": 1.0}
    simulation = Simulation(market(2, {**CERTAIN, **hazards}))
    simulation.world.arrays["lapse.after_failure"][:] = 0, 3  # of both brands, though only A makes an offer
    answer(simulation, [offer, 0], left=3)
    assert simulation.world.customers.arrays["second_life"].tolist() == [[hazard, hazard + 1], [0, 0]]


def test_second_life__its_hazard_makes_leaving_more_likely(seat):
    n = 20_000
    simulation = Simulation(market(n, **{"population.dropout_chance": 0.2, "behavior.lapse.by_bond": 0}))
    world, schedule, worker = simulation.world, simulation.schedule, simulation.world.workers[0]
    world.customers.arrays["second_life"][0, ::2] = 1.5
    world.customers.arrays["tried"][:] = 1
    shoppers = seat(simulation, brand=0)
    schedule.lapse.after_purchase(schedule.own_lapse, world, shoppers, worker.leavers, worker.totals, 0, 0)
    left = world.customers.arrays["status"] == 1
    for some, logit in ((left[::2], special.logit(0.2) + 1.5), (left[1::2], special.logit(0.2))):
        expected = special.expit(logit)
        assert abs(some.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / (n / 2))


def test_win_back__a_brand_won_back_is_bought_again():
    scenario = market(300, CERTAIN, **{"population.dropout_chance": 1.0, "behavior.bond": {"kind": "none"}})
    simulation = Simulation(scenario, log=True)
    for _ in range(6):
        simulation.world.touches.ask("win_back")[:] = UPGRADE
        simulation.step()
    assert (simulation.world.customers.arrays["status"] == 0).all()  # whoever left was back by the end of the step
    data = simulation.results().sel(segment="all")
    assert data["lapsed"].sum() == data["won_back"].sum() > 300
    assert data["purchases"].sum() == 6 * 300


def test_win_back__without_offers_changes_nobody_bit_for_bit():
    on, off = (Simulation(market(300).vary(change)).run() for change in ({}, {"behavior.win_back": {"kind": "none"}}))
    for name, array in off.world.customers.arrays.items():
        np.testing.assert_array_equal(array, on.world.customers.arrays[name])
    for name in ("purchases", "lapsed", "won_back"):
        np.testing.assert_array_equal(on.results()[name], off.results()[name])


extreme = st.sampled_from([-1e3, -1.0, 0.0, 2.0, 1e3])
size = st.sampled_from([0.0, 0.5, 1e3])


@given(extreme, extreme, extreme, size, size, size)
def test_win_back__with_any_settings_counts_who_is_gone(accept, offer, hazard, by_bond, by_purchases, service):
    settings = {"accept": accept, "discount": offer, "discount_hazard": hazard, "by_bond": by_bond}
    settings |= {"by_purchases": by_purchases, "service_leaver": service, "service_hazard": service}
    simulation = Simulation(market(40, settings, **{"brands.A.complaints.failure_chance": 0.5}))
    for _ in range(6):
        simulation.world.touches.ask("win_back")[:] = DISCOUNT
        simulation.step()
    arrays, data = simulation.world.customers.arrays, simulation.results().sel(segment="all", replication=0)
    assert all(np.isfinite(array.astype(float)).all() for array in arrays.values())
    for b, brand in enumerate("AB"):
        flows = data.sel(brand=brand)
        assert ((arrays["status"] >> b) & 1).sum() == flows["lapsed"].sum() - flows["won_back"].sum()


def test_win_back__customers_in_another_order_fare_the_same():
    order = np.random.default_rng(4).permutation(80)
    straight, shuffled = (Simulation(market(80, {"accept": 0.0})) for _ in range(2))
    customers = shuffled.world.customers
    for array in (customers.key, *customers.arrays.values()):
        array[...] = array[..., order]
    for simulation in (straight, shuffled):
        for _ in range(6):
            simulation.world.touches.ask("win_back")[:] = np.array([[DISCOUNT], [BUNDLE]])
            simulation.step()
    for name, array in straight.world.customers.arrays.items():
        np.testing.assert_array_equal(array[..., order], customers.arrays[name], err_msg=name)
    assert 0 < straight.results()["won_back"].sum() < straight.results()["lapsed"].sum()
