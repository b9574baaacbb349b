"""Exclusive offers: who pays what, when, and what it costs the brand (eq. E143)."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError

OFFER = {
    "kind": "exclusive", "every_weeks": 5, "weeks": 2, "percent": 15.0, "utility": 0.7, "cost_each": 0.0123,
    "target": {"kind": "everybody", "share": 0.4},
}  # fmt: skip


def market(*levers, **changes) -> Scenario:
    """One brand that everybody bought once and buys every week."""
    document = {
        "focal": "A",
        "steps": 12,
        "burn_in": 0,
        "population": {"n_customers": 50, "price_sensitivity": 0.8, "start_brand": "A"},
        "behavior": {
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", "outside_option": True},
            "satisfaction": {"kind": "none"},
        },
        "brands": {"A": {"price": 2.0, "appeal": 20.0}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary({**changes, "brands.A.levers": list(levers)})


def logits(scenario: Scenario, until: int) -> np.ndarray:
    simulation = Simulation(scenario).run(until=until)
    p = simulation.choice_probabilities(np.arange(50))
    return np.log(p[:, 0] / p[:, -1])


def test_exclusive__those_chosen_and_no_others_pay_less_for_two_weeks_of_five():
    simulation = Simulation(market(OFFER), log=True).run()
    log = simulation.transactions.frame().assign(week=lambda log: np.floor(log["time"]).astype(int) // 7)
    assert len(log) == 12 * 50
    cheap = np.isclose(log["price_paid"], 1.7)
    assert (cheap | np.isclose(log["price_paid"], 2.0)).all()
    assert log[cheap].groupby("week").size().to_dict() == {week: 20 for week in (0, 1, 5, 6, 10, 11)}
    assert log[cheap].groupby(log["week"] // 5)["customer"].nunique().tolist() == [20, 20, 20]
    data = simulation.results().sel(segment="all").isel(replication=0, brand=0)
    assert data["contacts"].values.tolist() == [20, 0, 0, 0, 0] * 2 + [20, 0]
    np.testing.assert_allclose(data["lever_cost"], data["contacts"] * 0.0123)
    np.testing.assert_allclose(data["revenue"].values[:3], [20 * 1.7 + 30 * 2, 20 * 1.7 + 30 * 2, 50 * 2])
    assert not simulation.results()["on_promotion"].any()


def test_exclusive__adds_to_utility_by_price_and_by_what_others_cannot_get():
    few = {"brands.A.appeal": 0.0}
    some, none = logits(market({**OFFER, "strength": 2.0}, **few), 1), logits(market(**few), 1)
    chosen = some != none
    assert chosen.sum() == 20
    assert (some - none)[chosen] == pytest.approx(2 * 0.7 + 0.8 * 2.0 * 0.30, abs=1e-5)


def test_exclusive__offers_that_still_run_end_with_the_lever():
    scenario = market({**OFFER, "weeks": 4, "until_week": 2})
    revenue = Simulation(scenario).run().results()["revenue"].sel(segment="all").isel(replication=0, brand=0)
    assert revenue.values.tolist() == pytest.approx([20 * 1.7 + 30 * 2] * 2 + [100.0] * 10)


def test_exclusive__is_carried_into_a_branch_that_keeps_it_and_not_into_one_that_does_not():
    half = Simulation(market(OFFER)).run(until=1)
    straight, goes_on = Simulation(market(OFFER)).run(), half.branch(market(OFFER)).run()
    np.testing.assert_array_equal(straight.raw().flows["revenue"], goes_on.raw().flows["revenue"])
    ends = half.branch(market()).run().results()["revenue"].sel(segment="all").isel(replication=0, brand=0)
    assert ends.values[1:].tolist() == [100.0] * 11


def test_exclusive__days_last_as_long_as_weeks():
    daily = market({**OFFER, "weeks": 1.5}, **{"step_days": 1, "steps": 35})
    revenue = Simulation(daily).run().results()["revenue"].sel(segment="all").isel(replication=0, brand=0)
    assert (revenue.values < 99).sum() == math.ceil(1.5 * 7)


def test_exclusive__contradictions_are_refused():
    with pytest.raises(ScenarioError, match="offers nothing: set percent or utility above 0"):
        market({**OFFER, "percent": 0.0, "utility": 0.0})
    with pytest.raises(ScenarioError, match="weeks of 0.5 weeks is shorter than a step"):
        market({**OFFER, "weeks": 0.5})
    switching = {"kind": "switching", "matrix": [[0.6, 0.4], [0.3, 0.7]]}
    with pytest.raises(ScenarioError, match='nobody would feel a lever "exclusive": set behavior.choice to kind "log'):
        market(OFFER, **{"brands.B": {}, "behavior.choice": switching})
