"""What messages do (D14): that the experiment counts and moves what it says."""

import numpy as np
import pytest

from loyaltysim.loading import load
from loyaltysim.simulation import Simulation
from loyaltysim.validation import messages


@pytest.mark.parametrize(("shift", "praise"), [(0.0, True), (0.85, True), (0.85, False)])
def test_message__moves_the_chance_that_was_asked_for(shift, praise):
    before, after = messages.after_a_message(0.3, shift, praise=praise)
    moved = np.log(0.3 / 0.7) + (shift if praise else -shift)
    assert before == pytest.approx(0.3, abs=1e-7)
    assert after == pytest.approx(1 / (1 + np.exp(-moved)), abs=1e-7)


@pytest.fixture(scope="module")
def market():
    return load("grocery").vary({"population.n_customers": 2000, "burn_in": 20, "steps": 8})


def run(scenario):
    return Simulation(scenario).run(until=2)


def test_delivered__is_the_shift_of_each_message_where_all_are_believed(market):
    open_minded = market.vary(
        {"word_of_mouth.influence.resist_hearing": 0.0, "word_of_mouth.influence.heard_max": 100.0}
    )
    moved, count = messages.delivered(run(open_minded))
    assert count.min() > 0
    np.testing.assert_allclose(moved / count, 0.8, rtol=1e-5)


def test_delivered__is_less_blame_where_the_own_brand_is_believed_in(market):
    moved, count = messages.delivered(run(market.vary({"word_of_mouth.influence.resist_hearing": 1.0})))
    assert moved[0] / count[0] == pytest.approx(0.8, abs=0.02)
    assert 0 < moved[1] < 0.8 * count[1] - 0.7


def test_delivered__counts_the_messages_of_the_step_before(market):
    simulation = run(market)
    _, count = messages.delivered(simulation)
    data = simulation.results().sel(segment="all", replication=0).isel(step=simulation.now - 1 - market.burn_in)
    assert count.tolist() == [int(data[f"messages_{sign}"].sum()) for sign in ("positive", "negative")]


def test_delivered__leaves_the_simulation_as_it_was(market):
    simulation = run(market)
    before = simulation.customers()
    messages.delivered(simulation)
    assert simulation.customers().equals(before)
