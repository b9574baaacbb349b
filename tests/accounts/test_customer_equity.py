"""Customer equity: present customers and cohorts to come (eq. E120)."""

import numpy as np
import pytest

from loyaltysim.accounts.customer_equity import customer_equity
from loyaltysim.accounts.lifetime_value import beta_survival, forward, with_constant_retention


def test_customer_equity__by_hand():
    found = customer_equity([100.0, 50.0], [10, 20], [30.0, 40.0], 0.25, cost_of_newcomer=5.0)
    assert found.current == 150
    assert found.future == pytest.approx(10 * 25 / 1.25 + 20 * 35 / 1.25**2)
    assert found.whole == found.current + found.future


def test_customer_equity__without_newcomers_is_the_present_ones():
    assert customer_equity([3.0, 4.0], [], 10.0, 0.1) == (7.0, 0.0)


def test_customer_equity__of_a_firm_that_replaces_whom_it_loses_lasts_for_ever():
    # a customer of margin 1 now and retention .8 is worth 1.1/.3; a fifth is replaced each year, without cost
    each = with_constant_retention(1.0, 0.8, 0.1, first="now")
    found = customer_equity([each], np.full(2000, 0.2), each, 0.1)
    assert found.whole == pytest.approx(1.1 / 0.1)  # one customer in every year, for ever


def test_customer_equity__periods_of_a_quarter_are_discounted_by_quarters():
    quarter = customer_equity([], [1.0], 10.0, 0.1, years=0.25).future
    assert quarter == pytest.approx(10 / 1.1**0.25)


def test_customer_equity__takes_values_of_a_curve():
    curve = beta_survival(0.704, 1.182, 50)
    worth = forward(1.0, curve, 0.1, tail="horizon", first="now")
    assert customer_equity([worth] * 3, [1.0], worth, 0.0, cost_of_newcomer=worth) == (pytest.approx(3 * worth), 0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [1.0, 2.0], [1.0], 0.1), "one for each of 2 cohorts"),
        (([1.0], [-1.0], 1.0, 0.1), "fewer than 0"),
        (([np.nan], [1.0], 1.0, 0.1), "without NaN"),
        (([1.0], [1.0], 1.0, -1.0), "discount_rate"),
    ],
)
def test_customer_equity__refuses_what_it_cannot_add_up(arguments, message):
    with pytest.raises(ValueError, match=message):
        customer_equity(*arguments)
