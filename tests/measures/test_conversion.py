import numpy as np
import pandas as pd
import pytest

from loyaltysim.measures import conversion, existing_share, order_values


def test_conversion__is_worked_by_hand(log):
    table = conversion(log, "Ours", 5, weeks=4, until=8).set_index("replication")
    # replication 0: in weeks 0–4 customers 0 and 1 of five new ones buy; in weeks 4–8 both again, and 2 of three new
    assert table.loc[0, ["existing", "new", "p_existing", "p_new"]].tolist() == [2, 8, 1, 3 / 8]
    assert table.loc[0, "ratio"] == pytest.approx(8 / 3)
    assert table.loc[1, ["existing", "new", "p_existing", "p_new"]].tolist() == [1, 9, 0, 1 / 9]


def test_conversion__starts_when_it_is_known_who_had_bought(log):
    table = conversion(log, "Ours", 5, weeks=4, start=4, until=8).set_index("replication")
    assert table.loc[0, ["existing", "new", "p_existing", "p_new"]].tolist() == [2, 3, 1, 1 / 3]


def test_conversion__of_active_customers_leaves_the_others_in_no_group(log):
    table = conversion(log, "Ours", 5, weeks=2, start=4, active_weeks=3.2, until=6).set_index("replication")
    # at week 4 only customer 1 bought after week .8; customer 0, who buys, is neither active nor new
    assert table.loc[0, ["existing", "new", "p_existing", "p_new"]].tolist() == [1, 3, 1, 1 / 3]


def test_conversion__begins_when_the_log_shows_who_is_active(log):
    lifetimes = pd.DataFrame({"replication": [0, 0, 0, 1], "customer": [0, 1, 2, 0], "brand": "Ours"})
    lifetimes["joined"] = [-1.0, -2.0, 5.5, -3.0]
    how = {"weeks": 2, "active_weeks": 3.8, "lifetimes": lifetimes, "until": 8}
    table = conversion(log, "Ours", 5, **how).set_index("replication")
    # windows 3.8–5.8 and 5.8–7.8. In the first 0 and 1, who bought in weeks .5 and 1, are active, and both buy again; 2
    # joins. In the second all three are active, and nobody buys
    assert table.loc[0, ["existing", "new", "p_existing", "p_new"]].tolist() == [5, 5, 2 / 5, 1 / 5]
    assert table.equals(conversion(log, "Ours", 5, start=3.8, **how).set_index("replication"))


def test_conversion__by_lifetimes_knows_customers_of_the_burn_in(log):
    lifetimes = pd.DataFrame({"replication": [0, 0, 0, 0, 1], "customer": [0, 1, 2, 3, 0], "brand": "Ours"})
    lifetimes["joined"] = [-1.0, 1.0, 5.5, -3.0, 3.0]
    table = conversion(log, "Ours", 5, weeks=8, lifetimes=lifetimes, until=8).set_index("replication")
    assert table.loc[0, ["existing", "new", "p_existing", "p_new"]].tolist() == [2, 3, 1 / 2, 2 / 3]


def test_conversion__is_nan_without_windows_or_people(log):
    assert conversion(log, "Ours", 5, weeks=52)[["p_existing", "p_new", "ratio"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="3 customers bought Ours, more than the population of 2"):
        conversion(log, "Ours", 2)


def test_conversion__of_existing_customers_is_higher_though_a_purchase_changes_nothing(logs):
    rng = np.random.default_rng(2)
    rate = np.repeat([0.02, 0.2], 300)  # light and heavy buyers; nobody learns anything
    bought = rng.random((600, 60)) < rate[:, None]
    log = logs([(0, customer, week, "Ours", 2, False) for customer, week in np.argwhere(bought)])
    table = conversion(log, "Ours", 600, weeks=1, start=10)
    assert table["p_existing"].item() > 3 * table["p_new"].item()


def test_order_values__of_the_same_customers_are_free_of_the_mix(logs):
    # a light buyer pays 1 once; a heavy one pays 3 each time
    rows = [(0, 0, 0, "Ours", 1, False)] + [(0, 1, week, "Ours", 3, False) for week in range(4)]
    table = order_values(logs(rows), "Ours")
    assert table[["first", "repeat", "ratio", "ratio_same_customers"]].values.tolist() == [[2, 3, 1.5, 1]]


def test_order_values__have_no_first_purchase_of_who_was_there_before(log):
    table = order_values(log, "Ours", unseen_weeks=5).set_index("replication")
    assert table.loc[0, ["first", "repeat"]].tolist() == [3, 14 / 4]
    assert np.isnan(table.loc[0, "ratio_same_customers"])
    lifetimes = pd.DataFrame({"replication": [0, 0, 0, 1], "customer": [0, 1, 2, 0], "brand": "Ours"})
    lifetimes["joined"] = [-1.0, 0.0, 5.0, 3.0]  # to the step is enough
    table = order_values(log, "Ours", lifetimes=lifetimes).set_index("replication")
    assert table.loc[0, ["first", "repeat", "ratio_same_customers"]].tolist() == [3.5, 10 / 3, 1.5]


def test_existing_share__is_revenue_of_those_acquired_before_the_period(log):
    table = existing_share(log, "Ours", weeks=4, until=8).set_index(["replication", "period"])
    assert table.loc[(0, 0)].tolist() == [6, 0]
    assert table.loc[(0, 1)].tolist() == [11, 8 / 11]
    assert table.loc[(1, 1), "revenue"] == 0 and np.isnan(table.loc[(1, 1), "existing"])
    known = existing_share(log, "Ours", weeks=4, unseen_weeks=1, until=8).set_index(["replication", "period"])
    assert known.loc[(0, 0), "existing"] == pytest.approx(2 / 6)


def test_existing_share__may_begin_later(log):
    table = existing_share(log, "Ours", weeks=3, start=5, until=8).set_index(["replication", "period"])
    assert table.loc[(0, 0)].tolist() == [9, 6 / 9] and len(table) == 2  # customer 2 comes in week 5.5


def test_conversion__says_what_is_wrong(log):
    for measure in (order_values, existing_share):
        with pytest.raises(ValueError, match="the log lacks price_paid"):
            measure(log.drop(columns="price_paid"), "Ours")
    with pytest.raises(ValueError, match="the log lacks time"):
        conversion(log.drop(columns="time"), "Ours", 5)
