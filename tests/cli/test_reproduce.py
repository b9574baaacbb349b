"""`reproduce`: the same bits again, and everything that is not as it was is named."""

import json

import pytest

pytestmark = pytest.mark.slow  # each starts processes of its own


@pytest.fixture
def saved(command, small):
    assert command("run", small, "--replications", 2, "--seed", 7, "--out", "kept").code == 0
    return "kept"


def test_reproduce__gives_the_same_bits(command, here, saved):
    before = {path: path.stat().st_mtime_ns for path in (here / saved).rglob("*")}
    done = command("reproduce", saved)
    assert (done.code, done.err) == (0, "")
    (line,) = done.out.splitlines()
    assert line.startswith("same: results.nc: ") and line.endswith("results are the same, bit for bit")
    assert {path: path.stat().st_mtime_ns for path in (here / saved).rglob("*")} == before


def test_reproduce__of_a_comparison_makes_each_scenario_again(command, small):
    pair = (small, "coffee")
    fewer = ("--set", "population.n_customers=50", "--set", "steps=20", "--set", "metrics.period_steps=10")
    assert command("compare", *pair, *fewer, "--set", "burn_in=0", "--replications", 2, "--out", "two").code == 0
    done = command("reproduce", "two", "--json")
    assert done.code == 0 and done.json["same"]
    assert [finding["what"] for finding in done.json["findings"]] == ["coffee.nc", "small.nc"]


def test_reproduce__names_what_was_changed_and_what_then_differs(command, here, saved):
    file = here / saved / "scenario.toml"
    file.write_text(file.read_text().replace("price = 2.0", "price = 2.1"))
    done = command("reproduce", saved)
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first == "DIFFERS: scenario.toml: was changed since it was written"
    assert second.startswith("DIFFERS: results.nc: ") and "price" in second


def test_reproduce__says_which_versions_wrote_it(command, here, saved):
    manifest = here / saved / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "source_hash": "other", "versions": "loyaltysim 0.0.1"}))
    done = command("reproduce", saved)
    assert done.code == 0 and done.out.startswith("note: versions: written by loyaltysim 0.0.1, made again by python ")


def test_reproduce__of_another_folder_is_refused(command, here):
    (here / "empty").mkdir()
    done = command("reproduce", "empty")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        '"empty" has no manifest.json that can be read: it is no folder that `run --out` or `compare --out` wrote\n'
    )
