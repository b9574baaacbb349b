"""Triangles, in which customers may come back, and retention tables, in which they do not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim.data import DataError, read_retention, read_triangle, write, write_triangle

TRIANGLE = """\
cohort,0,1,2
2025-01,10,6,7
2025-02,20,11,
2025-03,15,,
"""
# Regular customers of Fader and Hardie 2007, the first years
RETENTION = """\
period,retained
0,100
1,63.1
2,46.8
3,38.2
"""


@pytest.fixture
def file(tmp_path):
    def make(text):
        path = tmp_path / "table.csv"
        path.write_text(text, "utf-8")
        return path

    return make


def test_triangle__is_read_as_rows(file):
    rows = read_triangle(file(TRIANGLE))
    assert rows.columns.tolist() == ["replication", "cohort", "period", "size", "customers", "active"]
    assert rows[["cohort", "period", "size", "customers"]].values.tolist() == [
        ["2025-01", 0, 10, 10],
        ["2025-01", 1, 10, 6],
        ["2025-01", 2, 10, 7],
        ["2025-02", 0, 20, 20],
        ["2025-02", 1, 20, 11],
        ["2025-03", 0, 15, 15],
    ]
    assert rows["active"].tolist() == [1, 0.6, 0.7, 1, 0.55, 1]


def test_triangle__an_old_cohort_may_begin_unseen_if_its_size_is_known(file):
    rows = read_triangle(file("cohort,size,0,1,2\n-1,8,,4,3\n0,9,9,5,\n"))
    assert rows[["cohort", "period", "customers"]].values.tolist()[:2] == [[-1, 1, 4], [-1, 2, 3]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("10,6,7", "10,6.5,7", 'table.csv:2: 1: "6.5" is no whole number'),
        ("10,6,7", '10,6,"1,000"', 'table.csv:2: 2: "1,000" is no number: thousands must not be grouped'),
        ("10,6,7", "10,6,1.000", 'table.csv:2: 2: "1.000" is no number: thousands must not be grouped'),
        ("10,6,7", '10,6,"6,5"', 'table.csv:2: 2: "6,5" is no number'),
        ("10,6,7", "10,,7", "table.csv:2: 1: the value is missing, but not those before and after"),
        ("10,6,7", "10,11,7", "table.csv:2: 1: more customers than the cohort has"),
        ("10,6,7", "10,-6,7", 'table.csv:2: 1: "-6" is below 0'),
        ("10,6,7", ",6,7", "table.csv:2: 0: the size of the cohort is not known"),
        ("2025-02", "2025-01", "table.csv:3: cohort: the cohort comes again"),
        ("2025-02", "", "table.csv:3: cohort: the cohort is missing"),
        ("0,1,2", "0,1,3", "table.csv: 0, 1, 2 …: a triangle needs a column for each period from 0"),
        ("cohort", "month", "table.csv: cohort: there is no such column"),
    ],
)
def test_triangle__faults_are_told_by_line(file, old, new, message):
    with pytest.raises(DataError) as caught:
        read_triangle(file(TRIANGLE.replace(old, new, 1)))
    assert str(caught.value).startswith(message)
    assert len(caught.value.faults) == 1


@given(st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=5), min_size=1, max_size=5), st.booleans())
def test_triangle__what_was_written_is_read(tmp_path_factory, counts, parquet):
    rows = [
        (0, cohort, period, 50, customers, customers / 50)
        for cohort, own in enumerate(counts)
        for period, customers in enumerate(own)
    ]
    frame = pd.DataFrame(rows, columns=["replication", "cohort", "period", "size", "customers", "active"])
    frame["replication"] = frame["replication"].astype(np.int32)
    path = tmp_path_factory.mktemp("triangle") / ("t.parquet" if parquet else "t.csv")
    write_triangle(frame, path)
    pd.testing.assert_frame_equal(read_triangle(path), frame)


@pytest.mark.slow
def test_triangle__of_a_simulation_is_read_back(tmp_path):
    scenario = ls.load("reference").vary({"population.n_customers": 200, "steps": 52})
    log = ls.Simulation(scenario, log=True).run().transactions.frame()
    table = ls.measures.cohorts(log, scenario.focal)
    write_triangle(table, tmp_path / "triangle.csv")
    again = read_triangle(tmp_path / "triangle.csv")
    pd.testing.assert_frame_equal(again, table[list(again.columns)], check_dtype=False)
    with pytest.raises(ValueError, match="one replication"):
        write_triangle(table.assign(replication=np.arange(len(table))), tmp_path / "triangle.csv")


def test_retention__is_a_share_of_those_at_the_beginning(file):
    left = read_retention(file(RETENTION), unit="percent")["survival"].tolist()
    assert left == pytest.approx([1, 0.631, 0.468, 0.382])
    table = read_retention(file("cohort,period,retained\na,0,40\na,1,10\nb,0,8\n"), unit="customers")
    assert table["survival"].tolist() == [1, 0.25, 1]
    assert table["customers"].tolist() == [40, 10, 8]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("63.1", "163.1", 'table.csv:3: retained: "163.1" is above 100: is unit="percent" right'),
        ("63.1", "-3", 'table.csv:3: retained: "-3" is below 0'),
        ("46.8", "64", "table.csv:4: retained: more than the period before: who left has left"),
        ("0,100", "0,99", "table.csv:2: retained: must be 100 in period 0"),
        ("3,38.2", "4,38.2", 'table.csv:5: period: "4" is not the next period, from 0 on'),
        ("1,63.1\n2,46.8\n3,38.2", "3,38.2\n1,63.1\n2,46.8", 'table.csv:3: period: "3" is not the next period, from 0'),
        ("1,63.1\n", "", 'table.csv:3: period: "2" is not the next period, from 0 on'),
        ("3,38.2", "3,", "table.csv:5: retained: the value is missing"),
        ("retained", "alive", 'table.csv: retained: no column "retained": name yours with columns='),
    ],
)
def test_retention__faults_are_told_by_line(file, old, new, message):
    with pytest.raises(DataError) as caught:
        read_retention(file(RETENTION.replace(old, new)), unit="percent")
    assert str(caught.value).startswith(message)
    assert len(caught.value.faults) == 1


def test_retention__the_wrong_unit_is_found_out(file):
    with pytest.raises(DataError, match=r'"100" is above 1: is unit="share" right'):
        read_retention(file(RETENTION), unit="share")
    with pytest.raises(DataError, match="unit: there is no choice"):
        read_retention(file(RETENTION), unit="pct")
    with pytest.raises(DataError, match="table.csv:4: cohort: the rows of a cohort must stand together"):
        read_retention(file("cohort,period,retained\na,0,1\nb,0,1\na,1,.5\n"), unit="share")


@given(st.lists(st.floats(0, 1), max_size=6), st.sampled_from(["csv", "parquet"]))
def test_retention__what_was_written_is_read(tmp_path_factory, shares, suffix):
    curve = [1.0, *sorted(shares, reverse=True)]
    frame = pd.DataFrame({"cohort": 7, "period": np.arange(len(curve)), "survival": curve})
    path = tmp_path_factory.mktemp("retention") / f"r.{suffix}"
    write(frame, path)
    again = read_retention(path, unit="share", columns={"retained": "survival"})
    pd.testing.assert_frame_equal(again, frame, check_exact=True)
