"""Experiment 01: campaigns touch nothing but what they say, cost what they say, and the page tells what was found."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from loyaltysim.simulation import Simulation
from loyaltysim.validation.same_bits import fingerprint

FOLDER = Path(__file__).parents[2] / "experiments" / "01_discounts_do_not_buy_loyalty"


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("discounts_do_not_buy_loyalty", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(run):
    """The first two worlds, small and young."""
    markets = list(run.worlds(customers=400).items())[:2]
    return {world: market.vary({"burn_in": 13}) for world, market in markets}


@pytest.fixture(scope="module")
def measured(run, small):
    return run.run_stack(small, 1, range(3))[0]


@pytest.fixture(scope="module")
def found():
    return pd.read_csv(FOLDER / "effects.csv"), pd.read_csv(FOLDER / "returns.csv")


def test_branches__to_no_campaign_and_back_change_no_bit(run, small):
    market = small["bonds"]
    straight = Simulation(market, replications=range(2)).run()
    start = Simulation(market, replications=range(2), log=True).run(until=run.BEGINS)
    during = start.branch(run.CAMPAIGNS["nothing"].scenario(market), log=True).run(until=run.ENDS)
    assert fingerprint(during.branch(market).run()) == fingerprint(straight)
    other = start.branch(run.CAMPAIGNS["service +0.05"].scenario(market)).run(until=run.ENDS)
    assert fingerprint(other.branch(market).run()) != fingerprint(straight)


@pytest.mark.slow
def test_campaigns__change_nothing_before_they_begin_and_something_after(run, measured):
    for (world, name), values in measured.items():
        for metric, usual in measured[world, "nothing"].items():
            np.testing.assert_array_equal(values[metric][:, : run.DURING], usual[:, : run.DURING], err_msg=metric)
        assert name == "nothing" or not np.array_equal(values["units"], measured[world, "nothing"]["units"])


@pytest.mark.slow
def test_outlay__is_a_fifth_of_the_list_price_of_what_the_discount_sold(run, measured):
    sold = measured["bonds", "own discount"]["units"][:, run.DURING]
    np.testing.assert_allclose(run.outlay(measured, "bonds", "own discount"), 0.2 * 2.0 * sold)
    np.testing.assert_allclose(run.outlay(measured, "bonds", "nothing"), 0, atol=1e-9)


@pytest.mark.slow
def test_outlay__of_service_is_that_of_the_discount(run, measured):
    for world, name in measured:
        other = run.CAMPAIGNS[name].as_dear_as
        if other:
            costs = [run.outlay(measured, world, one).mean() for one in (name, other)]
            assert costs[0] == pytest.approx(costs[1], rel=1e-9) and costs[0] > 0


@pytest.mark.slow
def test_margin__of_service_is_that_of_its_sales_less_the_outlay(run, measured):
    spent = run.outlay(measured, "bonds", "service +0.1")
    sold = measured["bonds", "service +0.1"]["margin"][:, 2:4].sum(1)
    np.testing.assert_allclose(run.at(measured, "bonds", "service +0.1", "net_margin", 3), sold - spent)


def test_after_deals__counts_chances_desertions_and_returns(run):
    def bought(customer, brand, week, deal=False):
        return {"replication": 0, "customer": customer, "time": 7.0 * week, "occasion": 0, "brand": brand, "deal": deal}

    log = pd.DataFrame(
        [
            bought(1, "Ours", 20), bought(1, "Rival", 27, True), bought(1, "Ours", 30), bought(1, "Ours", 33),
            bought(2, "Ours", 25), bought(2, "Rival", 38, True),
            bought(3, "Ours", 25), bought(3, "Rival", 27, True),
            bought(4, "Ours", 25), bought(4, "Ours", 26),
        ]
    )  # fmt: skip
    groups = pd.DataFrame({"replication": 0, "customer": [1, 2, 3], "tercile": [0, 0, 1]})
    told = run.after_deals(log, groups).set_index("tercile")
    assert told.loc[0, ["chances", "left"]].tolist() == [3, 2]
    assert told.loc[1, ["chances", "left"]].tolist() == [1, 1]
    assert told["back"].tolist() == [pytest.approx(0.5), 0.0]


@pytest.mark.slow
def test_command__writes_its_files_and_prints_tables(run, tmp_path, capsys):
    run.main(["--replications", "2", "--customers", "300", "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"effects.csv", "returns.csv", "effects.svg"}
    printed = capsys.readouterr()
    assert printed.out.count("own discount") > 5 and "2 of 2 replications" in printed.err
    assert "effects" not in printed.err


def test_page__has_the_tables_of_the_files_beside_it(run, found):
    page = (FOLDER / "README.md").read_text("utf-8")
    missing = [line for line in run.tables(*found).splitlines() if line and line not in page]
    assert not missing


def test_answer__is_what_the_numbers_say(run, found):
    whole, back = found
    effect = whole.set_index(["world", "campaign", "metric", "window"])
    a_year_after = effect.xs("weeks 53–65", level="window")
    discount = a_year_after.loc[("bonds", "own discount", "share")]
    service = a_year_after.loc[("bonds", "service +0.2", "share")]
    assert discount.ci_low < 0 < discount.ci_high < service.ci_low
    assert a_year_after.loc[("no bonds", "service +0.2", "share")].ci_high < service.ci_low
    assert effect.loc[("bonds", "own discount", "share", "weeks 1–13")].ci_low > 0.1
    assert effect.loc[("bonds", "own discount", "share", "weeks 14–26")].ci_high < 0
    assert a_year_after.loc[("bonds", "service +0.2", "net_margin")].ci_high < 0
    deals = back[back.world == "bonds"].pivot(index="group", columns="what", values="effect").loc[list(run.TERCILES)]
    assert deals["leaves for the deal"].is_monotonic_decreasing and deals["comes back"].is_monotonic_increasing
    less = back[back.world == "difference"].set_index(["what", "group"])
    assert (
        less.loc[("leaves for the deal", "most attached")].ci_high
        < 0
        < less.loc[("comes back", "most attached")].ci_low
    )
