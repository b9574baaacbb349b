import numpy as np
import pytest

from loyaltysim.plots.run import clock, focal_of, one_run, promotion_steps, stretches


def test_stretches__are_half_open():
    assert stretches(np.array([1, 1, 0, 0, 1, 0, 1])) == [(0, 2), (4, 5), (6, 7)]
    assert stretches(np.zeros(3)) == []
    assert stretches(np.zeros(0)) == []


@pytest.mark.parametrize(
    ("days", "steps", "step", "unit"),
    [(7, 52, 1, "weeks"), (1, 365, 1 / 7, "weeks"), (1, 30, 1, "days"), (365.25, 9, 1, "years"), (28, 13, 4, "weeks")],
)
def test_clock__tells_time_in_a_fitting_unit(run, days, steps, step, unit):
    data = run.isel(step=np.zeros(steps, int)).assign_attrs(step_days=days)
    assert clock(data) == (pytest.approx(step), unit)


def test_clock__knows_the_singular(run):
    assert clock(run).tell(1) == "1 week"
    assert clock(run).tell(13) == "13 weeks"


def test_promotion_steps__are_those_of_the_calendar(run):
    assert np.flatnonzero(promotion_steps(run, "Rival")).tolist() == [5, 6, 18, 19, 31, 32, 44, 45]
    assert not promotion_steps(run, "Other").any()


def test_focal__is_the_first_brand_where_it_is_not_told(run):
    assert focal_of(run.assign_attrs(focal="Rival")) == "Rival"
    assert focal_of(run.drop_attrs()) == "Ours"


def test_one_run__gives_a_single_replication_its_dim_back(run):
    assert one_run(run.isel(replication=0)).sizes["replication"] == 1
