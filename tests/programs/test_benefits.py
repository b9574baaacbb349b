"""What programs give besides rewards for points, and what cards are given up: by hand, in a market where all buy A."""

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

PRICE = 2.0


def market(program, n: int = 300, steps: int = 8, **changes) -> Scenario:
    """Everybody buys one unit of A, at 2.00, in every step of a week."""
    document = {
        "focal": "A",
        "steps": steps,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"needs": {"kind": "regular"}, "bond": {"kind": "drift", "from_satisfaction": 0.0, "fading": 0.0}},
        "brands": {"A": {"price": PRICE, "appeal": 80.0, "programs": [program]}, "B": {"price": 1.0}},
        "metrics": {"period_steps": 0},
        "accounts": {"by_customer": True},
    }
    return Scenario.from_document(document).vary(changes)


def run(program, n: int = 300, steps: int = 8, **changes):
    simulation = Simulation(market(program, n, steps, **changes)).run()
    data = simulation.results().sel(brand="A", segment="all").isel(replication=0)
    return simulation, data, simulation.schedule.programs[0][1]


def test_endowment__counts_as_earned_and_shortens_the_way():
    program = {"kind": "stamps", "n": 4, "reading": "n_then_one_extra", "endowment": 2.0}
    _, data, own = run(program, steps=3)
    # the first purchase gives 2 and earns 1, the second fills the card, the third is free and earns none
    assert data["rewards_redeemed"].values.tolist() == [0, 0, 300]
    assert (own.earned == 4000).all() and (own.balance == 0).all() and (own.redeemed == 4000).all()
    plain = run({**program, "endowment": 0.0}, steps=3)[1]
    assert plain["rewards_redeemed"].sum() == 0


def test_endowment__that_is_a_reward_already_is_refused():
    with pytest.raises(ScenarioError, match="endowment 4 is a reward already"):
        market({"kind": "stamps", "n": 4, "reading": "n_then_one_extra", "endowment": 4.0})


@pytest.mark.parametrize(("endowment", "chance"), [(0.0, 0.8), (2.0, 0.9)])
def test_endowed__cards_are_filled_as_often_as_all_stamps_are_gone_on_with(endowment, chance):
    response = {"kind": "endowed", "continue_plain": 0.8, "continue_endowed": 0.9}
    program = {
        "kind": "stamps", "n": 5 + int(endowment), "reading": "n_then_one_extra", "endowment": endowment,
        "reward": {"kind": "cash", "value": 1.0}, "customer_response": response,
    }  # fmt: skip
    n = 20_000
    _, data, own = run(program, n, 5)
    filled = chance**5
    assert abs(int(data["rewards_redeemed"].sum()) / n - filled) < 4 * np.sqrt(filled * (1 - filled) / n)
    assert (own.earned == own.redeemed + own.expired + own.balance).all()
    assert set(np.unique(own.member)) == {1, 2}
    assert data["purchases"].sum() == 5 * n  # who gave up buys on


def test_given_up__cards_earn_nothing_and_are_not_taken_up_again():
    program = {"kind": "stamps", "n": 50, "customer_response": {"kind": "endowed", "continue_plain": 0.0}}
    _, data, own = run(program)
    assert (own.member == 2).all() and (own.earned == 0).all()
    assert data["members"].values.tolist() == [300] * 8


def test_gift_card__has_three_values():
    reward = {"kind": "gift_card", "face_value": 10.0, "cost_share": 0.8, "perceived_share": 0.6}
    simulation, data, _ = run({"kind": "stamps", "n": 2, "reward": reward, "expected_breakage": 0.25}, steps=5)
    assert data["rewards_redeemed"].sum() == 2 * 300
    assert data["program_cost"].sum() == pytest.approx(2 * 300 * 8.0)
    part = simulation.scenario.brands["A"].programs[0]
    assert part.worth_of(PRICE) == pytest.approx(3.0) and part.liability_of_a_point(PRICE) == pytest.approx(3.0)


def test_amount_off__is_at_most_the_price():
    for amount, paid in ((0.5, 1.5), (5.0, 0.0)):
        program = {"kind": "stamps", "n": 1, "reading": "n_then_one_extra"}
        _, data, _ = run({**program, "reward": {"kind": "amount_off", "amount": amount}}, steps=2)
        assert data["revenue"].values.tolist() == [600.0, 600.0]  # before rewards
        assert data["program_cost"].values.tolist() == pytest.approx([0.0, 300 * (PRICE - paid)])


def test_experience__lets_the_bond_jump_and_costs_what_it_says():
    reward = {"kind": "experience", "jump": 0.5, "cost_each": 3.0}
    simulation, data, _ = run({"kind": "stamps", "n": 4, "reward": reward})
    assert np.allclose(simulation.world.customers.arrays["bond"][0], 1 - 0.5**2)
    assert data["program_cost"].sum() == 2 * 300 * 3.0


def test_member_discount__costs_what_it_takes_off_and_begins_after_joining():
    _, data, _ = run({"kind": "member_discount", "percent": 25.0}, steps=3)
    assert data["revenue"].values.tolist() == [600.0] * 3
    assert data["program_cost"].values.tolist() == [0.0, 150.0, 150.0]


def test_tiers__are_reached_at_once_and_lost_softly():
    tiers = [{"threshold": 3.0}, {"threshold": 5.0, "percent_off": 10.0, "cost_each": 0.1}]
    simulation = Simulation(market({"kind": "tiers", "tiers": tiers, "window_weeks": 4.0}, steps=8))
    own = simulation.schedule.programs[0][1]
    reached = []
    for _ in range(4):
        simulation.step()
        reached.append(int(own.tier[0]))
    assert reached == [-1, 0, 1, 1]  # spent 2, 4, 6, 7.8; at the end of the window the tier is what it earned
    assert (own.spent == 0).all()
    own.spent[:] = 0
    simulation.schedule.programs[0][0].close(own, simulation.world, simulation.world.blocks[0], None, 7)
    assert (own.tier == 0).all()  # nothing spent: one tier down, not two


def test_tiers__without_soft_landing_are_what_the_window_earned():
    tiers = [{"threshold": 3.0}, {"threshold": 5.0}]
    simulation = Simulation(market({"kind": "tiers", "tiers": tiers, "window_weeks": 4.0, "soft_landing": False}))
    simulation.run(until=4)
    part, own = simulation.schedule.programs[0]
    assert (own.tier == 1).all()
    part.close(own, simulation.world, simulation.world.blocks[0], None, 7)
    assert (own.tier == -1).all()


def test_tiers__costs_are_discounts_and_comforts_of_those_who_have_them():
    tiers = [{"threshold": 3.0, "percent_off": 10.0, "cost_each": 0.1}]
    _, data, _ = run({"kind": "tiers", "tiers": tiers}, steps=4)
    assert data["program_cost"].values.tolist() == pytest.approx([0.0, 0.0, 300 * 0.3, 300 * 0.3])


def test_tiers__that_do_not_rise_are_refused():
    with pytest.raises(ScenarioError, match="must begin above"):
        market({"kind": "tiers", "tiers": [{"threshold": 3.0}, {"threshold": 3.0}]})


def test_surprise__comes_as_often_as_its_chance_and_moves_the_bond():
    n = 5000
    simulation, data, _ = run({"kind": "surprise", "chance": 0.2, "cost_each": 1.5, "jump": 0.5}, n, 4)
    gifts = int(data["rewards_redeemed"].sum())
    assert abs(gifts - 0.8 * n) < 4 * np.sqrt(4 * n * 0.16)
    assert data["program_cost"].sum() == pytest.approx(1.5 * gifts)
    bond = simulation.world.customers.arrays["bond"][0]
    assert np.log2(1 - bond.astype(float)).sum() == pytest.approx(-gifts)


def test_club__fees_are_income_and_terms_are_paid_one_by_one():
    always = {"kind": "club", "enrollment": "automatic", "fee": 5.0, "term_weeks": 3.0, "percent": 10.0, "stay": 1.0}
    _, data, own = run({**always, "by_saving": 0.0}, steps=7)
    assert data["program_fees"].values.tolist() == [1500.0, 0, 1500.0, 0, 0, 1500.0, 0]
    assert (own.member == 1).all()
    margin = data["revenue"] + data["program_fees"] - data["program_cost"]
    assert np.allclose(margin, data["margin"])


def test_club__who_does_not_stay_is_no_member():
    program = {"kind": "club", "enrollment": "automatic", "fee": 5.0, "term_weeks": 3.0, "stay": 0.0, "by_saving": 0.0}
    _, data, _ = run(program, steps=4)
    assert data["members"].values.tolist() == [300, 300, 0, 300]  # they join anew at the next purchase


def test_club__who_saves_more_rather_stays():
    program = {"kind": "club", "enrollment": "automatic", "fee": 1.0, "term_weeks": 4.0, "percent": 50.0, "stay": 0.5}
    n = 20_000
    # in the second window 8.00 are expected, which saves 4.00: 3.00 more than the fee
    _, data, _ = run({**program, "by_saving": 0.5}, n, 8)
    stayed = 1 / (1 + np.exp(-0.5 * (0.5 * 4 * PRICE * 0.625 - 1)))  # paid 2, 1, 1, 1 in the first window
    left = n - int(data["members"].isel(step=7))
    assert abs(left / n - (1 - stayed)) < 4 * np.sqrt(stayed * (1 - stayed) / n)


def test_play__streaks_break_badges_come_in_their_turn_and_prizes_cost():
    game = {"kind": "play", "badge_every": 3, "badge_jump": 0.5, "lottery_chance": 1.0, "prize": 2.0}
    simulation, data, own = run({**game, "streak_utility": 1.0}, steps=7)
    assert (own.purchases == 7).all() and (own.streak == 7).all()
    assert np.allclose(simulation.world.customers.arrays["bond"][0], 0.75)
    assert data["program_cost"].sum() == 7 * 300 * 2.0
    part, (block,) = simulation.schedule.programs[0][0], simulation.world.blocks
    part.close(own, simulation.world, block, None, 7)
    assert (own.streak == 0).all()  # a window without a purchase


def test_accrual__doubles_points_in_its_weeks():
    accrual = {"kind": "calendar", "factor_in_weeks": 2.0, "weeks": 1.0, "every_weeks": 4.0}
    simulation = Simulation(market({"kind": "points", "earn_rate": 10.0, "accrual": accrual})).run()
    earned = simulation.results()["points_earned"].sel(segment="all").isel(replication=0, program=0)
    assert (earned.values / 300).tolist() == [40, 20, 20, 20, 40, 20, 20, 20]


def test_rewarded__quickens_needs_for_some_weeks_after_a_reward():
    response = {"kind": "rewarded", "rewarded_lift": 0.5, "rewarded_weeks": 2.0, "reset": 0.3, "reset_weeks": 2.0}
    program = {"kind": "stamps", "n": 3, "reward": {"kind": "cash", "value": 1.0}, "customer_response": response}
    scenario = market(program, **{"behavior.needs": {"kind": "poisson"}, "population.needs_per_week": 0.5})
    simulation = Simulation(scenario)
    part, own = simulation.schedule.programs[0]
    world, pace = simulation.world, simulation.world.customers.arrays["pace"]
    for since, expected in ((0, 0.5 - 0.3), (2, 0.5 - 0.3 / np.e), (3, -0.3 * np.exp(-1.5))):
        pace[:], own.last_reward[:], world.now = 1, 5, 5 + since
        part.pace(own, world, world.blocks[0])
        assert np.allclose(pace, np.exp(expected), rtol=1e-6)
    pace[:], own.last_reward[:] = 1, -1
    part.pace(own, world, world.blocks[0])
    assert (pace == 1).all()  # no reward yet


def test_segments__only_those_named_join():
    segments = {"Old": {"share": 0.5}, "Young": {"share": 0.5}}
    program = {"kind": "member_discount", "segments": ["Young"]}
    simulation, _, own = run(program, **{"population.segments": segments})
    assert ((own.member == 1) == (simulation.world.customers.segment == 1)).all()
