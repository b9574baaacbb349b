"""At an end: an interval that a bound of the range cut off is told, one that lies free or at a natural limit is not."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import special

from loyaltysim.study.calibration import _at_ends


def cut(middle, sd, n=4000):
    """Draws from a Gaussian, cut off at 0 and 1: evenly spread quantiles."""
    low, high = special.ndtr((0 - middle) / sd), special.ndtr((1 - middle) / sd)
    return middle + sd * special.ndtri(low + (np.arange(n) + 0.5) / n * (high - low))


def ends(*draws, limits=False):
    """Of settings that may lie beyond their ranges, unless there are limits."""
    market = SimpleNamespace(dimensions=len(draws), can_be=lambda place, unit: not limits)
    return _at_ends(market, np.stack(draws, 1))


@pytest.mark.parametrize("beyond", [0.0, 1.0, 5.0])
def test_interval__that_a_bound_cuts_off_is_told(beyond):
    assert ends(cut(-0.1 * beyond, 0.1), cut(1 + 0.1 * beyond, 0.1)) == ["at low", "at high"]


def test_interval__is_told_if_it_would_have_reached_the_bound():
    assert ends(cut(0.1 * 1.5, 0.1), cut(1 - 0.1 * 1.5, 0.1)) == ["at low", "at high"]
    assert ends(cut(0.1 * 1.8, 0.1), cut(1 - 0.1 * 1.8, 0.1)) == ["", ""]


def test_interval__at_a_limit_of_the_setting_itself_is_no_end_of_a_range():
    assert ends(cut(-0.1, 0.1), limits=True) == [""]
