"""`new`, `schema`, `scenarios` and `check`: texts about scenarios."""

import json

import pytest

from loyaltysim import load
from loyaltysim.scenario_file import shipped


@pytest.mark.parametrize("name", shipped())
def test_new__prints_a_file_that_is_the_same_scenario(command, here, name):
    done = command("new", name)
    assert (done.code, done.err) == (0, "")
    (here / "mine.toml").write_text(done.out)
    assert load("mine.toml").to_toml() == load(name).to_toml()
    assert command("check", "mine.toml").code == 0


def test_new__imports_no_file_of_the_user(command, here, base):
    (here / "mine.py").write_text("raise SystemExit(3)")
    (here / "mine.toml").write_text(f'uses = ["mine"]\n{base}')
    done = command("new", "mine.toml")
    assert done.code == 0 and 'uses = ["mine"]' in done.out


def test_new__of_no_scenario_is_a_fault(command):
    assert command("new", "grocry").code == 2


def test_schema__is_json(command):
    done = command("schema")
    assert done.code == 0 and json.loads(done.out)["title"] == "A scenario of loyaltysim"


def test_scenarios__lists_all_that_are_shipped(command):
    done = command("scenarios")
    assert done.code == 0
    for name in shipped():
        scenario = load(name)
        (line,) = [line for line in done.out.splitlines() if line.startswith(f"{name} ")]
        assert f" {scenario.population.n_customers:,} " in line and f" {scenario.steps:,} × " in line
    rows = command("scenarios", "--json").json["scenarios"]
    assert [row["name"] for row in rows] == list(shipped())
    assert all(row["brands"] == list(load(row["name"]).brands) for row in rows)


@pytest.mark.parametrize("name", shipped())
def test_check__says_ok_and_what_it_is(command, name):
    done = command("check", name)
    scenario = load(name)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{name}: ok\n")
    for word in (
        scenario.title,
        f"{scenario.focal} (focal)",
        f"{scenario.population.n_customers:,}",
        "MB for 10 replications",
    ):
        assert word in done.out
    found = command("check", name, "--json").json
    assert found["ok"] is True and found["faults"] == [] and found["brands"] == list(scenario.brands)
    assert 1e8 < found["memory_bytes"] < 1e9


def test_check__of_a_change(command):
    assert command("check", "reference", "--set", "steps=3").out.count("3 of 1 week") == 1
    assert command("check", "reference", "--set", "steps=0").code == 2


def test_scenarios__lists_what_brands_can_do(command):
    done = command("scenarios", "--levers")
    assert done.code == 0
    rows = command("scenarios", "--levers", "--json").json["kinds"]
    assert {row["room"] for row in rows} == {"pricing", "programs", "rewards", "levers", "targets"}
    for row in rows:
        lines = [line for line in done.out.splitlines() if line.startswith(f"{row['kind']} ")]
        assert any(line.split(maxsplit=1)[1].strip() in row["says"] for line in lines), row
