"""Logs that somebody recorded: what is right comes back, what is wrong is told with its line, column and reason."""

import gzip
import io
import pickle
import warnings
import zipfile

import lifetimes.utils
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim.data import DataError, LeftOut, read_transactions, rfm, write
from loyaltysim.faults import ScenarioError

TILL = """\
customer,date,amount,brand,units,price
7,2026-01-05,4.50,Ours,2,2.25
7,2026-01-05 18:30,2.00,Rival,1,2.00
12,2026-01-07,2.25,Ours,1,2.25
"""


@pytest.fixture
def till(tmp_path):
    """A function that writes a log and gives its path."""

    def make(text=TILL, encoding="utf-8"):
        path = tmp_path / "till.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return make


def told(source, **how) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_transactions(source, **how)
    return str(caught.value).splitlines()


def test_read__gives_the_columns_of_our_own_logs(till):
    log = read_transactions(till())
    assert log["customer"].tolist() == [7, 7, 12]
    assert log["time"].tolist() == [0, 18.5 / 24, 2]
    assert log["price_paid"].tolist() == [4.5, 2, 2.25]
    assert log["brand"].tolist() == ["Ours", "Rival", "Ours"]
    assert (log["units"].tolist(), log["units"].dtype) == ([2, 1, 1], np.int64)
    assert log["list_price"].tolist() == [2.25, 2, 2.25]
    assert (log["replication"] == 0).all()
    assert ls.measures.concentration(log, "Ours").shape[0] > 0  # what measures a run measures these


def test_read__names_formats_and_decimals_of_others(till):
    text = "Kunde;Datum;Betrag\n007;31.01.2026;-1,5\n8;01.02.2026;,25\n"
    how = {"columns": {"customer": "Kunde", "date": "Datum", "price_paid": "Betrag"}, "date_format": "%d.%m.%Y"}
    log = read_transactions(till(text), **how, decimal=",", delimiter=";", returns="keep")
    assert log["customer"].tolist() == ["007", "8"]  # 007 is no number, so none of them is
    assert log["date"].tolist() == [pd.Timestamp(2026, 1, 31), pd.Timestamp(2026, 2, 1)]
    assert log["price_paid"].tolist() == [-1.5, 0.25]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2026-01-07", "07/01/2026", 'till.csv:4: date: "07/01/2026" is no date like 2026-01-31'),
        ("2026-01-07", "2026-02-30", 'till.csv:4: date: "2026-02-30" is no date like'),
        ("2026-01-07", "2026-01-07T10:00Z", 'till.csv:4: date: "2026-01-07T10:00Z" has a time zone'),
        ("2026-01-07", "", "till.csv:4: date: the date is missing"),
        ("2.25,Ours,1", "-2.25,Ours,1", 'till.csv:4: amount: "-2.25" is negative: if it is a return, give returns='),
        ("Ours,1", "Ours,-1", 'till.csv:4: units: "-1" is negative: if it is a return'),
        ("Ours,1", "Ours,0", "till.csv:4: units: no units were bought"),
        ("2.25,Ours,1", '"2,25",Ours,1', 'till.csv:4: amount: "2,25" is no number with decimal=".": give the other'),
        ("2.25,Ours,1", '"1,234.50",Ours,1', 'till.csv:4: amount: "1,234.50" is no number: thousands must not be'),
        ("2.25,Ours,1", "free,Ours,1", 'till.csv:4: amount: "free" is no number'),
        ("2.25,Ours,1", "NA,Ours,1", "till.csv:4: amount: the value is missing"),
        ("2.25,Ours,1", '" ",Ours,1', "till.csv:4: amount: the value is missing"),
        ("2.25,Ours,1", "1e999,Ours,1", "till.csv:4: amount: "),
        ("2.25,Ours,1", "2,25,Ours,1", "till.csv:4: 7 fields, the head has 6: is a decimal comma"),
        (",Ours,1,2.25", ",Ours,1", "till.csv:4: 5 fields, the head has 6"),
        (",Ours,1", ",,1", "till.csv:4: brand: the brand is missing"),
        (",Ours,1", ",NA,1", "till.csv:4: brand: the brand is missing"),
        (",Ours,1", ',"  ",1', "till.csv:4: brand: the brand is missing"),
        ("12,2026", ",2026", "till.csv:4: customer: the customer is missing"),
        ("Ours,1,2.25", "Ours,1,-2.25", 'till.csv:4: price: "-2.25" is below 0'),
        (
            "12,2026-01-07,2.25,Ours,1",
            "7,2026-01-05,4.50,Ours,2",
            "till.csv:4: the same as line 2: if it is a purchase",
        ),
        ("customer", "client", 'till.csv: customer: no column "customer": name yours with columns='),
        ("amount", "date", "till.csv:1: date: there are several columns of this name"),
        ("price", "price_paid", "till.csv: price_paid: both price_paid and amount may be meant"),
    ],
)
def test_fault__one_line_with_file_line_and_reason(till, old, new, message):
    head, *_, third = TILL.splitlines()
    text = TILL.replace(head, head.replace(old, new)) if old in head else TILL.replace(third, third.replace(old, new))
    assert text != TILL
    (line,) = told(till(text))
    assert line.startswith(message)


@pytest.mark.parametrize(("mark", "other"), [(",", "."), (".", ",")])
def test_thousands__that_may_be_grouped_are_not_read_as_decimals_in_silence(till, mark, other):
    text = f"customer;time;amount\n1;0;1{mark}000\n2;1;2{mark}500\n3;2;17\n4;2;\n"
    first, second, third = told(till(text), delimiter=";", decimal=other)
    assert first == (
        f'till.csv:2: amount: "1{mark}000" is no number: write thousands without the "{mark}"; '
        f'if it is a decimal mark, give decimal="{mark}"'
    )
    assert second.startswith(f'till.csv:3: amount: "2{mark}500"') and "missing" in third
    whole = till(text.replace("4;2;\n", ""))
    with pytest.warns(UserWarning, match=rf'till.csv: amount: each .*"\{mark}" .* is read as 1, not as 1000.'):
        assert read_transactions(whole, delimiter=";", decimal=mark)["price_paid"].tolist() == [1, 2.5, 17]
    (line,) = told(till(f"customer;time;units\n1;0;1\n2;1;1{mark}000{other}50\n"), delimiter=";", decimal=other)
    assert line.endswith("thousands must not be grouped")


@pytest.mark.parametrize("amounts", [("1.000", "2.5"), ("1.000", "0.125"), ("1000.125", "2.500"), ("1", "2")])
def test_thousands__one_number_that_is_not_grouped_shows_that_none_is(till, amounts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_transactions(till("customer,time,amount\n" + "".join(f"{one},0,{one}\n" for one in amounts)))


def test_faults__are_told_all_at_once(till):
    text = TILL + "x,2026-13-01,1,Ours,1,1\n\n9,2026-01-08,nought,,1.5\n9,2026-01-08,nought,,1.5,\n"
    with pytest.raises(DataError) as caught:
        read_transactions(till(text))
    frame = caught.value.frame()
    assert frame[["line", "column"]].values.tolist() == [
        [5, "date"],
        [7, ""],
        [8, "brand"],
        [8, "amount"],
        [8, "price"],
    ] or sorted(frame[["line", "column"]].values.tolist()) == [
        [5, "date"],
        [7, ""],
        [8, "amount"],
        [8, "brand"],
        [8, "price"],
    ]
    assert isinstance(caught.value, ScenarioError)  # so the command tells it like any other fault
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_faults__beyond_a_screen_are_counted_by_reason(till):
    text = TILL + "".join(f"{row},2026-01-08,-1,Ours,1,1\n" for row in range(25)) + "99,soon,1,Ours,1,1\n"
    lines = told(till(text))
    assert lines[20:] == [
        "and 6 more:",
        '  5 × amount: is negative: if it is a return, give returns="keep" or "drop"',
        "  1 × date: is no date like 2026-01-31 or 2026-01-31 18:05:00, of the years 1678 to 2261: else give "
        "date_format, such as %d/%m/%Y",
    ]


def test_lines__count_line_ends_in_quotes_and_empty_lines(till):
    text = 'customer,time,brand\n1,0,"two\nlines"\n\n2,1\n3,soon,Ours\n4,3,"a\n\nb"\n5,later,Ours\n'
    assert told(till(text)) == [
        "till.csv:5: 2 fields, the head has 3",
        'till.csv:6: time: "soon" is no number',
        'till.csv:10: time: "later" is no number',
    ]


def test_quotes__one_that_is_never_closed_is_found(till):
    for row in ('2,0,"Ours', '2,0,"Ours" and others', '2,"0,Ours'):
        for rest in ("3,1,Ours\n", '3,1,"Ours"\n', '3,1,"Ours"\n4,1,"Ours"\n'):
            (line,) = told(till(f'customer,time,brand\n1,0,"Ours\n"\n{row}\n{rest}'))
            assert line.startswith("till.csv:4: a quote is opened here and not closed at the end of its field")
    quoted = till('customer,time,brand\n1,0,"the ""Ours"""\n2,0,5" Ours\n')
    assert read_transactions(quoted)["brand"].tolist() == ['the "Ours"', '5" Ours']


def test_encoding__the_lines_that_are_not_of_it_are_told(till):
    path = till("customer,time,brand\n1,0,Café\n2,0,Ours\n3,0,Café\n", "cp1252")
    lines = told(path)
    assert [line.partition(" ")[0] for line in lines] == ["till.csv:2:", "till.csv:4:"]
    assert "byte 0xe9 after '1,0,Caf' is not utf-8" in lines[0]
    assert read_transactions(path, encoding="cp1252")["brand"].tolist() == ["Café", "Ours", "Café"]
    (line,) = told(till("customer,time\n1,0\n", "utf-16"))
    assert line == 'till.csv:1: the file is UTF-16: give encoding="utf-16"'
    assert len(read_transactions(till("customer,time\n1,0\n", "utf-16"), encoding="utf-16")) == 1
    assert len(read_transactions(till("customer,time\n1,0\n", "utf-8-sig"))) == 1


def test_source__what_is_no_table_is_told(till, tmp_path):
    assert told(tmp_path / "none.csv")[0].endswith("none.csv: there is no such file")
    assert told(till("")) == ["till.csv: the file is empty"]
    assert told(till("\ncustomer,time\n")) == ["till.csv:1: the line is empty: the names of the columns belong here"]
    assert told(till("customer,time\r1,0\r"))[0].startswith("till.csv:1: cannot be read as CSV")
    assert told(till("customer;time\n1;0\n")) == [
        "till.csv:1: the head is one field: if fields end with ';', give delimiter=';'"
    ]
    (tmp_path / "no.parquet").write_bytes(b"customer,time\n")
    assert told(tmp_path / "no.parquet")[0].startswith("no.parquet: cannot be read as Parquet")
    assert told(till("customer,amount\n1,2\n")) == [
        'till.csv: date: a log needs "date", or "time" in days; there are: customer, amount'
    ]


def test_source__a_file_opened_as_text_is_read_too(till):
    path = till(TILL.replace("Ours", "Café"), "utf-8-sig")
    wanted = read_transactions(path)
    for source in (open(path, encoding="utf-8"), open(path, "rb"), io.StringIO(path.read_text("utf-8"))):
        with source:
            pd.testing.assert_frame_equal(read_transactions(source), wanted)


def test_source__a_file_that_is_no_text_is_told_what_it_is(till, tmp_path):
    packed = tmp_path / "till.csv.gz"
    packed.write_bytes(gzip.compress(TILL.encode()))
    (line,) = told(packed)
    assert line.startswith("till.csv.gz: is packed with gzip: unpack it, or give what Python's gzip.open(")
    with gzip.open(packed, "rb") as file:
        assert len(read_transactions(file)) == 3
    excel = tmp_path / "till.xlsx"
    for inside, message in (("xl/workbook.xml", "is an Excel file: save its sheet as CSV"), ("a", "is a ZIP archive")):
        with zipfile.ZipFile(excel, "w") as archive:
            archive.writestr(inside, "")
        (line,) = told(excel)
        assert line.startswith(f"till.xlsx: {message}")
    write(read_transactions(till()), tmp_path / "log.parquet")
    with open(tmp_path / "log.parquet", "rb") as file:
        assert "is a Parquet file: give its path" in told(file)[0]
    assert told("https://example.com/till.csv") == [
        "https://example.com/till.csv: is an address: fetch the file first, and give its path"
    ]


def test_source__a_table_without_a_row_is_told(till):
    assert told(till("customer,time\n")) == ["till.csv: there is no row below the names of the columns"]
    assert told(pd.DataFrame({"customer": [], "time": []})) == ["there is no row"]
    assert told(till("customer,time\n1\n")) == ["till.csv:2: 1 fields, the head has 2"]


@pytest.mark.parametrize("delimiter", ["", "xx", '"', "\n"])
def test_delimiter__that_is_not_one_character_is_told(till, delimiter):
    (line,) = told(till(), delimiter=delimiter)
    assert line.startswith("delimiter: must be one character") and line.endswith(repr(delimiter))


def test_dates_and_times__that_contradict_each_other_are_told(till):
    rows = [("2026-01-05", 18), ("2026-01-07", 20), ("2026-01-19", 32.5), ("2026-01-20", 9)]
    text = "customer,date,time\n" + "".join(f"1,{date},{time}\n" for date, time in rows)
    assert told(till(text)) == [
        'till.csv:5: time: "9" is another day than the date, as they go together in other rows: time is in days'
    ]
    assert read_transactions(till(text.replace(",9\n", ",33.9\n")))["time"].tolist() == [18, 20, 32.5, 33.9]


def test_columns__by_what_a_file_may_call_them_are_told_what_they_are_called_here(till):
    assert told(till(), columns={"amount": "Total"}) == [
        'till.csv: columns["amount"]: is called "price_paid" here: columns={"price_paid": "Total"}'
    ]


def test_choices__that_there_are_not_are_told(till):
    assert told(till(), returns="kep") == [
        'returns: there is no choice "kep"; there are: refuse, keep, drop. Did you mean "keep"?'
    ]
    assert told(till(), columns={"costumer": "customer"})[0].startswith('till.csv: columns["costumer"]: there is no')
    assert 'Did you mean "amount"?' in told(till(), columns={"price_paid": "ammount"})[0]


def test_duplicates_and_returns__are_kept_or_dropped_as_is_said_and_never_in_silence(till):
    text = TILL + "12,2026-01-07,2.25,Ours,1,2.25\n12,2026-01-09,-2.25,Ours,-1,2.25\n"
    assert len(told(till(text))) == 3  # the duplicate, and both negative numbers
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_transactions(till(text), duplicates="keep", returns="keep")) == 5
    with pytest.warns(LeftOut) as caught:
        log = read_transactions(till(text), duplicates="drop", returns="drop")
    pd.testing.assert_frame_equal(log, read_transactions(till()))
    assert str(caught[0].message).splitlines() == [
        "left out, as asked for: 2 rows",
        "till.csv:5: the same as line 4",
        'till.csv:6: amount: "-2.25" is negative',
    ]


def test_frames__rows_are_counted_from_one():
    frame = pd.DataFrame(
        {"customer": [1, 2, 3], "time": [0.0, np.nan, 1], "amount": [1, "2,5", "2.5"]}, index=[9, 8, 7]
    )
    assert told(frame) == [
        "row 2: time: the value is missing",
        'row 2: amount: "2,5" is no number with decimal=".": give the other',
    ]
    assert read_transactions(frame.iloc[[0, 2]])["price_paid"].tolist() == [1, 2.5]


def test_frames__identifiers_that_became_floats_are_whole_again():
    frame = pd.DataFrame({"customer": [17850.0, np.nan], "time": [0, 1]})
    assert told(frame) == ["row 2: customer: the customer is missing"]
    assert read_transactions(frame[:1])["customer"].tolist() == [17850]


def test_frames__days_written_as_numbers_want_a_format():
    frame = pd.DataFrame({"customer": [1, 2], "date": [20260105, 20260107]})
    assert told(frame)[0] == 'row 1: date: "20260105" is no date, but of type int64'
    assert read_transactions(frame, date_format="%Y%m%d")["time"].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("date", "form", "message"),
    [
        ("05.01.2026", "%Q", "till.csv: date_format: 'Q' is a bad directive in format '%Q'"),
        ("05.01.2026 +0100", "%d.%m.%Y %z", "till.csv: date_format: time zones are not read"),
        ("5 Jan", "%d.%m.%Y", 'till.csv:2: date: "5 Jan" is no date of the form %d.%m.%Y'),
    ],
)
def test_formats__that_cannot_be_used_are_told(till, date, form, message):
    assert told(till(f"customer,date,,\n1,{date},,\n"), date_format=form)[0].startswith(message)


def test_simulation__its_log_is_read_back(tmp_path):
    simulation = ls.Simulation(ls.load("reference").vary({"population.n_customers": 50, "steps": 4}), log=True).run()
    simulation.transactions.save(tmp_path / "log.parquet")
    log = read_transactions(tmp_path / "log.parquet", duplicates="keep")
    ours = simulation.transactions.frame()
    assert len(log) == len(ours) > 0
    for name in ("customer", "time", "brand", "price_paid"):
        assert log[name].astype(str).tolist() == ours[name].astype(str).tolist()
    pd.testing.assert_frame_equal(rfm(log), rfm(ours), check_index_type=False)


word = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=5).filter(
    lambda text: text.strip() and not text.isdecimal()
)
money = st.floats(0, 1e9, allow_nan=False)
moment = st.datetimes(pd.Timestamp(1990, 1, 1), pd.Timestamp(2100, 1, 1)).map(pd.Timestamp)
rows = st.lists(
    st.tuples(st.integers(0, 2**40), moment, word, st.integers(1, 99), money, money), min_size=1, max_size=8
)


@given(rows, st.sampled_from(["csv", "parquet"]))
def test_round_trip__what_was_written_is_read(tmp_path_factory, rows, suffix):
    log = pd.DataFrame(rows, columns=["customer", "date", "brand", "units", "price_paid", "list_price"])
    log["date"] = log["date"].astype("datetime64[ns]")
    log["brand"] = log["brand"].astype("category")
    log.insert(0, "replication", np.zeros(len(log), np.int32))
    log.insert(3, "time", (log["date"] - log["date"].min().floor("D")) / pd.Timedelta(1, "D"))
    path = tmp_path_factory.mktemp("log") / f"log.{suffix}"
    write(log, path)
    pd.testing.assert_frame_equal(read_transactions(path, duplicates="keep"), log, check_exact=True)


def test_write__knows_two_sorts_of_files(tmp_path):
    with pytest.raises(ValueError, match=r'files end with .csv or .parquet, was "log.xls"'):
        write(pd.DataFrame(), tmp_path / "log.xls")


def random_log(rng: np.random.Generator, customers: int, rows: int) -> pd.DataFrame:
    date = pd.Timestamp(2025, 1, 1) + pd.to_timedelta(rng.integers(0, 400 * 24 * 60, rows), unit="min")
    brand = np.array(["Ours", "Rival", "Store"])[rng.integers(0, 3, rows)]
    amount = rng.integers(1, 5000, rows) / 100
    return pd.DataFrame({"customer": rng.integers(0, customers, rows), "date": date, "amount": amount, "brand": brand})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("until", "per"), [(None, 1), ("2025-09-30", 7)])
def test_rfm__equals_that_of_lifetimes(seed, until, per):
    frame = random_log(np.random.default_rng(seed), 60, 300)
    ours = rfm(read_transactions(frame, duplicates="keep"), until=until, per=per)
    theirs = lifetimes.utils.summary_data_from_transaction_data(
        frame, "customer", "date", "amount", observation_period_end=until, freq_multiplier=per
    ).sort_index()
    assert ours.index.name == "customer_id"
    pd.testing.assert_frame_equal(ours, theirs, check_names=False, rtol=1e-12)
    assert ours["frequency"].max() > 1 and (ours["frequency"] == 0).any()


def test_rfm__by_hand():
    log = pd.DataFrame(
        {"customer": [5, 5, 5, 5, 6], "time": [0.2, 0.9, 3.0, 3.5, 2.0], "price_paid": [1.0, 2, 3, 4, 5]}
    )
    assert rfm(log, until=10).loc[5].tolist() == [1, 3, 10, 7]  # two days; the second one's 3 and 4 are one amount
    assert rfm(log, until=10).loc[6].tolist() == [0, 0, 8, 0]
    assert rfm(log.drop(columns="price_paid")).columns.tolist() == ["frequency", "recency", "T"]
    assert rfm(log.drop(columns="price_paid"), until=1).index.tolist() == [5]  # the other came later
    assert rfm(log.assign(replication=[0, 0, 1, 1, 1])).index.tolist() == [(0, 5), (1, 5), (1, 6)]
    with pytest.raises(ValueError, match="lacks customer"):
        rfm(log.drop(columns="customer"))
    with pytest.raises(ValueError, match="per must be days above 0"):
        rfm(log, per=0)
    assert rfm(log[:0]).empty


def test_rfm__what_is_brought_back_is_no_purchase():
    log = pd.DataFrame({"customer": [5, 5, 5, 6], "time": [0.0, 2.0, 3.0, 1.0], "price_paid": [1.0, -2.0, 4.0, -1.0]})
    with pytest.warns(UserWarning, match="2 returns left out"):
        summary = rfm(log, until=10)
    assert summary.loc[5].tolist() == [1, 3, 10, 4] and summary.index.tolist() == [5]


def test_rfm__an_end_that_is_no_day_is_told():
    log = pd.DataFrame({"customer": [5], "date": pd.to_datetime(["2024-01-05"]), "price_paid": [1.0]})
    with pytest.raises(ValueError, match="until must be a date"):
        rfm(log, until="foo")
    with pytest.raises(ValueError, match="until must be a number of days"):
        rfm(log.assign(time=1.0).drop(columns="date"), until="foo")
    with pytest.warns(UserWarning, match="nothing was bought until 2023-12-31"):
        assert rfm(log, until="2023-12-31").empty


def test_rfm__fits_as_it_is():
    lifetimes = pytest.importorskip("lifetimes")
    summary = rfm(read_transactions(random_log(np.random.default_rng(1), 300, 900), duplicates="keep"), per=7)
    model = lifetimes.BetaGeoFitter(penalizer_coef=0.1).fit(summary["frequency"], summary["recency"], summary["T"])
    assert model.params_.gt(0).all()
    assert summary.reset_index().columns.tolist() == ["customer_id", "frequency", "recency", "T", "monetary_value"]


@pytest.mark.slow
def test_a_million_rows__the_one_that_is_bad_is_found(tmp_path):
    path, bad = tmp_path / "log.csv", 765_432
    frame = random_log(np.random.default_rng(3), 100_000, 1_000_000)
    frame["amount"] = frame["amount"].astype(str)
    frame.loc[bad - 2, "amount"] = "12,50"
    frame.to_csv(path, index=False)
    message = f'log.csv:{bad}: amount: "12,50" is no number with decimal=".": give the other'
    assert told(path, duplicates="keep") == [message]
