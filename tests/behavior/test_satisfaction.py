"""Satisfaction: how experiences add up (eqs. E15–E18)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario

ROUNDING = 1e-6
"""About 16 float32 roundings of 2**-24 each, of numbers near 1."""


def market(satisfaction, n: int = 4, learning=None) -> Simulation:
    document = {
        "focal": "A",
        "population": {"n_customers": n},
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": satisfaction,
            "learning": learning or {"kind": "none"},
        },
        "brands": {"A": {"quality": 0.6}, "B": {"quality": 0.5}},
    }
    return Simulation(Scenario.from_document(document))


def live(simulation: Simulation, seat, brand, experience) -> None:
    """Everybody buys a brand and has an experience with it."""
    shoppers = seat(simulation, brand=brand)
    shoppers.ask("experience")[: shoppers.n] = experience
    simulation.schedule.satisfaction.update(None, simulation.world, shoppers)
    simulation.schedule.learning.update(None, simulation.world, shoppers)


def states(simulation: Simulation, name: str = "satisfaction") -> np.ndarray:
    return simulation.world.customers.arrays[name].astype(float)


@pytest.mark.parametrize("kind", ["level", "disconfirmation"])
def test_satisfaction__only_that_with_the_brand_bought_moves(seat, kind):
    simulation = market({"kind": kind, "start": 0.25})
    live(simulation, seat, brand=[0, 1, -1, 0], experience=0.9)
    moved = states(simulation) != 0.25
    assert moved.tolist() == [[True, False, False, True], [False, True, False, False]]


def test_level__moves_a_share_of_the_way_to_the_experience(seat):
    simulation = market({"kind": "level", "start": 0.4, "memory": 0.25})
    live(simulation, seat, brand=0, experience=[0.4, 0.8, 0.0, -1.0])
    np.testing.assert_allclose(states(simulation)[0], [0.4, 0.5, 0.3, 0.05], atol=ROUNDING)
    live(simulation, seat, brand=0, experience=0.8)
    np.testing.assert_allclose(states(simulation)[0], [0.5, 0.575, 0.425, 0.2375], atol=ROUNDING)


def test_level__tends_to_a_constant_experience_geometrically(seat):
    simulation = market({"kind": "level", "start": 0.0, "memory": 0.3}, n=1)
    for _ in range(10):
        live(simulation, seat, brand=0, experience=0.8)
    assert states(simulation)[0, 0] == pytest.approx(0.8 * (1 - 0.7**10), abs=ROUNDING)


def test_disconfirmation__by_hand(seat):
    settings = {"base": 0.5, "usual_quality": 0.4, "on_quality": 0.5, "on_better": 0.5, "on_worse": 1.0}
    learning = {"kind": "constant", "share": 0.1}
    simulation = market({"kind": "disconfirmation", "start": 0.6, "memory": 0.2, **settings}, learning=learning)
    # brand A promises .6: met, surpassed by .2, missed by .2, missed by far
    live(simulation, seat, brand=0, experience=[0.6, 0.8, 0.4, -1.0])
    judged = np.array([0.5 + 0.1, 0.5 + 0.2 + 0.1, 0.5 + 0.0 - 0.2, 0.0])
    np.testing.assert_allclose(states(simulation)[0], 0.6 + 0.2 * (judged - 0.6), atol=ROUNDING)
    np.testing.assert_allclose(states(simulation, "expectation")[0], [0.6, 0.62, 0.58, 0.44], atol=ROUNDING)
    assert (states(simulation, "expectation")[1] == np.float32(0.5)).all()  # brand B's quality: it was not bought


def test_disconfirmation__by_default_worse_than_expected_weighs_twice_as_much_as_better(seat):
    simulation = market({"kind": "disconfirmation", "on_quality": 0.0, "start": 0.5}, n=2)
    live(simulation, seat, brand=0, experience=[0.7, 0.5])  # .1 better and .1 worse than expected
    better, worse = states(simulation)[0] - 0.5
    assert better > 0 and worse == pytest.approx(-2 * better, abs=ROUNDING)


level = st.floats(0, 1, width=32)


@given(
    settings=st.fixed_dictionaries(
        {name: level for name in ("start", "base", "on_quality", "on_better", "on_worse", "memory")}
    ),
    learning=level,
    lived=st.lists(st.floats(-1, 2, width=32), min_size=1, max_size=8),
)
def test_disconfirmation__follows_its_equations_and_stays_between_0_and_1(seat, settings, learning, lived):
    simulation = market({"kind": "disconfirmation", **settings}, 1, {"kind": "constant", "share": learning})
    satisfaction, expectation = settings["start"], 0.6
    for experience in lived:
        live(simulation, seat, brand=0, experience=experience)
        surprise = experience - expectation
        judged = settings["base"] + settings["on_quality"] * (experience - 0.5)
        judged += settings["on_better"] * surprise if surprise > 0 else settings["on_worse"] * surprise
        satisfaction += settings["memory"] * (min(max(judged, 0), 1) - satisfaction)
        expectation += learning * surprise
    told = states(simulation)[0, 0]
    assert told == pytest.approx(satisfaction, abs=8 * ROUNDING) and 0 <= told <= 1
    assert states(simulation, "expectation")[0, 0] == pytest.approx(expectation, abs=8 * ROUNDING)


def test_disconfirmation__without_learning_everybody_goes_on_expecting_what_the_brand_is_worth(seat):
    simulation = market({"kind": "disconfirmation"})
    for experience in (0.9, -0.3):
        live(simulation, seat, brand=0, experience=experience)
    np.testing.assert_array_equal(states(simulation, "expectation"), np.float32([[0.6] * 4, [0.5] * 4]))
