"""The books of programs of all kinds, drawn at random: totals are what each customer's purchases come to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario

UNIT = 10_000  # ledger units in one of the currency


def drawn(kind: str, **others):
    """Programs of a kind, with settings drawn."""
    named = {name: values if isinstance(values, st.SearchStrategy) else st.sampled_from(values)
             for name, values in others.items()}  # fmt: skip
    return st.fixed_dictionaries({"kind": st.just(kind), "enrollment": enrollments, "generous": st.just(True), **named})


enrollments = st.sampled_from(
    ["automatic", {"kind": "opt_in", "chance": 0.4}, {"kind": "opt_in", "chance": 0.3, "fee": 0.7}]
)
rewards = st.sampled_from(
    [
        {"kind": "cash", "value": 0.55, "threshold": 2},
        {"kind": "free_unit", "threshold": 3},
        {"kind": "amount_off", "amount": 0.37, "threshold": 1.5},
        {"kind": "experience", "cost_each": 0.8, "threshold": 3},
    ]
)
tiers = st.integers(1, 3).map(
    lambda n: [{"threshold": 2.0 * k, "percent_off": 9.3 * k, "utility": 0.2 * k, "cost_each": 0.123} for k in range(n)]
)
programs = st.one_of(
    drawn("points", reward=rewards, endowment=[0, 0.7], earn_rate=[0.9, 2.0]),
    drawn("stamps", n=[2, 4], reward=rewards),
    drawn("tiers", tiers=tiers, window_weeks=[2, 5], soft_landing=[True, False], jump=[0.0, 0.3]),
    drawn("member_discount", percent=st.floats(0, 60)),
    drawn("club", fee=[0.0, 0.4], term_weeks=[1, 3], percent=st.floats(0, 60), stay=[0.3, 1.0]),
    drawn("surprise", chance=[0.0, 0.4, 1.0], cost_each=[0.0, 0.123]),
    drawn("play", streak_utility=[0.0, 1.0], badge_every=[0, 2], lottery_chance=[0.0, 0.3], prize=[0.7]),
)


def market(ours, rivals) -> Scenario:
    """Two brands with programs; baskets of more units than one, in two segments."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 10,
            "burn_in": 0,
            "population": {
                "n_customers": 40,
                "needs_per_week": 1.3,
                "price_sensitivity": 1.0,
                "segments": {"Some": {"share": 0.6}, "Others": {"share": 0.4, "inertia": 0.5}},
            },
            "behavior": {
                "experience": "normal",
                "satisfaction": "level",
                "bond": "linear",
                "basket": {"kind": "poisson", "extra": 0.6},
            },
            "brands": {
                "A": {"price": 1.37, "unit_cost": 0.61, "programs": ours},
                "B": {"price": 1.1, "unit_cost": 0.5, "programs": rivals},
            },
        }
    )


def by_step(log, column: str, brand: str, steps: int) -> np.ndarray:
    """What the purchases of a brand come to in each step, in whole ledger units."""
    own = log[log["brand"] == brand]
    told = np.zeros(steps, np.int64)
    np.add.at(told, (own["time"].to_numpy() // 7).astype(int), np.rint(own[column].to_numpy() * UNIT).astype(np.int64))
    return told


@settings(max_examples=40)
@given(st.lists(programs, min_size=1, max_size=3), st.lists(programs, max_size=2), st.integers(0, 3))
def test_books__of_all_kinds_add_up_at_every_step(ours, rivals, seed):
    simulation = Simulation(market(ours, rivals), seed=seed, log=True)
    flows = simulation.raw().flows
    joined = [np.zeros(40, int) for _ in simulation.schedule.programs]
    while simulation.now < 10:
        was = [own.member.copy() for _, own in simulation.schedule.programs]
        simulation.step()
        flows = simulation.raw().flows
        for place, (program, own) in enumerate(simulation.schedule.programs):
            joined[place] += (own.member != 0) & (was[place] == 0)
            # members one by one, and by segment
            for segment in (0, 1):
                of = simulation.world.customers.segment == segment
                assert flows["enrolled"][..., segment, place].sum() == (own.member[of] != 0).sum()
            if program.kind == "tiers":
                assert -1 <= own.tier.min() and own.tier.max() < len(program.tiers) and own.spent.min() >= 0
                assert (own.tier[own.member == 0] == -1).all() and not own.spent[own.member == 0].any()
            elif program.kind != "club" and program.enrollment.terms.fee:
                assert flows["program_fees"][..., place].sum() == round(0.7 * UNIT) * joined[place].sum()
    log, data = simulation.transactions.frame(), simulation.results().sel(segment="all")
    log = log.assign(gross=log["shelf_price"] * log["units"])
    for brand in "AB":
        money = {name: np.rint(data[name].sel(brand=brand).values[0] * UNIT) for name in data.data_vars if
                 data[name].dims == ("replication", "step", "brand")}  # fmt: skip
        np.testing.assert_array_equal(money["program_cost"], by_step(log, "program_cost", brand, 10))
        np.testing.assert_array_equal(money["revenue"], by_step(log, "gross", brand, 10))
        np.testing.assert_array_equal(
            money["margin"],
            money["revenue"] + money["program_fees"] - money["cost_of_goods"] - money["program_cost"],
        )
        # all that customers did not pay of the shelf price is program cost; the rest of that was handed out
        taken = money["revenue"] - by_step(log, "price_paid", brand, 10)
        assert (taken >= 0).all() and (taken <= money["program_cost"]).all()
        assert (money["liability"] >= 0).all() and (money["points_outstanding"] >= 0).all()


def test_books__of_a_discount_are_all_taken_at_the_till():
    simulation = Simulation(market([{"kind": "member_discount", "percent": 12.5}], []), log=True).run()
    log, data = simulation.transactions.frame(), simulation.results().sel(segment="all", brand="A")
    own = log[log["brand"] == "A"]
    taken = (own["shelf_price"] * own["units"] - own["price_paid"]).sum()
    assert data["program_cost"].sum().item() == pytest.approx(taken, abs=1e-4) and taken > 0  # prices are float32
