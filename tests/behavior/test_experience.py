"""Experience: what the brand bought is worth, and luck (eqs. E14, E53)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
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


# ------------------------------------------------------------------------------------------------------------- index


COMPONENTS = ("quality", "service", "ease", "consistency")
WEIGHTS = {"product": 0.4, "service": 0.3, "ease": 0.15, "consistency": 0.15}
ROUNDING = 1e-6
"""About 16 float32 roundings of 2**-24 each, of numbers near 1."""

component = st.floats(2**-7, 1, width=32)
four = st.tuples(component, component, component, component)
elasticity = st.floats(0.01, 0.99)


def worth(components, spread: float = 0.0, **settings) -> float:
    """What a brand of these components is worth."""
    return float(index_market(components, spread, **settings).world.market.worth[0, 0])


def index_market(components, spread: float = 0.0, kind: str = "index", n: int = 2, **settings) -> Simulation:
    document = {
        "focal": "A",
        "steps": 3,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": kind, "spread": spread, **settings}},
        "brands": {"A": dict(zip(COMPONENTS, components)), "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Simulation(Scenario.from_document(document), replications=range(2))


def test_index__by_hand():
    # an elasticity of .5 is the harmonic mean: 1 / (.4/.8 + .3/.2 + .15/.6 + .15/.2) = 1/3
    assert worth((0.8, 0.2, 0.6, 0.2)) == pytest.approx(1 / 3, abs=ROUNDING)
    # and of 1/3 the power -2: (.5/.5² + .5/.25²)^-½ = 10^-½
    half = {"product": 0.5, "service": 0.5, "ease": 0.0, "consistency": 0.0, "elasticity": 1 / 3}
    assert worth((0.5, 0.25, 0.9, 0.01), **half) == pytest.approx(10**-0.5, abs=ROUNDING)


@given(components=four, elasticity=elasticity)
def test_index__lies_between_the_worst_and_the_best_component(components, elasticity):
    told = worth(components, elasticity=elasticity)
    assert min(components) <= told <= max(components)


@given(quality=component, elasticity=st.floats(1e-9, 1, exclude_max=True))
def test_index__of_equal_components_is_the_quality(quality, elasticity):
    assert worth((quality,) * 4, elasticity=elasticity) == quality
    assert worth((quality,), elasticity=elasticity) == quality  # as components are that are not given


@given(quality=component, more=st.floats(0.01, 1), place=st.integers(0, 3), elasticity=st.floats(0.05, 0.95))
def test_index__raising_one_component_alone_gains_less_than_its_weight(quality, more, place, elasticity):
    raised = [quality] * 4
    raised[place] += more
    gain = worth(raised, elasticity=elasticity) - quality
    assert -ROUNDING < gain < list(WEIGHTS.values())[place] * more
    twice = list(raised)
    twice[place] += more
    assert worth(twice, elasticity=elasticity) - quality < 2 * gain + ROUNDING  # and gains less and less


@given(components=four, place=st.integers(0, 3), more=st.floats(0.01, 1), elasticity=elasticity)
def test_index__never_falls_when_a_component_rises(components, place, more, elasticity):
    raised = list(components)
    raised[place] += more
    assert worth(raised, elasticity=elasticity) >= worth(components, elasticity=elasticity) - ROUNDING


@given(low=st.floats(1e-30, 0.01), place=st.integers(0, 3), elasticity=st.floats(0.01, 0.9))
def test_index__is_held_down_by_the_weakest_however_good_the_rest(low, place, elasticity):
    components = [1.0] * 4
    components[place] = low
    weight = list(WEIGHTS.values())[place]
    power = (elasticity - 1) / elasticity
    assert worth(components, elasticity=elasticity) <= low * weight ** (1 / power) * (1 + ROUNDING)  # → 0 as low → 0


def test_index__without_a_component_is_nothing(seat):
    simulation = index_market((0.8, 0.8, 0.8, 0.8))
    for missing in (0.0, -0.5):
        simulation.world.market.service[0, 0] = missing
        simulation.schedule.experience.weigh(simulation.schedule.own_experience, simulation.world)
        assert simulation.world.market.worth.tolist() == [[0, 0.5], [np.float32(0.8), 0.5]]


def test_index__a_component_of_weight_0_does_not_count():
    settings = {"product": 0.5, "service": 0.5, "ease": 0.0, "consistency": 0.0}
    told = worth((0.8, 0.4, 0.1, 0.9), **settings)
    assert told == worth((0.8, 0.4, 1e-9, 0.2), **settings)
    assert told == pytest.approx(1 / (0.5 / 0.8 + 0.5 / 0.4), abs=ROUNDING)


@pytest.mark.parametrize("tiny", [1e-3, 1e-9, 1e-300])
def test_index__of_no_elasticity_is_the_weakest_component(tiny):
    # weights matter by w^(1/power), the smallest .15 to the power -tiny
    assert worth((0.8, 0.3, 0.6, 0.7), elasticity=tiny) == pytest.approx(0.3 * 0.3**-tiny, rel=1e-5)


def test_index__near_an_elasticity_of_1_is_the_geometric_mean():
    components = np.array([0.8, 0.3, 0.6, 0.7])
    geometric = np.exp(np.log(components) @ list(WEIGHTS.values()))
    assert worth(components.tolist(), elasticity=1 - 1e-6) == pytest.approx(geometric, abs=3e-6)


def test_index__of_equal_components_gives_the_experiences_of_kind_normal(seat):
    told = []
    for kind in ("normal", "index"):
        simulation = index_market((0.7,), spread=0.35, kind=kind, n=500)
        told.append(experiences(simulation, seat(simulation, brand=np.arange(1000) % 2)))
    np.testing.assert_array_equal(*told)


def test_index__follows_the_market_from_step_to_step_in_each_replication(seat):
    simulation = index_market((0.5, 0.5, 0.5, 0.5))
    market = simulation.world.market
    assert (market.worth == 0.5).all()
    market.ease[1, 0] = 0.25
    simulation.step()
    expected = 1 / (0.85 / 0.5 + 0.15 / 0.25)
    np.testing.assert_allclose(market.worth, [[0.5, 0.5], [expected, 0.5]], atol=ROUNDING)
    lived = experiences(simulation, seat(simulation, brand=0))
    assert lived == pytest.approx([0.5, 0.5, expected, expected], abs=ROUNDING)
    assert (market.quality == 0.5).all()


@pytest.mark.parametrize(
    ("components", "settings", "said"),
    [
        ((0.5,), {"product": 0.5}, r"weights must add up to 1, were 0.5 \(product\) \+ .* = 1.1"),
        ((0.5,), {"elasticity": 1.0}, "behavior.experience.elasticity: "),
        ((0.5,), {"elasticity": 0.0}, "behavior.experience.elasticity: "),
        ((0.5,), {"ease": -0.1, "product": 0.65}, "behavior.experience.ease: "),
        ((0.0,), {}, "brands.A.quality: must be above 0"),
        ((-0.2, 0.5, 0.5, 0.5), {}, "brands.A.quality: must be above 0"),
        ((0.5, 0.0), {}, "brands.A.service: "),
    ],
)
def test_index__settings_that_cannot_be_are_refused(components, settings, said):
    with pytest.raises(ScenarioError, match=said):
        index_market(components, **settings)
    index_market((0.0,), kind="normal")  # of which nobody takes a power
