import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.measures import hazard, survival, survival_at


def lives(weeks, left, brand="Ours", replication=0):
    return pd.DataFrame({"replication": replication, "brand": brand, "weeks": weeks, "left": left})


def test_survival__is_worked_by_hand():
    curve = survival(lives([3, 1, 3, 5, 2], [True, True, False, True, False]))
    assert list(curve.columns) == ["replication", "brand", "weeks", "at_risk", "left", "hazard", "survival"]
    assert curve["weeks"].tolist() == [0, 1, 2, 3, 5]
    assert curve["at_risk"].tolist() == [5, 5, 4, 3, 1]
    assert curve["left"].tolist() == [0, 1, 0, 1, 1]
    np.testing.assert_allclose(curve["hazard"], [0, 1 / 5, 0, 1 / 3, 1])
    np.testing.assert_allclose(curve["survival"], [1, 4 / 5, 4 / 5, 8 / 15, 0], atol=1e-15)


def test_survival__who_is_censored_at_a_tenure_is_still_at_risk_there():
    curve = survival(lives([2, 2], [True, False]), by=())
    assert curve["at_risk"].tolist() == [2, 2]
    assert curve["survival"].tolist() == [1, 0.5]


def test_survival__gives_each_group_a_curve_of_its_own():
    both = pd.concat([lives([1, 2], True), lives([1, 4], [False, True], "Rival"), lives([7.5], False, "Ours", 1)])
    curves = survival(both)
    for (replication, brand), curve in curves.groupby(["replication", "brand"]):
        own = both[(both["replication"] == replication) & (both["brand"] == brand)]
        expected = survival(own, by=())
        pd.testing.assert_frame_equal(curve[expected.columns].reset_index(drop=True), expected)
    assert survival(both, by=["brand"])["at_risk"].max() == 3


def test_survival__shows_no_curve_of_brands_that_nobody_bought():
    some = lives([1.0], True)
    some["brand"] = pd.Categorical(some["brand"], categories=["Ours", "Rival"])
    assert set(survival(some)["brand"]) == {"Ours"}
    assert survival(some.iloc[:0]).empty and survival(some.iloc[:0], by=()).empty


@pytest.mark.parametrize("step", [1.0, 0.0])
def test_survival__is_that_of_lifelines(step):
    lifelines = pytest.importorskip("lifelines")
    rng = np.random.default_rng(4)
    weeks = rng.exponential(20, 3000)
    weeks = np.floor(weeks) if step else weeks  # many ties, zeros too; and none
    left = rng.random(3000) < 0.7
    curve = survival(lives(weeks, left), by=())
    fitted = lifelines.KaplanMeierFitter().fit(weeks, left)
    theirs = fitted.survival_function_["KM_estimate"]
    np.testing.assert_array_equal(curve["weeks"], theirs.index)
    np.testing.assert_allclose(curve["survival"], theirs, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(curve["at_risk"].iloc[1:], fitted.event_table["at_risk"].iloc[1:])


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_survival__never_rises_and_is_a_share(some):
    curve = survival(lives([w for w, _ in some], [gone for _, gone in some]), by=())
    level = curve["survival"].to_numpy()
    assert (np.diff(level) <= 0).all() and level[0] <= 1 and level[-1] >= 0
    assert curve["left"].sum() == sum(gone for _, gone in some)
    assert ((curve["hazard"] >= 0) & (curve["hazard"] <= 1)).all()


def test_survival__without_censoring_is_the_share_that_lasts_longer():
    weeks = np.array([1, 1, 2, 5, 9, 9, 9, 12])
    read = survival_at(survival(lives(weeks, True), by=()), [0, 1, 4.9, 5, 9, 12, 20], by=())
    np.testing.assert_allclose(read["survival"], [1, 6 / 8, 5 / 8, 4 / 8, 1 / 8, 0, 0], atol=1e-15)


def test_survival_at__is_a_staircase_and_unknown_after_the_last_life():
    curves = survival(pd.concat([lives([2, 6], [True, False]), lives([4], True, "Rival")]))
    read = survival_at(curves, [1.99, 2, 6, 6.5]).set_index("brand")["survival"]
    np.testing.assert_array_equal(read["Ours"], [1, 0.5, 0.5, np.nan])
    np.testing.assert_array_equal(read["Rival"], [1, 1, 0, 0])


def test_hazard__is_leavers_over_weeks_lived():
    table = hazard(lives([4, 13, 20, 30], [True, True, False, True]), weeks=10)
    assert table["tenure"].tolist() == [0, 10, 20]
    assert table["at_risk"].tolist() == [4, 3, 1]
    assert table["left"].tolist() == [1, 1, 1]
    np.testing.assert_allclose(table["exposure"], [34, 23, 10])
    np.testing.assert_allclose(table["hazard"], [1 / 34, 1 / 23, 1 / 10])
    assert np.isnan(hazard(lives([0.0], True))["hazard"]).all()


def test_hazard__of_contracts_belongs_to_the_year_that_they_end():
    lifetimes, year = lives([1, 1, 2, 3], [True, True, True, False]), 365.25 / 7
    table = hazard(lifetimes.assign(weeks=12 * (year / 12) * lifetimes["weeks"]), weeks=year)
    assert table["left"].tolist() == [2, 1, 0] and table["at_risk"].tolist() == [4, 2, 1]
    np.testing.assert_allclose(table["hazard"] * year, [1 / 2, 1 / 2, 0])


def test_survival_at__a_year_of_months_is_a_year():
    year, month = 365.25 / 7, 30.4375 / 7
    curve = survival(lives([12 * month, 24 * month, 36 * month], [True, True, False]), by=())
    np.testing.assert_allclose(survival_at(curve, year * np.arange(4), ())["survival"], [1, 2 / 3, 1 / 3, 1 / 3])


def test_hazard__falls_with_tenure_in_a_mixed_cohort_of_constant_hazards():
    rng = np.random.default_rng(1)
    rate = np.repeat([0.01, 0.1], 5000)
    weeks = rng.exponential(1 / rate)
    first, second, third = hazard(lives(weeks, True), weeks=20)["hazard"].iloc[:3]
    assert first > 1.3 * second > 1.3 * third  # the ruse of heterogeneity
    alike = hazard(lives(rng.exponential(20, 20_000), True), weeks=20)
    # 1/20 a week, ± 4 standard errors of a rate from so many leavers
    for row in alike.iloc[:3].itertuples():
        assert row.hazard == pytest.approx(0.05, abs=4 * 0.05 / np.sqrt(row.left))


def test_survival__refuses_what_is_no_lifetime():
    with pytest.raises(ValueError, match="the lifetimes lacks left; it has: replication, brand, weeks"):
        survival(lives([1], True).drop(columns="left"))
    for bad in (-1.0, np.nan):
        with pytest.raises(ValueError, match="0 or more"):
            survival(lives([bad], True))
    with pytest.raises(ValueError, match="longer than 0"):
        hazard(lives([1.0], True), weeks=0)
