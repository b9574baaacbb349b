import numpy as np
import pandas as pd
import pytest

from loyaltysim.measures import by_decile, by_tenure


def test_by_tenure__is_worked_by_hand(log):
    table = by_tenure(log, "Ours", weeks=3, until=8).query("replication == 0")
    # customers 0, 1 and 2 joined in weeks .5, 1 and 5.5; the third was not seen for a whole stretch
    assert table[["tenure", "customers", "buyers", "purchases", "revenue"]].values.tolist() == [
        [0, 2, 2, 1.0, 3.0],
        [3, 2, 2, 1.0, 4.0],
    ]


def test_by_tenure__tells_who_is_left_from_who_joined(logs):
    # a light buyer stops, a heavy one goes on as before
    rows = [(0, 0, 0, "Ours", 1, False)] + [(0, 1, week, "Ours", 3, False) for week in range(8)]
    table = by_tenure(logs(rows), "Ours", weeks=4)
    assert table["revenue"].tolist() == [6.5, 6.0]
    assert table["revenue_of_buyers"].tolist() == [6.5, 12.0]  # rises, though nobody buys more
    assert table["purchases_of_buyers"].tolist() == [2.5, 4.0]


def test_by_tenure__counts_from_when_customers_joined_in_the_burn_in(log):
    lifetimes = pd.DataFrame(
        {"replication": [0, 0, 0, 1], "customer": [0, 1, 2, 0], "joined": [-4.0, 1.0, 5.5, 3.0], "brand": "Ours"}
    )
    table = by_tenure(log, "Ours", weeks=4, lifetimes=lifetimes, until=8).query("replication == 0")
    # customer 0 is seen in weeks 4 to 12 of tenure only, customer 1 in weeks 0 to 4 only
    assert table[["tenure", "customers", "revenue"]].values.tolist() == [[0, 1, 4.0], [4, 1, 2.0], [8, 1, 2.0]]


def test_by_tenure__has_nobody_to_average_where_nobody_buys(logs):
    table = by_tenure(logs([(0, 0, 0, "Ours", 1, False)]), "Ours", weeks=4, until=8)
    assert table["revenue"].tolist() == [1, 0]
    assert table["revenue_of_buyers"].isna().tolist() == [False, True]


def test_by_tenure__leaves_out_of_whom_it_is_not_known(log):
    assert by_tenure(log, "Ours", weeks=2, unseen_weeks=5, until=8)["customers"].tolist() == [1]
    assert by_tenure(log, "Ours", weeks=2, unseen_weeks=8).empty


def test_by_decile__ranks_by_what_was_before(logs):
    rows = [(0, customer, week, "Ours", 2, False) for customer in range(10) for week in range(customer + 1)]
    rows += [(0, 9, 15, "Ours", 5, False), (0, 0, 15, "Ours", 1, False), (0, 99, 15, "Ours", 100, False)]
    table = by_decile(logs(rows), "Ours", weeks=10, until=20)
    assert table["purchases_before"].tolist() == list(range(10, 0, -1))
    np.testing.assert_allclose(table["revenue"], [5, 0, 0, 0, 0, 0, 0, 0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(table["purchases"], [1, 0, 0, 0, 0, 0, 0, 0, 0, 1], atol=1e-12)
    everybody = by_decile(logs(rows), "Ours", weeks=10, until=20, population=100)
    assert everybody["purchases_before"].iloc[0] == pytest.approx(5.5)
    # nobody tells the newcomer from 89 others who bought nothing before
    np.testing.assert_allclose(everybody["revenue"].iloc[1:], 100 / 90)


def test_by_decile__equal_customers_have_equal_deciles(logs):
    rows = [(0, customer, 0.5, "Ours", 2, False) for customer in range(7)] + [(0, 3, 1.5, "Ours", 7, False)]
    table = by_decile(logs(rows), "Ours", weeks=1)
    np.testing.assert_allclose(table["revenue"], 1)


def test_by_decile__wants_two_windows(log):
    with pytest.raises(ValueError, match="two windows of 52 weeks do not fit into a log of 8 weeks"):
        by_decile(log, "Ours")
    with pytest.raises(ValueError, match="the log lacks price_paid"):
        by_tenure(log.drop(columns="price_paid"), "Ours")
