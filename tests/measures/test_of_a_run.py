"""Measures of a simulated log agree with what the run itself counted."""

import warnings

import numpy as np
import pytest

from loyaltysim import measures
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation


@pytest.fixture(scope="module")
def run():
    """Two replications of 26 weeks without a burn-in: the log holds every purchase there ever was."""
    market = {
        "focal": "Ours",
        "steps": 26,
        "burn_in": 0,
        "population": {"n_customers": 400, "needs_per_week": 0.4, "price_sensitivity": 2.0, "inertia": 0.5},
        "brands": {
            "Ours": {"price": 2.0, "appeal": 4.0},
            "Rival": {
                "price": 1.9,
                "appeal": 4.0,
                "pricing": [{"kind": "promotion_calendar", "depth": 0.3, "every_weeks": 3}],
            },
        },
        "metrics": {"period_steps": 13},
    }
    return Simulation(Scenario.from_document(market), log=True, replications=range(2)).run()


@pytest.fixture(scope="module")
def log(run):
    return run.transactions.frame()


@pytest.fixture(scope="module")
def data(run):
    return run.results().sel(segment="all")


def test_defections__are_the_switches_of_the_run(log, data):
    gone = measures.defections(log, "Ours").groupby("replication").size()
    counted = data["switches"].sel(brand="Ours", brand_to="Rival").sum("step")
    assert gone.tolist() == counted.values.tolist() and gone.min() > 50
    weeks = data["on_promotion"].sel(brand="Rival", replication=0).values
    on_deal = data["switches"].sel(brand="Ours", brand_to="Rival").isel(step=np.flatnonzero(weeks)).sum("step")
    table = measures.boomerang(log, "Ours").query("deal").set_index("replication")
    assert table["defections"].tolist() == on_deal.values.tolist()


def test_cohorts__hold_the_revenue_and_the_customers_of_the_run(log, data):
    table = measures.cohorts(log, "Ours", weeks=13)
    revenue = table.groupby(["replication", table["cohort"] + table["period"]])["revenue"].sum().unstack()
    expected = data["revenue"].sel(brand="Ours").groupby("period_of_step").sum()
    np.testing.assert_allclose(revenue, expected, rtol=1e-12)
    buyers = table.groupby(["replication", table["cohort"] + table["period"]])["customers"].sum().unstack()
    assert (buyers.to_numpy() == data["customers_end"].sel(brand="Ours").values).all()
    kept = table.query("cohort == 0 and period == 1")["active"].to_numpy()
    np.testing.assert_allclose(kept, data["retention_rate"].sel(brand="Ours", period=1))
    new = measures.acquired(log, "Ours").groupby("replication").size()
    assert new.tolist() == data["joined"].sel(brand="Ours").sum("step").values.tolist()


def test_conversion__adds_up_to_the_penetration_of_the_run(log, data):
    table = measures.conversion(log, "Ours", data["population"].to_series().to_dict(), weeks=13)
    sold = table["p_existing"] * table["existing"] + table["p_new"] * table["new"]
    np.testing.assert_allclose(sold, data["customers_end"].sel(brand="Ours").sum("period"))
    assert ((table["existing"] + table["new"]) == 2 * 400).all()


def test_measures__of_a_run_give_no_warning(log):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measures.by_tenure(log, "Ours")
        measures.by_decile(log, "Ours", weeks=13)
        measures.deciles(log)
        measures.top_of_before(log, "Ours", weeks=13)
        measures.time_to_return(log, "Ours")
        measures.order_values(log, "Ours")
        measures.existing_share(log, "Ours", weeks=13)
        measures.realized_value(log, "Ours", unit_cost=1.0)
        for frame in (log, log.iloc[:0], log.astype({"brand": str})):
            measures.concentration(frame, "Ours", weeks=[4, 13], population=400)
            measures.boomerang(frame, "Ours")
            measures.conversion(frame, "Ours", 400)
            measures.cohorts(frame, "Ours")
            measures.by_tenure(frame, "Ours")
            measures.order_values(frame, "Ours")
            measures.existing_share(frame, "Ours")
            measures.top_of_before(frame, "Ours")
            measures.realized_value(frame, "Ours")
            measures.deciles(frame)
