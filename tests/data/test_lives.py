"""Lives by dates or by length, and the table that lifelines reads."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim.data import DataError, read_lifetimes, survival_table, write

CONTRACTS = """\
customer,begin,end
a,2025-01-01,2025-01-15
b,2025-01-08,
c,2025-01-01,2025-03-01
"""


@pytest.fixture
def contracts(tmp_path):
    def make(text=CONTRACTS):
        path = tmp_path / "contracts.csv"
        path.write_text(text, "utf-8")
        return path

    return make


def test_dates__who_has_not_left_by_the_end_is_censored(contracts):
    lives = read_lifetimes(contracts(), until="2025-01-29")
    assert lives["weeks"].tolist() == [2, 3, 4]
    assert lives["left"].tolist() == [True, False, False]  # c left later, which is not known on that day
    assert lives["joined"].tolist() == [0, 1, 0]
    curve = ls.measures.survival(lives, by=())
    assert curve["survival"].tolist() == [1, 2 / 3, 2 / 3, 2 / 3]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2025-01-15", "2024-12-31", "contracts.csv:2: end: the life ends before it begins"),
        ("2025-01-08", "2025-04-01", "contracts.csv:3: begin: after the last day observed, 2025-03-31"),
        ("2025-01-08", "", "contracts.csv:3: begin: the date is missing"),
        ("2025-01-15", "soon", 'contracts.csv:2: end: "soon" is no date like'),
        ("b,2025-01-08,", "a,2025-01-01,2025-01-15", "contracts.csv:3: the same as line 2"),
        (",end", ",ended", "contracts.csv: end: lives need begin and end, or weeks and left; there are"),
    ],
)
def test_faults__are_told_by_line(contracts, old, new, message):
    with pytest.raises(DataError) as caught:
        read_lifetimes(contracts(CONTRACTS.replace(old, new)), until="2025-03-31")
    assert str(caught.value).startswith(message)
    assert len(caught.value.faults) == 1


def test_dates__need_the_last_day(contracts):
    with pytest.raises(DataError, match=r"contracts.csv: until: dates of lives need until"):
        read_lifetimes(contracts())


@pytest.mark.parametrize("until", ["soon", 20250129, "2025-01-29T00:00Z", pd.NaT, [1]])
def test_dates__a_last_day_that_is_no_date_is_told(contracts, until):
    with pytest.raises(DataError) as caught:
        read_lifetimes(contracts(), until=until)
    assert str(caught.value).startswith("contracts.csv: until: must be a date without a time zone")


lives = st.lists(
    st.tuples(st.sampled_from(["Ours", "Rival"]), st.floats(-50, 50), st.floats(0, 500), st.booleans()), min_size=1
)


@given(lives, st.sampled_from(["csv", "parquet"]))
def test_round_trip__what_was_written_is_read(tmp_path_factory, rows, suffix):
    frame = pd.DataFrame(rows, columns=["brand", "joined", "weeks", "left"])
    frame["brand"] = frame["brand"].astype("category")
    frame.insert(0, "customer", np.arange(len(frame)))
    frame.insert(0, "replication", np.zeros(len(frame), np.int32))
    path = tmp_path_factory.mktemp("lives") / f"lives.{suffix}"
    write(frame, path)
    pd.testing.assert_frame_equal(read_lifetimes(path), frame, check_exact=True)


@pytest.mark.slow
def test_survival_table__of_a_simulation_gives_lifelines_our_own_curve(tmp_path):
    lifelines = pytest.importorskip("lifelines")
    scenario = ls.load("telco_yearly").vary({"population.n_customers": 500})
    lifetimes = ls.Simulation(scenario).run().lifetimes()
    table = survival_table(lifetimes, per=52)
    assert {"durations", "event_observed", "brand", "customer"} <= set(table.columns)
    ours = ls.measures.survival(lifetimes, by=())
    fitter = lifelines.KaplanMeierFitter().fit(table["durations"], table["event_observed"])
    theirs = fitter.survival_function_at_times(ours["weeks"] / 52).to_numpy()
    assert np.abs(ours["survival"] - theirs).max() < 1e-12
    write(lifetimes, tmp_path / "lives.parquet")
    again = read_lifetimes(tmp_path / "lives.parquet")
    assert again["weeks"].tolist() == lifetimes["weeks"].tolist()
    assert again["left"].tolist() == lifetimes["left"].tolist()


def test_survival_table__refuses_what_is_no_length():
    frame = pd.DataFrame({"weeks": [1.0, np.nan], "left": [True, False]})
    with pytest.raises(ValueError, match="must be 0 weeks or more"):
        survival_table(frame)
    with pytest.raises(ValueError, match="lack left; they have: weeks"):
        survival_table(frame[["weeks"]])
