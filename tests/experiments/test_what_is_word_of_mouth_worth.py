"""Experiment 03: networks are as dense as each other, its files add up, and the page tells what was found."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.study.seeding import NOBODY

FOLDER = Path(__file__).parents[2] / "experiments" / "03_what_is_word_of_mouth_worth"


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("what_is_word_of_mouth_worth", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found():
    return tuple(pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False) for name in ("value", "social", "seeding"))


@pytest.fixture(scope="module")
def margin(found):
    values = found[0]
    return values[values.metric == "margin"].set_index(["market", "network", "part"])


def test_networks__have_as_many_ties(run):
    for network in run.NETWORKS:
        degree = ls.Simulation(run.world(network, "half", 2000)).world.neighbors.degree()
        assert degree.mean() == pytest.approx(10, abs=0.15), network


def test_markets__differ_in_who_is_there(run):
    there = {}
    for market in run.MARKETS:
        arrays = ls.Simulation(run.world("random", market, 2000)).world.customers.arrays
        there[market] = (arrays["entered"] >= 0).mean() if "entered" in arrays else 1.0
    assert there["young"] == pytest.approx(0.05, abs=0.02) and there["half"] == pytest.approx(0.5, abs=0.04)
    assert there["mature"] == 1


def test_messages__come_near_three_to_one(run):
    data = ls.replicate(run.world("random", "half", 2000), replications=2).sel(segment="all")
    assert 2.4 < float(data["messages_positive"].sum() / data["messages_negative"].sum()) < 3.6


def test_files__add_up(run, margin):
    effect = margin["effect"].unstack("part")
    assert len(effect) == len(run.NETWORKS) * len(run.MARKETS)
    rounding = {"rtol": 1e-4, "atol": 0.05}
    np.testing.assert_allclose(effect.total, effect.direct + effect.indirect, **rounding)
    np.testing.assert_allclose(effect.total, effect.retention + effect.acquisition + effect.costs, **rounding)
    np.testing.assert_allclose(effect.acquisition, effect.acceleration + effect.expansion, **rounding)


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys):
    run.main(["--replications", "2", "--customers", "200", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"value.csv", "social.csv", "seeding.csv", "value.svg"}
    printed = capsys.readouterr()
    assert printed.out.count("| scale free |") == 4 and "seeding: all friends" in printed.err


def test_page__has_the_tables_of_the_files_beside_it(run, found):
    page = (FOLDER / "README.md").read_text("utf-8")
    missing = [line for line in run.tables(*found).splitlines() if line and line not in page]
    assert not missing


def test_answer__is_what_the_numbers_say(run, found, margin):
    share = {market: margin.loc[(market, "random", "total")] for market in run.MARKETS}
    percent = {market: 100 * row.effect / row.baseline for market, row in share.items()}
    assert [round(percent[market], 1) for market in run.MARKETS] == [32.1, 12.9, 0.7]
    assert share["half"].ci_low > share["young"].ci_high > share["mature"].ci_high
    effect = margin["effect"].unstack("part")
    of_all = effect.div(effect["total"], axis=0)
    assert (of_all.loc[["young", "half"], "expansion"] > 0.94).all() and (
        of_all.loc["mature", "retention"] > 0.88
    ).all()
    assert round(of_all.loc[("young", "random"), "indirect"], 2) == 0.19
    passed_on = margin.loc[("mature", "random", "indirect")]
    assert passed_on.ci_low < 0 < passed_on.ci_high
    equal = [network for network in run.NETWORKS if network != "layers"]
    for market in run.MARKETS:
        rows = margin.xs("total", level="part").loc[market]
        assert rows.loc[equal, "ci_low"].max() < rows.loc[equal, "ci_high"].min()
        assert rows.loc["layers", "ci_high"] < rows.loc[equal, "ci_low"].min()


def test_answer__on_whom_to_hear_and_to_seed_is_what_the_numbers_say(run, found):
    _, social, seeds = found
    word = social.set_index(["market", "network", "group", "against"])
    hubs = word.loc[("half", "scale free", "top 1 %", "random 1 %")]
    assert hubs.ci_low > 3
    for where in (("half", "random"), ("mature", "scale free")):
        other = word.loc[(*where, "top 1 %", "random 1 %")]
        assert other.ci_low < 0 < other.ci_high
    pairs = seeds[seeds.metric == "margin"].set_index(["audience", "scenario", "against"])
    assert pairs.loc[("all friends", "hubs", "random")].ci_low > 11
    for audience, way in (("one friend", "hubs"), *((a, w) for a in run.AUDIENCES for w in ("loyal", "high value"))):
        pair = pairs.loc[(audience, way, "random")]
        assert pair.ci_low < 0 < pair.ci_high, (audience, way)
    assert (pairs.xs(NOBODY, level="against").ci_low > 0).all()
