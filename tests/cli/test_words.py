"""Numbers and sentences: digits that mean something, and plain words that say no more than the interval."""

import io
import math

import pytest
from rich.console import Console

from loyaltysim.cli.asked import read_change
from loyaltysim.cli.numbers import Number
from loyaltysim.cli.sentences import sentence
from loyaltysim.cli.tables import table
from loyaltysim.study.wording import span

NAN = math.nan


@pytest.mark.parametrize(
    ("number", "text", "half", "interval"),
    [
        (Number(64.2134, 63.8934, 64.5334), "64.21", "64.21 ± 0.32", "63.89 to 64.53"),
        (Number(64.2134, 51.2134, 77.2134), "64", "64 ± 13", "51 to 77"),
        (Number(-12345.6, -12400.0, -12291.2), "-12,346", "-12,346 ± 54", "-12,400 to -12,291"),
        (Number(0.05, 0.026, 0.074), "0.05", "0.05 ± 0.02", "0.03 to 0.07"),
        (Number(0.1, 0.002, 0.198), "0.100", "0.100 ± 0.098", "0.002 to 0.198"),  # no end looks like 0 that is not
        (Number(-0.001, -0.3, 0.298), "0.00", "0.00 ± 0.30", "-0.30 to 0.30"),
        (Number(0.004, NAN, NAN), "0.004", "0.004", "–"),
        (Number(0.0, 0.0, 0.0), "0", "0 ± 0", "0 to 0"),
        (Number(1000.0, 1000.0, 1000.0), "1,000", "1,000 ± 0", "1,000 to 1,000"),
        (Number(3.14159, NAN, NAN), "3.14", "3.14", "–"),
        (Number(NAN, NAN, NAN), "–", "–", "–"),
    ],
)
def test_number__is_written_with_the_digits_that_its_interval_is_worth(number, text, half, interval):
    assert (number.text(), number.with_half(), number.interval()) == (text, half, interval)


def test_number__turned_around_keeps_its_ends_in_order():
    assert Number(-2.0, -3.0, -1.0).times(-1) == Number(2.0, 1.0, 3.0)


def effect(metric, mean, low, high, unit="1"):
    return {"metric": metric, "effect": mean, "ci_low": low, "ci_high": high, "unit": unit}


def test_sentence__says_what_is_lost():
    rows = [effect("share", -0.012, -0.015, -0.009)]
    said = sentence("rivals' promotions", "Ours", rows)
    assert said == "Rivals' promotions cost Ours 1.20 points of share (95 %: 0.90 to 1.50)."


def test_sentence__says_what_is_won_lost_and_open():
    rows = [
        effect("margin", -111.0, -199.0, -23.0, "EUR"),
        effect("share", 0.03, -0.01, 0.07),
        effect("retention_rate", 0.0235, 0.0225, 0.0245),
        effect("units", 5.0, 4.0, 6.0, "units"),
    ]
    assert sentence("our program", "Ours", rows) == (
        "Our program brought Ours 2.35 points of retention (95 %: 2.25 to 2.45) but cost it 111 EUR of margin "
        "(95 %: 23 to 199). The effect on share cannot be told from zero."
    )


def test_sentence__of_margin_leaves_out_what_members_are_owed():
    rows = [effect("margin", 273.0, 181.0, 366.0, "EUR"), effect("margin_accrued", -106.0, -189.0, -22.0, "EUR")]
    assert sentence("a launch", "Ours", rows) == (
        "A launch cost Ours 106 EUR of margin with what is owed taken off (95 %: 22 to 189)."
    )


def test_sentence__says_that_runs_were_equal_not_that_it_is_certain():
    rows = [{**effect("margin", -2.4, -2.4, -2.4, "EUR"), "n": 2}]
    assert sentence("word of mouth", "Ours", rows) == (
        "Word of mouth cost Ours 2.40 EUR of margin (the same in each of 2 replications)."
    )


def test_sentence__says_when_nothing_can_be_told():
    rows = [effect("share", 0.0, -1.0, 1.0), effect("margin", 0.0, -1.0, 1.0, "EUR")]
    assert (
        sentence("word of mouth", "A", rows)
        == "Word of mouth: the effect on share and margin cannot be told from zero."
    )
    assert sentence("word of mouth", "A", [effect("share", NAN, NAN, NAN)]) == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (91, "13 weeks"),
        (7, "1 week"),
        (1, "1 day"),
        (28, "4 weeks"),
        (365.25, "1 year"),
        (3652.5, "10 years"),
        (0.5, "0.5 days"),
    ],
)
def test_span__is_in_the_largest_whole_unit(days, words):
    assert span(days) == words


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("steps=3", "steps", 3),
        ("a.b=0.5", "a.b", 0.5),
        ("a=true", "a", True),
        ("a=[1, 2]", "a", [1, 2]),
        ('a={ kind = "x" }', "a", {"kind": "x"}),
        ("title=My market", "title", "My market"),
        ('title="3"', "title", "3"),
        ("title=a=b", "title", "a=b"),
        ("title=", "title", ""),
        ("title=1\n[b]", "title", "1\n[b]"),
        ('brands."A=B".price=2', 'brands."A=B".price', 2),
    ],
)
def test_change__is_a_toml_value_else_a_text(text, path, value):
    assert read_change(text) == (path, value)


@pytest.mark.parametrize("width", [80, 120])
def test_table__cuts_no_number_and_wraps_long_names(width):
    numbers = ["85.24 ± 0.26"] * 5
    heads = ["\nbrand", *[f"retention\n{unit}" for unit in ("%", "%", "% of units", "%", "a buyer")]]
    console = Console(width=width, file=io.StringIO())
    console.print(table("Brands", heads, [["A brand of a very long name, by the way", *numbers], ["B", *numbers]]))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.count("85.24 ± 0.26") for line in lines) == 10 and "…" not in console.file.getvalue()
