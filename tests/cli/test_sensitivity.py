"""`sensitivity`: tables or JSON of what drives a result, and mistakes in one line each."""

import pandas as pd
import pytest

pytestmark = pytest.mark.slow  # each starts a process of its own

AXIS = ("--axis", "brands.Ours.price=[1.9,2.1]", "--replications", "3", "--metric", "share")


def test_sensitivity__tells_both_ends_with_their_intervals(command, small):
    done = command("sensitivity", small, *AXIS)
    assert (done.code, done.err) == (0, "")
    lines = [line for line in done.out.splitlines() if line.startswith("brands.Ours.price")]
    assert "at its least (1.9)" in lines[0] and "at its largest (2.1)" in lines[1] and " to " in lines[0]
    rows = command("sensitivity", small, *AXIS, "--store", "kept", "--json").json["rows"]
    assert [row["measure"] for row in rows] == ["low", "high"] and rows[0]["effect"] > 0 > rows[1]["effect"]
    table = pd.read_csv("kept/sensitivity.csv")
    assert table["effect"].tolist() == pytest.approx([row["effect"] for row in rows], rel=1e-12)
    assert set(table["method"]) == {"tornado"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--axis", "brands.Ours.price=[2]"), "brands.Ours.price: needs the least and the largest value, was given 1"),
        ((*AXIS, "--metric", "shares"), '--metric: no metric is called "shares"'),
        (
            (*AXIS, "--method", "tornados"),
            '--method: there is no "tornados"; there are: tornado, morris, sobol. Did you',
        ),
        ((*AXIS, "--samples", "few"), '--samples: must be a whole number from 1 to 10000000, was "few"'),
    ],
)
def test_sensitivity__tells_a_mistake_in_one_line(command, small, options, message):
    done = command("sensitivity", small, *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and len(done.err.splitlines()) == 1
