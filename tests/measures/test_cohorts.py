import pandas as pd
import pytest

from loyaltysim.measures import acquired, cohorts


@pytest.fixture(scope="module")
def lifetimes():
    """When the customers of `log` joined Ours: customer 0 in the burn-in, a fourth then too, who never bought again."""
    rows = [(0, 0, -6.5), (0, 1, 1.0), (0, 2, 5.5), (0, 3, -2.0), (1, 0, 3.0)]
    return pd.DataFrame(rows, columns=["replication", "customer", "joined"]).assign(brand="Ours", weeks=1.0, left=False)


def test_cohorts__is_worked_by_hand(log):
    table = cohorts(log, "Ours", weeks=4, until=8).query("replication == 0")
    assert table[["cohort", "period", "size", "customers", "purchases", "revenue", "active"]].values.tolist() == [
        [0, 0, 2, 2, 2, 6.0, 1.0],
        [0, 1, 2, 2, 2, 8.0, 1.0],
        [1, 0, 1, 1, 1, 3.0, 1.0],
    ]


def test_cohorts__have_zeros_where_nobody_bought_and_nothing_after_the_end(log):
    table = cohorts(log, "Ours", weeks=4, until=13).query("replication == 1")
    assert table[["cohort", "period", "customers", "revenue"]].values.tolist() == [
        [0, 0, 1, 2],
        [0, 1, 0, 0],
        [0, 2, 0, 0],
    ]


def test_cohorts__by_lifetimes_know_who_was_there_before_the_log(log, lifetimes):
    table = cohorts(log, "Ours", weeks=4, until=8, lifetimes=lifetimes).query("replication == 0")
    assert table[["cohort", "period", "size", "customers", "revenue"]].values.tolist() == [
        [-2, 2, 1, 1, 2.0],
        [-2, 3, 1, 1, 2.0],
        [-1, 1, 1, 0, 0.0],
        [-1, 2, 1, 0, 0.0],
        [0, 0, 1, 1, 4.0],
        [0, 1, 1, 1, 6.0],
        [1, 0, 1, 1, 3.0],
    ]


def test_cohorts__add_up_to_the_log(log):
    table = cohorts(log, "Ours", weeks=2, until=8)
    own = log[log["brand"] == "Ours"]
    assert table["revenue"].sum() == own["price_paid"].sum() and table["purchases"].sum() == len(own)
    sizes = table.groupby(["replication", "cohort"])["size"].first()
    assert sizes.sum() == len(own[["replication", "customer"]].drop_duplicates())
    assert (table.query("period == 0")["active"] == 1).all()


def test_acquired__takes_the_first_weeks_of_a_log_for_finding_out(log):
    when = acquired(log, "Ours", unseen_weeks=2)
    assert when.loc[0].tolist() == [-float("inf"), -float("inf"), 5.5]
    assert acquired(log, "Ours").loc[0].tolist() == [0.5, 1.0, 5.5]
    assert acquired(log, "Other").index.tolist() == [(0, 1)]


def test_acquired__wants_lifetimes_that_know_every_buyer(log, lifetimes):
    with pytest.raises(ValueError, match="1 customers bought Ours in the log"):
        acquired(log, "Ours", lifetimes.query("customer != 2"))
    with pytest.raises(ValueError, match="the lifetimes lacks joined"):
        acquired(log, "Ours", lifetimes.drop(columns="joined"))


def test_cohorts__say_what_is_wrong(log):
    with pytest.raises(ValueError, match="the log lacks price_paid"):
        cohorts(log.drop(columns="price_paid"), "Ours")
    with pytest.raises(ValueError, match="knows no brand 'Mine'"):
        cohorts(log, "Mine")
    with pytest.raises(ValueError, match="a period must have weeks above 0"):
        cohorts(log, "Ours", weeks=0)
