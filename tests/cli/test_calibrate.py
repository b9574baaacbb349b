"""`calibrate`: a table or JSON of what was found, a whole folder, and mistakes in one line each."""

import json

import pytest

pytestmark = pytest.mark.slow  # each runs markets

SEEN = "weeks = 13\n[moments]\nshare = [0.5, 0.02]\npenetration = [[0.8, 0.05], [0.8, 0.05]]\n"
AXIS = ("--axis", "brands.Ours.price=[1.7,2.3]")


@pytest.fixture
def asked(small, here):
    """The words of a quick calibration."""
    (here / "seen.toml").write_text(SEEN)
    (here / "shares.toml").write_text("[moments]\nshares = [0.5, 0.02]\n")
    (here / "till.csv").write_text("customer,date,brand\na,2025-01-01,Oups\n")
    (here / "till.toml").write_text('[log]\nfile = "till.csv"\n')
    changes = ("--set", "metrics.period_steps=13", "--points", "30", "--replications", "2")
    return "calibrate", small, "--targets", "seen.toml", *AXIS, *changes


def test_calibrate__tells_settings_and_writes_a_whole_folder(command, here, asked):
    done = command(*asked, "--out", "found")
    assert (done.code, done.err) == (0, "")
    line = next(line for line in done.out.splitlines() if line.startswith("brands.Ours.price"))
    assert " to " in line and line.split()[1] == "2"
    names = {file.name for file in (here / "found").iterdir()}
    frames = {f"{name}.csv" for name in ("settings", "ridges", "targets", "draws", "candidates")}
    assert names == frames | {"scenario.toml", "report.txt", "summary.json", "calibration.svg", "manifest.json"}
    told = json.loads((here / "found" / "summary.json").read_text())
    assert told["command"] == "calibrate" and told["settings"][0]["path"] == "brands.Ours.price"
    assert command("check", "found/scenario.toml").code == 0
    refused = command(*asked, "--out", "found")
    assert refused.code == 2 and "is not empty" in refused.err


def test_calibrate__gives_json_with_what_was_held_out(command, asked):
    told = command(*asked, "--json").json
    assert [row["fitted"] for row in told["targets"]] == [True, True, True]
    told = command(*asked, "--hold-out", "0.5", "--json").json
    assert [row["fitted"] for row in told["targets"]] == [True, True, False]
    assert told["runs"] == 2 * (30 + 40 + 2 + 1) + 2 * 64


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--hold-out", "2"), '--hold-out: must be a number from 0 to below 1, was "2"'),
        (("--points", "few"), '--points: must be a whole number from 1 to 10000000, was "few"'),
        (("--method", "abcd"), '--method: there is no "abcd"; there are: abc, simulated_moments. Did you mean "abc"?'),
        (("--axis", "brands.Ours.prce=[1,2]"), '--axis: brands.Ours.prce: unknown setting "prce"'),
        (("--axis", "population.inertia=[2,1]"), "--axis: population.inertia: the least value (2) must be below"),
        (("--targets", "shares.toml"), 'shares.toml: no metric is called "shares"; there are: buyers'),
        (("--targets", "till.toml"), "till.toml: the log has brands that the scenario lacks: Oups; there"),
        (("--targets", "none.toml"), "none.toml: cannot be read: No such file"),
    ],
)
def test_calibrate__tells_a_mistake_in_one_line(command, asked, options, message):
    done = command(*asked, *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and len(done.err.splitlines()) == 1


def test_calibrate__tells_of_an_axis_without_values_once(command, asked):
    done = command(*asked[:4], "--axis", "population.inertia", *asked[6:])
    assert done.code == 2 and done.err.splitlines() == ['--axis: must be PATH=VALUE, was "population.inertia"']


def test_calibrate__says_that_a_table_in_percent_wants_counts(command, here, asked):
    (here / "kept.csv").write_text("period,retained\n0,100\n1,63.1\n")
    (here / "kept.toml").write_text('[retention]\nfile = "kept.csv"\n')
    done = command(*asked, "--targets", "kept.toml")
    assert done.code == 2 and "kept.toml: retention: calibration needs counts of customers" in done.err


def test_calibrate__says_whose_a_log_without_brands_is_taken_for(command, here, asked):
    rows = [f"{customer},2025-0{month}-0{1 + customer}" for customer in range(8) for month in (1, 3, 5, 8)]
    (here / "till.csv").write_text("\n".join(["customer,date", *rows]) + "\n")
    done = command(*asked, "--targets", "till.toml", "--set", "burn_in=0", "--set", "steps=52", "--hold-out", "0")
    assert done.code == 0 and "all its purchases are taken for those of Ours" in done.out


def test_calibrate__tells_mistakes_of_options_settings_and_targets_at_once(command, asked):
    wrong = ("--seed", "one", "--method", "abcd", "--targets", "shares.toml", "--axis", "brands.Ours.prce=[1,2]")
    done = command(*asked, *wrong)
    assert (done.code, done.out) == (2, "")
    told = [line.split(":")[0] for line in done.err.splitlines()]
    assert sorted(told) == ["--axis", "--method", "--seed", "4 faults", "shares.toml"]
