"""Levers: they cost what they say, are left out at strength 0, and bonds drift exactly whatever levers do."""

import math

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim import Simulation
from loyaltysim.levers.lever import Account, Lever
from loyaltysim.market.history import History
from loyaltysim.market.seen import Seen
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.totals import MONEY_UNIT, Totals

GROWTH, FADING = 0.03, 0.02


def market(levers=(), **changes) -> Scenario:
    """One brand that everybody has bought and nobody needs any more, so that bonds drift and nothing else happens."""
    document = {
        "focal": "A",
        "steps": 20,
        "burn_in": 0,
        "population": {
            "n_customers": 90,
            "needs_per_week": 0.0,
            "start_brand": "A",
            "segments": {"Few": {"share": 0.3}, "Many": {"share": 0.7}},
        },
        "behavior": {
            "satisfaction": {"kind": "none"},
            "bond": {"kind": "drift", "start": 0.2, "from_satisfaction": 0.0, "fading": FADING},
        },
        "brands": {"A": {"bond_growth": GROWTH, "levers": list(levers)}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def drifted(bond: float, weeks: float, growth: float = GROWTH) -> float:
    """Eq. E21 by hand."""
    target = growth / (growth + FADING)
    return target + (bond - target) * math.exp(-(growth + FADING) * weeks)


def bonds(simulation: Simulation) -> np.ndarray:
    """Everybody's bond with A as of the last step that was made."""
    return simulation.schedule.faded(simulation.now - 1)["bond"][0]


def test_gift__bonds_drift_to_the_gift_jump_and_drift_on():
    gift = {"kind": "gift", "from_week": 5, "until_week": 6, "every_weeks": 5, "jump": 0.1, "strength": 2.0}
    simulation = Simulation(market([gift])).run()
    jumped = drifted(0.2, 5)
    jumped += 0.2 * (1 - jumped)
    assert bonds(simulation) == pytest.approx(drifted(jumped, 14), abs=1e-6)


def test_gift__a_customer_who_shops_in_between_has_the_same_bond():
    gift = {"kind": "gift", "from_week": 5, "every_weeks": 5, "jump": 0.1}
    once = Simulation(market([gift])).run()
    shopping = {"population.needs_per_week": 0.5, "behavior.choice": {"kind": "logit", "outside_option": True}}
    often = Simulation(market([gift], **shopping)).run()
    assert bonds(often) == pytest.approx(bonds(once), abs=1e-5)


def test_gift__is_carried_into_a_branch_without_it():
    gift = {"kind": "gift", "from_week": 5, "every_weeks": 5, "until_week": 6, "jump": 0.1}
    straight = Simulation(market([gift])).run(until=10)
    branch = straight.branch(market()).run()
    straight.run()
    np.testing.assert_array_equal(bonds(branch), bonds(straight))


def test_gift__is_carried_from_a_branch_without_it_into_a_checkpoint(tmp_path):
    gift = {"kind": "gift", "from_week": 5, "every_weeks": 5, "until_week": 6, "jump": 0.1}
    branch = Simulation(market([gift])).run(until=10).branch(market()).run(until=12)
    branch.checkpoint(tmp_path / "branch.npz")
    restored = Simulation(market()).restore(tmp_path / "branch.npz").run()
    np.testing.assert_array_equal(bonds(restored), bonds(branch.run()))


def test_gift__of_a_branch_is_gone_when_another_run_is_restored_there(tmp_path):
    gift = {"kind": "gift", "from_week": 5, "every_weeks": 5, "until_week": 6, "jump": 0.1}
    without = Simulation(market()).run(until=3)
    without.checkpoint(tmp_path / "without.npz")
    branch = Simulation(market([gift])).run(until=10).branch(market()).restore(tmp_path / "without.npz")
    np.testing.assert_array_equal(bonds(branch.run()), bonds(without.run()))


def test_gift__takes_nothing_from_linear_bonds_above_one():
    """Eq. E19 knows no limit: the bond is 3 at the start, and lacks nothing to 1."""
    lived = {"behavior.experience": {"kind": "normal"}, "behavior.satisfaction": {"kind": "level"}}
    linear = {"behavior.bond": {"kind": "linear", "start": 3.0}, **lived}
    gift = {"kind": "gift", "every_weeks": 5, "jump": 0.5}
    assert (bonds(Simulation(market([gift], **linear)).run()) == 3).all()


def test_gift__costs_each_customer_reached():
    gift = {"kind": "gift", "every_weeks": 10, "cost_each": 3.5, "target": {"kind": "everybody", "share": 0.5}}
    results = ls.simulate(market([gift])).sel(brand="A").isel(replication=0)
    reached = results["contacts"].sum("step")
    assert reached.sel(segment="all") == 2 * 45
    np.testing.assert_allclose(results["lever_cost"].sum("step"), reached * 3.5)


def test_cost_of_a_week__is_shared_by_heads_and_lost_to_no_rounding():
    lever = {"kind": "gift", "every_weeks": 100, "from_week": 4, "until_week": 9, "cost_each": 0, "cost_a_week": 10.01}
    results = ls.simulate(market([lever])).sel(brand="A").isel(replication=0)
    cost = results["lever_cost"].sum("step")
    few = int(results["population"].sel(segment="Few"))
    assert cost.sel(segment="all") == pytest.approx(50.05)
    assert cost.sel(segment="Few") == pytest.approx(5 * math.floor(100100 * few / 90) / 10_000)


def test_cost_of_a_week__is_exact_for_large_sums_and_many_customers():
    """More than int64 holds before it is divided: 10**9 a week, in ledger units, times 10**6 customers."""
    heads = np.array([[0, 600_001, 1_000_000]])
    totals = Totals(1, 2, 1, 0, 1)
    money = 10**9 * MONEY_UNIT + 7
    Lever._pay_by_heads(None, Account("", "", 0, 0, heads), totals, money)
    few = money * 600_001 // 10**6
    assert totals.lever_cost[0, :, 0].tolist() == totals.cost_of_lever[0, :, 0].tolist() == [few, money - few]


def test_communication__fades_and_tires_as_worked_out_by_hand():
    contact = {
        "kind": "communication", "every_weeks": 2, "until_week": 3, "relevance": 0.4, "half_life_weeks": 4.0,
        "tiring": 0.3, "recovery_weeks": 5.0, "opt_out": 0.0,
    }  # fmt: skip
    logits = []
    for levers in ([], [contact]):  # contacts in steps 0 and 2
        simulation = Simulation(market(levers)).run(until=6)
        p = simulation.choice_probabilities([0])[0]
        logits.append(math.log(p[0] / p[-1]))
    mind, tire = 2 ** (-2 / 4.0) + 1, math.exp(-2 / 5.0) + 1
    expected = 0.4 * mind * 2 ** (-4 / 4.0) * math.exp(-0.3 * tire * math.exp(-4 / 5.0))
    assert logits[1] - logits[0] == pytest.approx(expected, abs=1e-4)


def test_communication__who_opts_out_hears_no_more():
    contact = {"kind": "communication", "every_weeks": 1, "opt_out": 0.5, "cost_each": 1.0}
    results = ls.simulate(market([contact])).sel(brand="A", segment="all").isel(replication=0)
    contacts, out = results["contacts"].values, results["opted_out"].values
    np.testing.assert_array_equal(contacts[1:], 90 - out.cumsum()[:-1])
    expected = 90 * (1 - math.exp(-0.5))
    assert abs(out[0] - expected) < 4 * math.sqrt(expected * math.exp(-0.5))


LEVERS = {
    "gift": {"every_weeks": 4},
    "service": {},
    "communication": {"every_weeks": 2, "jump": 0.05, "opt_out": 0.1},
    "convenience": {},
    "ethics": {},
    "community": {},
    "brand_advertising": {},
    "moderation": {},
    "advocacy": {},
    "feedback": {"every_weeks": 4, "lag_weeks": 2},
    "awareness_advertising": {},
    "personalization": {"every_weeks": 2, "jump": 0.05, "opt_out": 0.1},
    "event": {"every_weeks": 4, "come": 0.0},
    "exclusive": {"every_weeks": 4, "percent": 30.0, "utility": 1.0},
    "win_back": {"every_weeks": 2, "after_weeks": 3, "cost_accepted": 1.0},
}
BESIDES = {
    "ethics": {"population.values_weight": 0.5},
    "awareness_advertising": {"word_of_mouth.acquisition": {"kind": "linear", "p": 0.5}},
    "win_back": {"behavior.win_back": {"kind": "logit"}},
}
"""What some kinds want of the scenario, so that somebody would feel them."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEVERS)
def test_lever__at_strength_zero_is_left_out(kind):
    small = {"population.n_customers": 500, "steps": 30, "burn_in": 10}
    base = ls.load("grocery").vary({**small, **BESIDES.get(kind, {})})
    lever = {"kind": kind, "strength": 0.0, "cost_a_week": 1.0, **LEVERS[kind]}
    off, on = (ls.simulate(base.vary({"brands.Ours.levers": levers})) for levers in ([], [lever]))
    for name in off.data_vars:
        assert off[name].equals(on[name]), name


def test_lever__that_nobody_would_feel_is_refused_with_the_reason():
    with pytest.raises(
        ScenarioError, match='nobody would feel a lever "service": set behavior.experience to kind "ind'
    ):
        market([{"kind": "service"}])
    with pytest.raises(ScenarioError, match="every_weeks of 0.5 weeks is shorter than a step of 1 week"):
        market([{"kind": "gift", "every_weeks": 0.5}])
    with pytest.raises(ScenarioError, match=r"from_week \(3\) must be before until_week \(2\)"):
        market([{"kind": "gift", "from_week": 3, "until_week": 2}])


def test_seen__shows_the_history_of_one_brand_to_read_and_nothing_else():
    history = History(3, 2)
    for name in ("last_step", "purchases"):
        history.ask(name)
    history.arrays["last_step"][0] = [4, -1, 0]
    seen = Seen(history, 0, 6, 1.0, ("purchases", "spend"))
    np.testing.assert_array_equal(seen.customers, [0, 2])
    np.testing.assert_array_equal(seen.since("last_step"), [2, np.inf, 6])
    with pytest.raises(AttributeError, match='a firm does not see "satisfaction"; it sees purchases, last_step'):
        getattr(seen, "satisfaction")  # noqa: B009
    with pytest.raises(AttributeError, match='does not show "first_step"'):
        getattr(seen, "first_step")  # noqa: B009
    with pytest.raises(ValueError, match="read-only"):
        seen.purchases[0] = 1
    with pytest.raises(AttributeError):
        seen.market = 1


NEWS = {"kind": "communication", "target": {"kind": "everybody", "share": 0.3}, "opt_out": 0.3, "cost_each": 0.0}


@pytest.mark.parametrize(
    "silent", [NEWS, {"kind": "gift", "target": {"kind": "random", "share": 0.5}, "cost_each": 2.0}]
)
@pytest.mark.parametrize("before", [True, False])
def test_strength_0__is_the_lever_left_out_bit_for_bit_wherever_it_stands(silent, before):
    off = {**silent, "strength": 0.0}
    with_it, without = (
        ls.simulate(market(levers, **{"population.needs_per_week": 0.5, "brands.B": {}}))
        for levers in ([off, NEWS] if before else [NEWS, off], [NEWS])
    )
    assert without["opted_out"].sum() > 10
    assert not with_it["cost_of_lever"][..., int(not before), :].any()
    for name in with_it.data_vars:
        own, other = (
            data[name].sum("lever") if "lever" in data[name].dims else data[name] for data in (with_it, without)
        )
        np.testing.assert_array_equal(own.values, other.values, name)


def test_luck_of_a_lever__hangs_on_no_lever_of_another_kind():
    gift = {"kind": "gift", "every_weeks": 4}
    one, other = (ls.simulate(market(levers)) for levers in ([gift, NEWS], [NEWS]))
    np.testing.assert_array_equal(one["opted_out"].values, other["opted_out"].values)


def test_defaults__work_where_a_step_is_longer_and_what_is_given_is_refused():
    month = {"step_days": 30.4375, "steps": 6}
    contacts = ls.simulate(market([{"kind": "communication", "opt_out": 0.0}], **month))["contacts"].sel(segment="all")
    assert (contacts.values == 90).all()  # every 4 weeks by default: every step, since that is longer
    with pytest.raises(ScenarioError, match="every_weeks of 3 weeks is shorter than a step of 4.34821 weeks"):
        market([{"kind": "communication", "every_weeks": 3.0}], **month)
