"""Bond: it grows slowly from satisfaction, fades, and cannot be bought (eqs. E19–E21, E56–E57)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.market.incidents import column
from loyaltysim.scenario import Scenario

ROUNDING = 1e-6
"""About 16 float32 roundings of 2**-24 each, of numbers near 1."""


def market(bond, n: int = 3, step_days: float = 7, values_weight: float | None = None, learning=None, **brand):
    document = {
        "focal": "A",
        "steps": 800,
        "burn_in": 0,
        "step_days": step_days,
        "population": {"n_customers": n} | ({} if values_weight is None else {"values_weight": values_weight}),
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level"},
            "learning": learning or {"kind": "none"},
            "bond": bond,
        },
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


def drifted(
    seat, settings, bond: float, satisfaction: float, steps, tried: bool = True, trust: float | None = None, **of_market
) -> float:
    """The bond with A after a customer had occasions at some steps, the last of them the moment of telling."""
    simulation = market({"kind": "drift", **settings}, n=1, **of_market)
    arrays, part = simulation.world.customers.arrays, simulation.schedule.bond
    arrays["bond"][0], arrays["satisfaction"][0], arrays["tried"][:] = bond, satisfaction, tried
    if trust is not None:
        arrays["trust"][0] = trust
    for step in steps:
        part.update(None, simulation.world, seat(simulation, step=step))
        arrays["seen"][:] = step
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
def test_drift__is_the_exact_solution_and_stays_between_0_and_1(
    seat, settings, bond, satisfaction, time, tried, step_days
):
    growth = settings["from_satisfaction"] * max(satisfaction - settings["threshold"], 0) * tried
    speed = growth + settings["fading"]
    target = growth / speed if speed else 0.0
    decay = math.exp(-speed * time * step_days / 7)
    expected = target + (bond - target) * decay if speed else bond
    told = drifted(seat, settings, bond, satisfaction, [time], tried, step_days=step_days)
    # the exponent, up to 320, carries relative errors of 3 roundings: x e^-x ≤ .37; growth of tiny rates loses none
    assert told == pytest.approx(expected, abs=2 * ROUNDING)
    assert 0 <= told <= 1


@given(settings=drift, bond=share, satisfaction=share, times=st.lists(weeks, min_size=2, max_size=5))
def test_drift__over_two_times_is_the_drift_over_their_sum(seat, settings, bond, satisfaction, times):
    steps = np.cumsum(times).tolist()
    by_parts, at_once = (drifted(seat, settings, bond, satisfaction, some) for some in (steps, steps[-1:]))
    assert by_parts == pytest.approx(at_once, abs=len(times) * 2 * ROUNDING)


@given(settings=drift, satisfaction=share, time=weeks)
def test_drift__its_target_stays_where_it_is(seat, settings, satisfaction, time):
    growth = settings["from_satisfaction"] * max(satisfaction - settings["threshold"], 0)
    if growth > 0:
        target = growth / (growth + settings["fading"])
        assert drifted(seat, settings, target, satisfaction, [time]) == pytest.approx(target, abs=2 * ROUNDING)


def test_drift__agrees_with_small_steps_of_the_differential_equation(seat):
    settings = {"from_satisfaction": 0.05, "threshold": 0.4, "fading": 0.01}
    bond, dt = 0.1, 1e-3
    for _ in range(26_000):  # Heun's method: its error, of the order of dt², is below 1e-9
        slope = 0.05 * 0.5 * (1 - bond) - 0.01 * bond
        ahead = bond + dt * slope
        bond += dt * (slope + 0.05 * 0.5 * (1 - ahead) - 0.01 * ahead) / 2
    assert drifted(seat, settings, 0.1, 0.9, [26]) == pytest.approx(bond, abs=2 * ROUNDING)


def test_drift__without_growth_halves_in_the_half_life(seat):
    half_life = math.log(2) / 0.005  # weeks: 139, about 2.7 years
    assert half_life / 52.18 == pytest.approx(2.66, abs=0.01)
    for step in (0, 139, 278):
        expected = 0.8 * 0.5 ** (step / half_life)
        assert drifted(seat, {}, 0.8, 0.2, [step]) == pytest.approx(expected, abs=ROUNDING)


def test_drift__a_brand_never_bought_grows_no_bond_whatever_its_fame(seat):
    assert drifted(seat, {}, 0.0, 1.0, [100], tried=False) == 0.0
    assert drifted(seat, {}, 0.0, 1.0, [100], tried=True) > 0.5


def test_drift__only_customers_with_an_occasion_are_brought_up_to_date(seat):
    simulation = market({"kind": "drift", "start": 0.5})
    shoppers = seat(simulation, rows=[1], brand=0, step=20)
    simulation.schedule.bond.update(None, simulation.world, shoppers)
    bond = simulation.world.customers.arrays["bond"]
    np.testing.assert_allclose(bond, np.full((2, 3), 0.5) * [1, math.exp(-0.1), 1], atol=ROUNDING)


def test_drift__the_bond_as_of_now_is_what_an_occasion_would_bring_it_to_and_changes_nothing(seat):
    simulation = market({"kind": "drift", "start": 0.3}, n=6)
    schedule, world = simulation.schedule, simulation.world
    arrays, luck = world.customers.arrays, np.random.default_rng(8)
    arrays["satisfaction"][:], arrays["tried"][:] = luck.uniform(size=(2, 6)), luck.integers(0, 4, 6)
    arrays["seen"][:] = luck.integers(0, 30, 6)
    before = arrays["bond"].copy()
    now = schedule.bond.as_of(None, world, 40)
    np.testing.assert_array_equal(arrays["bond"], before)
    shoppers = seat(simulation, step=40)
    schedule.bond.update(None, world, shoppers)
    np.testing.assert_array_equal(arrays["bond"], now)
    assert (now != before).all()


# ------------------------------------------------------------------------------------- trust, values, what brands do


BAYESIAN = {"kind": "bayesian", "forgetting": 0.0}


def solution(growth: float, fading: float, bond: float, time: float) -> float:
    """The bond after some weeks."""
    target = growth / (growth + fading)
    return target + (bond - target) * math.exp(-(growth + fading) * time)


@pytest.mark.parametrize(("trust", "share"), [(0.0, 0.0), (10.0, 0.25), (30.0, 0.5), (90.0, 0.75), (1e12, 1.0)])
def test_trust__lets_satisfaction_build_a_bond_at_its_share_of_the_speed(seat, trust, share):
    settings = {"from_satisfaction": 0.05, "threshold": 0.4, "fading": 0.01, "trust_half": 30.0}
    told = drifted(seat, settings, 0.1, 0.9, [26], trust=trust, learning=BAYESIAN)
    assert told == pytest.approx(solution(0.05 * 0.5 * share, 0.01, 0.1, 26), abs=2 * ROUNDING)


def test_trust__counts_as_it_was_after_the_last_occasion(seat):
    settings, fading = {"trust_half": 30.0}, {"kind": "bayesian", "forgetting": 0.1}
    told = [drifted(seat, settings, 0.1, 0.9, [26], trust=30.0, learning=learning) for learning in (BAYESIAN, fading)]
    assert told[0] == told[1]


def test_trust__without_a_half_changes_no_bit_of_the_bond():
    scenario = market({"kind": "drift"}, n=200).scenario
    other = scenario.vary({"behavior.learning": {"kind": "bayesian"}})
    runs = [Simulation(some).run(until=40).world.customers.arrays["bond"] for some in (scenario, other)]
    np.testing.assert_array_equal(*runs)
    assert runs[0].std() > 0.01


def test_values__shared_with_a_brand_build_a_bond_with_it(seat):
    settings = {"from_satisfaction": 0.0, "from_values": 0.02, "fading": 0.01}
    told = drifted(seat, settings, 0.1, 0.0, [26], values_weight=1.5, ethics=0.8)
    assert told == pytest.approx(solution(0.02 * 1.5 * 0.8, 0.01, 0.1, 26), abs=2 * ROUNDING)
    for nothing in ({"values_weight": -3.0, "ethics": 0.8}, {"values_weight": 1.5, "ethics": 0.0}):
        faded = drifted(seat, settings, 0.1, 0.0, [26], **nothing)
        assert faded == pytest.approx(0.1 * math.exp(-0.26), abs=ROUNDING)
    assert drifted(seat, settings, 0.0, 0.0, [26], tried=False, values_weight=1.5, ethics=0.8) == 0


def test_bond_growth__of_a_brand_needs_no_satisfaction_but_a_first_purchase(seat):
    told = drifted(seat, {"fading": 0.01}, 0.1, 0.0, [26], bond_growth=0.03)
    assert told == pytest.approx(solution(0.03, 0.01, 0.1, 26), abs=2 * ROUNDING)
    assert drifted(seat, {"fading": 0.01}, 0.0, 0.0, [26], tried=False, bond_growth=0.03) == 0


def test_growth__from_all_sources_adds_up(seat):
    settings = {"from_satisfaction": 0.05, "trust_half": 30.0, "from_values": 0.02, "fading": 0.01}
    of_market = {"trust": 90.0, "learning": BAYESIAN, "values_weight": 0.5, "ethics": 1.0, "bond_growth": 0.004}
    growth = 0.05 * 0.25 * 0.75 + 0.02 * 0.5 + 0.004
    told = drifted(seat, settings, 0.1, 0.75, [26], **of_market)
    assert told == pytest.approx(solution(growth, 0.01, 0.1, 26), abs=2 * ROUNDING)


def test_growth__of_each_replication_is_that_of_its_own_market(seat):
    simulation = Simulation(market({"kind": "drift", "start": 0.1, "fading": 0.0}, n=2).scenario, replications=range(3))
    world = simulation.world
    world.market.bond_growth[:, 0], world.customers.arrays["tried"][:] = [0.0, 0.01, 0.1], 1
    now = simulation.schedule.bond.as_of(None, world, 10)
    expected = np.repeat([1 - 0.9 * math.exp(-10 * growth) for growth in (0.0, 0.01, 0.1)], 2)
    np.testing.assert_allclose(now, [expected, np.full(6, 0.1)], atol=2 * ROUNDING)
    simulation.schedule.bond.update(None, world, seat(simulation, step=10))
    np.testing.assert_array_equal(world.customers.arrays["bond"], now)


# ----------------------------------------------------------------------------------------------------------- failures


def fail(simulation, shoppers, failure, recovery, complaint) -> np.ndarray:
    """Write the incidents of a round and change the bonds; returns them."""
    for name, values in (("failure", failure), ("recovery", recovery), ("complaint", complaint)):
        column(shoppers, name)[: shoppers.n] = values
    simulation.schedule.bond.update(None, simulation.world, shoppers)
    return simulation.world.customers.arrays["bond"].astype(float)


def test_failure__costs_a_share_of_the_bond_with_the_brand_that_failed_and_of_no_other(seat):
    simulation = market({"kind": "drift", "start": 0.8, "damage": 0.5, "jump": 0.0}, n=4)
    bond = fail(
        simulation, seat(simulation, brand=[0, 1, 0, -1]), failure=[0.4, 1.0, 0.4, 0.4], recovery=[0, 0, 0.75, 0],
        complaint=[0, 0, 1, 0],
    )  # fmt: skip
    expected = 0.8 * np.array([[1 - 0.2, 1, 1 - 0.5 * 0.4 * 0.25, 1], [1, 0.5, 1, 1]])
    np.testing.assert_allclose(bond, expected, atol=ROUNDING)


def test_failure__that_is_answered_excellently_makes_the_bond_jump(seat):
    simulation = market({"kind": "drift", "start": 0.6, "damage": 0.5, "jump": 0.2, "recovered_above": 0.7}, n=5)
    # answered perfectly, just well enough, not well enough; mended without a complaint; nothing had failed
    bond = fail(
        simulation, seat(simulation, brand=0), failure=[1, 1, 1, 1, 0], recovery=[1, 0.75, 0.65, 1, 1],
        complaint=[1, 1, 1, 0, 1],
    )  # fmt: skip
    worn = 0.6 * (1 - 0.5 * 0.25)
    expected = [0.6 + 0.2 * 0.4, worn + 0.2 * (1 - worn), 0.6 * (1 - 0.5 * 0.35), 0.6, 0.6]
    np.testing.assert_allclose(bond[0], expected, atol=ROUNDING)
    np.testing.assert_allclose(bond[1], 0.6, atol=ROUNDING)


def test_failure__damage_and_jump_do_nothing_where_nothing_fails():
    scenario = market({"kind": "drift"}, n=200).scenario
    other = scenario.vary({"behavior.bond": {"kind": "drift", "damage": 1.0, "jump": 1.0, "recovered_above": 0.0}})
    np.testing.assert_array_equal(
        *(Simulation(some).run(until=40).world.customers.arrays["bond"] for some in (scenario, other))
    )


# ------------------------------------------------------------------------------------------------------------- always


@given(
    settings=st.fixed_dictionaries(
        {name: share for name in ("start", "threshold", "deal_erosion", "damage", "jump", "recovered_above")}
        | {name: st.floats(0, 10, width=32) for name in ("from_satisfaction", "from_values", "fading", "trust_half")}
    ),
    learning=st.fixed_dictionaries(
        {
            "noise": st.floats(0.001, 1000),
            "prior_trust": st.floats(0, 1e6, width=32),
            "forgetting": st.floats(0, 10, width=32),
        }
    ),
    values_weight=st.floats(-5, 5, width=32),
    ethics=share,
    bond_growth=st.floats(0, 10, width=32),
    seed=st.integers(0, 1000),
)
def test_states__stay_in_their_ranges_under_any_settings(
    seat, settings, learning, values_weight, ethics, bond_growth, seed
):
    simulation = market(
        {"kind": "drift", **settings}, n=8, values_weight=values_weight, learning={"kind": "bayesian", **learning},
        ethics=ethics, bond_growth=bond_growth, price=2.0,
        pricing=[{"kind": "promotion_calendar", "depth": 0.5, "every_weeks": 2}],
    )  # fmt: skip
    arrays, luck, step = simulation.world.customers.arrays, np.random.default_rng(seed), 0
    for _ in range(6):
        step += int(luck.integers(0, 60))
        shoppers = seat(simulation, brand=luck.integers(-1, 2, 8), step=step)
        shoppers.ask("experience")[:8] = luck.normal(0.5, 1.0, 8)
        simulation.schedule.satisfaction.update(None, simulation.world, shoppers)
        simulation.schedule.learning.update(None, simulation.world, shoppers)
        fail(simulation, shoppers, luck.uniform(size=8), luck.uniform(size=8), luck.integers(0, 2, 8))
        arrays["tried"] |= np.where(shoppers.brand[:8] >= 0, 1 << np.maximum(shoppers.brand[:8], 0), 0).astype("u4")
        arrays["seen"][:] = step
        told = {**arrays, **simulation.schedule.faded(step + 7)}
        for bond in (arrays["bond"], told["bond"]):
            assert ((bond >= 0) & (bond <= 1)).all()
        assert (told["trust"] >= 0).all() and (told["trust"] <= arrays["trust"]).all()
        assert np.isfinite(arrays["trust"]).all() and np.isfinite(arrays["expectation"]).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"trust_half": 10.0}, r"behavior.bond.trust_half: trust needs behavior.learning"),
        ({"from_values": 0.1}, r"behavior.bond.from_values: nobody has values to share"),
    ],
)
def test_settings__that_need_what_is_off_are_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        market({"kind": "drift", **settings})
    market({"kind": "drift", **settings}, values_weight=0.0, learning=BAYESIAN)


# ------------------------------------------------------------------------------------------------------ discounts


def test_erosion__wears_the_bond_of_those_who_bought_below_the_list_price_and_of_nobody_else(seat):
    deal = {"pricing": [{"kind": "promotion_calendar", "every_weeks": 2}]}
    simulation = market({"kind": "drift", "start": 0.8, "deal_erosion": 0.25, "fading": 0}, **deal)
    for step, factor in ((0, 0.75), (1, 1.0)):
        simulation.world.customers.arrays["bond"][:] = 0.8
        shoppers = seat(simulation, brand=[0, 1, -1], step=step)
        simulation.schedule.bond.update(None, simulation.world, shoppers)
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
    simulation.schedule.bond.update(None, simulation.world, shoppers)
    assert (simulation.world.customers.arrays["bond"] == np.float32(0.8)).all()


@given(depth=st.floats(0, 1), erosion=st.sampled_from([0.0, 0.1, 1.0]), seed=st.integers(0, 1000))
def test_discount__never_builds_a_bond(depth, erosion, seed):
    # nobody minds prices, so the same brands are bought: all that a discount could do, it does to the bond directly
    document = {
        "focal": "A",
        "steps": 30,
        "burn_in": 0,
        "population": {"n_customers": 30, "values_weight": 1.0},
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level", "start": 0.7},
            "learning": {"kind": "bayesian"},
            "bond": {"kind": "drift", "deal_erosion": erosion, "trust_half": 20.0, "from_values": 0.01},
            "choice": {"kind": "logit", "bond_weight": 0.0},
        },
        "brands": {
            "A": {
                "price": 2.0,
                "ethics": 0.5,
                "bond_growth": 0.005,
                "pricing": [{"kind": "promotion_calendar", "depth": 0, "every_weeks": 2}],
            },
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
