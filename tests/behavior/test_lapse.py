"""Lapse: who leaves a brand, when, and when it is open again (eqs. E64–E66)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from loyaltysim import ScenarioError, Simulation
from loyaltysim.behavior import leaving
from loyaltysim.market.leavers import TERMS
from loyaltysim.scenario import Scenario

BY_NOTHING = {"by_satisfaction": 0, "by_bond": 0, "by_membership": 0, "failure_hazard": 0}


def market(n=4, lapse=None, **changes) -> Scenario:
    """Two brands of which one is bought at each step, and no outside option."""
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 0,
        "population": {"n_customers": n, "dropout_chance": 0.25, "cancel_chance": 0.25},
        "behavior": {
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", "outside_option": False},
            "lapse": {"kind": "dropout", **(lapse or {})},
        },
        "brands": {"A": {}, "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def contracts(n=4, lapse=None, **changes) -> Scenario:
    """One brand that everybody has a contract with from the first step on."""
    return market(n, **{"population.needs_per_week": 100.0}).vary(
        {
            "behavior.needs": {"kind": "contract"},
            "behavior.lapse": {"kind": "contract", **(lapse or {})},
            "brands": {"A": {}},
            **changes,
        }
    )


def buy(simulation, seat, brand, step=0, rows=None):
    """A round in which `brand` is bought, up to who leaves; returns the leavers board."""
    world, schedule, worker = simulation.world, simulation.schedule, simulation.world.workers[0]
    shoppers = seat(simulation, rows, brand, step)
    args = (schedule.own_lapse, world, shoppers, worker.leavers, worker.totals, step, 0)
    schedule.lapse.after_purchase(*args)
    arrays = world.customers.arrays
    for q in range(shoppers.n):
        if shoppers.brand[q] >= 0:
            arrays["tried"][shoppers.rows[q]] |= np.uint32(1 << shoppers.brand[q])
    return worker.leavers


chance = st.floats(0, 1, width=32)


@given(chance)
def test_chance__is_the_trait_bit_for_bit_where_nothing_moves_it(base):
    assert leaving.moved(np.float32(base), np.float32(0)) == np.float32(base)


@given(st.floats(2**-20, 1 - 2**-20, width=32), st.floats(-10, 10, width=32))
def test_chance__has_its_odds_multiplied(base, shift):
    # 1 - base in float32 has a grain of 2**-24
    expected = special.expit(special.logit(base) + shift)
    rounding = 4e-7 + 2.0**-24 / (1 - base)
    assert leaving.moved(np.float32(base), np.float32(shift)) == pytest.approx(expected, rel=rounding)


@given(st.sampled_from([0, 1]), st.floats(-200, 200, width=32))
def test_chance__of_0_and_1_cannot_be_moved(base, shift):
    assert leaving.moved(np.float32(base), np.float32(shift)) == base


@pytest.mark.parametrize(("chance", "left"), [(0.0, []), (1.0, [0, 1, 2, 3])])
def test_dropout__follows_repeat_purchases_and_never_the_first(seat, chance, left):
    simulation = Simulation(market(**{"population.dropout_chance": chance}))
    assert buy(simulation, seat, 0).n == 0
    assert buy(simulation, seat, 1, step=1).n == 0  # the first of B
    leavers = buy(simulation, seat, 0, step=2)
    assert leavers.rows[: leavers.n].tolist() == left and set(leavers.brand[: leavers.n]) <= {0}
    assert simulation.world.customers.arrays["status"].tolist() == [len(left) // 4] * 4
    assert simulation.world.arrays["lapse.left_step"].tolist() == [[2 if left else -1] * 4, [-1] * 4]
    assert simulation.world.workers[0].totals.lapsed[0, 0].tolist() == [len(left), 0]


def test_dropout__no_purchase_is_no_reason_to_leave(seat):
    simulation = Simulation(market(**{"population.dropout_chance": 1.0}))
    buy(simulation, seat, 0)
    assert buy(simulation, seat, [-1, 0, -1, 0], step=1).rows[:2].tolist() == [1, 3]


def test_dropout__by_hand(seat):
    weights = {"by_satisfaction": 2.0, "by_bond": 1.5, "bond_reference": 0.2, "by_membership": 0.5, "failure_hazard": 4}
    scenario = market(2, weights).vary(
        {
            "population.dropout_chance": 0.999,
            "behavior.experience": "normal",
            "behavior.satisfaction": "level",
            "behavior.bond": "drift",
            "behavior.recovery": "justice",
            "behavior.win_back": "logit",
            "brands.A.programs": [{"kind": "points"}],
        }
    )
    simulation = Simulation(scenario)
    arrays = simulation.world.customers.arrays
    arrays["tried"][:] = 1
    arrays["satisfaction"][0] = 0.8, 0.5
    arrays["bond"][0] = 0.7, 0.2
    arrays["member"][:] = 1, 2  # the second is a member of the other brand's program
    arrays["strain"][0] = 0.25, 0.0
    arrays["second_life"][0] = 0.125, 0.0
    leavers = buy(simulation, seat, 0)
    assert leavers.n == 2  # at a chance of .998 and .999
    moved = [[-0.6, 0], [1.0, 0], [-0.75, 0], [-0.5, 0]]
    assert TERMS == ("satisfaction", "service", "bond", "membership")
    np.testing.assert_allclose(leavers.terms[:, :2], moved, atol=1e-6)
    expected = special.expit(special.logit(float(np.float32(0.999))) + np.sum(moved, 0) + [0.125, 0])
    np.testing.assert_allclose(leavers.chance[:2], expected, rtol=1e-5)
    np.testing.assert_array_equal(leavers.base[:2], np.float32([0.999, 0.999]))
    assert arrays["strain"].tolist() == [[0, 0], [0, 0]]
    assert simulation.world.arrays["lapse.after_failure"].tolist() == [1, 0]


def test_dropout__what_failures_weigh_is_over_with_the_decision_to_stay(seat):
    scenario = market(2, **{"population.dropout_chance": 0.0, "behavior.recovery": "justice"})
    simulation = Simulation(scenario)
    strain = simulation.world.customers.arrays["strain"]
    strain[:] = 0.5
    buy(simulation, seat, 0)
    assert strain.tolist() == [[0.5, 0.5], [0.5, 0.5]]  # no decision after a first purchase
    buy(simulation, seat, 0, step=1)
    assert strain.tolist() == [[0, 0], [0.5, 0.5]]


def test_dropout__the_number_of_purchases_is_geometric():
    # one brand: who has left buys no more, so purchases are 1 + a geometric number of mean 1/p, cut at 40
    n, p, steps = 20_000, 0.25, 41
    simulation = Simulation(market(n, {**BY_NOTHING}, steps=steps, brands={"A": {}}))
    simulation.world.history.ask("purchases")
    count = simulation.run().world.history.arrays["purchases"][0]
    for k in (2, 3, 6):
        share, expected = (count >= k + 1).mean(), (1 - p) ** (k - 1)
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_dropout__a_brand_that_was_left_is_bought_no_more():
    simulation = Simulation(market(200), log=True)
    log = simulation.run().transactions.frame()
    lives = simulation.lifetimes()
    assert lives["left"].any() and not lives["left"].all()
    ends = lives[lives["left"]]
    for customer, brand, joined, weeks in zip(ends["customer"], ends["brand"], ends["joined"], ends["weeks"]):
        bought = log[(log["customer"] == customer) & (log["brand"] == brand)]["time"] / 7
        assert bought.max() < joined + weeks + 1


def test_dropout__of_chance_0_changes_no_customer_bit_for_bit():
    nobody = market(300, {"return_rate": 0.1}, **{"population.dropout_chance": 0.0})
    on, off = Simulation(nobody).run(), Simulation(nobody.vary({"behavior.lapse": {"kind": "none"}})).run()
    for name, array in off.world.customers.arrays.items():
        np.testing.assert_array_equal(array, on.world.customers.arrays[name])
    for name in ("purchases", "switches", "lapsed"):
        np.testing.assert_array_equal(on.results()[name], off.results()[name])


def test_dropout__what_nobody_keeps_does_not_count():
    strong = {"by_satisfaction": 9, "by_bond": 9, "by_membership": 9, "failure_hazard": 9, "bond_reference": 3}
    one, other = (Simulation(market(300, weights)).run() for weights in (strong, BY_NOTHING))
    assert one.results()["lapsed"].sum() > 0
    np.testing.assert_array_equal(one.results()["lapsed"], other.results()["lapsed"])


def test_member__is_who_is_in_a_program_of_the_brand():
    programs = {"brands.A.programs": [{"kind": "points", "enrollment": {"kind": "opt_in", "chance": 0.4}}] * 2}
    simulation = Simulation(market(200, {"by_membership": 1.0}, **programs)).run()
    (_, first), (_, second) = simulation.schedule.programs
    in_either = (first.member | second.member) > 0
    assert 0 < in_either.sum() < 200
    np.testing.assert_array_equal(simulation.world.customers.arrays["member"], in_either.astype(np.uint32))
    kept_apart = simulation.scenario.vary({"behavior.lapse.by_membership": 0})
    assert "member" not in Simulation(kept_apart).world.customers.arrays


def test_return__is_a_rate_between_occasions(seat):
    n, weeks, rate = 20_000, 3, 0.2
    simulation = Simulation(market(n, {"return_rate": rate}))
    world, schedule = simulation.world, simulation.schedule
    status, totals = world.customers.arrays["status"], world.workers[0].totals
    status[:] = 3
    for step, expected in ((0, 0.0), (weeks, 1 - np.exp(-rate * weeks))):  # `seen` is 0: no time has passed at first
        shoppers = seat(simulation, step=step)
        schedule.lapse.come_back(schedule.own_lapse, world, shoppers, totals, step, 0)
        np.testing.assert_array_equal(shoppers.columns["status"][:n], status)  # staged and kept are one
        for b in range(2):
            back = ((status >> b) & 1) == 0
            assert abs(back.mean() - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)
            assert totals.returned[0, 0, b] == back.sum()
    both, either = (status == 0).mean(), 1 - np.exp(-rate * weeks)
    assert abs(both - either**2) < 4 * np.sqrt(either**2 / n)  # brands are drawn by themselves


def test_return__of_rate_0_never_happens_and_asks_for_no_clock():
    simulation = Simulation(market(500, {"return_rate": 0})).run()
    assert simulation.results()["returned"].sum() == 0
    assert not simulation.world.customers.has("seen")


@pytest.mark.parametrize("term", [1, 2, 5])
def test_contract__ends_only_at_the_end_of_a_term(term):
    simulation = Simulation(contracts(400, {"term_steps": term}, steps=12)).run()
    data = simulation.results().sel(brand="A", segment="all", replication=0)
    lapsed = data["lapsed"].values
    assert [bool(count) for count in lapsed] == [step > 0 and step % term == 0 for step in range(12)]
    np.testing.assert_array_equal(data["purchases"], 400 - np.cumsum(lapsed))  # each pays once a step until the end


def test_contract__of_chance_1_ends_and_of_chance_0_goes_on():
    for chance, alive in ((0.0, [4] * 6), (1.0, [4, 4, 0, 0, 0, 0])):
        scenario = contracts(lapse={"term_steps": 2}, **{"population.cancel_chance": chance})
        assert Simulation(scenario).run().results()["purchases"].sel(segment="all").values.ravel().tolist() == alive


def test_contract__survival_is_the_share_that_renewed_each_time():
    n, p = 20_000, 0.25
    data = Simulation(contracts(n, BY_NOTHING)).run().results().sel(brand="A", segment="all")
    for step, alive in enumerate(data["purchases"].values.ravel() / n):
        expected = (1 - p) ** step
        assert abs(alive - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)


def test_contract__without_lapse_runs_for_ever_with_the_brand_chosen_first():
    scenario = contracts(100, brands={"A": {}, "B": {}}).vary({"behavior.lapse": {"kind": "none"}})
    simulation = Simulation(scenario)
    simulation.step()
    first = simulation.world.customers.arrays["contract"].copy()
    simulation.run()
    assert set(first) == {0, 1}
    np.testing.assert_array_equal(simulation.world.customers.arrays["contract"], first)
    switches = simulation.results()["switches"].values.sum((0, 1))
    assert switches.tolist() == [[5 * (first == 0).sum(), 0], [0, 5 * (first == 1).sum()]]


def test_contract__who_cancels_may_choose_another_brand_in_the_same_step():
    scenario = contracts(50, brands={"A": {"appeal": 50.0}, "B": {}}, **{"population.cancel_chance": 1.0})
    simulation = Simulation(scenario)
    simulation.run(until=2)
    assert simulation.world.customers.arrays["contract"].tolist() == [1] * 50
    assert simulation.world.arrays["lapse.signed"].tolist() == [1] * 50
    simulation.run()  # and B too is left a step later
    assert simulation.world.customers.arrays["contract"].tolist() == [-1] * 50
    assert simulation.world.customers.arrays["status"].tolist() == [3] * 50


def test_contract__time_to_return_counts_from_its_end():
    # the brand is left at the beginning of step 1, and the customer, who has no other, needs again in that step
    scenario = contracts(2_000, {"return_rate": 1e3}, **{"population.cancel_chance": 1.0})
    data = Simulation(scenario).run().results().sel(segment="all", brand="A")
    assert data["returned"].values.ravel().tolist() == [0, 0, 2000, 0, 2000, 0]


def test_contract__nobody_renews_who_has_left_the_category():
    n, rate = 20_000, 0.1
    scenario = contracts(n, **{"population.cancel_chance": 0.0, "population.category_exit": rate})
    bought = Simulation(scenario).run().results()["purchases"].sel(segment="all", brand="A").values.ravel() / n
    for step in range(6):
        expected = np.exp(-rate * step)
        assert abs(bought[step] - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"behavior.needs": {"kind": "poisson"}}, "needs contracts"),
        ({"behavior.lapse": {"kind": "dropout"}}, "leave when it is due"),
        ({"behavior.lapse": {"kind": "none"}, "behavior.win_back": {"kind": "logit"}}, "nobody leaves"),
        ({"behavior.choice": {"kind": "switching", "matrix": [[0.7, 0.3], [0.2, 0.8]]}}, "bought again at once"),
    ],
)
def test_lapse__what_does_not_go_together_is_a_fault(changes, fault):
    with pytest.raises(ScenarioError, match=fault):
        contracts(brands={"A": {}, "B": {}}).vary(changes)


def busy(kind: str, **lapse) -> Scenario:
    """Everything on that bears on leaving."""
    base = market(60, lapse) if kind == "dropout" else contracts(60, lapse, brands={"A": {}, "B": {}})
    return base.vary(
        {
            "behavior.experience": {"kind": "normal"},
            "behavior.satisfaction": {"kind": "level"},
            "behavior.bond": {"kind": "drift"},
            "behavior.recovery": {"kind": "justice"},
            "brands.A.programs": [{"kind": "points"}],
            "brands.A.complaints.failure_chance": 0.3,
            "population.dropout_chance": {"distribution": "beta", "a": 0.8, "b": 2.4},
            "population.cancel_chance": {"distribution": "beta", "a": 0.7, "b": 1.2},
        }
    )


weight = st.sampled_from([0.0, 0.5, 8.0, 1e3])


@pytest.mark.parametrize("kind", ["dropout", "contract"])
@given(weight, weight, weight, weight, st.sampled_from([0.0, 0.1, 50.0]))
def test_lapse__with_any_settings_counts_who_is_gone(kind, satisfaction, bond, membership, failure, rate):
    weights = {"by_satisfaction": satisfaction, "by_bond": bond, "by_membership": membership}
    simulation = Simulation(busy(kind, **weights, failure_hazard=failure, return_rate=rate)).run()
    arrays, data = simulation.world.customers.arrays, simulation.results().sel(segment="all", replication=0)
    for array in arrays.values():
        assert np.isfinite(array.astype(float)).all()
    for b, brand in enumerate("AB"):
        gone = ((arrays["status"] >> b) & 1).sum()
        flows = data.sel(brand=brand)
        assert gone == flows["lapsed"].sum() - flows["returned"].sum()
        assert gone <= (simulation.world.arrays["lapse.left_step"][b] >= 0).sum()
    assert (arrays["status"] & ~arrays["tried"] == 0).all()  # only what was bought can be left


@pytest.mark.parametrize("kind", ["dropout", "contract"])
def test_lapse__customers_in_another_order_fare_the_same(kind):
    straight, shuffled = (Simulation(busy(kind, return_rate=0.3)) for _ in range(2))
    order = np.random.default_rng(3).permutation(60)
    customers = shuffled.world.customers
    for array in (customers.key, *customers.arrays.values()):
        array[...] = array[..., order]
    straight.run(), shuffled.run()
    for name, array in straight.world.customers.arrays.items():
        np.testing.assert_array_equal(array[..., order], shuffled.world.customers.arrays[name], err_msg=name)
    for name in ("lapse.left_step", "lapse.after_failure"):
        np.testing.assert_array_equal(straight.world.arrays[name][..., order], shuffled.world.arrays[name])
    assert straight.results()["lapsed"].sum() > 0


@pytest.mark.parametrize("kind", ["dropout", "contract"])
def test_lapse__blocks_and_stacks_change_nothing(kind):
    scenario = busy(kind, return_rate=0.3).vary({"population.n_customers": 2100})
    whole, cut = (Simulation(scenario, block_size=size, replications=range(2)).run() for size in (65536, 1024))
    alone = Simulation(scenario, replications=range(1, 2)).run()
    for name, array in whole.world.customers.arrays.items():
        np.testing.assert_array_equal(array, cut.world.customers.arrays[name], err_msg=name)
        np.testing.assert_array_equal(array[..., 2100:], alone.world.customers.arrays[name], err_msg=name)
    np.testing.assert_array_equal(whole.results()["lapsed"], cut.results()["lapsed"])
