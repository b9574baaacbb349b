import numpy as np
import pytest

from loyaltysim.plots.interval import interval, ratio

T_OF_2 = 4.302653  # Student's t, 97.5 %, 2 degrees of freedom


def test_interval__is_students():
    mean, low, high = interval(np.array([[1.0], [2.0], [6.0]]))
    half = T_OF_2 * np.sqrt((4 + 1 + 9) / 2 / 3)
    assert mean == 3
    assert low == pytest.approx(3 - half, rel=1e-6)
    assert high == pytest.approx(3 + half, rel=1e-6)


def test_interval__leaves_out_replications_that_know_nothing():
    whole = interval(np.array([[1.0, 1.0], [2.0, 2.0], [6.0, 6.0], [np.nan, 5.0]]))
    assert whole.mean.tolist() == [3, 3.5]
    assert whole.high[0] == pytest.approx(interval(np.array([1.0, 2.0, 6.0])).high)


def test_interval__has_no_ends_with_one_replication_and_no_mean_with_none():
    mean, low, high = interval(np.array([[1.0, np.nan]]))
    assert mean[0] == 1
    assert np.isnan([mean[1], low[0], high[0], low[1], high[1]]).all()


def test_ratio__of_what_is_proportional_is_sure():
    below = np.array([1.0, 2.0, 5.0])
    mean, low, high = ratio(0.3 * below, below)
    assert [mean, low, high] == pytest.approx([0.3, 0.3, 0.3])


def test_ratio__covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    below = rng.normal(2, 0.3, (2000, 20))
    above = 0.5 * below + rng.normal(0, 0.3, (2000, 20))
    covered = [ratio(a, b).low <= 0.5 <= ratio(a, b).high for a, b in zip(above, below)]
    assert np.mean(covered) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000))


def test_ratio__of_one_replication_has_no_interval():
    mean, low, high = ratio(np.array([1.0]), np.array([4.0]))
    assert mean == 0.25
    assert np.isnan([low, high]).all()
