"""Experiment 06: money is spent as said, strengths meet their aims, and the page tells what was found."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls

FOLDER = Path(__file__).parents[2] / "experiments" / "06_keep_or_win"


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("keep_or_win", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def returns():
    return pd.read_csv(FOLDER / "returns.csv")


@pytest.fixture(scope="module")
def splits():
    return pd.read_csv(FOLDER / "splits.csv")


def test_money__is_spent_in_the_year_and_no_more_than_there_is(run):
    base = run.market("mature", 300)
    week = run.BUDGET * 300 / run.YEAR
    world = run.with_levers(base, win=week / 2, keep=week / 2, winning=1.0, keeping=1.0)
    data = ls.replicate(world, replications=2).sel(brand="Ours", segment="all")
    cost = data["lever_cost"]
    assert float(cost.isel(step=slice(run.YEAR, None)).sum()) == 0
    total = cost.sum("step").values
    each = run.KEEPING * run.ROUND / run.YEAR
    assert (total <= run.BUDGET * 300 + 1e-9).all()
    assert (total >= run.BUDGET * 300 - 13 * each - 1e-9).all()  # a round may leave less than one present's money


def test_files__have_every_market_and_split(run, returns, splits):
    assert set(returns.market) == set(splits.market) == set(run.MARKETS)
    assert len(splits) == len(run.MARKETS) * len(run.BETTER) * len(run.SPLITS) * 3
    assert (splits[splits.to_winning == 1.0].groupby(["market", "metric"])["effect"].nunique() == 1).all(), (
        "where nothing is left for keeping, what it would do does not matter"
    )


def test_winning__costs_about_what_the_claim_says(run, returns):
    cost = returns[returns.what == "a customer won costs"].set_index("market")
    aim = run.CLAIM * run.KEEPING
    for market in run.MARKETS:
        assert cost.loc[market, "ci_low"] - 0.1 * aim < aim < cost.loc[market, "ci_high"] + 0.1 * aim, market


def test_ratio__is_the_one_at_which_both_bring_the_same(run, returns):
    found = returns.set_index(["market", "what", "fewer_leave"])["effect"].sort_index()
    for market in run.MARKETS:
        win = found.loc[(market, "a EUR of winning brings")].iloc[0]
        for better in run.BETTER:
            keep = found.loc[(market, "a EUR of keeping brings", better)]
            ratio = found.loc[(market, "winning pays up to a ratio of", better)]
            assert ratio == pytest.approx(run.CLAIM * win / keep, rel=1e-6)


def test_page__tells_the_tables_that_the_files_make(run, returns, splits):
    page = (FOLDER / "README.md").read_text("utf-8")
    for line in run.tables(returns, splits).splitlines():
        assert line in page, line


def test_claim__speaks_for_what_its_interval_says(run):
    row = {"ci_low": 4.1, "ci_high": 4.7}
    assert [run.verdict(row, claim) for claim in (4.0, 4.4, 5.0)] == ["winning", "neither", "keeping"]


@pytest.mark.parametrize("claim", ["0", "-5", "nan", "five"])
def test_claim__that_is_no_number_above_0_is_refused_in_words(run, claim, capsys):
    with pytest.raises(SystemExit) as end:
        run.main(["--claim", claim])
    assert end.value.code == 2 and "--claim" in capsys.readouterr().err


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(run, "TURNS", 1)
    monkeypatch.setattr(run, "PILOT", 2)
    run.main(["--claim", "3", "--replications", "2", "--customers", "200", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"returns.csv", "splits.csv", "returns.svg"}
    printed = capsys.readouterr()
    assert "| what a claim of 3 speaks for |" in printed.out
    assert printed.out.count("\n| 50% |") == 4 and "the mature, fickle market …" in printed.err
    assert np.isfinite(pd.read_csv(tmp_path / "splits.csv")["effect"]).all()
