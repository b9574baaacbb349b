"""Accrued: margin with what members come to be owed taken off (eq. E118)."""

import numpy as np
import pytest

from loyaltysim import compare, load
from loyaltysim.study.accrued import accrued_rows, margin_accrued, owed
from loyaltysim.study.launches import launches
from loyaltysim.study.questions import without_program

POINTS = {"kind": "points", "earn_rate": 8.0, "reward": {"kind": "cash", "value": 1.0, "threshold": 200.0}}
HOW = {"replications": 3, "seed": 2}


def market(**more):
    program = {**POINTS, "customer_response": {"kind": "worth"}, "expected_breakage": 0.1, **more}
    small = {"population.n_customers": 200, "steps": 26, "burn_in": 13}
    return load("grocery").vary({**small, "brands.Ours.programs": [program]})


def test_accrued__of_a_launch_is_what_the_launch_brings():
    """A launch when the measured time begins, against none: the same two worlds, told by two ways."""
    scenario = market(from_week=0)
    worlds = {"none": without_program(scenario), "launch": scenario}
    comparison = compare(worlds, **HOW)
    (row,) = accrued_rows(comparison, worlds)
    value = launches({"launch": scenario}, **HOW)["launch"].value
    assert row["scenario"] == "launch" and row["effect"] == pytest.approx(value.mean(), rel=1e-9)
    owes = comparison.runs["launch"]["liability"].sel(brand="Ours", segment="all").isel(step=-1).values
    assert owed(comparison.runs["launch"], scenario, "Ours") == pytest.approx(owes, rel=1e-9) and (owes > 0).all()


def test_accrued__leaves_out_what_was_owed_before_the_measured_time():
    scenario = market()
    run = compare({"a": scenario, "b": without_program(scenario)}, **HOW).runs["a"]
    liability = run["liability"].sel(brand="Ours", segment="all").transpose("replication", "step").values
    since = owed(run, scenario, "Ours")
    assert (since < liability[:, -1]).all()  # balances were there when it began
    flow = (run["points_earned"] - run["points_redeemed"] - run["points_expired"]).sel(segment="all").sum("program")
    first = flow.isel(step=0).transpose("replication").values
    worth = liability[:, -1] / run["points_outstanding"].sel(brand="Ours", segment="all").isel(step=-1).values
    assert since == pytest.approx(liability[:, -1] - liability[:, 0] + first * worth, rel=1e-9)
    margin = run["margin"].sel(brand="Ours", segment="all").sum("step").values
    assert margin_accrued(run, scenario, "Ours") == pytest.approx(margin - since)


def test_accrued__has_no_row_where_nobody_is_owed_anything():
    none = without_program(market())
    worlds = {"none": none, "dear": none.vary({"brands.Ours.price": 2.4})}
    comparison = compare(worlds, **HOW)
    assert accrued_rows(comparison, worlds) == [] and not np.any(owed(comparison.runs["dear"], none, "Ours"))
