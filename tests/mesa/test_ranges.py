"""The ranges within which states can be written are those within which the model keeps them."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.customers.fields import FIELDS
from loyaltysim.mesa.ranges import range_of
from loyaltysim.scenario_file import shipped

SHORT = {
    "population.n_customers": 400, "burn_in": 0, "steps": 60, "metrics.period_steps": 20, "metrics.states_every": 1,
}  # fmt: skip


def states(scenario):
    return ls.Simulation(scenario, seed=3).run().world.customers.arrays


@pytest.mark.parametrize("name", shipped())
def test_states__stay_within_the_range_in_which_they_can_be_written(name):
    scenario = ls.load(name).vary(SHORT)
    for what, array in states(scenario).items():
        if what in FIELDS:
            low, high = range_of(what, scenario)
            assert low <= array.min() and array.max() <= high, what


def test_states__that_nothing_bounds_leave_0_to_1():
    """Messages add to the satisfaction of the reference scenario without end (eq. E26), and that to the bond (E19)."""
    scenario = ls.load("reference").vary(SHORT | {"word_of_mouth.influence.shift": 2.0})
    arrays = states(scenario)
    for what in ("satisfaction", "bond"):
        assert range_of(what, scenario) == (-np.inf, np.inf)
        assert arrays[what].max() > 1


def test_expectation__has_no_end_since_experience_has_none():
    """With the luck of E14 some experience of a brand of quality .9 is above 1, and what is expected follows it."""
    scenario = ls.load("grocery").vary(SHORT | {"brands.Ours.quality": 0.9})
    assert range_of("expectation", scenario) == (-np.inf, np.inf)
    assert states(scenario)["expectation"].max() > 1
