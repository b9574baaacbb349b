"""A line that is no TOML is told with what to write instead, and that is TOML."""

import tomllib

import pytest

from loyaltysim.toml_remedies import remedy

SLIPS = {
    "2,10": 2.10,
    "-2,1": -2.1,
    "1.000,50": 1000.50,
    "1.234.567,5": 1234567.5,
    "1,234.5": 1234.5,
    "1,234,567": 1234567,
    "10,000": 10000,
    "10 000": 10000,
    "10'000": 10000,
    "25%": 0.25,
    "2,5 %": 0.025,
    ".5": 0.5,
    "-.5": -0.5,
    "5.": 5.0,
    "Yes": True,
    "FALSE": False,
}


@pytest.mark.parametrize("slip", SLIPS)
def test_remedy__is_toml_and_what_was_meant(slip):
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(f"x = {slip}")
    said = remedy(f"  x = {slip}  # a price")
    assert said.startswith("write ")
    written = said.split()[1].rstrip(",:")
    assert tomllib.loads(f"x = {written}")["x"] == SLIPS[slip]


@pytest.mark.parametrize(
    "slip, said",
    [
        ("“Ours”", 'write straight quotes: "…"'),
        ('"Ours', "the quote is not closed on this line"),
        ("Ours", 'a text stands in quotes: "Ours"'),
        ("2.10 EUR", "write the number alone, without a unit"),
        ("€2.10", "write the number alone, without a unit"),
        ("[1, 2", ""),
        ("", ""),
    ],
)
def test_remedy__of_what_is_no_number(slip, said):
    assert remedy(f"x = {slip}") == said


def test_remedy__says_both_where_a_comma_can_mean_either():
    assert remedy("x = 10,000") == "write 10000, or 10.000 if a decimal is meant"
