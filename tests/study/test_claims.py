"""The claims of practitioners stand beside the model's values, with a reason where there is none."""

import inspect

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim import measures
from loyaltysim.study.claims import CLAIMS, COLUMNS


def years(weekly, brand="Ours"):
    """A log of 156 weeks: (replication, customer, every so many weeks, first week, paid)."""
    rows = [
        (replication, customer, 7.0 * week + 1, brand, paid)
        for replication, customer, every, first, paid in weekly
        for week in range(first, 156, every)
    ]
    frame = pd.DataFrame(rows, columns=["replication", "customer", "time", "brand", "price_paid"])
    return frame.assign(occasion=0, units=1, list_price=2.0, points=0.0, deal=False)


@pytest.fixture(scope="module")
def log():
    """Two replications: a heavy and a light customer from the start, one who comes in week 60 and pays more later."""
    some = [(0, 0, 1, 0, 8.0), (0, 1, 13, 0, 2.0), (0, 2, 4, 60, 3.0), (1, 0, 1, 0, 5.0), (1, 1, 13, 0, 2.0)]
    frame = years([*some, (1, 2, 4, 60, 3.0)])
    later = (frame["customer"] == 2) & (frame["time"] > 7 * 61)
    return frame.assign(price_paid=frame["price_paid"].where(~later, 6.0))


@pytest.fixture(scope="module")
def data():
    """What of a Dataset is read: reasons over two steps, members, the population."""
    counts = np.array([[[[3, 1, 0]], [[1, 1, 2]]], [[[0, 0, 0]], [[1, 3, 0]]]])  # replication, step, brand, reason
    return xr.Dataset(
        {
            "defections": (("replication", "step", "brand", "reason"), counts),
            "defection_shares": (("replication", "step", "brand", "reason"), counts.astype(float)),
            "members": (("replication", "step", "brand", "segment"), [[[[0]], [[1]]], [[[1]], [[2]]]]),
            "population": (("replication", "segment"), [[4], [4]]),
        },
        {"replication": [0, 1], "brand": ["Ours"], "reason": ["price", "service", "chance"], "segment": ["all"]},
        {"focal": "Ours", "step_days": 78 * 7},
    )


def test_claims__stand_beside_the_values(log, data):
    table = ls.practitioner_claims(log, data).set_index("claim")
    assert list(table.reset_index().columns) == COLUMNS and len(table) == len(CLAIMS)
    value = table["value"]
    assert value["price_as_reason"] == pytest.approx((4 / 6 + 1 / 4) / 2)  # chance names no reason
    assert value["service_as_reason"] == pytest.approx((2 / 6 + 3 / 4) / 2)
    assert value["program_membership"] == pytest.approx((1 / 4 + 2 / 4) / 2)
    # both old customers are active and buy in all 8 windows from week 52 on, the third in those after he came
    assert value["sale_to_existing"] == 1
    assert value["sale_to_new"] == pytest.approx(1 / (2 + 7))  # he and a fourth are new in one window, the fourth in 7
    assert value["existing_revenue"] == 1
    assert value["repeat_order_same_customers"] == pytest.approx(1)  # 6 after 3
    assert (table.loc[value.notna(), "reason"] == "").all() and (table.loc[value.notna(), "n"] == 2).all()
    assert table.loc["program_membership", "ci_low"] < 0.375 < table.loc["program_membership", "ci_high"]


def test_claims__are_those_of_the_measures(log, data):
    value = ls.practitioner_claims(log, data).set_index("claim")["value"]
    assert value["top_fifth"] == measures.concentration(log, "Ours", weeks=[52])["share"].mean()
    assert value["top_fifth_of_before"] == measures.top_of_before(log, "Ours")["share"].mean()
    assert value["repeat_order"] == measures.order_values(log, "Ours", unseen_weeks=52)["ratio"].mean() - 1


def test_claims__each_has_a_value_or_a_reason_why_not(log):
    assert {claim.name for claim in CLAIMS if isinstance(claim.measure, str)} == {"cost_of_winning", "firms_with_email"}
    table = ls.practitioner_claims(log, brand="Ours", population=4).set_index("claim")
    assert ((table["reason"] == "") == table["value"].notna()).all()
    assert table.loc["price_as_reason", "reason"] == "needs the Dataset of the run"
    assert table.loc["sale_to_new", "value"] > 0
    alone = ls.practitioner_claims(log, brand="Ours").set_index("claim")
    assert alone.loc["sale_to_new", "reason"] == "needs the size of the population"


def test_claims__say_what_a_run_did_not_keep(log, data):
    without = data.drop_vars(["defections", "reason"]).assign(members=data["members"] * 0)
    reason = ls.practitioner_claims(log, without).set_index("claim")["reason"]
    assert "metrics.reasons is off" in reason["price_as_reason"]
    assert "has no program" in reason["program_membership"]
    smooth = data.assign(failures=(("replication", "step"), np.zeros((2, 2))))
    assert (
        "nothing ever failed" in ls.practitioner_claims(log, smooth).set_index("claim")["reason"]["service_as_reason"]
    )
    nobody = data.assign(defections=data["defections"] * 0)
    assert (
        "nobody left with a reason"
        in ls.practitioner_claims(log, nobody).set_index("claim").loc["price_as_reason", "reason"]
    )


def test_claims__about_failures_are_read_from_the_log(log, data):
    quiet = log.assign(failure=0.0, complaint=False, recovery=0.0)
    table = ls.practitioner_claims(quiet, data).set_index("claim")
    names = ["price_with_bad_service", "stopped_after_failure", "fair_handling", "exit_on_bad_service"]
    assert table.loc[names, "reason"].str.startswith("nothing ever failed").all()
    # each first purchase fails badly, without recovery; in replication 0 customer 0 switches right away
    first = ~log.duplicated(["replication", "customer"])
    failed = quiet.assign(failure=first * 0.8)
    second = (log["customer"] == 0) & (log["replication"] == 0) & (log["time"] == 8)
    failed["brand"] = np.where(second, "Rival", "Ours")
    value = ls.practitioner_claims(failed.assign(deal=second), data).set_index("claim")["value"]
    assert value["exit_on_bad_service"] == pytest.approx((1 / 3 + 0) / 2)
    assert value["stopped_after_failure"] == pytest.approx((1 / 3 + 0) / 2)
    assert value["price_with_bad_service"] == 1  # the one defection on a deal came after a failure
    assert np.isnan(value["fair_handling"])  # nobody complained
    handled = failed.assign(complaint=first, recovery=first * 0.9)
    assert ls.practitioner_claims(handled, data).set_index("claim")["value"]["fair_handling"] == pytest.approx(2 / 3)


def test_claims__of_a_short_log_are_unknown(log, data):
    short = log[log["time"] < 7 * 40]
    table = ls.practitioner_claims(short, data.assign_attrs(step_days=20 * 7)).set_index("claim")
    assert table.loc["top_fifth", "reason"] == "needs a log of 52 weeks; this one has 40"
    assert np.isnan(table.loc["sale_to_new", "value"]) and np.isnan(table.loc["existing_revenue", "value"])
    assert np.isfinite(table.loc["price_as_reason", "value"])


def test_claims__of_lifetimes_need_no_weeks_to_find_out(log, data):
    lifetimes = log[["replication", "customer", "brand"]].drop_duplicates().assign(weeks=1.0, left=False)
    lifetimes["joined"] = np.where(lifetimes["customer"] == 2, 60.0, -10.0)
    of_65 = data.assign_attrs(step_days=32.5 * 7)
    table = ls.practitioner_claims(log[log["time"] < 7 * 65], of_65, lifetimes=lifetimes).set_index("claim")
    # windows begin with week 52, from which on it is seen who is active: one window, two people without a purchase
    assert table.loc["sale_to_new", "value"] == pytest.approx(1 / 2)
    assert table.loc["sale_to_existing", "value"] == 1
    assert table.loc["repeat_order_same_customers", "value"] == pytest.approx(1)


def test_claims__of_sales_wait_until_it_is_seen_who_is_active(log, data):
    lifetimes = log[["replication", "customer", "brand"]].drop_duplicates().assign(weeks=1.0, left=False, joined=-10.0)
    a_year = data.assign_attrs(step_days=26 * 7)
    reason = ls.practitioner_claims(log[log["time"] < 7 * 52], a_year, lifetimes=lifetimes).set_index("claim")["reason"]
    assert reason["sale_to_existing"] == reason["sale_to_new"] == "needs a log of 65 weeks; this one has 52"


def test_claims__of_existing_revenue_are_of_the_last_year(log, data):
    """Of a log of 130 weeks that is weeks 78 to 130, and customer 2, who came in week 60, is an existing one."""
    of_130 = data.assign_attrs(step_days=65 * 7)
    late = log.assign(time=log["time"].where(log["customer"] != 1, log["time"] + 7 * 90))  # customer 1 comes in week 90
    seen = late[late["time"] < 7 * 130]
    value = ls.practitioner_claims(seen, of_130).set_index("claim").loc["existing_revenue", "value"]
    year = seen[seen["time"] >= 7 * 78]
    paid = year["price_paid"].groupby([year["replication"], year["customer"] == 1]).sum().unstack()
    assert value == pytest.approx((paid[False] / paid.sum(axis=1)).mean(), rel=1e-12)
    assert value < 0.99


def test_claims__are_read_by_nothing_that_simulates(repository):
    package = repository / "src" / "loyaltysim"
    texts = {file.relative_to(package): file.read_text("utf-8") for file in package.rglob("*.py")}
    readers = {path.parts[0] for path, text in texts.items() if "study.claims" in text or "practitioner_claims" in text}
    assert readers <= {"__init__.py", "study", "plots", "report", "cli", "app"}
    assert not any("claim" in name for name in inspect.signature(ls.simulate).parameters)


def test_claims__want_a_brand(log):
    with pytest.raises(ValueError, match="say which brand"):
        ls.practitioner_claims(log)
    with pytest.raises(ValueError, match="knows no brand 'Mine'"):
        ls.practitioner_claims(log, brand="Mine")
