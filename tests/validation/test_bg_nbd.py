"""BG/NBD in closed form, held against sums, limits and a plain simulation that shares nothing with the engine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.validation.bg_nbd import BGNBD

CDNOW = BGNBD(0.243, 4.414, 0.793, 2.426)
positive = st.floats(0.1, 6.0)


@given(st.floats(0.2, 5.0), st.floats(0.5, 20.0), st.floats(1.2, 4.0), positive, st.floats(0.5, 80.0))
def test_chances__add_up_to_one_and_to_the_mean(r, alpha, a, b, weeks):
    model = BGNBD(r, alpha, a, b)
    chances = model.chances(weeks, 4000)
    assert chances.min() >= -1e-12
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    assert chances @ np.arange(4001) == pytest.approx(float(model.expected(weeks)), rel=1e-3)


def test_chances__of_customers_who_hardly_ever_leave_are_those_of_the_negative_binomial():
    from scipy.stats import nbinom

    model = BGNBD(0.8, 5.0, 1e-9, 1.0)
    np.testing.assert_allclose(model.chances(13.0, 8), nbinom.pmf(np.arange(9), 0.8, 5 / 18), rtol=1e-6)


def test_next_purchases__of_a_customer_seen_for_no_time_are_those_of_a_new_one():
    assert float(CDNOW.expected_next(0, 0.0, 0.0, 39.0)) == pytest.approx(float(CDNOW.expected(39.0)), rel=1e-12)


@given(st.integers(1, 30), st.floats(0.0, 1.0), st.floats(1.0, 80.0))
def test_alive__falls_with_the_time_since_the_last_purchase(x, share, weeks):
    earlier, later = share * weeks * 0.9, share * weeks
    assert 0 < CDNOW.alive(x, earlier, weeks) <= CDNOW.alive(x, later, weeks) < 1


def test_likelihood__adds_up_the_densities_of_one_purchase():
    """Over all times of one repeat purchase its density adds up to the chance of exactly one."""
    weeks = 39.0
    times = (np.arange(4000) + 0.5) / 4000 * weeks
    density = [np.exp(CDNOW.log_likelihood([1], [time], [weeks])) for time in times]
    assert np.mean(density) * weeks == pytest.approx(CDNOW.chances(weeks, 1)[1], rel=1e-5)
    assert np.exp(CDNOW.log_likelihood([0], [0.0], [weeks])) == pytest.approx(CDNOW.chances(weeks, 0)[0], rel=1e-12)


def test_closed_forms__hold_for_customers_simulated_one_by_one():
    """Each customer's purchases are drawn until it leaves or time is over, without steps."""
    rng = np.random.default_rng(5)
    model, n, weeks, ahead = BGNBD(1.2, 6.0, 0.9, 3.0), 20_000, 30.0, 30.0
    rate, chance = rng.gamma(model.r, 1 / model.alpha, n), rng.beta(model.a, model.b, n)
    now, here, count, last, later = np.zeros(n), np.ones(n, bool), np.zeros(n, int), np.zeros(n), np.zeros(n, int)
    alive = np.ones(n, bool)
    for _ in range(400):
        now = np.where(here, now + rng.exponential(1 / rate), np.inf)
        bought, next_one = now < weeks, (now >= weeks) & (now < weeks + ahead)
        count, last, later = count + bought, np.where(bought, now, last), later + next_one
        leaves = (bought | next_one) & (rng.random(n) < chance)
        alive &= ~(leaves & bought)
        here &= (bought | next_one) & ~leaves
    assert not here.any()
    se = np.sqrt(np.maximum(model.chances(weeks, 5), 1e-9) / n)
    assert (np.abs(np.bincount(count, minlength=6)[:6] / n - model.chances(weeks, 5)) < 4 * se).all()
    for simulated, closed in (
        (alive, model.alive(count, last, weeks)),
        (later, model.expected_next(count, last, weeks, ahead)),
    ):
        for some in (count == 1, count == 2, count >= 3, (count > 0) & (last > 20), (count > 0) & (last <= 20)):
            gap = (simulated - closed)[some]
            assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))
