"""A small market with names that mean harm, run and compared by the command, and reports of it."""

import sys
from pathlib import Path

import pytest

from loyaltysim import report
from loyaltysim.cli import main

FOCAL, RIVAL = "=Ours & <b>Søn</b>", "@Rival"
TITLE = '=HYPERLINK("x")<script>alert(1)</script> Ærø'
TEXT = f"""\
schema = 1
title = '{TITLE}'
focal = "{FOCAL}"
steps = 39
burn_in = 13
currency = "kr"

[population]
n_customers = 150
# two a month; a panel of 1998
needs_per_week = {{ distribution = "gamma", mean = 1.0, shape = 0.8 }}
price_sensitivity = 2.0 # assumed here

[network]
kind = "random"
mean_degree = 6

[word_of_mouth]
talk = "threshold"
influence = "heard"

[behavior.experience]
kind = "normal"
spread = 0.3 # assumed

[brands."{FOCAL}"]
price = 2.0
unit_cost = 1.0

[[brands."{FOCAL}".programs]]
kind = "points"
reward = {{ kind = "cash", value = 1.0, threshold = 6.0 }}
customer_response = {{ kind = "worth", worth_weight = 3.0 }}
expiry = {{ kind = "inactivity", weeks = 8 }}

[[brands."{FOCAL}".levers]]
kind = "communication"
cost_a_week = 1.0
target = {{ kind = "rfm", share = 0.5 }}

[brands."{RIVAL}"]
price = 1.9

[[brands."{RIVAL}".pricing]]
kind = "promotion_calendar"
depth = 0.2
"""


def command(*words: object) -> None:
    """Run the command; it must end well."""
    before, sys.argv = sys.argv, ["loyaltysim", *map(str, words)]
    try:
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
    finally:
        sys.argv = before


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    """A folder with `mine.toml`, `mine` (a run) and `both` (a comparison with a market without the program)."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "mine.toml").write_text(TEXT, "utf-8")
    start, _, rest = TEXT.partition("[[brands")
    (folder / "none.toml").write_text(start + rest[rest.index(f'[brands."{RIVAL}"]') :], "utf-8")
    few = ("--replications", 3, "--quiet")
    command("run", folder / "mine.toml", "--out", folder / "mine", *few)
    command("compare", folder / "none.toml", folder / "mine.toml", "--out", folder / "both", *few)
    command("run", folder / "none.toml", "--out", folder / "none", *few)
    return folder


@pytest.fixture(scope="session")
def found(place) -> report.Findings:
    """All that is told of `mine`."""
    return report.work_out(report.read(place / "mine"))


@pytest.fixture(scope="session")
def written(place, found) -> Path:
    """The report of `mine`."""
    report.write(found, place / "page")
    return place / "page"
