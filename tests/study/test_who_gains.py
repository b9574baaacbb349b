"""Who gains: customers who are compared with themselves, in groups that were made before."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.study.who_gains import who_gains


def sure(appeal: float) -> Scenario:
    """All need a unit every week; those of B buy B whatever happens to A, the others A if its appeal is high."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 8,
            "burn_in": 4,
            "population": {
                "n_customers": 40,
                "needs_per_week": 1.0,
                "segments": {"easy": {"share": 0.5}, "far": {"share": 0.5, "appeal": {"B": 200.0}}},
            },
            "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit", "outside_option": False}},
            "brands": {"A": {"price": 2.0, "unit_cost": 1.5, "appeal": appeal}, "B": {"price": 2.0, "unit_cost": 1.5}},
            "metrics": {"period_steps": 4},
        }
    )


def row(table, group, measure):
    (found,) = table[(table["group"] == group) & (table["measure"] == measure)].to_dict("records")
    return found


def test_gains__are_those_whom_the_change_can_reach():
    table = who_gains(sure(-60), sure(60), by="segment", replications=3)
    easy, far = row(table, "easy", "units"), row(table, "far", "units")
    assert (easy["effect"], easy["ci_low"], easy["ci_high"], easy["baseline"]) == (8, 8, 8, 0), (
        "a unit a week for eight"
    )
    assert far["effect"] == far["baseline"] == 0
    assert row(table, "easy", "margin")["effect"] == pytest.approx(8 * 0.5)
    assert row(table, "easy", "gaining")["effect"] == 1 and row(table, "easy", "losing")["effect"] == 0
    back = who_gains(sure(60), sure(-60), by="segment", replications=3)
    assert row(back, "easy", "losing")["effect"] == 1 and row(back, "easy", "units")["effect"] == -8
    everybody = row(table, "all", "gaining")
    assert everybody["effect"] == pytest.approx(row(table, "all", "units")["effect"] / 8)


SMALL = ls.load("grocery").vary({"population.n_customers": 500, "steps": 26, "burn_in": 26})


def test_deciles__are_of_what_was_before_and_add_up_to_the_effect_of_comparing():
    changed = SMALL.vary({"brands.Ours.price": 1.8})
    table = who_gains(SMALL, changed, replications=4)
    deciles = [row(table, f"decile {k}", "units") for k in range(1, 11)]
    whole = row(table, "all", "units")
    assert np.mean([one["effect"] for one in deciles]) == pytest.approx(whole["effect"])
    assert deciles[-1]["baseline"] > 3 * deciles[0]["baseline"], "who bought much goes on buying much"
    assert whole["effect"] > 0
    runs = [
        ls.Simulation(SMALL, replications=4).run(until=0).branch(world).run().results() for world in (SMALL, changed)
    ]
    units = [run["units"].sel(brand="Ours", segment="all").sum("step").values for run in runs]
    assert whole["effect"] == pytest.approx((units[1] - units[0]).mean() / 500)


def test_nothing_changed__nobody_gains_and_stacks_change_nothing():
    table = who_gains(SMALL, SMALL, replications=3, threads=1)
    assert (table["effect"] == 0).all() and table["n"].eq(3).all()
    assert who_gains(SMALL, SMALL, replications=3, threads=3).equals(table)


def test_markets__that_keep_no_purchases_by_themselves_are_told_too():
    plain = ls.load("reference").vary({"population.n_customers": 200, "steps": 26, "burn_in": 13})
    table = who_gains(plain, plain.vary({f"brands.{plain.focal}.price": 0.5}), replications=2)
    assert row(table, "all", "units")["effect"] > 0


def test_who_gains__refuses_what_it_cannot_tell():
    with pytest.raises(ScenarioError, match='by: there is no "age"; there are: purchases, segment'):
        who_gains(SMALL, SMALL, by="age")
    with pytest.raises(ScenarioError, match="without a burn-in nobody has bought before"):
        who_gains(SMALL.vary({"burn_in": 0}), SMALL)
    with pytest.raises(ScenarioError, match='focal: must be "Ours" in both, was "Rival"'):
        who_gains(SMALL, SMALL.vary({"focal": "Rival"}))
