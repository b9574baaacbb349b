"""`stress`: two tables for reading, rows for machines, and a mistake in one line."""

import pytest

pytestmark = pytest.mark.slow  # each starts a process of its own


def test_stress__tells_worlds_and_what_the_program_does_there(command, here, small):
    done = command("stress", small, "--world", "price_war", "--replications", 2)
    assert (done.code, done.err) == (0, "")
    assert "What each world does to Ours" in done.out and "What Ours's program does in each world" in done.out
    assert "price war: every rival's prices are 15 % lower, always." in done.out
    words = ("--world", "price_war", "--replications", 2, "--json", "--store", "kept")
    rows = command("stress", small, *words).json["rows"]
    assert len((here / "kept" / "stress.csv").read_text().splitlines()) == 1 + len(rows)
    assert {(row["world"], row["of"]) for row in rows} == {
        ("as it is", "program"), ("price_war", "world"), ("price_war", "program"),
    }  # fmt: skip


def test_stress__of_a_world_that_is_none_names_the_nearest(command, small):
    done = command("stress", small, "--world", "price_wars")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith('--world: there is no "price_wars"') and 'Did you mean "price_war"?' in done.err
