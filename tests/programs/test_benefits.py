"""Member discounts, tiers and surprises (eqs. E112–E114): hand-worked cases, exact money, laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.programs import benefits
from loyaltysim.scenario import Scenario

N = 20_000


def market(*programs, n: int = 5, steps: int = 8, **changes) -> Scenario:
    """Everybody buys the brand with the programs in every step; a bond that only programs build."""
    document = {
        "focal": "A",
        "steps": steps,
        "burn_in": 0,
        "population": {"n_customers": n, "price_sensitivity": 1.0},
        "behavior": {
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", "satisfaction_weight": 0.0, "bond_weight": 0.0},
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level"},
            "bond": {"kind": "linear", "from_satisfaction": 0.0, "fading": 0.0},
        },
        "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": list(programs)}, "B": {"price": 1.0}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def only(simulation: Simulation):
    ((program, own),) = simulation.schedule.programs
    return program, own


def of(data, name: str) -> list[float]:
    """A variable of the brand with the programs, by step."""
    return data[name].sel(brand="A", segment="all").values[0].tolist()


def let(simulation: Simulation, seat, bought: dict[int, int | list[int]], until: int):
    """Settle and close step by step; `bought` has the brand by step, -1 none. Yields after each step."""
    program, own = only(simulation)
    world, totals = simulation.world, simulation.world.workers[0].totals
    for step in range(until):
        shoppers = seat(simulation, brand=bought.get(step, -1), step=step)
        shoppers.paid[:] = 20_000
        program.settle(own, world, shoppers, totals, step, 0)
        program.close(own, world, world.blocks[0], totals, step)
        yield step


# ----------------------------------------------------------------------------------------------- member discount

DISCOUNT = {"kind": "member_discount", "percent": 25.0}
BASKETS = {"behavior.basket": {"kind": "poisson", "extra": 1.5}}


def test_discount__by_hand():
    data = simulate(market(DISCOUNT, steps=3))
    assert of(data, "revenue") == [10.0] * 3  # before it is taken off
    assert of(data, "program_cost") == [0.0, 2.5, 2.5]  # the purchase that enrolls pays the full price
    assert of(data, "members") == [5] * 3


money = st.sampled_from([0.01, 0.3, 1.37, 2.9999, 49.95])
percents = st.sampled_from([0, 0.7, 5, 33.3, 99, 100])


@settings(max_examples=25)
@given(price=money, percents=st.lists(percents, min_size=1, max_size=3))
def test_discount__costs_the_list_price_less_what_is_paid_exactly(price, percents):
    programs = [{"kind": "member_discount", "percent": percent} for percent in percents]
    simulation = Simulation(market(*programs, **{"brands.A.price": price}, **BASKETS), log=True).run()
    log, data = simulation.transactions.frame(), simulation.results()
    ledger = {name: np.rint(log[name] * 10_000).astype(int) for name in ("price_paid", "program_cost", "shelf_price")}
    shelf = ledger["shelf_price"] * log["units"]
    np.testing.assert_array_equal(ledger["program_cost"], shelf - ledger["price_paid"])
    assert (ledger["price_paid"] >= 0).all() and log["units"].max() > 1
    assert round(sum(of(data, "program_cost")) * 10_000) == ledger["program_cost"].sum()
    assert round(sum(of(data, "revenue")) * 10_000) == shelf.sum()
    left = np.prod([1 - percent / 100 for percent in percents])
    later = log["time"] >= 7  # the first purchase enrolls
    # a rounding of half a ledger unit for each discount, and float32
    np.testing.assert_allclose(
        log["price_paid"][later], (log["shelf_price"] * log["units"] * left)[later], atol=5e-4, rtol=1e-6
    )


def test_discount__comes_before_rewards_whichever_is_listed_first():
    card = {"kind": "stamps", "n": 3}
    both = [simulate(market(*some, **BASKETS)) for some in ([DISCOUNT, card], [card, DISCOUNT])]
    for name in ("program_cost", "revenue", "margin", "units", "rewards_redeemed"):
        np.testing.assert_array_equal(both[0][name], both[1][name])


def test_discount__of_a_purchase_with_a_free_unit_by_hand():
    # from the third purchase on one of the units is free of 1.5 that it costs members
    data = simulate(market(DISCOUNT, {"kind": "stamps", "n": 3}, n=1, steps=4))
    assert of(data, "program_cost") == [0.0, 0.5, 0.5 + 1.5, 0.5]


def test_discount__of_zero_changes_nothing_but_memberships():
    none, zero = simulate(market()), simulate(market({"kind": "member_discount", "percent": 0.0}))
    for name in set(none.data_vars) - {"members", "points_earned", "points_redeemed", "points_expired"}:
        np.testing.assert_array_equal(none[name], zero[name], err_msg=name)


# --------------------------------------------------------------------------------------------------------- tiers


def tiers(*levels, **others) -> dict:
    return {"kind": "tiers", "tiers": [dict(zip(("threshold", "percent_off"), level)) for level in levels], **others}


def test_tiers__rise_at_once_and_lower_the_price_of_the_next_purchase():
    simulation = Simulation(market(tiers((4.0, 10.0), (9.0, 50.0)), n=1, steps=7))
    _, own = only(simulation)
    reached = []
    while simulation.now < 7:
        simulation.step()
        reached.append(int(own.tier[0]))
    # pays 2, 2, then 1.8 a step: 2, 4, 5.8, 7.6, 9.4 - and half
    assert reached == [-1, 0, 0, 0, 1, 1, 1]
    assert of(simulation.results(), "program_cost") == pytest.approx([0, 0, 0.2, 0.2, 0.2, 1, 1], abs=1e-9)


@pytest.mark.parametrize(
    ("soft", "after"), [(True, [2, 2, 2, 1, 1, 0, 0, -1]), (False, [2, 2, 2, -1, -1, -1, -1, -1])], ids=["soft", "hard"]
)
def test_tiers__fall_at_the_ends_of_windows(seat, soft, after):
    levels = (2.0, 0.0), (4.0, 0.0), (6.0, 0.0)
    simulation = Simulation(market(tiers(*levels, window_weeks=2, soft_landing=soft), n=3))
    _, own = only(simulation)
    own.member[:], own.spent[:] = 1, 40_000
    bought = {0: [0, 1, -1]}  # one buys once and has spent 6 in this window; the rival's buyer spends nothing here
    told = []
    for _ in let(simulation, seat, bought, 8):
        told.append(own.tier.tolist())
    # the window of steps 0 and 1 earned 6; that of 2 and 3 nothing
    assert [one[0] for one in told] == after
    assert told[0] == [2, -1, -1] and told[1] == [2, 1, 1]


def test_tiers__what_is_reached_is_kept_to_the_end_of_the_next_window(seat):
    simulation = Simulation(market(tiers((4.0, 0.0), window_weeks=3, soft_landing=False), n=1, steps=9))
    _, own = only(simulation)
    told = []
    for _ in let(simulation, seat, {0: 0, 1: 0, 3: 0}, 9):
        told.append(int(own.tier[0]))
    assert told == [-1, 0, 0, 0, 0, -1, -1, -1, -1]


@given(spent=st.lists(st.integers(0, 10), min_size=1, max_size=20), soft=st.booleans())
def test_tiers__end_of_a_window_is_what_the_window_earned_or_one_below(spent, soft):
    levels = (2.0, 0.0), (5.0, 0.0), (7.0, 0.0)
    simulation = Simulation(market(tiers(*levels, window_weeks=1, soft_landing=soft), n=len(spent)))
    program, own = only(simulation)
    own.member[:], own.spent[:] = 1, np.array(spent) * 10_000
    own.tier[:] = before = np.arange(len(spent)) % 4 - 1
    program.close(own, simulation.world, simulation.world.blocks[0], simulation.world.workers[0].totals, 0)
    earned = np.searchsorted([2, 5, 7], spent, side="right") - 1
    assert own.tier.tolist() == (np.maximum(earned, before - 1) if soft else earned).tolist()
    assert not own.spent.any()


def test_tiers__the_lowest_is_for_members_alone_even_if_it_asks_for_nothing(seat):
    program = {**tiers((0.0, 50.0), window_weeks=1), "enrollment": {"kind": "opt_in", "chance": 0.0}}
    data = simulate(market(program))
    assert sum(of(data, "program_cost")) == 0 and of(data, "members") == [0] * 8


def test_tiers__comforts_add_utility_and_cost_so_much_a_unit(seat):
    level = {"threshold": 4.0, "utility": 0.7, "cost_each": 0.3}
    scenario = market({"kind": "tiers", "tiers": [level]}, n=4, steps=4, **BASKETS)
    simulation = Simulation(scenario).run()
    data, (_, own) = simulation.results(), only(simulation)
    late = np.array(of(data, "units"))
    assert (own.tier >= 0).all()
    assert of(data, "program_cost")[2:] == pytest.approx((0.3 * late[2:]).tolist(), abs=1e-9)
    own.tier[:2] = -1
    reward = seat(simulation).columns["reward"][0, :4]
    np.testing.assert_allclose(reward, [0, 0, 0.7, 0.7], rtol=1e-6)


def test_tiers__the_bond_jumps_once_for_each_tier_risen():
    program = tiers((2.0, 0.0), (3.0, 0.0), (6.0, 0.0), jump=0.2)
    simulation = Simulation(market(program, n=1, steps=4))
    bond = simulation.world.customers.arrays["bond"]
    for expected in (0.2, 1 - 0.8**2, 1 - 0.8**3, 1 - 0.8**3):  # 2, 4, 6, 8 spent
        simulation.step()
        assert bond[0, 0] == pytest.approx(expected, abs=1e-6)


def test_rewards__that_please_take_nothing_from_a_linear_bond_above_one():
    bond = np.array([0.5, 3.0], np.float32)
    benefits.please(np.array([2, 2], np.int32), np.arange(2), np.array([0, 2]), 0.5, bond)
    assert bond.tolist() == [0.875, 3.0]


@pytest.mark.parametrize("thresholds", [(5.0, 5.0), (5.0, 4.0), (1.0, 5.0, 3.0)])
def test_tiers__one_that_begins_no_higher_than_the_one_before_is_refused(thresholds):
    with pytest.raises(ScenarioError, match=r"tier \d must begin above tier \d, which begins at 5, was"):
        market(tiers(*((threshold, 1.0) for threshold in thresholds)))


# ------------------------------------------------------------------------------------------------------ surprise


def surprise(**others) -> dict:
    return {"kind": "surprise", "chance": 1.0, "cost_each": 0.7, "jump": 0.1, **others}


def test_surprise__sure_ones_by_hand():
    simulation = Simulation(market(surprise(), n=3, steps=4))
    bond = simulation.world.customers.arrays["bond"]
    for step in range(4):
        simulation.step()
        np.testing.assert_allclose(bond[0], 1 - 0.9 ** (step + 1), atol=1e-6)
        assert not bond[1].any()
    data = simulation.results()
    assert of(data, "rewards_redeemed") == [3] * 4
    assert of(data, "program_cost") == pytest.approx([3 * 0.7] * 4, abs=1e-9)


def test_surprise__comes_with_its_chance_and_to_members_alone():
    half = {"enrollment": {"kind": "opt_in", "chance": 0.5, "by_bond": 0.0, "by_satisfaction": 0.0}}
    data = simulate(market(surprise(chance=0.2, jump=0.0, **half), n=N, steps=3))
    for step, got in enumerate(of(data, "rewards_redeemed")):
        chance = (1 - 0.5 ** (step + 1)) * 0.2
        assert abs(got / N - chance) < 4 * np.sqrt(chance * (1 - chance) / N)


def test_surprise__moves_nobody_by_itself():
    rival = {"brands.A.appeal": 0.0, "steps": 20}
    none, gifts = simulate(market(n=300, **rival)), simulate(market(surprise(), n=300, **rival))
    for name in ("purchases", "units", "revenue", "switches"):
        np.testing.assert_array_equal(none[name], gifts[name])
    assert gifts["program_cost"].sum() > 0
