"""Where extra units of a promotion come from (D13)."""

import numpy as np
import pytest

from loyaltysim.loading import load
from loyaltysim.runs import replicate
from loyaltysim.validation.promotion import decompose, units


def test_decomposition__by_hand():
    """Ten extra units: three that the rivals lack in the week, and four that the category lacks in the two after it."""
    extra = np.array([[[0, 0, 0], [10, -2, -1], [-1, -1, 0], [-1, 0, -1]]], float)
    parts = {name: float(share[0]) for name, share in decompose(extra, week=1).items()}
    assert parts == pytest.approx({"cross-brand": 0.3, "timing": 0.4, "category": 0.3})


@pytest.fixture(scope="module")
def small():
    return load("promotion").vary({"population.n_customers": 100_000, "steps": 26, "burn_in": 26})


def changes(scenario):
    """Units by step and brand with the promotion, and what it adds; one replication of many customers."""
    with_it, without = (
        replicate(one, replications=1)["units"].sel(segment="all", replication=0).to_numpy().astype(float)
        for one in (scenario, scenario.vary({"brands.Ours.pricing": []}))
    )
    return without, with_it - without


def test_choices__of_the_week_are_those_of_the_logit(small):
    """The cut adds 1.54 · 0.4 to the utility of -2: on one occasion of seven it is bought, before on one of twelve."""
    base, extra = changes(small)
    utilities = np.exp([-2.0, -1.4, -1.4])
    cut = utilities * [np.exp(1.54 * 0.4), 1, 1]
    expected = cut / (1 + cut.sum()) / (utilities / (1 + utilities.sum())) - 1
    assert expected[0] == pytest.approx(0.73, abs=0.005)
    np.testing.assert_allclose(extra[13] / base[13], expected, atol=0.04)


@pytest.mark.slow
def test_customers__who_never_look_at_home_bring_nothing_forward(small):
    _, extra = changes(small.vary({"behavior.needs.stock_damping": 0.0}))
    assert extra[13, 0] > 0
    assert not extra[14:].any()
    _, damped = changes(small)
    assert damped[14:].sum() < -0.2 * damped[13, 0]


def test_units__begin_with_the_focal_brand(small):
    scenario = small.vary({"population.n_customers": 1000, "focal": "Store", "steps": 13})
    sold = replicate(scenario, replications=16)["units"].sel(brand="Store", segment="all")
    np.testing.assert_array_equal(units(scenario)[..., 0], sold)
