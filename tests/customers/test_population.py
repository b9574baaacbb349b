"""The population: segments, and traits that have their distributions, correlations and own luck (eq. E5)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim.customers.customers import Customers
from loyaltysim.customers.distributions import Distribution
from loyaltysim.customers.population import TRAITS, Population, cholesky, draw_traits
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

N = 20_000
FIELDS = ["needs", *TRAITS[1:]]
"""The traits' names on the board."""


def drawn(n: int = N, seed: int = 1, brands=("A", "B"), replications=range(1), **population) -> Customers:
    """Customers with their traits."""
    customers = Customers(n, replications, len(brands), seed)
    draw_traits(Population.model_validate({"n_customers": n, **population}), customers, brands)
    return customers


# -------------------------------------------------------------------------------------------------- distributions

GIVEN = {
    "normal": ({"mean": 2.0, "sd": 0.5}, stats.norm(2.0, 0.5)),
    "lognormal": ({"median": 1.5, "sigma": 0.4}, stats.lognorm(0.4, scale=1.5)),
    "gamma": ({"mean": 0.25, "shape": 0.78}, stats.gamma(0.78, scale=0.25 / 0.78)),
    "beta": ({"a": 2.0, "b": 5.0}, stats.beta(2.0, 5.0)),
    "uniform": ({"low": -1.0, "high": 3.0}, stats.uniform(-1.0, 4.0)),
}
every_distribution = pytest.mark.parametrize("kind", GIVEN)


@every_distribution
def test_distribution__quantiles_are_those_of_the_closed_form(kind):
    settings, closed = GIVEN[kind]
    u = np.concatenate([10.0 ** -np.arange(1, 13), np.linspace(0.01, 0.99, 99), 1 - 10.0 ** -np.arange(1, 13)])
    told = Distribution.pick({"kind": kind, **settings}).quantile(u)
    np.testing.assert_allclose(told, closed.ppf(u), rtol=1e-9, atol=1e-12)


@every_distribution
def test_trait__has_the_moments_and_shape_of_its_distribution(kind):
    settings, closed = GIVEN[kind]
    # inertia may be of either sign
    trait = drawn(inertia={"distribution": kind, **settings}).arrays["inertia"].astype(float)
    mean, variance, excess = (float(m) for m in closed.stats("mvk"))
    assert abs(trait.mean() - mean) < 4 * np.sqrt(variance / N)
    assert abs(trait.var() - variance) < 4 * variance * np.sqrt((excess + 2) / N)
    assert stats.kstest(trait, closed.cdf).pvalue > 1e-4


def test_constant__is_the_same_for_everybody_and_a_plain_number_means_it():
    for given_ in (0.25, {"distribution": "constant", "value": 0.25}):
        assert (drawn(50, needs_per_week=given_).arrays["needs"] == 0.25).all()


@given(st.sampled_from(sorted(GIVEN)), st.floats(-2, 4), st.floats(0, 3))
def test_cap_and_floor__values_beyond_count_as_them(kind, floor, more):
    settings = GIVEN[kind][0]
    u = np.linspace(0.001, 0.999, 200)
    free = Distribution.pick({"kind": kind, **settings}).values(u)
    held = Distribution.pick({"kind": kind, **settings, "floor": floor, "cap": floor + more}).values(u)
    np.testing.assert_array_equal(held, [min(max(value, floor), floor + more) for value in free])


def test_cap__holds_for_the_trait_of_every_customer():
    chance = drawn(needs_per_week={"distribution": "gamma", "mean": 0.5, "cap": 0.95}).arrays["needs"]
    # P(gamma of mean .5 and shape 1 > .95) = e^-1.9
    assert chance.max() == np.float32(0.95)
    assert abs((chance == chance.max()).mean() - np.exp(-1.9)) < 4 * np.sqrt(np.exp(-1.9) / N)


# ----------------------------------------------------------------------------------------------------- own luck

BUSY = {
    "needs_per_week": {"distribution": "gamma", "mean": 0.5},
    "price_sensitivity": {"distribution": "lognormal"},
    "inertia": {"distribution": "normal"},
    "talkativeness": {"distribution": "uniform"},
    "dropout_chance": {"distribution": "beta", "a": 1.0, "b": 20.0},
    "cancel_chance": {"distribution": "beta", "a": 0.7, "b": 1.2},
    "values_weight": {"distribution": "normal", "mean": 0.5},
    "online": {"distribution": "uniform"},
    "category_exit": {"distribution": "gamma", "mean": 0.01},
    "privacy_aversion": {"distribution": "lognormal", "median": 0.4, "sigma": 0.8},
    "program_affinity": {"distribution": "normal"},
    "taste": {"distribution": "normal", "sd": 1.5},
    "segments": {"x": {"share": 0.25}, "y": {"share": 0.5, "inertia": 0.5}, "z": {"share": 0.25, "appeal": {"B": 2.0}}},
    "correlations": {"needs_per_week price_sensitivity": -0.4},
}


def test_growth__the_first_customers_stay_who_they_are():
    few, many = drawn(300, **BUSY), drawn(1000, **BUSY)
    np.testing.assert_array_equal(few.segment, many.segment[:300])
    for name, array in few.arrays.items():
        np.testing.assert_array_equal(array, many.arrays[name][..., :300], err_msg=name)


def test_chunks__many_customers_are_drawn_as_few(monkeypatch):
    whole = drawn(500, **BUSY)
    monkeypatch.setattr("loyaltysim.customers.population.CHUNK", 64)
    for name, array in drawn(500, **BUSY).arrays.items():
        np.testing.assert_array_equal(array, whole.arrays[name], err_msg=name)


def test_stack__replications_have_customers_of_their_own_and_the_same_ones_alone():
    stack = drawn(200, replications=range(2, 5), **BUSY)
    for place, r in enumerate((2, 3, 4)):
        alone = drawn(200, replications=range(r, r + 1), **BUSY)
        for name, array in alone.arrays.items():
            np.testing.assert_array_equal(array, stack.arrays[name][..., stack.rows_of(place)], err_msg=name)
    assert not np.array_equal(*(stack.arrays["needs"][stack.rows_of(r)] for r in (0, 1)))


def test_traits__are_independent_of_each_other_and_of_the_seed():
    columns = drawn(**{**BUSY, "segments": {}, "correlations": {}}).arrays
    other = drawn(seed=2, **{**BUSY, "segments": {}, "correlations": {}}).arrays
    independent = [columns[name] for name in FIELDS] + [*columns["taste"], *(other[name] for name in FIELDS)]
    rank = stats.spearmanr(np.array(independent), axis=1).statistic
    assert np.abs(rank - np.eye(len(independent))).max() < 4.5 / np.sqrt(N)  # the largest of 45 pairs


def test_trait__keeps_its_luck_when_another_changes_its_distribution():
    plain = drawn(500, needs_per_week=BUSY["needs_per_week"], inertia=BUSY["inertia"]).arrays
    changed = drawn(500, needs_per_week={"distribution": "uniform"}, inertia=BUSY["inertia"], taste=1.0).arrays
    np.testing.assert_array_equal(plain["inertia"], changed["inertia"])
    order = np.argsort(plain["needs"], kind="stable")
    assert (np.diff(changed["needs"][order]) >= 0).all()  # the same uniforms, through another quantile


def test_taste__does_not_depend_on_what_other_brands_there_are():
    taste = {"distribution": "normal", "sd": 1.5}
    few, many = drawn(400, brands=("A", "B"), taste=taste), drawn(400, brands=("New", "B", "A"), taste=taste)
    np.testing.assert_array_equal(few.arrays["taste"][0], many.arrays["taste"][2])
    np.testing.assert_array_equal(few.arrays["taste"][1], many.arrays["taste"][1])


def test_appeal__of_a_segment_is_added_to_its_taste_for_the_brand():
    customers = drawn(400, taste=BUSY["taste"], segments={"x": {"share": 0.5}, "y": {"share": 0.5}})
    moved = drawn(
        400, taste=BUSY["taste"], appeal={"A": 0.25},
        segments={"x": {"share": 0.5}, "y": {"share": 0.5, "appeal": {"A": 1.0, "B": -2.0}}},
    )  # fmt: skip
    more = (moved.arrays["taste"] - customers.arrays["taste"]).astype(float)
    expected = np.where(customers.segment, [[1.0], [-2.0]], [[0.25], [0.0]])  # a segment's own appeal counts instead
    np.testing.assert_allclose(more, expected, atol=1e-6)


def test_off__traits_that_nobody_gives_take_no_memory():
    assert set(drawn(10).arrays) == {"needs"}
    assert set(drawn(10, inertia=0.5).arrays) == {"needs", "inertia"}
    assert (drawn(10).arrays["needs"] == 1).all()


# ------------------------------------------------------------------------------------------------------- segments


def test_segments__have_their_shares():
    shares = np.array([0.2, 0.5, 0.0, 0.3])
    segment = drawn(segments={name: {"share": share} for name, share in zip("abcd", shares)}).segment
    counts = np.bincount(segment, minlength=4)
    assert counts[2] == 0
    assert stats.chisquare(counts[shares > 0], N * shares[shares > 0]).pvalue > 1e-4


def test_segments__take_their_own_traits_and_else_the_populations():
    customers = drawn(
        needs_per_week=0.5, inertia=2.0, price_sensitivity={"distribution": "lognormal", "median": 2.0},
        segments={
            "x": {"share": 0.4, "inertia": -1.0},
            "y": {"share": 0.6, "needs_per_week": 3.0, "talkativeness": 0.5},
        },
    )  # fmt: skip
    x = customers.segment == 0
    for name, in_x, in_y in (("needs", 0.5, 3.0), ("inertia", -1.0, 2.0), ("talkativeness", 1.0, 0.5)):
        np.testing.assert_array_equal(customers.arrays[name], np.where(x, in_x, in_y))
    assert abs(np.median(customers.arrays["price_sensitivity"]) - 2.0) < 4 * 2.0 * 0.5 * np.sqrt(np.pi / 2 / N)


def test_segments__of_a_customer_do_not_move_the_traits_luck():
    alike = drawn(500, inertia=BUSY["inertia"])
    split = drawn(500, inertia=BUSY["inertia"], segments={"x": {"share": 0.5}, "y": {"share": 0.5}})
    np.testing.assert_array_equal(alike.arrays["inertia"], split.arrays["inertia"])


# --------------------------------------------------------------------------------------------------- correlations


@pytest.mark.parametrize(
    "correlations",
    [
        {"needs_per_week price_sensitivity": -0.5},
        {"needs_per_week inertia": 0.6, "inertia talkativeness": 0.3, "price_sensitivity talkativeness": -0.2},
    ],
)
def test_copula__normal_scores_have_the_correlations_and_ranks_those_of_the_gaussian_copula(correlations):
    customers = drawn(**{**BUSY, "segments": {}, "correlations": correlations})
    target = np.eye(len(TRAITS))
    for pair, value in correlations.items():
        i, j = (TRAITS.index(name) for name in pair.split())
        target[i, j] = target[j, i] = value
    traits = np.array([customers.arrays[name] for name in FIELDS])
    scores = stats.norm.ppf(stats.rankdata(traits, axis=1) / (N + 1))
    error = 4.5 * (1 - target**2) / np.sqrt(N) + 1e-12  # SE for normals; the diagonal is rounded
    assert (np.abs(np.corrcoef(scores) - target) <= error).all()
    rank = stats.spearmanr(traits, axis=1).statistic
    assert (np.abs(rank - 6 / np.pi * np.arcsin(target / 2)) <= 4.5 / np.sqrt(N)).all()


def test_copula__leaves_each_traits_own_distribution_as_it_is():
    traits = drawn(
        needs_per_week={"distribution": "gamma", "mean": 0.5, "shape": 2.0},
        inertia={"distribution": "normal"},
        correlations={"needs_per_week inertia": 0.9},
    ).arrays
    assert stats.kstest(traits["needs"], stats.gamma(2.0, scale=0.25).cdf).pvalue > 1e-4
    assert stats.kstest(traits["inertia"], "norm").pvalue > 1e-4


def test_copula__of_a_segment_is_its_own():
    customers = drawn(
        needs_per_week={"distribution": "gamma"}, inertia={"distribution": "normal"},
        correlations={"needs_per_week inertia": 0.7},
        segments={"x": {"share": 0.5}, "y": {"share": 0.5, "correlations": {"needs_per_week inertia": -0.7}}},
    )  # fmt: skip
    for segment, target in ((0, 0.7), (1, -0.7)):
        own = customers.segment == segment
        rank = stats.spearmanr(customers.arrays["needs"][own], customers.arrays["inertia"][own]).statistic
        assert abs(rank - 6 / np.pi * np.arcsin(target / 2)) < 4 / np.sqrt(own.sum())


def test_cholesky__is_a_factor_of_the_correlations():
    factor = cholesky({"needs_per_week inertia": 0.6, "price_sensitivity inertia": -0.5})
    expected = np.eye(len(TRAITS))
    expected[0, 2] = expected[2, 0] = 0.6
    expected[1, 2] = expected[2, 1] = -0.5
    np.testing.assert_allclose(factor @ factor.T, expected, atol=1e-15)
    assert np.array_equal(factor, np.tril(factor))


# --------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("population", "key", "said"),
    [
        ({"n_customers": 0}, "population.n_customers", "at least 1"),
        ({"segments": {"x": {"share": 0.5}}}, "population.segments", "add up to 1"),
        ({"segments": {"all": {"share": 1}}}, "population.segments", "no segment may be called"),
        ({"share": 0.5}, "population.share", "0.5"),
        ({"inertia": {"mean": 1}}, "population.inertia", "needs a distribution"),
        ({"inertia": {"distribution": "gama"}}, "population.inertia", 'Did you mean "gamma"'),
        ({"inertia": {"distribution": "normal", "sd": -1}}, "population.inertia.sd", "at least 0"),
        ({"inertia": {"distribution": "normal", "floor": 2, "cap": 1}}, "population.inertia", "must not be above cap"),
        ({"inertia": {"distribution": "uniform", "low": 2, "high": 1}}, "population.inertia", "must not be above high"),
        ({"needs_per_week": -0.1}, "population.needs_per_week", "at least 0"),
        ({"dropout_chance": 1.5}, "population.dropout_chance", "at most 1"),
        ({"online": {"distribution": "normal"}}, "population.online", "give the normal distribution a floor of 0"),
        ({"cancel_chance": {"distribution": "gamma"}}, "population.cancel_chance", "a cap of 1"),
        ({"needs_per_week": {"distribution": "uniform", "low": -1}}, "population.needs_per_week", "a floor of 0"),
        ({"correlations": {"needs_per_week": 0.1}}, "population.correlations", "two different traits"),
        ({"correlations": {"needs_per_week taste": 0.1}}, "population.correlations", "two different traits"),
        ({"correlations": {"inertia inertia": 1.0}}, "population.correlations", "two different traits"),
        ({"correlations": {"needs_per_week inertia": 1.2}}, "population.correlations", "no set of traits"),
    ],
)
def test_population__that_cannot_be_is_refused_where_it_is_wrong(population, key, said):
    with pytest.raises(ScenarioError, match=said) as error:
        Scenario.from_document({"focal": "A", "population": population, "brands": {"A": {}}})
    assert key in [fault.key for fault in error.value.faults]
