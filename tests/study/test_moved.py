"""Who was moved by a lever, and who would have stayed anyway."""

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.study.moved import GROUPS, _table, who_was_moved

LEVER = "brands.A.levers.0"


def one(table: pd.DataFrame, measure: str) -> pd.Series:
    return table.set_index("measure").loc[measure]


def sure(appeal: float, relevance: float) -> Scenario:
    """All need a unit every week and have bought A once; a contact in week 0 is never forgotten, and goes to half."""
    contact = {
        "kind": "communication", "every_weeks": 100, "relevance": relevance, "strength": 4.0, "half_life_weeks": 1e6,
        "tiring": 0.0, "opt_out": 0.0, "cost_each": 0.3, "cost_a_week": 2.0,
        "target": {"kind": "everybody", "share": 0.5},
    }  # fmt: skip
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 8,
            "burn_in": 3,
            "population": {"n_customers": 40, "needs_per_week": 1.0, "start_brand": "A"},
            "behavior": {"needs": {"kind": "regular"}},
            "brands": {"A": {"price": 2.0, "unit_cost": 1.5, "appeal": appeal, "levers": [contact]}},
            "metrics": {"period_steps": 4},
        }
    )


@pytest.mark.parametrize(
    ("appeal", "relevance", "group", "units"),
    [(60, 1, "stayed_anyway", 0), (-20, 10, "moved", 160), (-60, 1, "lost_anyway", 0), (20, -10, "driven_away", -160)],
)
def test_groups__are_who_stays_with_and_without(appeal, relevance, group, units):
    table = who_was_moved(sure(appeal, relevance), LEVER, replications=2)
    for name in GROUPS:
        assert one(table, name)[["effect", "share"]].tolist() == ([20, 1] if name == group else [0, 0])
    cost = 20 * 0.3 + 8 * 2.0
    assert one(table, "contacts").effect == one(table, "reached").effect == 20
    assert one(table, "cost")[["effect", "ci_low", "ci_high"]].tolist() == pytest.approx([cost] * 3)
    assert one(table, "margin").effect == pytest.approx(0.5 * units - cost)
    assert one(table, "moved_net").effect == {"moved": 20, "driven_away": -20}.get(group, 0)
    if group == "moved":
        assert one(table, "cost_per_moved").effect == pytest.approx(cost / 20)
        assert one(table, "cost_per_moved_net")["unit"] == "EUR/customer"


def lively(**changes) -> Scenario:
    """Two levers, of which the second is not asked about; every lever but the first one is there in both worlds."""
    contact = {"kind": "communication", "every_weeks": 3, "relevance": 1.0, "cost_each": 0.1}
    levers = [
        {**contact, "target": {"kind": "lapse", "share": 0.3}},
        {**contact, "target": {"kind": "random", "share": 0.2}},
    ]
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 13,
            "burn_in": 10,
            "population": {"n_customers": 200, "needs_per_week": 0.3, "taste": {"distribution": "normal", "sd": 1.0}},
            "brands": {"B": {"price": 1.0}, "A": {"price": 1.0, "levers": levers}},
            "metrics": {"period_steps": 6},
        }
    ).vary(changes)


def test_groups__are_of_those_whom_this_lever_reached_and_no_other():
    scenario, counts = lively(), []
    for r in range(3):
        start = ls.Simulation(scenario.vary({f"{LEVER}.from_week": 1000}), seed=5, replications=range(r, r + 1)).run(
            until=0
        )
        bought, reached = [], np.zeros(200, bool)
        for world in (scenario, start.scenario):
            branch = start.branch(world, log=True)
            own = branch.schedule.levers[0][1]
            own.reached = np.zeros(200, np.int32)
            branch.run()
            reached |= own.reached > 0
            log = branch.transactions.frame().query("brand == 'A' and time >= 7 * 7")
            bought.append(np.isin(np.arange(200), log["customer"]))
        stays, stayed = bought
        groups = (stays & stayed, stays & ~stayed, ~stays & ~stayed, ~stays & stayed)
        counts.append([(group & reached).sum() for group in groups])
    table = who_was_moved(scenario, LEVER, replications=3, seed=5)
    assert [one(table, name).effect for name in GROUPS] == pytest.approx(np.mean(counts, 0))
    assert one(table, "reached").effect == pytest.approx(sum(one(table, name).effect for name in GROUPS))
    assert 0 < one(table, "reached").effect < 200


def test_contracts__stay_who_have_one_at_the_end():
    contracts = {
        "population.start_brand": "A", "population.cancel_chance": 0.05, "behavior.needs": {"kind": "contract"},
        "behavior.lapse": {"kind": "contract"}, f"{LEVER}.target": "everybody",
    }  # fmt: skip
    scenario = lively(**contracts)
    table = who_was_moved(scenario, LEVER, replications=2)
    assert one(table, "reached").effect == 200
    without = ls.Simulation(scenario.vary({f"{LEVER}.from_week": 1000}), replications=range(2)).run()
    running = (without.world.customers.arrays["contract"] == 1).sum() / 2
    assert one(table, "stayed_anyway").effect + one(table, "driven_away").effect == running
    assert 0 < running < 200


def test_cost_of_one__has_no_interval_where_nobody_may_be_moved():
    counts = {name: np.array(values) for name, values in {
        "reached": [20, 20, 20], "stayed_anyway": [16, 17, 15], "moved": [3, 3, 3], "lost_anyway": [0, 0, 0],
        "driven_away": [1, 0, 5], "contacts": [20, 20, 20], "cost": [6.0, 6.0, 6.0], "margin": [1.0, 1.0, 1.0],
    }.items()}  # fmt: skip
    table = _table(counts, "EUR")
    assert one(table, "cost_per_moved")[["effect", "ci_low", "ci_high", "note"]].tolist() == [2, 2, 2, ""]
    net = one(table, "cost_per_moved_net")  # 2, 3 and -2 moved: 1 on average, which is not told from 0
    assert net.effect == 6 and np.isnan(net.ci_low) and np.isnan(net.ci_high)
    assert net.note == "no interval: moved_net cannot be told from 0"


def test_stacks__change_nothing():
    whole = who_was_moved(lively(), LEVER, replications=4, threads=1)
    pd.testing.assert_frame_equal(who_was_moved(lively(), LEVER, replications=4, threads=4), whole)


def test_what_is_no_lever_that_reaches_customers__is_refused():
    for path in ("brands.A.levers.2", "brands.C.levers.0", "brands.A"):
        with pytest.raises(ScenarioError, match=r"no lever stands at .*brands.A.levers.0") as raised:
            who_was_moved(lively(), path)
        assert raised.value.faults[0].choices == ("brands.A.levers.0", "brands.A.levers.1")
    with pytest.raises(ScenarioError, match=r'told by its path, such as "brands.A.levers.0", was 0') as raised:
        who_was_moved(lively(), 0)
    assert raised.value.faults[0].choices == ("brands.A.levers.0", "brands.A.levers.1")
    service = {"brands.A.levers": [{"kind": "gift"}, {"kind": "service"}], "behavior.experience": {"kind": "index"}}
    service |= {"behavior.satisfaction": {"kind": "level"}, "behavior.bond": {"kind": "linear"}}
    with pytest.raises(ScenarioError, match='a lever "service" is for everybody'):
        who_was_moved(lively(**service), "brands.A.levers.1")
    with pytest.raises(ScenarioError, match="no lever of this scenario reaches single customers"):
        who_was_moved(lively(**{"brands.A.levers": []}), LEVER)
    with pytest.raises(ScenarioError, match="set a period that fits"):
        who_was_moved(lively(**{"metrics.period_steps": 0}), LEVER)


# ------------------------------------------------------------------------------------------- whom to reach, and why

SETTLED = {
    "Settled": {"share": 0.5, "appeal": {"A": 3.5}},
    "Wavering": {"share": 0.5},
}
"""The chance p of A is .97 or .5: a contact adds utility, which moves p by p (1 - p), so .03 or .25."""


def wavering(segments: dict, target: dict) -> Scenario:
    contact = {"kind": "communication", "from_week": 0, "relevance": 0.5, "cost_each": 0.05, "target": target}
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 104,
            "burn_in": 26,
            "population": {"n_customers": 2000, "needs_per_week": 0.5, "segments": segments},
            "behavior": {"choice": {"kind": "logit", "outside_option": False}},
            "brands": {
                "A": {"price": 2.0, "unit_cost": 1.2, "levers": [contact]},
                "B": {"price": 2.0, "unit_cost": 1.2},
            },
        }
    )


def gain(segments: dict, kind: str) -> pd.DataFrame:
    """What a target brings more than as many customers drawn by luck, by metric."""
    worlds = {name: wavering(segments, {"kind": name, "share": 0.2}) for name in ("everybody", kind)}
    return ls.compare(worlds, replications=20).effects.set_index("metric")


@pytest.mark.slow
def test_uplift__beats_luck_at_equal_cost_where_effects_differ():
    effects = gain(SETTLED, "uplift")
    assert effects.loc["margin", "ci_low"] > 0 and effects.loc["purchases", "ci_low"] > 0
    assert abs(effects.loc["contacts", "effect"]) < 0.002 * effects.loc["contacts", "baseline"]


@pytest.mark.slow
def test_uplift__does_not_beat_luck_where_effects_do_not_differ():
    effects = gain({}, "uplift")
    assert effects.loc["margin", "ci_low"] < 0
    assert effects.loc["purchases", "ci_high"] < 0.01 * effects.loc["purchases", "baseline"]


@pytest.mark.slow
def test_rfm__reaches_those_who_would_have_stayed_anyway():
    moved = {
        kind: who_was_moved(wavering(SETTLED, {"kind": kind, "share": 0.2}), LEVER, replications=5)
        for kind in ("rfm", "everybody")
    }
    assert one(moved["rfm"], "stayed_anyway").share > one(moved["everybody"], "stayed_anyway").share
    assert one(moved["rfm"], "margin").ci_high < 0 < one(moved["everybody"], "margin").ci_low
