import numpy as np
import pytest
import xarray as xr

from loyaltysim.plots.event_time import Window, gained_around, in_most, rate_around, window


def promotions(*steps, length=60, step_days=7.0):
    on = np.zeros((1, length, 1), int)
    on[0, list(steps)] = 1
    data = {"on_promotion": (("replication", "step", "brand"), on)}
    return xr.Dataset(data, {"brand": ["Rival"]}, {"step_days": step_days})


def test_window__is_four_weeks_before_the_start_to_eight_after_the_end():
    around = window(promotions(20, 21), "Rival")
    assert around.offsets.tolist() == list(range(-4, 10))
    assert around.steps.tolist() == [list(range(16, 30))]
    assert (around.length, around.start) == (2, 4)


def test_window__ends_where_the_next_promotion_begins():
    around = window(promotions(*range(10, 50, 5)), "Rival")
    assert around.offsets.tolist() == [-4, -3, -2, -1, 0, 1, 2, 3, 4]
    assert around.steps[:, around.start].tolist() == list(range(10, 50, 5))


def test_window__begins_where_the_promotion_before_ended():
    around = window(promotions(*(week for week in range(6, 54) if week % 6 < 4)), "Rival")
    assert around.offsets.tolist() == [-2, -1, 0, 1, 2, 3, 4, 5]


def test_window__leaves_out_what_began_before_the_run_and_what_does_not_fill_it():
    around = window(promotions(0, 1, 13, 14, 26, 27, 39, 40, 58, 59), "Rival")
    assert around.steps[:, around.start].tolist() == [13, 26, 39]


def test_window__of_no_start_inside_the_run_is_none():
    assert window(promotions(), "Rival") is None
    assert window(promotions(0, 1, 2), "Rival") is None


def test_window__of_one_promotion_at_the_end_of_the_run_is_what_there_is():
    around = window(promotions(58, 59), "Rival")
    assert around.offsets.tolist() == [-4, -3, -2, -1, 0, 1]


@pytest.mark.parametrize(("days", "first", "last"), [(1.0, -28, 56), (365.25, -2, 4)])
def test_window__is_told_in_steps_of_any_length(days, first, last):
    around = window(promotions(40, length=120, step_days=days), "Rival")
    assert (around.offsets[0], around.offsets[-1]) == (first, last)


WINDOW = Window(np.array([-2, -1, 0, 1]), np.array([[1, 2, 3, 4], [6, 7, 8, 9]]), 1)


def test_rate_around__divides_sums_over_promotions():
    above, below = np.arange(10.0)[None], np.full((1, 10), 2.0)
    np.testing.assert_allclose(rate_around(above, below, WINDOW), [[7 / 4, 9 / 4, 11 / 4, 13 / 4]])


def test_gained_around__is_zero_at_the_start_and_adds_up_from_there():
    flow = np.array([[0.0, 1, 2, 3, 4, 0, 5, 6, 7, 8]])  # means by offset: 3, 4, 5, 6
    np.testing.assert_allclose(gained_around(flow, WINDOW), [[-7, -4, 0, 5, 11]])


def test_in_most__wants_more_than_half_of_the_promotions():
    on = np.zeros(10, bool)
    on[[1, 6, 2]] = True
    assert in_most(on, WINDOW).tolist() == [True, False, False, False]
