"""Bond: it grows slowly from satisfaction, fades, and cannot be bought (eqs. E19–E21)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario

ROUNDING = 1e-6
"""About 16 float32 roundings of 2**-24 each, of numbers near 1."""


def market(bond, n: int = 3, step_days: float = 7, **brand) -> Simulation:
    document = {
        "focal": "A",
        "steps": 400,
        "burn_in": 0,
        "step_days": step_days,
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}, "bond": bond},
        "brands": {"A": brand, "B": {}},
        "metrics": {"period_steps": 0, "states_every": 0},
    }
    return Simulation(Scenario.from_document(document))


# --------------------------------------------------------------------------------------------------------- linear


def test_linear__grows_with_satisfaction_and_loses_a_share_at_each_purchase(seat):
    simulation = market({"kind": "linear", "start": 0.2, "from_satisfaction": 0.1, "fading": 0.05})
    world, bond = simulation.world, simulation.world.customers.arrays["bond"]
    shoppers = seat(simulation, brand=[0, 1, -1])
    shoppers.ask("bought.satisfaction")[:3] = 0.6, -0.4, 0.9
    simulation.schedule.bond.update(None, world, shoppers)
    expected = [[0.2 + 0.06 - 0.01, 0.2, 0.2], [0.2, 0.2 - 0.04 - 0.01, 0.2]]
    np.testing.assert_allclose(bond, expected, atol=ROUNDING)


def test_linear__tends_to_growth_over_fading(seat):
    simulation = market({"kind": "linear", "from_satisfaction": 0.1, "fading": 0.2}, n=1)
    for _ in range(60):  # .8**60 is 1.5e-6
        shoppers = seat(simulation, brand=0)
        shoppers.ask("bought.satisfaction")[0] = 0.8
        simulation.schedule.bond.update(None, simulation.world, shoppers)
    assert simulation.world.customers.arrays["bond"][0, 0] == pytest.approx(0.4, abs=3e-6)


# ---------------------------------------------------------------------------------------------------------- drift


def drifted(settings, bond: float, satisfaction: float, steps, tried: bool = True, step_days: float = 7) -> float:
    """The bond after a customer had occasions at some steps, the last of them the moment of telling."""
    simulation = market({"kind": "drift", **settings}, n=1, step_days=step_days)
    world, schedule = simulation.world, simulation.schedule
    arrays = world.customers.arrays
    arrays["bond"][0], arrays["satisfaction"][0], arrays["tried"][:] = bond, satisfaction, tried
    shoppers = world.workers[0].shoppers
    for step in steps:
        shoppers.n, shoppers.rows[0] = 1, 0
        world.bring(shoppers)
        shoppers.brand[0] = -1
        shoppers.find_buyers()
        schedule.bond.fade(schedule.own_bond, world, shoppers, step)
        schedule.bond.update(schedule.own_bond, world, shoppers)
    return float(arrays["bond"][0, 0])


rate = st.floats(0, 0.25, width=32)
share = st.floats(0, 1, width=32)
weeks = st.integers(0, 150)
drift = st.fixed_dictionaries({"from_satisfaction": rate, "fading": rate, "threshold": share})


@given(
    settings=drift,
    bond=share,
    satisfaction=share,
    time=weeks,
    tried=st.booleans(),
    step_days=st.sampled_from([1, 7, 30]),
)
def test_drift__is_the_exact_solution_and_stays_between_0_and_1(settings, bond, satisfaction, time, tried, step_days):
    growth = settings["from_satisfaction"] * max(satisfaction - settings["threshold"], 0) * tried
    speed = growth + settings["fading"]
    target = growth / speed if speed else 0.0
    decay = math.exp(-speed * time * step_days / 7)
    expected = target + (bond - target) * decay if speed else bond
    told = drifted(settings, bond, satisfaction, [time], tried, step_days)
    # the exponent, up to 320, carries relative errors of 3 roundings: x e^-x ≤ .37; growth of tiny rates loses none
    assert told == pytest.approx(expected, abs=2 * ROUNDING)
    assert -ROUNDING <= told <= 1 + ROUNDING


@given(settings=drift, bond=share, satisfaction=share, times=st.lists(weeks, min_size=2, max_size=5))
def test_drift__over_two_times_is_the_drift_over_their_sum(settings, bond, satisfaction, times):
    steps = np.cumsum(times).tolist()
    by_parts, at_once = (drifted(settings, bond, satisfaction, some) for some in (steps, steps[-1:]))
    assert by_parts == pytest.approx(at_once, abs=len(times) * 2 * ROUNDING)


@given(settings=drift, satisfaction=share, time=weeks)
def test_drift__its_target_stays_where_it_is(settings, satisfaction, time):
    growth = settings["from_satisfaction"] * max(satisfaction - settings["threshold"], 0)
    if growth > 0:
        target = growth / (growth + settings["fading"])
        assert drifted(settings, target, satisfaction, [time]) == pytest.approx(target, abs=2 * ROUNDING)


def test_drift__agrees_with_small_steps_of_the_differential_equation():
    settings = {"from_satisfaction": 0.05, "threshold": 0.4, "fading": 0.01}
    bond, dt = 0.1, 1e-3
    for _ in range(26_000):  # Heun's method: its error, of the order of dt², is below 1e-9
        slope = 0.05 * 0.5 * (1 - bond) - 0.01 * bond
        ahead = bond + dt * slope
        bond += dt * (slope + 0.05 * 0.5 * (1 - ahead) - 0.01 * ahead) / 2
    assert drifted(settings, 0.1, 0.9, [26]) == pytest.approx(bond, abs=2 * ROUNDING)


def test_drift__without_growth_halves_in_the_half_life():
    half_life = math.log(2) / 0.005  # weeks: 139, about 2.7 years
    assert half_life / 52.18 == pytest.approx(2.66, abs=0.01)
    for step in (0, 139, 278):
        expected = 0.8 * 0.5 ** (step / half_life)
        assert drifted({}, 0.8, 0.2, [step]) == pytest.approx(expected, abs=ROUNDING)


def test_drift__a_brand_never_bought_grows_no_bond_whatever_its_fame():
    assert drifted({}, 0.0, 1.0, [100], tried=False) == 0.0
    assert drifted({}, 0.0, 1.0, [100], tried=True) > 0.5


def test_drift__only_customers_with_an_occasion_are_brought_up_to_date(seat):
    simulation = market({"kind": "drift", "start": 0.5})
    shoppers = seat(simulation, rows=[1], brand=0, step=20)
    simulation.schedule.bond.update(simulation.schedule.own_bond, simulation.world, shoppers)
    bond = simulation.world.customers.arrays["bond"]
    np.testing.assert_allclose(bond, np.full((2, 3), 0.5) * [1, math.exp(-0.1), 1], atol=ROUNDING)
    assert simulation.schedule.own_bond.tolist() == [0, 20, 0]


def test_drift__the_bond_as_of_now_is_what_an_occasion_would_bring_it_to_and_changes_nothing(seat):
    simulation = market({"kind": "drift", "start": 0.3}, n=6)
    schedule, world = simulation.schedule, simulation.world
    arrays, luck = world.customers.arrays, np.random.default_rng(8)
    arrays["satisfaction"][:], arrays["tried"][:] = luck.uniform(size=(2, 6)), luck.integers(0, 4, 6)
    schedule.own_bond[:] = luck.integers(0, 30, 6)  # the steps of their last occasions
    before, since = arrays["bond"].copy(), schedule.own_bond.copy()
    now = schedule.bond.as_of(schedule.own_bond, world, 40)
    np.testing.assert_array_equal(arrays["bond"], before)
    np.testing.assert_array_equal(schedule.own_bond, since)
    shoppers = seat(simulation, step=40)
    schedule.bond.update(schedule.own_bond, world, shoppers)
    np.testing.assert_array_equal(arrays["bond"], now)
    assert (now != before).all()


# ------------------------------------------------------------------------------------------------------ discounts


def test_erosion__wears_the_bond_of_those_who_bought_below_the_list_price_and_of_nobody_else(seat):
    deal = {"pricing": [{"kind": "promotion_calendar", "every_weeks": 2}]}
    simulation = market({"kind": "drift", "start": 0.8, "deal_erosion": 0.25, "fading": 0}, **deal)
    for step, factor in ((0, 0.75), (1, 1.0)):
        simulation.world.customers.arrays["bond"][:] = 0.8
        shoppers = seat(simulation, brand=[0, 1, -1], step=step)
        simulation.schedule.bond.update(simulation.schedule.own_bond, simulation.world, shoppers)
        expected = np.full((2, 3), 0.8) * [[factor, 1, 1], [1, 1, 1]]
        np.testing.assert_allclose(simulation.world.customers.arrays["bond"], expected, atol=ROUNDING)


def test_erosion__a_reward_of_a_program_is_no_deal(seat):
    program = {"kind": "stamps", "n": 2}
    simulation = market(
        {"kind": "drift", "start": 0.8, "deal_erosion": 0.25, "fading": 0}, price=2.0, programs=[program]
    )
    _, card = simulation.schedule.programs[0]
    card.member[:], card.balance[:] = 1, [0, 1000, 1000]  # the last two have a full card
    shoppers = seat(simulation, brand=0)
    assert shoppers.price[0, :3].tolist() == [2, 0, 0] and shoppers.shelf[0, :3].tolist() == [2, 2, 2]
    simulation.schedule.bond.update(simulation.schedule.own_bond, simulation.world, shoppers)
    assert (simulation.world.customers.arrays["bond"] == np.float32(0.8)).all()


@given(depth=st.floats(0, 1), erosion=st.sampled_from([0.0, 0.1, 1.0]), seed=st.integers(0, 1000))
def test_discount__never_builds_a_bond(depth, erosion, seed):
    # nobody minds prices, so the same brands are bought: all that a discount could do, it does to the bond directly
    document = {
        "focal": "A",
        "steps": 30,
        "burn_in": 0,
        "population": {"n_customers": 30},
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level", "start": 0.7},
            "bond": {"kind": "drift", "deal_erosion": erosion},
            "choice": {"kind": "logit", "bond_weight": 0.0},
        },
        "brands": {
            "A": {"price": 2.0, "pricing": [{"kind": "promotion_calendar", "depth": 0, "every_weeks": 2}]},
            "B": {},
        },
    }
    plain = Scenario.from_document(document)
    without, with_ = (
        Simulation(scenario, seed=seed).run().world.customers.arrays["bond"]
        for scenario in (plain, plain.vary({"brands.A.pricing.0.depth": depth}))
    )
    assert (with_ <= without).all()
    assert erosion > 0 or np.array_equal(with_, without)
    assert without.max() > 0
