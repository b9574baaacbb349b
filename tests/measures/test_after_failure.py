import numpy as np
import pytest

from loyaltysim.measures import after_failure, ever_switched, failed_before_defecting


@pytest.fixture(scope="module")
def failures(logs):
    """Purchases of four customers; what failed at the purchases of Ours, and how it was answered."""
    rows = [
        # customer 0: a severe failure without recovery, the next purchase elsewhere, never back
        ((0, 0, 0, "Ours", 2, False), (0.9, False, 0.0)),
        ((0, 0, 2, "Rival", 2, True), (0.0, False, 0.0)),
        # customer 1: a complaint handled fairly, back after three weeks, then nothing wrong
        ((0, 1, 1, "Ours", 2, False), (0.6, True, 0.8)),
        ((0, 1, 4, "Ours", 2, False), (0.0, False, 0.0)),
        ((0, 1, 9, "Rival", 2, True), (0.0, False, 0.0)),
        # customer 2: a complaint handled badly, elsewhere at full price, back after 8 weeks
        ((0, 2, 2, "Ours", 2, False), (0.3, True, 0.1)),
        ((0, 2, 5, "Other", 2, False), (0.0, False, 0.0)),
        ((0, 2, 10, "Ours", 2, False), (0.0, False, 0.0)),
        # customer 3: a failure at the rival's
        ((0, 3, 3, "Rival", 2, False), (0.7, False, 0.0)),
        ((0, 3, 6, "Ours", 2, False), (0.0, False, 0.0)),
        # another replication, where nothing fails
        ((1, 0, 3, "Ours", 2, False), (0.0, False, 0.0)),
    ]
    frame = logs([purchase for purchase, _ in rows])
    frame["failure"], frame["complaint"], frame["recovery"] = zip(*(incident for _, incident in rows))
    return frame


def test_after_failure__is_worked_by_hand(failures):
    table = after_failure(failures, "Ours", weeks=5, until=12).set_index(["replication", "after"]).loc[0]
    assert table.index.tolist() == [
        "no failure",
        "failure",
        "severe, no recovery",
        "complaint, fair",
        "complaint, unfair",
    ]
    assert table["purchases"].tolist() == [3, 3, 1, 1, 1]
    # without a failure: customer 1 goes elsewhere, customers 2 and 3 buy nothing more
    assert table["elsewhere"].tolist() == [1, 2 / 3, 1, 0, 1]
    # without a failure nobody is back in 5 weeks; with one, customer 1 is after three
    np.testing.assert_allclose(table["again"], [0, 1 / 3, 0, 1, 0])


def test_after_failure__has_all_rows_where_nothing_failed(failures):
    table = after_failure(failures, "Ours", weeks=5, until=12).query("replication == 1").set_index("after")
    assert table["purchases"].tolist() == [1, 0, 0, 0, 0]
    assert table["elsewhere"].isna().all() and table["again"].tolist()[0] == 0 and table["again"][1:].isna().all()


def test_after_failure__minds_what_is_severe_and_fair(failures):
    table = after_failure(failures, "Ours", severe=0.95, fair=0.05).set_index(["replication", "after"])["purchases"][0]
    assert table.tolist() == [3, 3, 0, 2, 0]


def test_failed_before_defecting__tells_deals_from_full_price(failures):
    deals = failed_before_defecting(failures, "Ours", weeks=6).set_index("replication")
    # customer 0 left two weeks after a failure, customer 1 eight weeks after one
    assert deals.loc[0].tolist() == [2, 0.5]
    assert failed_before_defecting(failures, "Ours", weeks=9).loc[0, "failed"] == 1
    assert failed_before_defecting(failures, "Ours", deal=False).loc[0].tolist() == [0, 1, 1]
    assert deals.loc[1, "defections"] == 0 and np.isnan(deals.loc[1, "failed"])


def test_ever_switched__counts_customers_of_all_brands(failures):
    table = ever_switched(failures).set_index("replication")
    # 0 and 2 left Ours right after a failure, 3 left the rival so; 1 stayed
    assert table.loc[0].tolist() == [4, 4, 3 / 4]
    assert table.loc[1].tolist() == [1, 0, 0]


def test_after_failure__wants_a_log_of_failures(log):
    for measure in (lambda: after_failure(log, "Ours"), lambda: ever_switched(log)):
        with pytest.raises(ValueError, match="the log lacks failure, complaint, recovery"):
            measure()


def test_after_failure__of_an_empty_log_is_empty(failures):
    nothing = failures.iloc[:0]
    assert after_failure(nothing, "Ours").empty and ever_switched(nothing).empty
    assert failed_before_defecting(nothing, "Ours").empty
