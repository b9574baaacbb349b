"""Experience: the quality of the brand bought, and luck (eq. E14)."""

import numpy as np
import pytest
from scipy import stats

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario

N = 20_000
QUALITY = np.array([0.7, 0.2])


def market(spread: float, n: int = N) -> Simulation:
    document = {
        "focal": "A",
        "steps": 2,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": "normal", "spread": spread}},
        "brands": {"A": {"quality": QUALITY[0]}, "B": {"quality": QUALITY[1]}},
    }
    return Simulation(Scenario.from_document(document), replications=range(2))


def experiences(simulation: Simulation, shoppers, step: int = 0, occasion: int = 0) -> np.ndarray:
    simulation.schedule.experience.live(None, simulation.world, shoppers, step, occasion)
    return shoppers.columns["experience"][: shoppers.n].astype(float)


def test_experience__is_normal_around_the_quality_of_the_brand_bought(seat):
    simulation = market(spread=0.35)
    brand = np.arange(2 * N) % 2
    luck = (experiences(simulation, seat(simulation, brand=brand)) - QUALITY[brand]) / 0.35
    assert stats.kstest(luck, "norm").pvalue > 1e-4
    for own in (luck[brand == 0], luck[brand == 1]):
        assert abs(own.mean()) < 4 / np.sqrt(N)
        assert abs(own.var() - 1) < 4 * np.sqrt(2 / N)  # SE of a normal's sample variance


def test_experience__without_spread_is_the_quality_in_each_replication(seat):
    simulation = market(spread=0.0, n=2)
    simulation.world.market.quality[1] = 0.9, 0.4  # each replication has a market of its own
    assert experiences(simulation, seat(simulation, brand=[0, 1, 0, 1])) == pytest.approx([0.7, 0.2, 0.9, 0.4])


def test_experience__every_occasion_has_luck_of_its_own(seat):
    simulation = market(spread=1.0)
    shoppers = seat(simulation, brand=0)
    one, same, later, again = (experiences(simulation, shoppers, *when) for when in ((0, 0), (0, 0), (1, 0), (0, 1)))
    np.testing.assert_array_equal(one, same)
    for other in (later, again):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(2 * N)
