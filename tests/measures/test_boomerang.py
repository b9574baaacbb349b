import numpy as np
import pytest

from loyaltysim.measures import boomerang, defections, time_to_return


def test_defections__are_purchases_elsewhere_after_one_of_the_brand(log):
    gone = defections(log, "Ours")
    assert gone[["customer", "to", "deal", "left_at"]].values.tolist() == [
        [0, "Rival", True, 2.0],
        [0, "Rival", False, 6.0],
        [1, "Other", True, 7.0],
    ]
    np.testing.assert_allclose(gone["weeks"], [2.0, 2.0, 1.0])  # the last purchase falls in week 7, so 8 were observed
    assert gone["returned"].tolist() == [True, False, False]
    np.testing.assert_allclose(defections(log, "Ours", until=10)["weeks"], [2.0, 4.0, 3.0])
    early = defections(log, "Ours", until=3)  # what comes later is not seen
    assert early["weeks"].tolist() == [1.0] and early["returned"].tolist() == [False]


def test_defections__do_not_cross_from_one_customer_or_replication_to_the_next(logs):
    rows = [(0, 0, 1, "Ours", 2, False), (0, 1, 2, "Rival", 2, True), (1, 1, 3, "Ours", 2, False)]
    assert defections(logs(rows), "Ours").empty


def test_defections__a_second_rival_is_no_second_defection(logs):
    rows = [(0, 0, week, brand, 2, True) for week, brand in enumerate(["Ours", "Rival", "Other", "Ours", "Other"])]
    gone = defections(logs(rows), "Ours", until=6)
    assert gone["to"].tolist() == ["Rival", "Other"]
    assert gone["weeks"].tolist() == [2, 2] and gone["returned"].tolist() == [True, False]


def test_defections__do_not_depend_on_the_order_of_rows(log):
    mixed = log.sample(frac=1, random_state=3)
    assert defections(mixed, "Ours").equals(defections(log, "Ours"))


def test_boomerang__tells_those_who_left_on_a_deal_from_those_at_full_price(log):
    table = boomerang(log, "Ours", weeks=2, until=10).set_index(["replication", "deal"])
    assert table.loc[(0, True), ["defections", "returned", "rate", "median_weeks"]].tolist() == [2, 1, 0.5, 2.0]
    assert table.loc[(0, False), ["defections", "returned", "rate"]].tolist() == [1, 0, 0]
    assert np.isnan(table.loc[(0, False), "median_weeks"])
    assert table.loc[(1, True), "defections"] == 0 and np.isnan(table.loc[(1, True), "rate"])


def test_boomerang__is_unknown_where_nobody_was_seen_for_so_long(log):
    table = boomerang(log, "Ours", weeks=5, until=10)
    assert np.isnan(table["rate"]).all()


def test_boomerang__who_had_no_time_to_return_is_not_counted_as_lost(logs):
    # 20 leave in week 1, of whom half are back after a week; 20 leave in the last week
    rows = []
    for customer in range(40):
        leaves = 1 if customer < 20 else 9.5
        rows += [(0, customer, leaves - 1, "Ours", 2, False), (0, customer, leaves, "Rival", 1, True)]
        rows += [(0, customer, leaves + 1, "Ours", 2, False)] if customer < 10 else []
    rate = boomerang(logs(rows), "Ours", weeks=3, until=10).query("deal")["rate"].item()
    assert rate == pytest.approx(0.5)  # the share ever seen back is only a quarter


def test_time_to_return__is_a_curve_of_those_still_away(log):
    curve = time_to_return(log, "Ours", until=10).query("deal")
    assert list(curve.columns) == ["replication", "deal", "weeks", "at_risk", "returned", "hazard", "away"]
    assert curve[["weeks", "at_risk", "returned", "away"]].values.tolist() == [
        [0, 2, 0, 1],
        [2, 2, 1, 0.5],
        [3, 1, 0, 0.5],
    ]


def test_boomerang__of_an_empty_log_is_empty(log):
    nothing = log.iloc[:0]
    assert defections(nothing, "Ours").empty and boomerang(nothing, "Ours").empty
    assert time_to_return(nothing, "Ours").empty


def test_boomerang__says_what_is_wrong(log):
    with pytest.raises(ValueError, match="the log lacks deal; it has: replication, customer"):
        boomerang(log.drop(columns="deal"), "Ours")
    with pytest.raises(ValueError, match="knows no brand 'Oars'; there are: Ours, Rival, Other"):
        boomerang(log, "Oars")
    with pytest.raises(ValueError, match="until must be weeks above 0"):
        boomerang(log, "Ours", until=0)
