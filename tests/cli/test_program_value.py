"""`loyaltysim program-value`: a table for reading, one JSON object, and plain faults."""

import pandas as pd
import pytest

from loyaltysim.cli.program_value import in_words
from loyaltysim.study.program_value import AMOUNTS, ProgramValue

SMALL = ["--set", "population.n_customers=300", "--set", "steps=52", "--set", "burn_in=26", "--replications", "2"]


def test_program_value__prints_profit_and_loss_and_who_benefits(command):
    told = command("program-value", "grocery", *SMALL)
    assert told.code == 0
    for words in (
        "What Ours's program brought in 52 weeks",
        "= margin",
        "Who benefits",
        "heavy",
        "ach EUR of rewards",
    ):
        assert words in told.out
    assert "fees" not in told.out


def test_program_value__as_json_has_the_frames(command):
    found = command("program-value", "grocery", *SMALL, "--json").json
    assert found["command"] == "program-value" and found["replications"] == 2
    parts = {row["part"]: row for row in found["parts"]}
    assert {"margin", "liability", "return_on_cost"} <= set(parts) and parts["margin"]["unit"] == "EUR"
    assert {row["group"] for row in found["groups"]} == {"none", "light", "medium", "heavy"}


def test_program_value__of_one_replication_has_no_interval(command):
    told = command("program-value", "grocery", *SMALL[:-1], "1")
    assert told.code == 0 and "nan" not in told.out


def test_program_value__of_no_program_is_a_plain_fault(command):
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs=[]")
    assert told.code == 2 and told.out == "" and '"Ours" has no program' in told.err and "Traceback" not in told.err
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs=[]", "--json")
    assert told.code == 2 and "no program" in told.json["faults"][0]["message"]


def test_program_value__of_a_program_that_gives_nothing_says_so(command):
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs.0.reward.threshold=1e7")
    assert told.code == 0 and "handed out nothing" in told.out


def value(costs, margins, owed) -> ProgramValue:
    """A value of given costs, margins and what is owed, one a replication."""
    rows = pd.DataFrame({"replication": range(len(costs)), "units": 1} | dict.fromkeys(AMOUNTS, 0.0))
    rows = rows.assign(program_cost=costs, subsidy=costs, margin=margins, liability=owed)
    return ProgramValue(rows.assign(margin_accrued=rows["margin"] - rows["liability"]), pd.DataFrame(), "A", "EUR")


@pytest.mark.parametrize(
    ("costs", "margins", "owed", "said"),
    [
        # margin is 20 % of what was given, but less what is owed it is -40 of 400: -0.1
        ([300.0, 300.0], [60.0, 60.0], [100.0, 100.0], "Each EUR of rewards, given or still owed, lost 0.1"),
        ([300.0, 300.0], [60.0, 60.0], [0.0, 0.0], "Each EUR of rewards earned 0.2"),
        (
            [300.0, 300.0],
            [60.0, 140.0],
            [100.0, 100.0],
            "What each EUR of rewards, given or still owed, earned beyond itself cannot be told from zero: 0",
        ),
        ([0.0, 0.0], [0.0, 0.0], [100.0, 100.0], "The program handed out nothing, and owes 100"),
    ],
)
def test_words__are_of_the_margin_that_the_table_ends_with(costs, margins, owed, said):
    assert in_words(value(costs, margins, owed)).startswith(said)


def test_program_value__tells_the_week_of_a_launch_and_refuses_one_after_the_end(command):
    week = "brands.Ours.programs.0.from_week"
    assert "begins in week 26 of" in command("program-value", "grocery", *SMALL, "--set", f"{week}=26").out
    told = command("program-value", "grocery", *SMALL, "--set", f"{week}=52")
    assert told.code == 2 and f"{week}: week 52 is after the end of the run, 52 weeks" in told.err


def test_program_value__without_a_burn_in_says_that_nobody_bought_before(command):
    told = command("program-value", "club", *SMALL, "--set", "burn_in=0")
    assert "Nobody bought before" in told.out and "heavy" not in told.out
    assert "fees are in the table above alone" in " ".join(told.out.split())
    assert "Nobody bought before" not in command("program-value", "grocery", *SMALL).out
