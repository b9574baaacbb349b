import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.measures import concentration, deciles, top_of_before
from loyaltysim.measures.lorenz import lorenz, padded, tenths


def spending(logs, by_week):
    """A log of Ours: for each week what customers 0, 1, … paid in it (0: nothing)."""
    rows = [
        (0, customer, week + 0.5, "Ours", paid, False)
        for week, payments in enumerate(by_week)
        for customer, paid in enumerate(payments)
        if paid
    ]
    return logs(rows)


def test_concentration__is_the_share_of_the_best(logs):
    table = concentration(spending(logs, [[6, 1, 1, 1, 1]]), weeks=[1], top=0.2)
    assert table[["weeks", "windows", "customers", "share"]].values.tolist() == [[1, 1, 5, 0.6]]


def test_concentration__counts_non_buyers_where_the_population_is_given(logs):
    log = spending(logs, [[6, 1, 1, 1, 1]])
    everybody = concentration(log, weeks=[1], top=0.2, population=10)
    assert everybody["share"].item() == pytest.approx(0.7)  # two of ten
    assert everybody["customers"].item() == 10
    assert concentration(log, weeks=[1], population={0: 10})["share"].item() == pytest.approx(0.7)


def test_concentration__falls_with_the_window_where_customers_are_alike(logs):
    # each of ten buys every tenth week: in one week one customer has all
    log = spending(logs, [[1.0 if customer == week else 0 for customer in range(10)] for week in range(10)])
    table = concentration(log, weeks=[1, 5, 10], top=0.2, population=10)
    assert table["windows"].tolist() == [10, 2, 1]
    np.testing.assert_allclose(table["share"], [1.0, 0.4, 0.2])


def test_concentration__counts_purchases_units_and_one_brand(log):
    own = concentration(log, "Ours", weeks=[8], top=1 / 3, of="purchases").query("replication == 0")
    assert own["share"].item() == pytest.approx(2 / 5)
    units = concentration(log.assign(units=[1, 1, 1, 1, 1, 5, 1, 1, 1]), weeks=[8], top=1 / 3, of="units")
    assert units.query("replication == 0")["share"].item() == pytest.approx(7 / 12)


def test_concentration__is_nan_where_no_window_is_whole(log):
    table = concentration(log, weeks=[52])
    assert table["windows"].tolist() == [0, 0] and table["share"].isna().all()


def test_deciles__add_up_to_one(logs):
    log = spending(logs, [[5, 3, 1, 1], [1, 0, 0, 0]])
    shares = deciles(log, weeks=1)
    assert shares["decile"].tolist() == list(range(1, 11))
    assert shares["share"].sum() == pytest.approx(1)
    # 4 customers: a decile of the first week is .4 of a customer; in the second week one customer is every decile
    assert shares["share"].iloc[0] == pytest.approx((0.4 * 5 / 10 + 0.1) / 2)


def test_top_of_before__catches_less_than_the_top_has(logs):
    log = spending(logs, [[6, 1, 1, 1, 1], [1, 6, 1, 1, 1]])
    assert concentration(log, weeks=[1])["share"].item() == pytest.approx(0.6)
    table = top_of_before(log, weeks=1)
    assert table[["windows", "share"]].values.tolist() == [[1, 0.1]]


def test_top_of_before__who_is_new_is_not_on_the_list(logs):
    log = spending(logs, [[2, 1, 0], [2, 1, 3]])
    assert top_of_before(log, weeks=1, top=1 / 3)["share"].item() == pytest.approx(2 / 6)
    # of 30 customers the list holds 10, whom nothing tells apart but the two who bought
    of_all = top_of_before(log, weeks=1, top=1 / 3, population=30)["share"].item()
    assert of_all == pytest.approx((3 + 8 / 28 * 3) / 6)


def test_lorenz__ties_share_and_parts_of_customers_count():
    assert lorenz(np.array([1, 1, 0]), np.array([4.0, 0.0, 2.0]), np.array([1 / 3, 0.5, 1])).tolist() == [2, 3, 6]
    assert np.isnan(lorenz(np.empty(0), np.empty(0), np.array([0.2]))).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 100)), min_size=1, max_size=50), st.randoms())
def test_tenths__add_up_and_do_not_depend_on_order(some, random):
    rank, value = np.array(some).T
    parts = tenths(rank, value)
    np.testing.assert_allclose(parts.sum(), value.sum(), atol=1e-9)
    random.shuffle(some)
    again_rank, again_value = np.array(some).T
    np.testing.assert_allclose(tenths(again_rank, again_value), parts, atol=1e-9)
    own = tenths(value, value)
    assert (np.diff(own) <= 1e-9).all()  # by the value itself, every tenth has less than the one before


def test_padded__has_a_place_for_everybody():
    assert padded(np.array([3.0]), 3).tolist() == [3, 0, 0]
    with pytest.raises(ValueError, match="more than the population of 1"):
        padded(np.ones(2), 1)


def test_concentration__says_what_is_wrong(log):
    with pytest.raises(ValueError, match="no concentration of 'love'; there are: revenue, units, purchases"):
        concentration(log, of="love")
    with pytest.raises(ValueError, match="the log lacks price_paid"):
        deciles(log.drop(columns="price_paid"), weeks=4)
    with pytest.raises(ValueError, match="top must be a share"):
        concentration(log, top=20)
    with pytest.raises(ValueError, match="says nothing of replication 1"):
        concentration(log, weeks=[4], population={0: 10})
