"""Play (eq. E116): streaks break, badges come with every n-th purchase, the lottery costs what it pays."""

import numpy as np
import pytest

from loyaltysim import Simulation, simulate
from loyaltysim.scenario import Scenario

N = 20_000


def market(n: int = 3, steps: int = 8, **game) -> Scenario:
    """Everybody buys a unit of 2.00 in every step; a bond that only programs build."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": steps,
            "burn_in": 0,
            "population": {"n_customers": n, "price_sensitivity": 1.5},
            "behavior": {
                "needs": {"kind": "regular"},
                "choice": {"kind": "logit", "satisfaction_weight": 0.0, "bond_weight": 0.0},
                "experience": {"kind": "normal"},
                "satisfaction": {"kind": "level"},
                "bond": {"kind": "linear", "from_satisfaction": 0.0, "fading": 0.0},
            },
            "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": [{"kind": "play", **game}]}, "B": {}},
            "metrics": {"period_steps": 0},
        }
    )


def of(data, name: str) -> list[float]:
    return data[name].sel(brand="A", segment="all").values[0].tolist()


def game_of(simulation: Simulation):
    ((program, own),) = simulation.schedule.programs
    return program, own


def test_streak__grows_with_every_window_and_breaks_with_one_without_a_purchase(seat):
    simulation = Simulation(market(n=3, streak_utility=1.0, streak_weeks=2))
    program, own = game_of(simulation)
    world, totals = simulation.world, simulation.world.workers[0].totals
    bought = {0: [0, 0, 1], 1: [0, -1, 0], 2: [-1, -1, 0], 3: [0, 0, 0], 4: [0, -1, -1], 6: [0, 0, -1]}
    told = []
    for step in range(8):
        program.settle(own, world, seat(simulation, brand=bought.get(step, -1), step=step), totals, step, 0)
        program.close(own, world, world.blocks[0], totals, step)
        told.append(own.streak.tolist())
    assert told[1::2] == [[1, 1, 1], [2, 2, 2], [3, 0, 0], [4, 1, 0]]
    assert told[0::2] == [[0, 0, 0], *told[1:-1:2]]  # changes at the ends of windows alone


def test_streak__draws_until_something_is_bought_in_the_window(seat):
    simulation = Simulation(market(n=6, streak_utility=0.8, streak_full=4))
    _, own = game_of(simulation)
    own.member[:] = [0, 1, 1, 1, 1, 2]
    own.streak[:], own.bought[:] = [4, 0, 1, 9, 4, 4], [0, 0, 0, 0, 1, 0]
    reward = seat(simulation).columns["reward"]
    np.testing.assert_allclose(reward[0, :6], [0, 0, 0.2, 0.8, 0, 0], atol=1e-7)
    assert not reward[1, :6].any()


def test_streak__keeps_customers_buying():
    rival = {"brands.A.appeal": 0.5, "steps": 40}
    lone, drawn = (simulate(market(n=300, streak_utility=u).vary(rival))["units"].sel(brand="A") for u in (0.0, 2.0))
    assert drawn.sum() > lone.sum()


def test_badge__comes_with_every_nth_purchase_as_a_member():
    simulation = Simulation(market(n=2, steps=7, badge_every=3, badge_jump=0.25))
    bond = simulation.world.customers.arrays["bond"]
    _, own = game_of(simulation)
    jumps = []
    while simulation.now < 7:
        simulation.step()
        jumps.append(float(bond[0, 0]))
    assert jumps == pytest.approx([0, 0, 0.25, 0.25, 0.25, 1 - 0.75**2, 1 - 0.75**2], abs=1e-6)
    assert own.purchases.tolist() == [7, 7]
    assert of(simulation.results(), "program_cost") == [0] * 7  # a badge costs nothing and is no reward
    assert of(simulation.results(), "rewards_redeemed") == [0] * 7


def test_lottery__pays_with_its_chance_and_costs_what_it_pays():
    data = simulate(market(n=N, steps=3, lottery_chance=0.1, prize=4.0, lottery_weight=0.0))
    won, cost = of(data, "rewards_redeemed"), of(data, "program_cost")
    for some, paid in zip(won, cost):
        assert abs(some / N - 0.1) < 4 * np.sqrt(0.09 / N)
        assert paid == 4.0 * some


def test_lottery__is_worth_its_expected_prize_times_the_weight(seat):
    simulation = Simulation(market(n=3, lottery_chance=0.1, prize=4.0, lottery_weight=2.0))
    _, own = game_of(simulation)
    own.member[:] = [0, 1, 2]
    reward = seat(simulation).columns["reward"][0, :3]
    np.testing.assert_allclose(reward, [0, 1.5 * 2.0 * 0.1 * 4.0, 0], rtol=1e-6)


def test_games__run_beside_each_other():
    settings = {"streak_utility": 0.5, "badge_every": 2, "lottery_chance": 1.0, "prize": 1.0, "badge_jump": 0.5}
    simulation = Simulation(market(n=2, steps=4, **settings)).run()
    _, own = game_of(simulation)
    assert own.streak.tolist() == [4, 4] and own.purchases.tolist() == [4, 4]
    np.testing.assert_allclose(simulation.world.customers.arrays["bond"][0], 0.75, atol=1e-6)
    assert of(simulation.results(), "program_cost") == [2.0] * 4


def test_play__with_all_games_off_changes_nothing_but_memberships():
    none, idle = simulate(market().vary({"brands.A.programs": []})), simulate(market())
    for name in set(none.data_vars) - {"members", "points_earned", "points_redeemed", "points_expired"}:
        np.testing.assert_array_equal(none[name], idle[name], err_msg=name)
