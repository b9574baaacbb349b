"""Experiment 05: worlds differ in who joins and in what it does; the page tells what was found."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

import loyaltysim as ls

FOLDER = Path(__file__).parents[2] / "experiments" / "05_what_your_dashboard_gets_wrong"


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("what_your_dashboard_gets_wrong", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found():
    return [pd.read_csv(FOLDER / f"{name}.csv") for name in ("estimates", "joined", "groups")]


def test_worlds__differ_in_who_joins_and_what_it_does_alone(run):
    for name in run.WORLDS:
        scenario = run.world(name, 300)
        (program,) = scenario.brands["Ours"].programs
        chosen = "who likes us" in name
        assert (program.enrollment.by_taste, program.enrollment.by_need) == ((1, 2) if chosen else (0, 0))
        assert (program.customer_response.kind == "none") == ("no effect" in name)
        plain = {"brands.Ours.programs": []}
        assert scenario.vary(plain) == run.market(300).vary(plain)


def test_groups__by_hand(run):
    weeks = {0: [1, 40, 41, 42, 43, 53], 1: [45, 60, 64.9, 65], 2: [2], 3: [52]}
    log = pd.DataFrame([(c, w) for c, own in weeks.items() for w in own], columns=["customer", "week"])
    found = run.by_group(log, 0).set_index("group")
    assert found["customers"].to_dict() == {"nothing": 1, "once": 1, "three times or more": 1}  # 3 was not known
    assert found["before"].to_dict() == {"nothing": 0, "once": 1, "three times or more": 4}
    assert found["after"].to_dict() == {"nothing": 0, "once": 2, "three times or more": 1}


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys):
    run.main(["--replications", "2", "--customers", "400", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"estimates.csv", "joined.csv", "groups.csv", "estimates.svg"}
    printed = capsys.readouterr()
    assert printed.out.count("| naive gap |") == 3 and "who likes us, an effect …" in printed.err


def test_page__has_the_tables_of_the_files_beside_it(run, found):
    page = (FOLDER / "README.md").read_text("utf-8")
    missing = [line for line in run.tables(*found).splitlines() if line and line not in page]
    assert not missing


def test_picture__is_the_same_at_each_run(run, found, tmp_path):
    first, second = (ls.plots.save(run.draw(found[0], found[2]), tmp_path / "estimates.svg").read_bytes() for _ in "ab")
    assert first == second


def test_answer__is_what_the_numbers_say(run, found):
    estimates, joined, groups = found
    of = estimates.set_index(["estimator", "world"])
    for world in run.WORLDS:
        naive, trial = of.loc[("naive gap", world)], of.loc[("randomized hold-out", world)]
        assert naive.bias_low > 3 and naive.coverage == 0
        assert abs(trial.bias) < 0.25 and trial.coverage > 0.85
    assert (of.xs("who likes us, no effect", level="world")["truth"] == 0).all()
    by = groups.set_index(["group", "what"])
    assert by.loc[("nothing", "change"), "ci_low"] > 0 > by.loc[("three times or more", "change"), "ci_high"]
    trial, before = (of.loc[(name, run.SHOWN)] for name in ("randomized hold-out", "before–after"))
    others = of.xs(run.SHOWN, level="world").drop(["randomized hold-out", "before–after", "sBG forecast"])
    assert abs(trial.bias) < abs(before.bias) < others["bias"].abs().min()
    assert trial.bias_low < 0 < trial.bias_high and before.bias_high < 0
    cohort = joined[joined["of"] == run.ASKED[1]].set_index("world")["share"]
    came_back = of.xs("sBG forecast")["estimate"] * cohort
    assert came_back.between(0.245, 0.265).all(), "a quarter of the cohort in each world"


def test_joined__is_told_of_those_known_at_the_launch_and_of_the_first_quarter(run):
    found = run.joined(2, 1, 300).set_index(["of", "world"])["share"]
    alike, chosen = found.xs("all alike, no effect", level="world"), found.xs("who likes us, no effect", level="world")
    assert (alike < chosen).all() and (found > 0).all()
