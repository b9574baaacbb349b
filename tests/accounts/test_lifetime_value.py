import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.accounts.lifetime_value import (
    beta_survival,
    discount,
    forward,
    given_survived,
    realized,
    with_beta_chances,
    with_constant_retention,
)

REGULAR = {"alpha": 0.704, "beta": 1.182}
"""The Regular cohort of Fader and Hardie (2007)."""


def test_discount__takes_a_yearly_rate():
    np.testing.assert_allclose(discount(0.1, [0, 1, 2]), [1, 1 / 1.1, 1 / 1.21])
    quarter = discount(0.1, 0.25)
    assert quarter**4 == pytest.approx(1 / 1.1) and quarter != pytest.approx(1 / 1.025)


def test_realized__is_worked_by_hand():
    year = 365.25 / 7
    value = realized(
        np.array([2, 0, 2]), np.array([10.0, 3.0, 11.0]), np.array([0.0, year, year]), 4, discount_rate=0.1
    )
    np.testing.assert_allclose(value, [3 / 1.1, 0, 20, 0])
    assert realized(np.empty(0, int), np.empty(0), np.empty(0), 2, 0.1).tolist() == [0, 0]


def test_forward__is_worked_by_hand():
    curve = [1, 0.5, 0.25]
    assert forward(100, curve, 0.25, tail="horizon") == pytest.approx(50 / 1.25 + 25 / 1.25**2)
    assert forward(100, curve, 0.25, tail="horizon", first="now") == pytest.approx(100 + 40 + 16)
    by_period = forward(np.array([1, 2, 3]), curve, 0.25, tail="horizon", first="now")
    assert by_period == pytest.approx(1 + 2 * 0.4 + 3 * 0.16)
    # half stays each period for ever: as constant retention
    for first in ("now", "ahead"):
        whole = forward(100, curve, 0.25, tail="last_retention", first=first)
        assert whole == pytest.approx(with_constant_retention(100, 0.5, 0.25, first=first))


def test_forward__has_no_tail_where_nobody_is_left():
    assert forward(1, [1, 0.5, 0], 0, tail="last_retention") == 0.5
    with pytest.raises(TypeError, match="tail"):
        forward(1, [1, 0.5, 0], 0)


def test_with_constant_retention__is_the_closed_form():
    assert with_constant_retention(1, 0.8, 0.1) == pytest.approx(0.8 / 0.3)  # 2.667
    assert with_constant_retention(1, 0.8, 0.1, first="now") == pytest.approx(1.1 / 0.3)  # 3.667
    monthly = with_constant_retention(1, 0.8, 1.1**12 - 1, years=1 / 12)
    assert monthly == pytest.approx(with_constant_retention(1, 0.8, 0.1))


def test_with_constant_retention__has_the_elasticity_of_gupta_lehmann_and_stuart():
    low, high = (with_constant_retention(1, 0.8 * change, 0.1) for change in (0.995, 1.005))
    assert (high - low) / 0.01 / with_constant_retention(1, 0.8, 0.1) == pytest.approx(1.1 / 0.3, rel=1e-3)


def test_beta_survival__is_that_of_fader_and_hardie():
    # the fitted curve of the Regular cohort, years 1 to 12
    printed = [0.627, 0.474, 0.388, 0.332, 0.292, 0.263, 0.239, 0.220, 0.204, 0.191, 0.180, 0.170]
    np.testing.assert_allclose(beta_survival(0.7041, 1.1820, 12)[1:], printed, atol=0.0006)
    curve = beta_survival(**REGULAR, periods=20)
    np.testing.assert_allclose(curve[12] / curve[11], 0.945, atol=0.0005)
    np.testing.assert_allclose(given_survived(curve, 5), beta_survival(**REGULAR, periods=15, survived=5))


def test_constant_retention__undervalues_a_mixed_cohort():
    retention = REGULAR["beta"] / (REGULAR["alpha"] + REGULAR["beta"])
    for first, times in (("now", 1.59), ("ahead", 2.04)):
        true = with_beta_chances(1, **REGULAR, discount_rate=0.1, first=first)
        assert true / with_constant_retention(1, retention, 0.1, first=first) == pytest.approx(times, abs=0.005)


def test_forward__agrees_with_a_simulated_mixed_cohort_and_constant_retention_does_not():
    rng = np.random.default_rng(12)
    n, rate, margin = 400_000, 0.1, 25.0
    leaves = rng.beta(**{"a": REGULAR["alpha"], "b": REGULAR["beta"]}, size=n)
    periods = rng.geometric(np.maximum(leaves, 1e-9))  # paid in period 1 … periods - 1, after the one of joining
    paid = np.minimum(periods - 1, 300)
    each = margin * (1 - 1.1**-paid) / 0.1  # an annuity: margin in each of the years paid, one year ahead
    simulated, error = each.mean(), each.std() / np.sqrt(n)
    assert error < 0.002 * simulated
    long = forward(margin, beta_survival(**REGULAR, periods=300), rate, tail="horizon")
    assert long == pytest.approx(simulated, rel=0.01)
    assert with_beta_chances(margin, **REGULAR, discount_rate=rate) == pytest.approx(simulated, rel=0.01)
    # from the curve that the cohort itself shows in its first 40 years, the tail by the last retention
    seen = np.array([(periods > t).mean() for t in range(41)])
    assert forward(margin, seen, rate, tail="last_retention") == pytest.approx(simulated, rel=0.01)
    first_year = (periods > 1).mean()
    assert with_constant_retention(margin, first_year, rate) < 0.55 * simulated


def test_realized__of_a_mixed_cohort_has_the_mean_that_forward_expects():
    rng = np.random.default_rng(3)
    n, year = 200_000, 365.25 / 7
    periods = np.minimum(rng.geometric(np.maximum(rng.beta(1.5, 4, n), 1e-9)) - 1, 25)
    customer = np.repeat(np.arange(n), periods)
    order = np.arange(len(customer)) - np.repeat(np.cumsum(periods) - periods, periods)
    value = realized(customer, np.full(len(customer), 2.0), (order + 1) * year, n, 0.1)
    assert value.mean() == pytest.approx(forward(2, beta_survival(1.5, 4, 25), 0.1, tail="horizon"), rel=0.01)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.floats(0.001, 1),
    st.floats(0.1, 2),
    st.sampled_from(["now", "ahead"]),
)
def test_forward__lies_between_the_shortest_and_the_longest_reading(retentions, rate, years, first):
    curve = np.concatenate([[1], np.cumprod(retentions)])
    how = {"first": first, "years": years}
    short = forward(3, curve, rate, tail="horizon", **how)
    long = forward(3, curve, rate, tail="last_retention", **how)
    assert 0 <= short <= long
    low, high = (with_constant_retention(3, some, rate, **how) for some in (min(retentions), max(retentions)))
    assert low * (1 - 1e-9) <= long <= high * (1 + 1e-9)
    shift = forward(3, curve, rate, tail="horizon", first="now", years=years)
    assert shift - forward(3, curve, rate, tail="horizon", years=years) == pytest.approx(3)


@given(st.floats(0.05, 20), st.floats(0.05, 20), st.integers(1, 60))
def test_beta_survival__falls_and_retention_rises_with_tenure(alpha, beta, periods):
    curve = beta_survival(alpha, beta, periods)
    assert len(curve) == periods + 1 and curve[0] == 1 and (np.diff(curve) < 0).all() and curve[-1] > 0
    assert (np.diff(curve[1:] / curve[:-1]) >= -1e-12).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: forward(1, [0.9, 0.5], 0.1, tail="horizon"), "begins with 1"),
        (lambda: forward(1, [1, np.nan], 0.1, tail="horizon"), "without NaN"),
        (lambda: forward(1, [1, 0.5, 0.6], 0.1, tail="horizon"), "only fall"),
        (lambda: forward([1, 2], [1, 0.5, 0.4], 0.1, tail="horizon"), "2 margins for 3 periods"),
        (lambda: forward(1, [1, 0.5], 0.1, tail="forever"), "tail must be one of horizon, last_retention"),
        (lambda: forward(1, [1, 0.5], 0.1, tail="horizon", first="later"), "first must be one of ahead, now"),
        (lambda: forward(1, [1, 1], 0, tail="last_retention"), "no bound"),
        (lambda: forward(1, [1], 0, tail="last_retention"), "at least one period"),
        (lambda: with_constant_retention(1, 1, 0), "no bound"),
        (lambda: with_constant_retention(1, 1.2, 0.1), "from 0 to 1"),
        (lambda: with_beta_chances(1, 1, 1, 0), "above 0"),
        (lambda: beta_survival(0, 1, 3), "above 0"),
        (lambda: given_survived(np.array([1, 0]), 1), "nobody is known"),
        (lambda: discount(-1, 1), "above -1"),
        (lambda: realized(np.array([3]), np.ones(1), np.ones(1), 3, 0.1), "from 0 to 2"),
        (lambda: realized(np.array([0]), np.ones(2), np.ones(2), 3, 0.1), "one length"),
        (lambda: realized(np.array([0]), np.array([np.nan]), np.ones(1), 3, 0.1), "must be a number"),
    ],
)
def test_lifetime_value__says_what_is_wrong(call, says):
    with pytest.raises(ValueError, match=says):
        call()
