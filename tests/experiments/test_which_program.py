"""Experiment 02: programs cost the same, meet the same market, and the page tells what was found."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls

FOLDER = Path(__file__).parents[2] / "experiments" / "02_which_program"


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("which_program", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small():
    changes = {"population.n_customers": 300, "steps": 52, "burn_in": 13}
    return ls.load(FOLDER / "market.toml").vary(changes)


@pytest.fixture(scope="module")
def found():
    return [pd.read_csv(FOLDER / f"{name}.csv") for name in ("settings", "effects", "groups")]


def test_market__has_no_program_and_every_world_only_programs_more(run, small):
    settings = dict.fromkeys(run.KINDS, 1.0)
    for (world, name), scenario in run.worlds(small, settings).items():
        programs = {brand: len(one.programs) for brand, one in scenario.brands.items()}
        ours, rivals = int(name != "none"), int(world == run.COPIED)
        assert programs == {"Ours": ours, "Rival": rivals, "Store": 0}
        plain = scenario.vary({"brands.Ours.programs": [], "brands.Rival.programs": []})
        assert plain == small
        if rivals:
            assert scenario.brands["Rival"].programs == scenario.brands["Ours"].programs


def test_search__makes_all_cost_the_same(run, small):
    settings = run.search(small, 1, 2).set_index("program")
    assert settings.loc["points", "value"] == run.POINTS_VALUE
    cost = settings["cost"]
    for name in ("member discount", "experiences"):  # few customers: those whose price moves jump in steps
        assert abs(cost[name] / cost["points"] - 1) <= run.TOLERANCE


def test_effects__are_told_against_no_program(run, small):
    measured, groups = run.run_stack(small, dict.fromkeys(run.KINDS, 1.0), 1, range(2))
    told = run.effects(measured).set_index(["world", "program", "metric"])
    base, points = measured[run.ALONE, "none"], measured[run.ALONE, "points"]
    assert told.loc[(run.ALONE, "points", "share"), "effect"] == pytest.approx((points["share"] - base["share"]).mean())
    assert told.loc[(run.ALONE, "points", "margin"), "effect"] == pytest.approx(points["margin"].mean())
    copied = measured[run.COPIED, "points"]["margin_accrued"] - points["margin_accrued"]
    assert told.loc[(run.TAKEN, "points", "margin_accrued"), "effect"] == pytest.approx(copied.mean())
    beside = measured[run.ALONE, "tiers"]["share"] - points["share"]
    assert told.loc[(run.BESIDE, "tiers", "share"), "effect"] == pytest.approx(beside.mean())
    shares = run.tell_groups(groups).query("metric == 'of_rewards'").groupby("program")["effect"].sum()
    np.testing.assert_allclose(shares, 1)


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys):
    run.main(["--replications", "2", "--customers", "300", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"settings.csv", "effects.csv", "groups.csv", "effects.svg"}
    printed = capsys.readouterr()
    assert printed.out.count("member discount") > 5 and "2 of 2 replications" in printed.err


def test_page__has_the_tables_of_the_files_beside_it(run, found):
    page = (FOLDER / "README.md").read_text("utf-8")
    missing = [line for line in run.tables(*found).splitlines() if line and line not in page]
    assert not missing


def test_settings__found_cost_the_same_within_the_tolerance(run, found):
    settings, whole, _ = found
    cost = settings.set_index("program")["cost"]
    assert (abs(cost / cost["points"] - 1) <= run.TOLERANCE).all()
    spent = whole[(whole.world == run.ALONE) & (whole.metric == "cost")].set_index("program")
    assert (abs(spent["effect"] / spent.loc["points", "effect"] - 1) < 0.02).all()  # over all replications


def test_answer__is_what_the_numbers_say(run, found):
    _, whole, groups = found
    effect = whole.set_index(["world", "program", "metric"]).sort_index()
    by = groups.set_index(["program", "group", "metric"]).sort_index()

    def of(metric, world=run.ALONE):
        return effect.xs((world, metric), level=("world", "metric"))

    share, bond, beside = of("share"), of("bond"), of("share", run.BESIDE)
    assert beside.loc["member discount", "ci_low"] > -0.001
    assert (beside.drop("member discount")["ci_high"] < -0.003).all()
    assert share.loc["experiences", "ci_high"] < share.drop("experiences")["ci_low"].min()
    assert bond.loc["experiences", "ci_low"] > 5 * bond.drop("experiences")["ci_high"].max()
    assert (of("margin_accrued")["ci_high"] < 0).all() and of("margin").loc["points", "ci_low"] > 0
    assert (of("subsidy_share")["effect"] > 0.87).all()
    assert (of("share", run.TAKEN)["ci_high"] < 0).all() and (of("share", run.COPIED)["ci_low"] > 0).all()
    assert of("bond", run.COPIED).loc["experiences", "ci_low"] > 0.008
    assert of("rival_bond", run.COPIED).loc["experiences", "ci_low"] > 0.008 > 0 > of("rival_bond")["ci_high"].max()
    growth = by.xs("growth", level="metric")
    assert growth.loc[("points", "light"), "ci_low"] > growth.loc[("points", "heavy"), "ci_high"]
    assert growth.loc[("tiers", "light"), "ci_high"] < growth.loc[("tiers", "heavy"), "ci_low"]
    assert by.loc[("points", "heavy", "margin"), "ci_high"] < 0 < by.loc[("points", "light", "margin"), "ci_low"]
