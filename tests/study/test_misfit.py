"""Misfit: the nearest market within the ranges, by plain arithmetic, and as rare as it says where a market is right."""

import numpy as np
import pytest
from scipy import special

from loyaltysim.study.misfit import box_around, least_misfit, slopes_of

WHOLE = np.array([[0.0, 1.0], [0.0, 1.0]])
SLOPE = np.array([[10.0, 0.0], [0.0, 10.0], [0.0, 0.0]])
"""Errors a range by which each of two settings moves a number of its own; a third number stays."""


def test_misfit__is_what_no_setting_can_take_away():
    assert least_misfit(np.array([1.0, -2.0, 3.0]), SLOPE, np.array([0.5, 0.5]), WHOLE) == (pytest.approx(9.0), 2)
    assert least_misfit(np.array([1.0, -2.0, 3.0]), SLOPE[:, :0], np.empty(0), WHOLE[:0]) == (pytest.approx(14.0), 0)


def test_misfit__does_not_leave_the_ranges_and_counts_only_what_was_free():
    at = np.array([0.1, 0.5])  # a way of one error is left to the lower bound, of five to the upper bound of the other
    assert least_misfit(np.array([4.0, -7.0, 3.0]), SLOPE, at, WHOLE) == (pytest.approx(3.0**2 + 2.0**2 + 9.0), 0)
    assert least_misfit(np.array([-4.0, -7.0, 3.0]), SLOPE, at, WHOLE) == (pytest.approx(2.0**2 + 9.0), 1)


def test_misfit__believes_slopes_no_further_than_candidates_reach():
    box = np.array([[0.1, 0.3], [0.0, 1.0]])
    found = least_misfit(np.array([4.0, -2.0, 3.0]), SLOPE, np.array([0.3, 0.5]), box)
    assert found == (pytest.approx(2.0**2 + 9.0), 2), "the bound of the box is none of the range: the setting was free"
    assert box_around(np.array([0.3, 0.02]), np.array([[0.29, 0.9], [0.0, 0.03]])) == pytest.approx(
        np.array([[0.2, 0.9], [0.0, 0.12]])
    )


def test_misfit__of_right_markets_at_a_bound_is_as_unlikely_as_it_says():
    luck, at, cases = np.random.default_rng(1), np.array([0.0, 0.5]), 4000
    slope = luck.standard_normal((5, 2)) * 20
    found = [least_misfit(luck.standard_normal(5), slope, at, WHOLE) for _ in range(cases)]
    p = np.array([special.chdtrc(5 - between, misfit) for misfit, between in found])
    assert {between for _, between in found} == {1, 2}, "half of the time the first setting would lie beyond"
    for chance in (0.05, 0.5):
        assert abs((p < chance).mean() - chance) < 3.5 * np.sqrt(chance * (1 - chance) / cases)


def test_slopes__are_those_of_a_straight_line():
    units = np.random.default_rng(2).random((30, 2))
    covariance = np.diag([0.25, 4.0])
    numbers = units @ np.array([[3.0, 1.0], [0.0, 8.0]]).T + 5.0
    assert np.allclose(slopes_of(units, numbers, np.zeros(2), covariance), [[6.0, 2.0], [0.0, 4.0]])
