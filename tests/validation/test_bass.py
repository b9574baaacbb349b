"""Bass's diffusion (D8): its closed forms, and that the experiment would see another model."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from loyaltysim.validation import bass

TOP = np.log(bass.Q / bass.P) / (bass.P + bass.Q)


def test_recursion__of_two_years_by_hand():
    """A tenth comes by advertising; then a tenth and .5 · .1 of the nine tenths that are left."""
    assert bass.recursion(0.1, 0.5, 2).tolist() == pytest.approx([0.1, 0.1 + 0.9 * 0.15])
    assert bass.recursion(0.5, 4.0, 3).tolist() == [0.5, 1.0, 1.0]  # a chance is at most 1


def test_limit__solves_the_differential_equation():
    times = np.linspace(0, 20, 41)
    slope = lambda _, f: (1 - f) * (bass.P + bass.Q * f)  # noqa: E731
    solved = solve_ivp(slope, (0, 20), [0.0], t_eval=times, rtol=1e-10, atol=1e-12).y[0]
    np.testing.assert_allclose(bass.limit(times, bass.P, bass.Q), solved, atol=1e-9)


def test_recursion__comes_to_the_limit_as_steps_get_short():
    gaps = [
        abs(bass.recursion(bass.P, bass.Q, round(6 / dt), dt)[-1] - float(bass.limit(6.0, bass.P, bass.Q)))
        for dt in (0.1, 0.01, 0.001)
    ]
    assert gaps[2] < 1e-4
    np.testing.assert_allclose(np.divide(gaps[1:], gaps[:-1]), 0.1, rtol=0.1)  # of first order


@pytest.mark.parametrize("dt", [0.05, 0.01])
def test_peak__of_the_exact_curve_is_where_it_is_highest(dt):
    exact = bass.limit(np.arange(1, round(10 / dt) + 1) * dt, bass.P, bass.Q)
    when, height = bass.peak(exact, dt, TOP)
    assert when == pytest.approx(TOP, abs=0.002)
    assert height == pytest.approx((bass.P + bass.Q) ** 2 / (4 * bass.Q), abs=2e-4)


def test_market__has_nothing_but_those_who_come_once_each():
    data = bass.replicate(bass.coming_market(bass.COMPLETE, customers=2000), replications=2)
    come = data["entered"].sum("channel")
    np.testing.assert_array_equal(data["occasions"], come)
    np.testing.assert_array_equal(data["joined"].sel(segment="all").sum("brand"), come)
    assert (data["entered"].sel(channel="invitation") == 0).all() and int(come.sum()) < 4000


def test_expected__is_missed_by_other_rates():
    """So the tolerance of .01 tells q = .38 from .40."""
    shares = bass.share_come(bass.coming_market(bass.COMPLETE, customers=20_000, q=0.40))
    assert np.abs(shares.mean(0) - bass.recursion(bass.P, bass.Q, 10)).max() > 0.01
    np.testing.assert_allclose(shares.mean(0), bass.recursion(bass.P, 0.40, 10), atol=0.006)  # 4 SE
