"""The referred against others (D15): what is counted, by hand, and that the experiment would see no difference."""

import numpy as np
import pytest

from loyaltysim.loading import load
from loyaltysim.validation import referred
from loyaltysim.validation.referred import Cohort


def cohort(**columns) -> Cohort:
    """Customers of one group, followed for three months."""
    n = len(columns["referred"])
    zeros = np.zeros(n, int)
    usual = {name: zeros for name in ("replication", "joined", "group", "segment")}
    usual |= {"months": zeros + referred.HORIZON, "left": zeros > 0, "held": zeros - 1}
    usual["margin"] = np.zeros((n, referred.HORIZON))
    return Cohort(**{**usual, **{name: np.asarray(values) for name, values in columns.items()}})


def test_matched__weighs_groups_of_others_as_the_referred_are():
    """In group 0 others bring 10, in group 1 they bring 20; two referred are of group 0, and one of group 1."""
    values = np.array([11.0, 13.0, 21.0, 8.0, 12.0, 20.0, 5.0])
    who = np.array([True, True, True, False, False, False, True])
    group = np.array([0, 0, 1, 0, 0, 1, 2])  # nobody to compare the last one with
    theirs, others = referred.matched(values, who, group)
    assert theirs == pytest.approx(45 / 3) and others == pytest.approx((10 + 10 + 20) / 3)


def test_value__is_discounted_to_the_month_of_joining():
    one = cohort(referred=[True, False])
    one.margin[0, [0, 12]], one.margin[1, 24] = 10.0, 12.1
    assert referred.discounted(one).tolist() == pytest.approx([10 + 10 / 1.1, 10.0])
    assert referred.gap_in_value(one) == pytest.approx(1 / 1.1)


def test_margin_gap__is_of_those_who_are_still_there():
    one = cohort(referred=[True, True, False], months=[5, 2, 5])
    one.margin[:, 3] = [12.0, 0.0, 10.0]
    assert referred.gap_in_margin(one, 3) == pytest.approx(0.2)


def test_hazard_ratio__by_hand():
    """Of four others one leaves in month 1 and one in month 2, so hazards are 1/4 and 1/3. Of four who were invited one
    leaves in month 1; the inviter of another has left before month 2, so two of the three left are held in it."""
    one = cohort(
        referred=[False] * 4 + [True] * 4,
        months=[1, 2, 3, 3, 1, 2, 3, 3],
        left=[True, True, False, False, True, True, False, False],
        held=[-1, -1, -1, -1, 9, 1, 9, 2],
    )
    # held at risk: 4 in month 1 (1 leaves), in month 2 those of held 9 and 2: 2, of whom none leaves; in month 3 nobody
    # of the others leaves
    assert referred.hazard_ratio(one) == pytest.approx(1 / (4 / 4 + 2 / 3))


def test_churn__is_that_of_a_year_at_the_monthly_chance():
    """Two others: one stays three months and leaves in the third, the other is seen for seven: one in ten a month."""
    one = cohort(referred=[False, False, True], months=[3, 7, 1], left=[True, False, True])
    assert referred.churn(one) == pytest.approx(1 - 0.9**12)


@pytest.fixture(scope="module")
def small():
    scenario = load("referral").vary({"population.n_customers": 3000})
    return referred.simulate_cohort(scenario, replications=2), scenario


@pytest.mark.slow
def test_cohort__is_what_the_market_is(small):
    found, scenario = small
    assert found.referred.sum() > 100 and (~found.referred).sum() > 200
    assert ((found.joined >= 1) & (found.joined <= referred.JOINING)).all()
    assert (found.held[~found.referred] == -1).all() and (found.held[found.referred] > 0).mean() > 0.9
    fee = scenario.brands["Ours"].price - scenario.brands["Ours"].unit_cost
    first = found.margin[:, 0] / fee
    np.testing.assert_allclose(first, np.rint(first), atol=1e-9)
    assert (first[~found.referred] == pytest.approx(1)) and first[found.referred].mean() == pytest.approx(1.25, abs=0.1)
    # whoever leaves in month k paid in the months before, and not in it
    leavers = np.flatnonzero(found.left & (found.months < referred.HORIZON))
    assert (found.margin[leavers, found.months[leavers] - 1] > 0).all()
    assert (found.margin[leavers, found.months[leavers]] == 0).all()


@pytest.mark.slow
def test_hazard_ratio__follows_the_factor(small):
    _, scenario = small
    strong = scenario.vary({"word_of_mouth.referral.hazard_factor": 0.2, "population.n_customers": 10_000})
    assert referred.hazard_ratio(referred.simulate_cohort(strong, replications=2)) < 0.4
