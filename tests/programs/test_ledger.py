"""The ledger: earned = redeemed + expired + outstanding, in whole numbers, for everybody, always."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.scenario import Scenario

threshold = st.sampled_from([0.5, 1, 2.5, 3, 7])


def reward(kind, **others):
    """Rewards of a kind, with thresholds and other settings drawn."""
    drawn = {name: st.sampled_from(values) for name, values in others.items()}
    return st.fixed_dictionaries({"kind": st.just(kind), "threshold": threshold, **drawn})


rewards = st.one_of(
    reward("cash", value=[0, 0.5, 2]),
    reward("percent_off", percent=[0, 15, 100]),
    reward("free_unit"),
    reward("amount_off", amount=[0.5, 9]),
    reward("gift_card", face_value=[0, 3], cost_share=[0.5], perceived_share=[0, 1.5]),
    reward("experience", jump=[0, 0.5]),
    reward("access", weeks=[1, 3], utility=[0, 2.0]),
)
parts = {
    "enrollment": st.sampled_from(
        [{"kind": "automatic"}, {"kind": "opt_in", "chance": 0.5}, {"kind": "opt_in", "chance": 0.3, "by_need": 1.0}]
    ),
    "expiry": st.sampled_from(
        [{"kind": "none"}, {"kind": "inactivity", "weeks": 2}, {"kind": "fixed_dates", "every_weeks": 3}]
    ),
    "accrual": st.sampled_from(
        ["plain", *({"kind": "calendar", "factor_in_weeks": f, "weeks": 2, "every_weeks": 3} for f in (0, 0.123, 3))]
    ),
    "customer_response": st.sampled_from(
        [
            {"kind": "none"},
            {"kind": "progress"},
            {"kind": "worth"},
            {"kind": "goal_gradient", "goal_gradient": 1.0},
            {"kind": "endowed", "continue_plain": 0.6, "continue_endowed": 0.8},
            {"kind": "rewarded", "rewarded_lift": 0.5, "rewarded_weeks": 2, "reset": 0.3},
            {"kind": "forward_looking"},
        ]
    ),
    "endowment": st.sampled_from([0, 0.1, 0.4]),
    "segments": st.sampled_from([[], ["Some"]]),
    "generous": st.just(True),
}
points = st.fixed_dictionaries(
    {"kind": st.just("points"), "earn_rate": st.sampled_from([0, 0.333, 1, 2.7]), "reward": rewards, **parts}
)
stamps = st.fixed_dictionaries(
    {
        "kind": st.just("stamps"),
        "n": st.integers(2, 5),
        "reading": st.sampled_from(["nth_is_rewarded", "n_then_one_extra"]),
        "reward": rewards,
        **parts,
    }
)


def market(programs, **changes) -> Scenario:
    """One brand with programs beside a plain one."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 12,
            "burn_in": 2,
            "population": {
                "n_customers": 40,
                "needs_per_week": 1.5,
                "price_sensitivity": 1.0,
                "segments": {"Some": {"share": 0.6}, "Others": {"share": 0.4}},
            },
            "behavior": {"experience": "normal", "satisfaction": "level", "bond": "linear"},
            "brands": {"A": {"price": 1.37, "programs": programs}, "B": {"price": 1.1}},
            "accounts": {"by_customer": True},
            **changes,
        }
    )


FEELING = {
    "experience": "normal",
    "satisfaction": "level",
    "bond": "linear",
    "basket": {"kind": "poisson", "extra": 0.5},
}


@settings(max_examples=60)
@given(st.lists(st.one_of(points, stamps), min_size=1, max_size=2))
def test_ledger__earned_is_redeemed_expired_and_outstanding_for_everybody_at_every_step(programs):
    simulation = Simulation(market(programs, behavior=FEELING))
    while simulation.now < simulation.calendar.last:
        simulation.step()
        for _, own in simulation.schedule.programs:
            np.testing.assert_array_equal(own.earned, own.redeemed + own.expired + own.balance)
            assert min(own.balance.min(), own.earned.min(), own.redeemed.min(), own.expired.min()) >= 0
        flows = simulation.raw().flows
        for number, (_, own) in enumerate(simulation.schedule.programs):
            for name in ("earned", "redeemed", "expired"):
                assert flows[f"points_{name}"][..., number].sum() == getattr(own, name).sum()


@pytest.mark.parametrize(
    ("reading", "rate"), [("nth_is_rewarded", 1 / 10), ("n_then_one_extra", 1 / 11)], ids=["tenth free", "ten and one"]
)
def test_stamps__each_reading_rewards_its_share_of_units(reading, rate):
    # one occasion a step, no rival and no outside option to lose to: 500 purchases each, so whole cards
    program = {"kind": "stamps", "n": 10, "reading": reading}
    scenario = market([program]).vary(
        {"steps": 550, "burn_in": 0, "behavior.needs": "regular", "behavior.choice.outside_option": False}
    )
    scenario = scenario.vary({"brands.A.appeal": 60.0, "population.n_customers": 20})
    data = simulate(scenario).sel(brand="A", segment="all")
    bought = data["units"].sum().item()
    assert bought == 550 * 20
    assert data["rewards_redeemed"].sum().item() == 20 * int(550 * rate)


def test_stamps__the_free_unit_costs_its_price_and_the_revenue_stays_gross():
    scenario = market([{"kind": "stamps", "n": 2}]).vary(
        {"steps": 2, "burn_in": 0, "behavior.needs": "regular", "brands.A.appeal": 60.0}
    )
    data = simulate(scenario).sel(brand="A", segment="all")
    assert data["revenue"].sum().item() == pytest.approx(40 * 2 * 1.37, abs=1e-9)
    assert data["program_cost"].values.ravel().tolist() == pytest.approx([0, 40 * 1.37], abs=1e-9)


def test_points__expire_after_inactivity_and_not_before():
    program = {
        "kind": "points",
        "reward": {"kind": "cash", "threshold": 1000},
        "expiry": {"kind": "inactivity", "weeks": 3},
    }
    scenario = market([program]).vary({"burn_in": 0, "behavior.needs": "regular", "brands.A.appeal": 60.0})
    simulation = Simulation(scenario)
    simulation.step()
    program, own = simulation.schedule.programs[0]
    assert own.balance.tolist() == [1370] * 40
    block, totals = simulation.world.blocks[0], simulation.world.workers[0].totals
    for step, left in ((1, 1370), (2, 1370), (3, 0)):  # bought in step 0: three weeks are over at the end of step 3
        program.close(own, simulation.world, block, totals, step)
        assert own.balance.tolist() == [left] * 40


def test_program__without_members_changes_nothing():
    base = market([])
    idle = base.vary({"brands.A.programs": [{"kind": "points", "enrollment": {"kind": "opt_in", "chance": 0}}]})
    one, other = Simulation(base).run(), Simulation(idle).run()
    for name, array in one.world.customers.arrays.items():
        np.testing.assert_array_equal(array, other.world.customers.arrays[name])
    for name in ("purchases", "revenue", "switches", "retention_rate", "satisfaction", "members"):
        np.testing.assert_array_equal(one.results()[name], other.results()[name])


def test_log__has_the_points_that_each_purchase_earned():
    programs = [{"kind": "points", "earn_rate": 3.0}, {"kind": "stamps", "n": 3}]
    simulation = Simulation(market(programs), log=True).run()
    log, data = simulation.transactions.frame(), simulation.results()
    assert log["points"].sum() == pytest.approx(data["points_earned"].sel(segment="all").sum().item(), abs=1e-9)
    assert log.loc[log["brand"] == "B", "points"].eq(0).all()


def test_promotion__of_depth_zero_changes_nothing():
    base = market([])
    idle = base.vary({"brands.B.pricing": [{"kind": "promotion_calendar", "depth": 0, "every_weeks": 2}]})
    assert simulate(base).drop_attrs().equals(simulate(idle).drop_attrs())
