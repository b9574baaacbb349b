"""Basket: how many units a purchase has, and what they cost (eqs. E35, E52)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import Simulation
from loyaltysim.behavior.basket import MOST_EXTRA, UNITS
from loyaltysim.draws import poisson, salt
from loyaltysim.scenario import Scenario

N = 20_000


def market(n=N, basket=None, **changes) -> Scenario:
    """One purchase of one of two brands a step."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 6,
            "burn_in": 0,
            "population": {"n_customers": n},
            "behavior": {
                "needs": {"kind": "regular"},
                "choice": {"kind": "logit", "outside_option": False},
                "basket": {"kind": "poisson", **(basket or {})},
            },
            "brands": {"A": {"price": 2.5}, "B": {"price": 2.5}},
            "metrics": {"period_steps": 0},
        }
    ).vary(changes)


def units(simulation, seat, brand=0, step=0) -> np.ndarray:
    shoppers = seat(simulation, brand=brand, step=step)
    simulation.schedule.basket.fill(None, simulation.world, shoppers, step, 0)
    return shoppers.units[: shoppers.n].copy()


def test_basket__is_one_unit_and_a_poisson_count_of_the_customers_own(seat):
    simulation = Simulation(market(basket={"extra": 0.8}))
    luck = np.uint64(salt(UNITS, 3, 0, 0))
    one_by_one = [1 + poisson(np.uint64(key), luck, np.float32(0.8)) for key in simulation.world.customers.key[:200]]
    count = units(simulation, seat, step=3)
    assert count[:200].tolist() == one_by_one
    seen = [(count == 1 + k).sum() for k in range(5)] + [(count > 5).sum()]
    expected = np.append(stats.poisson.pmf(range(5), 0.8), stats.poisson.sf(4, 0.8)) * N
    assert stats.chisquare(seen, expected).pvalue > 1e-4


@pytest.mark.slow
def test_basket__of_no_extra_units_changes_nothing_bit_for_bit():
    on, off = (
        Simulation(market(300, **{"behavior.basket": kind})).run() for kind in ({"kind": "poisson", "extra": 0}, "one")
    )
    for name in ("units", "purchases", "revenue", "switches"):
        np.testing.assert_array_equal(on.results()[name], off.results()[name])


@pytest.mark.parametrize("reference", [False, True])
def test_basket__grows_as_the_price_falls_below_the_usual_one(seat, reference):
    scenario = market(basket={"extra": 0.5, "price_response": 2.0}).vary(
        {"brands.A.pricing": [{"kind": "promotion_calendar", "depth": 0.2, "every_weeks": 6}]}
    )
    cut = 0.5  # a fifth of 2.50, against the list price
    if reference:
        scenario = scenario.vary({"behavior.choice.loss": 0.5, "population.price_sensitivity": 1.0})
    simulation = Simulation(scenario)
    if reference:
        simulation.world.customers.arrays["reference_price"][0] = 1.75
        cut = -0.25
    mean = 0.5 * np.exp(2.0 * cut)
    assert abs(units(simulation, seat).mean() - 1 - mean) < 4 * np.sqrt(mean / N)
    assert abs(units(simulation, seat, brand=1).mean() - 1.5) < 4 * np.sqrt(0.5 / N)


def test_basket__who_buys_nothing_takes_one_unit_of_nothing(seat):
    simulation = Simulation(market(50, basket={"extra": 50.0}))
    assert units(simulation, seat, brand=-1).tolist() == [1] * 50


def test_basket__revenue_is_price_times_units():
    data = Simulation(market(200)).run().results().sel(segment="all")
    assert data["units"].sum() > data["purchases"].sum()
    np.testing.assert_allclose(data["revenue"], data["units"] * 2.5, rtol=1e-12)


@pytest.mark.parametrize(
    ("reward", "off"), [({"kind": "free_unit"}, 2.5), ({"kind": "percent_off", "percent": 30}, 0.75)]
)
def test_reward__takes_its_share_off_one_unit_of_the_basket(reward, off):
    program = {"kind": "stamps", "n": 2, "reading": "n_then_one_extra", "reward": reward}
    scenario = market(300, {"extra": 2.0}, **{"brands.A.programs": [program], "brands.A.appeal": 60.0})
    simulation = Simulation(scenario, log=True).run()
    data = simulation.results().sel(brand="A", segment="all")
    rewards = data["rewards_redeemed"].sum().item()
    assert rewards > 300
    np.testing.assert_allclose(data["revenue"], data["units"] * 2.5, rtol=1e-12)  # before rewards
    assert data["program_cost"].sum().item() == pytest.approx(rewards * off, abs=1e-9)
    log = simulation.transactions.frame()
    assert log["price_paid"].sum() == pytest.approx((data["revenue"] - data["program_cost"]).sum().item(), abs=1e-6)


def test_stamps__count_every_unit_but_the_rewarded_one():
    # the tenth is free: of units so many that cards are always full, each purchase redeems once
    program = {"kind": "stamps", "n": 10, "reading": "nth_is_rewarded"}
    scenario = market(100, {"extra": 1.0}, steps=400, **{"brands.A.programs": [program], "brands.A.appeal": 60.0})
    simulation = Simulation(scenario.vary({"accounts.by_customer": True})).run()
    data = simulation.results().sel(brand="A", segment="all")
    units, rewards = data["units"].sum().item(), data["rewards_redeemed"].sum().item()
    _, own = simulation.schedule.programs[0]
    assert own.earned.sum() == 1000 * (units - rewards)
    np.testing.assert_array_equal(own.earned, own.redeemed + own.balance)
    assert abs(rewards / units - 0.1) < 0.002  # one card of ten begun is .00125 of 800 units


@given(st.floats(0, MOST_EXTRA), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1))
def test_basket__has_at_least_one_unit_and_never_too_many(extra, response, price, depth):
    scenario = market(20, {"extra": extra, "price_response": response}, steps=2).vary(
        {
            "brands.A.price": price,
            "brands.A.pricing": [{"kind": "promotion_calendar", "depth": depth, "every_weeks": 2}],
        }
    )
    simulation = Simulation(scenario)
    simulation.step()
    count = simulation.world.workers[0].shoppers.units[:20]
    assert (count >= 1).all() and (count < 4 * MOST_EXTRA).all()
