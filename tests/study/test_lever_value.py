"""The value of each lever: worked out by hand, 0 where it does nothing, and that of all where it is the only one."""

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.cli.numbers import effect_rows
from loyaltysim.faults import path_text
from loyaltysim.results import lever_names
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.study.lever_value import lever_value
from loyaltysim.study.questions import without_lever, without_levers
from loyaltysim.validation.busy_market import LEVERED, LEVERS, busy_market

CONTACT = {
    "kind": "communication", "every_weeks": 100, "from_week": 4, "strength": 4.0, "half_life_weeks": 1e6,
    "tiring": 0.0, "opt_out": 0.0, "cost_each": 0.3, "cost_a_week": 2.0,
    "target": {"kind": "everybody", "share": 0.5},
}  # fmt: skip
"""Sent once, to the half of all customers, and never forgotten."""


def sure(*levers, appeal: float = 20) -> Scenario:
    """40 customers need a unit every week and buy it of A, as long as nothing puts them off; each earns .5."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 8,
            "burn_in": 4,
            "population": {"n_customers": 40, "needs_per_week": 1.0, "start_brand": "A"},
            "behavior": {"needs": {"kind": "regular"}},
            "brands": {"A": {"price": 2.0, "unit_cost": 1.5, "appeal": appeal, "levers": list(levers)}},
            "metrics": {"period_steps": 4},
        }
    )


def of(table: pd.DataFrame, lever: str) -> dict[str, float]:
    """Effects by metric."""
    return table[table["lever"] == lever].set_index("metric")["effect"].to_dict()


def test_effects__are_what_is_worked_out_by_hand():
    """The one drives the half of all away for the second half of the run; the other only costs."""
    repelling, attracting = {**CONTACT, "relevance": -10.0}, {**CONTACT, "relevance": 0.1, "cost_each": 0.0}
    table = lever_value(sure(repelling, attracting), replications=3)
    assert table["lever"].unique().tolist() == ["A: communication", "A: communication 2"]
    spent, paid = 20 * 0.3 + 4 * 2.0, 4 * 2.0
    assert of(table, "A: communication")["cost"] == pytest.approx(spent)
    assert of(table, "A: communication 2")["cost"] == pytest.approx(paid)
    assert of(table, "A: communication")["margin"] == pytest.approx(-4 * 20 * 0.5 - spent)
    assert of(table, "A: communication 2")["margin"] == pytest.approx(-paid)
    # of the two periods' 40 + 40 customers at the start 20 are not kept
    assert of(table, "A: communication")["retention_rate"] == pytest.approx(-20 / 80)
    assert of(table, "A: communication 2")["retention_rate"] == 0
    np.testing.assert_allclose(table["ci_high"] - table["ci_low"], 0, atol=1e-12)  # nothing hangs on luck


def test_lever_of_no_effect__has_an_effect_of_exactly_0(tmp_path):
    never, silent = {**CONTACT, "from_week": 50}, {**CONTACT, "strength": 0.0}
    table = lever_value(lively(never, silent, {"kind": "gift", "cost_a_week": 3.0}), replications=3)
    for lever in ("A: communication", "A: communication 2"):
        own = table[table["lever"] == lever]
        assert (own[["effect", "ci_low", "ci_high", "joint_low", "joint_high"]] == 0).all(axis=None)
    assert of(table, "A: gift")["cost"] > 13 * 3 and of(table, "A: gift")["margin"] != -of(table, "A: gift")["cost"]


def lively(*levers) -> Scenario:
    """Two brands, bonds and luck."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 13,
            "burn_in": 7,
            "population": {"n_customers": 150, "needs_per_week": 0.4, "taste": {"distribution": "normal", "sd": 1.0}},
            "behavior": {"bond": {"kind": "drift", "start": 0.2}, "choice": {"kind": "logit", "bond_weight": 2.0}},
            "brands": {"B": {"price": 1.0, "levers": [{"kind": "gift"}]}, "A": {"price": 1.0, "levers": list(levers)}},
            "metrics": {"period_steps": 6},
        }
    )


def test_single_lever__brings_what_the_market_without_levers_lacks(tmp_path):
    scenario = lively({"kind": "gift", "every_weeks": 3, "jump": 0.5, "cost_each": 0.1})
    table = lever_value(scenario, replications=4, seed=3).query("brand == 'A' and metric != 'cost'").set_index("metric")
    compared = ls.compare({"without": without_levers(scenario), "with": scenario}, replications=4, seed=3)
    effects = compared.effects.set_index("metric").loc[table.index]
    assert (table["effect"] != 0).all()
    for column in ("effect", "ci_low", "ci_high", "p_positive", "variance_ratio", "baseline", "n", "unit"):
        assert table[column].tolist() == effects[column].tolist(), column
    rows = {row["lever"]: row["brand"] for row in effect_rows(lever_value(scenario, replications=2))}
    assert list(rows.items()) == [("A: gift", "A"), ("B: gift", "B")]  # the focal brand's first


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEVERS)
def test_lever_that_is_never_pulled__is_as_if_there_were_none_bit_for_bit(kind):
    lever = {"kind": kind, "strength": 3.0, **LEVERS[kind]}
    scenario = busy_market(400, 16).vary({**LEVERED, "brands.Ours.levers": [lever]})
    never, none = (
        ls.simulate(world) for world in (without_lever(scenario, "brands.Ours.levers.0"), without_levers(scenario))
    )
    whole = ls.simulate(scenario)
    assert any(not whole[name].equals(none[name]) for name in none.data_vars if "lever" not in none[name].dims)
    for name in none.data_vars:
        same = never[name].sel(lever=none["lever"]) if "lever" in none[name].dims else never[name]
        np.testing.assert_array_equal(same.values, none[name].values, name)


def test_joint_intervals__err_by_an_equal_part_of_5_percent():
    levers = [{"kind": "gift", "every_weeks": every, "cost_each": 0.2} for every in (2, 3)]
    table = lever_value(lively(*levers), replications=2)  # three with the rival's: t of 1 degree is a tangent
    own = table[table["metric"] != "cost"]
    single, joint = (np.tan(np.pi * (0.5 - 0.025 / many)) for many in (1, 3))
    wide, narrow = (own[f"{which}_high"] - own[f"{which}_low"] for which in ("joint", "ci"))
    assert (narrow > 0).all()
    np.testing.assert_allclose(wide / narrow, joint / single, rtol=1e-9)
    np.testing.assert_allclose(own["joint_low"] + own["joint_high"], 2 * own["effect"], rtol=1e-9, atol=1e-12)
    alone = lever_value(lively().vary({"brands.B.levers.0.cost_each": 0.3}), replications=2)
    pd.testing.assert_series_equal(alone["joint_low"], alone["ci_low"], check_names=False)
    assert lever_value(lively(), replications=1)[["ci_low", "joint_low", "joint_high"]].isna().all(axis=None)


def test_store__keeps_the_runs_and_gives_the_same(tmp_path):
    scenario, done = lively({"kind": "gift", "cost_each": 0.2}), []
    fresh = lever_value(scenario, replications=2, seed=2, progress=lambda name, number: done.append((name, number)))
    kept = [lever_value(scenario, replications=2, seed=2, store=tmp_path / "kept") for _ in range(2)]
    for one in kept:
        pd.testing.assert_frame_equal(one, fresh)
    assert {name for name, number in done if number == 2} == {"as it is", *lever_names(scenario)}


def test_scenario_without_a_lever__is_refused():
    with pytest.raises(ScenarioError, match=r"no brand pulls a lever in this scenario: set brands\.NAME\.levers"):
        lever_value(lively().vary({path_text(("brands", "B", "levers")): []}))
