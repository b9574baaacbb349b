"""`loyaltysim lever-value`: a table for reading, one JSON object, and plain faults."""

import re
import tomllib

import pytest

from loyaltysim import lever_value, load
from loyaltysim.cli.numbers import effect_rows

LEVERS = (
    'brands.Ours.levers=[{kind = "communication", cost_each = 0.1}, '
    '{kind = "exclusive", cost_a_week = 2.0, from_week = 0}]'
)
COUNT = ["--replications", 3, "--seed", 4]


def test_lever_value__prints_each_lever_beside_its_cost(command, small):
    done = command("lever-value", small, *COUNT, "--set", LEVERS)
    assert (done.code, done.err) == (0, "")
    number = r"-?[\d,.]+ ± [\d,.]+"
    assert re.search(rf"^Ours: communication +{number} +{number} +{number}$", done.out, re.M)
    assert re.search(rf"^Ours: exclusive +{number} +{number} +{number}$", done.out, re.M)
    told = " ".join(done.out.split())
    assert "for all 2 of a column together" in told and "does not add up" in told
    assert "nan" not in done.out


def test_lever_value__as_json_has_the_frame(command, small):
    found = command("lever-value", small, *COUNT, "--set", LEVERS, "--json").json
    assert (found["command"], found["replications"], found["seed"]) == ("lever-value", 3, 4)
    market = load(small).vary({"brands.Ours.levers": tomllib.loads(LEVERS)["brands"]["Ours"]["levers"]})
    frame = lever_value(market, replications=3, seed=4)
    assert found["levers"] == effect_rows(frame.astype(object).where(frame.notna(), None))


def test_lever_value__says_what_was_pulled_before_the_measured_time(command, small):
    early = ["--set", LEVERS, "--set", "burn_in=5"]
    assert "With from_week = 0 they begin with it" in " ".join(
        command("lever-value", small, *COUNT, *early).out.split()
    )
    late = [*early, "--set", "brands.Ours.levers.0.from_week=0"]
    assert "from_week" not in command("lever-value", small, *COUNT, *late).out.partition("What each lever")[2]


def test_lever_value__says_what_it_cannot_tell(command, small):
    done = command("lever-value", small, "--set", LEVERS, "--set", "metrics.period_steps=0", "--replications", 1)
    assert done.code == 0 and "nan" not in done.out and "±" not in done.out
    assert "No period fits into the run" in done.err and "One replication has no interval" in done.err


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_lever_value__of_no_lever_is_a_plain_fault(command, small, how, here):
    done = command("lever-value", small, *COUNT, "--store", "kept", *how)
    told = done.json["faults"][0]["message"] if how else done.err
    assert done.code == 2 and "no brand pulls a lever in this scenario: set brands.NAME.levers" in told
    assert "Traceback" not in done.err and not (here / "kept").exists()


def test_lever_value__goes_on_in_a_store(command, small, here):
    words = ["lever-value", small, *COUNT, "--set", LEVERS, "--json", "--store", "kept"]
    first, again = (command(*words).json for _ in range(2))
    assert first == again and (here / "kept").is_dir()
