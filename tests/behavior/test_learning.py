"""Learning: what customers come to expect, and how sure they are of it (eqs. E18, E54–E55)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

ROUNDING = 1e-6
"""About 16 float32 roundings of 2**-24 each, of numbers near 1."""


def market(learning, n: int = 4, experience="normal", **changes) -> Simulation:
    document = {
        "focal": "A",
        "steps": 800,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": experience}, "learning": learning},
        "brands": {"A": {"quality": 0.6}, "B": {"quality": 0.5}},
        "metrics": {"period_steps": 0},
    }
    return Simulation(Scenario.from_document(document).vary(changes))


def bayesian(n: int = 4, **settings) -> Simulation:
    """A market in which trust does not fade unless it is said to."""
    return market({"kind": "bayesian", "forgetting": 0.0, **settings}, n)


def live(simulation: Simulation, seat, brand, experience, step: int = 0) -> None:
    """Everybody buys a brand and has an experience with it."""
    shoppers = seat(simulation, brand=brand, step=step)
    shoppers.ask("experience")[: shoppers.n] = experience
    simulation.schedule.learning.update(None, simulation.world, shoppers)
    if "seen" in simulation.world.customers.arrays:
        simulation.world.customers.arrays["seen"][:] = step


def states(simulation: Simulation, name: str) -> np.ndarray:
    return simulation.world.customers.arrays[name].astype(float)


# -------------------------------------------------------------------------------------------------------- constant


def test_constant__moves_a_share_of_the_way_to_the_experience_with_the_brand_bought(seat):
    simulation = market({"kind": "constant", "share": 0.25})
    live(simulation, seat, brand=[0, 0, 1, -1], experience=[1.0, 0.2, 0.9, 0.9])
    np.testing.assert_allclose(
        states(simulation, "expectation"), [[0.7, 0.5, 0.6, 0.6], [0.5, 0.5, 0.6, 0.5]], atol=ROUNDING
    )


# -------------------------------------------------------------------------------------------------------- bayesian


def test_bayesian__by_hand(seat):
    simulation = bayesian(noise=0.5, prior_trust=4.0)  # an experience is as precise as the prior: 1/.5² = 4
    live(simulation, seat, brand=[0, 0, 1, -1], experience=[0.8, 0.4, 0.9, 0.9])
    np.testing.assert_allclose(
        states(simulation, "expectation"), [[0.7, 0.5, 0.6, 0.6], [0.5, 0.5, 0.7, 0.5]], atol=ROUNDING
    )
    assert states(simulation, "trust").tolist() == [[8, 8, 4, 4], [4, 4, 8, 4]]
    live(simulation, seat, brand=0, experience=[0.4, 0.5, 0.6, 0.8])  # gains 4/12, 4/12, 4/8, 4/8
    np.testing.assert_allclose(states(simulation, "expectation")[0], [0.6, 0.5, 0.6, 0.7], atol=ROUNDING)
    assert states(simulation, "trust")[0].tolist() == [12, 12, 8, 8]


@given(
    noise=st.floats(0.05, 20),
    prior=st.floats(0, 1, width=32),
    prior_trust=st.floats(0, 100, width=32),
    lived=st.lists(st.floats(-1, 2, width=32), min_size=1, max_size=12),
)
def test_bayesian__without_forgetting_expects_the_precision_weighted_mean(seat, noise, prior, prior_trust, lived):
    simulation = bayesian(n=1, noise=noise, prior=prior, prior_trust=prior_trust)
    for experience in lived:
        live(simulation, seat, brand=0, experience=experience)
    information = 1 / noise**2
    trust = prior_trust + len(lived) * information
    expected = (prior_trust * prior + information * sum(lived)) / trust
    assert states(simulation, "expectation")[0, 0] == pytest.approx(expected, abs=len(lived) * ROUNDING)
    assert states(simulation, "trust")[0, 0] == pytest.approx(trust, rel=len(lived) * ROUNDING)


def test_bayesian__a_constant_quality_is_learned_as_the_prior_loses_weight(seat):
    simulation = bayesian(n=1, noise=0.5, prior=0.2, prior_trust=8.0)
    for n in range(1, 40):
        live(simulation, seat, brand=0, experience=0.9)
        expected = (8 * 0.2 + 4 * n * 0.9) / (8 + 4 * n)
        assert states(simulation, "expectation")[0, 0] == pytest.approx(expected, abs=n * ROUNDING)
        assert states(simulation, "trust")[0, 0] == 8 + 4 * n


@pytest.mark.parametrize("noise", [1e9])
@pytest.mark.parametrize("prior_trust", [4.0, 1e-9])
def test_bayesian__experiences_believed_to_be_mere_noise_teach_nothing(seat, noise, prior_trust):
    simulation = bayesian(n=2, noise=noise, prior_trust=prior_trust)
    for _ in range(20):
        live(simulation, seat, brand=0, experience=[1.0, -1.0])
    np.testing.assert_allclose(states(simulation, "expectation")[0], 0.6, atol=ROUNDING)
    np.testing.assert_allclose(states(simulation, "trust"), prior_trust, rtol=ROUNDING)


@given(noise=st.floats(0.01, 10), experience=st.floats(-1, 2, width=32))
def test_bayesian__who_trusts_nothing_believes_the_first_experience(seat, noise, experience):
    simulation = bayesian(n=1, noise=noise, prior_trust=0.0)
    live(simulation, seat, brand=0, experience=experience)
    assert states(simulation, "expectation")[0, 0] == pytest.approx(experience, abs=ROUNDING)


def test_bayesian__the_more_trust_the_less_is_learned(seat):
    simulation = bayesian(n=50, noise=0.5)
    trust = np.linspace(0, 200, 50)
    simulation.world.customers.arrays["trust"][0] = trust
    live(simulation, seat, brand=0, experience=1.6)
    gain = states(simulation, "expectation")[0] - 0.6
    assert (np.diff(gain) < 0).all()
    np.testing.assert_allclose(gain, 1 / (1 + trust * 0.25), atol=2 * ROUNDING)


@pytest.mark.parametrize(("prior", "expected"), [(None, [0.6, 0.5]), (0.9, [0.9, 0.9]), (0.0, [0.0, 0.0])])
def test_bayesian__begins_with_the_prior_or_what_each_brand_is_worth(prior, expected):
    simulation = bayesian(prior=prior, prior_trust=7.0)
    np.testing.assert_array_equal(states(simulation, "expectation")[:, 0], np.float32(expected))
    assert (states(simulation, "trust") == 7).all()


@pytest.mark.parametrize("learning", [{"kind": "bayesian"}, {"kind": "constant"}])
def test_learning__begins_with_the_index_where_that_is_what_a_brand_is_worth(learning):
    simulation = market(learning, experience="index", **{"brands.A.service": 0.2})
    worth = simulation.world.market.worth[0]
    assert worth[0] < 0.5 and worth[1] == 0.5
    np.testing.assert_array_equal(simulation.world.customers.arrays["expectation"][:, 0], worth)


# ----------------------------------------------------------------------------------------------------------- fading


@pytest.mark.parametrize("step_days", [1, 7, 30])
def test_trust__in_every_brand_fades_between_occasions_and_expectations_stay(seat, step_days):
    simulation = market(
        {"kind": "bayesian", "noise": 0.5, "prior_trust": 10.0, "forgetting": 0.02}, n=3, step_days=step_days
    )
    weeks = step_days / 7
    live(simulation, seat, brand=[0, 1, -1], experience=0.9, step=10)
    kept = 10 * math.exp(-0.02 * 10 * weeks)
    expected = np.full((2, 3), kept) + [[4, 0, 0], [0, 4, 0]]
    np.testing.assert_allclose(states(simulation, "trust"), expected, rtol=ROUNDING)
    before = states(simulation, "expectation")
    live(simulation, seat, brand=-1, experience=0.9, step=40)
    np.testing.assert_allclose(states(simulation, "trust"), expected * math.exp(-0.6 * weeks), rtol=2 * ROUNDING)
    np.testing.assert_array_equal(states(simulation, "expectation"), before)


@given(forgetting=st.floats(0, 0.5), times=st.lists(st.integers(0, 150), min_size=2, max_size=5))
def test_trust__fades_over_two_times_as_over_their_sum(seat, forgetting, times):
    told = []
    for steps in (np.cumsum(times).tolist(), [sum(times)]):
        simulation = market({"kind": "bayesian", "forgetting": forgetting}, n=1)
        for step in steps:
            live(simulation, seat, brand=-1, experience=0.0, step=step)
        told.append(states(simulation, "trust")[0, 0])
    # the exponent, up to 375, carries relative errors of 3 roundings
    assert told[0] == pytest.approx(told[1], rel=400 * ROUNDING, abs=1e-36)


def test_trust__that_has_faded_lets_new_experiences_count_again(seat):
    moves = []
    for step in (1, 52, 520):
        simulation = market({"kind": "bayesian", "prior_trust": 100.0, "noise": 0.5, "forgetting": 0.01}, n=1)
        live(simulation, seat, brand=0, experience=1.0, step=step)
        moves.append(states(simulation, "expectation")[0, 0] - 0.6)
    expected = [0.4 / (1 + 25 * math.exp(-0.01 * step)) for step in (1, 52, 520)]
    assert moves == pytest.approx(expected, abs=ROUNDING)


def test_trust__in_balance_with_forgetting_learns_a_constant_share(seat):
    # T = (T + I) · e^-f keeps trust where it is at weekly purchases; then the gain is I / (T + I) = 1 - e^-f
    kept, information = math.exp(-0.1), 1 / 0.5**2
    balance = information * kept / (1 - kept)
    settings = {"noise": 0.5, "prior_trust": balance / kept, "forgetting": 0.1}  # it fades once before the first
    both = [market({"kind": "bayesian", **settings}, 1), market({"kind": "constant", "share": 1 - kept}, 1)]
    luck = np.random.default_rng(3)
    for step in range(1, 60):
        experience = luck.normal(0.6, 0.3)
        for simulation in both:
            live(simulation, seat, brand=0, experience=experience, step=step)
        told = [states(simulation, "expectation")[0, 0] for simulation in both]
        assert told[0] == pytest.approx(told[1], abs=10 * ROUNDING)
        assert states(both[0], "trust")[0, 0] == pytest.approx(balance + information, rel=10 * ROUNDING)


def test_trust__as_of_now_is_what_an_occasion_would_bring_it_to_and_changes_nothing(seat):
    simulation = market({"kind": "bayesian", "forgetting": 0.03}, n=6)
    arrays, luck = simulation.world.customers.arrays, np.random.default_rng(8)
    arrays["trust"][:], arrays["seen"][:] = luck.uniform(1, 50, (2, 6)), luck.integers(0, 30, 6)
    before = arrays["trust"].copy()
    now = simulation.schedule.learning.as_of(None, simulation.world, 40)
    np.testing.assert_array_equal(arrays["trust"], before)
    assert (now < before).all()
    live(simulation, seat, brand=-1, experience=0.0, step=40)
    np.testing.assert_array_equal(arrays["trust"], now)


def test_trust__is_measured_as_of_now():
    simulation = market({"kind": "bayesian", "forgetting": 0.05}, n=300, **{"population.needs_per_week": 0.2})
    simulation.run(until=30)
    frame, data = simulation.customers(), simulation.results()
    arrays = simulation.world.customers.arrays
    expected = arrays["trust"].astype(float) * np.exp(-0.05 * (29 - arrays["seen"]))
    for place, brand in enumerate("AB"):
        np.testing.assert_allclose(frame[f"trust[{brand}]"], expected[place], rtol=2 * ROUNDING)
        tried = (arrays["tried"] >> place) % 2 == 1
        told = data["trust"].sel(replication=0, step=29, segment="all", brand=brand).item()
        assert told == pytest.approx(expected[place][tried].mean(), abs=2**-10)  # it is added up in units of 2**-10


def test_trust__of_many_who_are_very_sure_is_added_up_exactly():
    simulation = market(
        {"kind": "bayesian", "noise": 0.001, "forgetting": 0.0}, n=2000, **{"behavior.needs": "regular"}
    )
    simulation.run(until=20)
    knows = simulation.customers().query("tried % 2 == 1")
    told = simulation.results()["trust"].sel(replication=0, step=19, segment="all", brand="A").item()
    assert knows["trust[A]"].max() > 1e7
    assert told == pytest.approx(knows["trust[A]"].astype(float).mean(), rel=1e-12)


# --------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("kind", ["constant", "bayesian"])
def test_learning__needs_experiences(kind):
    with pytest.raises(ScenarioError, match=f'behavior.learning: learning model "{kind}" needs experiences'):
        market({"kind": kind}, experience="none")


@pytest.mark.parametrize("setting", [{"noise": 0.0}, {"prior_trust": -1.0}, {"forgetting": -0.1}])
def test_bayesian__settings_that_cannot_be_are_refused(setting):
    with pytest.raises(ScenarioError, match=f"behavior.learning.{next(iter(setting))}"):
        bayesian(**setting)
