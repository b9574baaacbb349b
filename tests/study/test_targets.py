"""Targets: numbers and errors by hand, and a run read as data gives what is read from the run."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import panel_scenario
from loyaltysim.scenario import Scenario
from loyaltysim.study.target_panels import PanelReader
from loyaltysim.study.targets import read_targets

MARKET = {
    "schema": 1,
    "focal": "Ours",
    "steps": 20,
    "burn_in": 0,
    "population": {"n_customers": 200, "needs_per_week": 0.6, "inertia": 1.0},
    "behavior": {"needs": {"kind": "bernoulli"}, "choice": {"kind": "logit", "outside_option": False}},
    "brands": {"Ours": {"price": 1.0}, "Rival": {"price": 1.0}},
    "metrics": {"period_steps": 5},
}
PANEL = """\
id,choice,price.Ours,price.Rival,feat.Ours,feat.Rival
1,Ours,1.0,2.0,0,0
1,Ours,2.0,1.0,1,0
1,Rival,2.0,1.5,0,1
1,Ours,2.0,1.0,0,0
1,Rival,2.0,1.0,0,0
2,Rival,1.0,2.0,0,0
2,Rival,1.0,2.0,0,0
2,Rival,1.0,2.0,0,0
2,Ours,3.0,2.0,1,0
2,Rival,1.0,2.0,0,0
"""


@pytest.fixture
def market():
    return Scenario.from_document(MARKET)


@pytest.fixture
def on_panel(tmp_path):
    """A scenario on a panel of two households, and the panel."""
    (tmp_path / "offers.csv").write_text(PANEL, "utf-8")
    document = {**MARKET, "panel": {"source": "offers.csv"}}
    document["population"] = {"n_customers": 2, "inertia": 1.0, "price_sensitivity": 1.0}
    document["behavior"] = {**MARKET["behavior"], "needs": {"kind": "poisson"}}
    scenario = panel_scenario(Scenario.from_document(document, folder=tmp_path))
    return scenario, ls.data.read_panel(tmp_path / "offers.csv")


def numbers(target) -> dict[str, float]:
    return dict(zip(target.names, target.value))


def errors(target) -> dict[str, float]:
    return dict(zip(target.names, target.se))


def test_metrics__are_of_the_focal_brand_or_of_the_one_named(market):
    given = {"share": (0.5, 0.1), "share[Rival]": (0.4, 0.2), "penetration": [(0.6, 0.1)] * 4}
    target = read_targets(market, given, None, 0.25)
    simulation = ls.Simulation(market).run()
    data, read = simulation.results(), target.numbers(simulation)[0]
    assert target.names[:3] == ("share", "share[Rival]", "penetration 0")
    units = data["units"].sel(segment="all", replication=0).sum("step").values
    assert read[:2] == pytest.approx(units / units.sum())
    assert read[2:] == pytest.approx(data["penetration"].sel(brand="Ours", segment="all", replication=0).values)
    assert target.held_out.tolist() == [False] * 5 + [True], "the last quarter of a curve is held out"
    assert target.se.tolist() == [0.1, 0.2, 0.1, 0.1, 0.1, 0.1]


def test_retention__is_the_rate_of_each_period_of_all_cohorts(market):
    table = ls.data.read_retention(
        pd.DataFrame({"cohort": [1, 1, 1, 2, 2], "period": [0, 1, 2, 0, 1], "retained": [100, 80, 60, 50, 40]}),
        unit="customers",
    )
    lapsing = market.vary({"behavior.lapse": {"kind": "dropout"}, "population.dropout_chance": 0.1})
    target = read_targets(lapsing, table, 5, 0.5)
    assert target.value == pytest.approx([120 / 150, 60 / 80])
    assert target.se == pytest.approx([(0.8 * 0.2 / 150) ** 0.5, (0.75 * 0.25 / 80) ** 0.5])
    assert target.held_out.tolist() == [False, True]
    simulation = ls.Simulation(lapsing, replications=2).run()
    lives = simulation.lifetimes()
    lives = lives[(lives.brand == "Ours") & (lives.replication == 1)]
    read = target.numbers(simulation)
    there = ls.measures.survival_at(ls.measures.survival(lives, by=()), [5.0, 10.0], by=())["survival"].to_numpy()
    assert read[1] == pytest.approx([there[0], there[1] / there[0]])


def test_triangle__is_fitted_by_tenure_and_held_out_by_calendar(market):
    table = ls.data.read_triangle(
        pd.DataFrame(
            {"cohort": [0, 1, 2], "0": [100, 50, 20], "1": [60, 20, 9], "2": [40, 10, None], "3": [30] + [None] * 2}
        )
    )
    target = read_targets(market, table, 5, 0.25)
    assert target.names == ("active after 1", "active after 2", "active in period 3")
    assert target.value == pytest.approx([(60 + 20) / 150, 40 / 100, (30 + 10 + 9) / 170])
    assert target.held_out.tolist() == [False, False, True]


def test_triangle__forgets_its_first_cohort_where_nobody_knows_who_came_before(market):
    frame = pd.DataFrame({"cohort": [0, 1], "0": [100, 50], "1": [60, 20], "2": [40, None]})
    table = ls.data.read_triangle(frame)
    target = read_targets(market.vary({"burn_in": 5}), table, 5, 0.0)
    assert numbers(target) == {"active after 1": pytest.approx(20 / 50)}


def test_log__is_counted_by_hand(market):
    weeks = [0, 1, 6, 0, 7, 11, 16, 2]
    log = pd.DataFrame(
        {
            "customer": [1, 1, 1, 2, 2, 2, 2, 3],
            "time": [7.0 * week + 1 for week in weeks],
            "brand": ["Ours", "Ours", "Ours", "Ours", "Rival", "Ours", "Ours", "Rival"],
        }
    )
    log.loc[len(log)] = [3, 7.0 * 19 + 1, "Rival"]  # the end of the fourth period of five weeks
    target = read_targets(market, ls.data.read_transactions(log), 5, 0.25)
    found = numbers(target)
    assert found["active after 1"] == 1 / 2, "1 came back in the next period, 2 bought elsewhere"
    assert found["active after 2"] == 1 / 2
    assert found["active in period 3"] == 1 / 2
    assert found["purchases per customer and period"] == pytest.approx(5 / 4)
    assert found["share of purchases[Ours]"] == pytest.approx(5 / 7)
    assert found["repeat"] == pytest.approx(2 / 4), "of 1: twice; of 2: neither; of 3 the second purchase is held out"
    by_customer = np.array([3, 2, 0]) - 5 / 7 * np.array([3, 3, 1])
    assert errors(target)["share of purchases[Ours]"] == pytest.approx(np.sqrt((by_customer**2).sum()) / 7)


def test_log__of_a_run_read_as_data_is_what_is_read_from_the_run(market):
    simulation = ls.Simulation(market.vary({"burn_in": 5}), replications=2, log=True).run()
    log = simulation.transactions.frame()
    for replication in (0, 1):
        own = log[log.replication == replication]
        target = read_targets(simulation.scenario, own, 5, 0.25)
        assert len(target.names) > 8
        assert target.numbers(simulation)[replication] == pytest.approx(target.value, rel=1e-12)


def test_panel__is_counted_by_hand(on_panel):
    scenario, panel = on_panel
    target = read_targets(scenario, panel, None, 0.25)  # the last of each household's four purchases after the first
    found = numbers(target)
    assert found["share of purchases[Ours]"] == pytest.approx(3 / 6)
    assert found["price paid"] == pytest.approx((2 + 1.5 + 2 + 2 + 2 + 3) / 6)
    assert found["bought on feature"] == pytest.approx(3 / 6)
    assert found["repeat"] == pytest.approx(3 / 6)
    assert found["price paid, held out"] == pytest.approx(3 / 2)
    spread = np.array([5.5, 7.0]) - (12.5 / 6) * np.array([3, 3])
    assert errors(target)["price paid"] == pytest.approx(np.sqrt((spread**2).sum()) / 6)


def test_panel__repeats_of_what_was_bought_so_many_purchases_before_are_counted_by_hand():
    chosen = np.array([0, 1, 1, 0, 1, 0, 0, 1, 0, 0], np.int32)  # seven of the first household, three of the second
    offers = np.ones((10, 2), np.float32)
    start = np.array([1, -1], np.int8)
    panel = Panel(("Ours", "Rival"), np.array([0, 7, 10]), offers, offers, offers, chosen, start)
    reader = PanelReader(panel, 0.0)
    found = dict(zip(reader.names, reader.observed()[0]))
    # the start counts: 1 0 1 1 0 1 0 0, and 1 0 0
    assert found["repeat"] == pytest.approx(3 / 9)
    assert found["repeat after two"] == pytest.approx(3 / 7)
    assert found["repeat after five"] == pytest.approx(2 / 3)


def test_panel__of_a_run_read_as_data_is_what_is_read_from_the_run(on_panel):
    scenario, panel = on_panel
    simulation = ls.Simulation(scenario, replications=5, log=True).run()
    chosen = simulation.transactions.frame()["brand"].cat.codes.to_numpy().reshape(5, -1)
    later = np.setdiff1d(np.arange(panel.purchases), panel.first[:-1])
    for replication in range(5):
        made = panel.chosen.copy()
        made[later] = chosen[replication]
        target = read_targets(scenario, replace(panel, chosen=made), None, 0.25)
        if target.names:
            assert target.numbers(simulation)[replication] == pytest.approx(target.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shares": (0.5, 0.1)}, 'no metric is called "shares"; there are: .*Did you mean "share"?'),
        ({"share[Rivl]": (0.5, 0.1)}, r'share\[Rivl\]: there is no brand "Rivl"; there are: Ours, Rival'),
        ({"share": 0.5}, "share must be a value and its standard error"),
        ({"share": (0.5, 0.0)}, "share: its standard error must be above 0, was 0"),
        ({"share": (1.2, 0.1)}, "share is a share, from 0 to 1, was 1.2"),
        ({"penetration": [(0.5, 0.1), (-0.1, 0.1)]}, "penetration is 0 or more, was -0.1"),
        ({"units": (-5, 1)}, "units is 0 or more, was -5"),
        ({"share": (float("nan"), 1.0)}, "share must be a number, was nan"),
        ({"units": [(5, 1)]}, "units is not told by period"),
        (
            {"share": [(0.5, 0.1)] * 9},
            "share has 9 periods, of which the scenario measures 4: set metrics.period_steps to ",
        ),
        ([], "there are none: give moments, a table, a log or a panel"),
        (3, "is a int: no moments, retention table"),
        (pd.DataFrame({"x": [1]}), "has the columns x: no moments"),
        ([{"share": (0.5, 0.1)}, {"share": (0.4, 0.1)}], "share is given more than once"),
        (pd.DataFrame({"period": [0, 1], "survival": [1, 0.5]}), 'read it as "customers"'),
        (pd.DataFrame({"period": [0, 1], "survival": [1, 0.5], "customers": [2, 1]}), "behavior.lapse is off"),
        (pd.DataFrame({"customer": [1], "time": [1.0], "brand": ["Other"]}), "brands that the scenario lacks: Other"),
        (pd.DataFrame({"customer": [1, 1], "time": [1.0, 400.0]}), "covers 55 weeks, of which the scenario has 20"),
        (pd.DataFrame({"customer": [1], "time": [1.0]}), "the log has 0 whole periods of 5 weeks: two are the least"),
    ],
)
def test_targets__that_cannot_be_are_refused(market, given, message):
    with pytest.raises(ls.ScenarioError, match=message):
        read_targets(market, given, None, 0.25)


def test_panel__that_the_scenario_does_not_run_on_is_refused(market, on_panel):
    with pytest.raises(ls.ScenarioError, match="a panel wants a scenario that runs on it"):
        read_targets(market, on_panel[1], None, 0.25)
