"""The club (eq. E115): fees to the cent, terms, and who joins and stays."""

import numpy as np
import pytest
from scipy.special import expit, logit

from loyaltysim import Simulation, simulate
from loyaltysim.scenario import Scenario

N = 20_000
ALL = {"kind": "automatic"}


def market(n: int = 4, steps: int = 12, burn_in: int = 0, **club) -> Scenario:
    """Everybody buys one unit of 2.00 a step; a club with terms of four steps that lowers nothing unless told."""
    program = {"kind": "club", "fee": 1.5, "term_weeks": 4, "percent": 0.0, "enrollment": ALL, **club}
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": steps,
            "burn_in": burn_in,
            "population": {"n_customers": n},
            "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit"}},
            "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": [program]}, "B": {"price": 1.0}},
            "metrics": {"period_steps": 0},
        }
    )


def of(data, name: str) -> list[float]:
    return data[name].sel(brand="A", segment="all").values[0].tolist()


def club_of(simulation: Simulation):
    ((program, own),) = simulation.schedule.programs
    return program, own


def test_fees__are_paid_at_joining_and_at_the_end_of_every_term_by_who_stays():
    data = simulate(market(stay=1.0, by_saving=0.0))
    assert of(data, "program_fees") == [6.0, 0, 0, 6.0, 0, 0, 0, 6.0, 0, 0, 0, 6.0]
    assert of(data, "margin") == [8.0 + fee for fee in of(data, "program_fees")]


def test_term__is_the_members_own():
    simulation = Simulation(market(n=2, stay=1.0, by_saving=0.0))
    _, own = club_of(simulation)
    simulation.step()
    own.member[1] = 0  # joins anew at step 1
    simulation.run()
    assert own.joined.tolist() == [0, 1]
    data = simulation.results()
    assert of(data, "program_fees") == [3.0, 1.5, 0, 1.5, 1.5, 0, 0, 1.5, 1.5, 0, 0, 1.5]


def test_leaving__takes_members_off_and_their_discount_too():
    once = {"kind": "opt_in", "chance": 1.0}
    simulation = Simulation(market(stay=0.0, by_saving=0.0, percent=10.0, enrollment=once))
    _, own = club_of(simulation)
    for _ in range(4):
        simulation.step()
    assert not own.member.any() and of(simulation.results(), "members")[:4] == [4, 4, 4, 0]
    assert not simulation.world.customers.has("member")
    simulation.step()  # at the full price, and joins again
    assert own.member.all() and own.joined.tolist() == [4] * 4
    data = simulation.results()
    assert of(data, "program_fees")[:5] == [6.0, 0, 0, 0, 6.0]
    assert of(data, "program_cost")[:5] == pytest.approx([0, 0.8, 0.8, 0.8, 0], abs=1e-9)


def test_leaving__clears_the_brands_bit_of_who_leaves():
    lapse = {"behavior.lapse": {"kind": "dropout", "by_membership": 1.0}, "population.dropout_chance": 0.0}
    for stay, bits in ((0.0, 0), (1.0, 1)):
        simulation = Simulation(market(stay=stay, by_saving=0.0).vary(lapse)).run(until=4)
        assert simulation.world.customers.arrays["member"].tolist() == [bits] * 4


def test_leaving__members_are_those_who_joined_less_those_who_left():
    enrollment = {"kind": "opt_in", "chance": 0.2, "by_bond": 0.0, "by_satisfaction": 0.0}
    simulation = Simulation(market(n=500, steps=30, stay=0.5, enrollment=enrollment))
    _, own = club_of(simulation)
    told = []
    while simulation.now < 30:
        simulation.step()
        told.append(int((own.member == 1).sum()))
    data = simulation.results()
    assert of(data, "members") == told and min(np.diff(told)) < 0 < max(np.diff(told))


@pytest.mark.parametrize("percent", [0.0, 10.0, 40.0])
def test_staying__has_the_logit_of_what_was_saved_beyond_the_fee(percent):
    # a window of four steps at 2.00: 8.00 at list prices, of which members save `percent`
    simulation = Simulation(market(n=N, stay=0.7, by_saving=0.4, percent=percent)).run(until=4)
    data = simulation.results()
    chance = expit(logit(0.7) + 0.4 * (percent / 100 * 8.0 - 1.5))
    stayed = of(data, "members")[3] / N
    assert abs(stayed - chance) < 4 * np.sqrt(chance * (1 - chance) / N)
    assert of(data, "program_fees")[3] == pytest.approx(1.5 * stayed * N, abs=1e-6)


def test_joining__has_the_logit_of_what_would_have_been_saved():
    enrollment = {"kind": "opt_in", "chance": 0.1, "by_bond": 0.0, "by_satisfaction": 0.0}
    simulation = Simulation(market(n=N, by_saving=0.5, percent=20.0, enrollment=enrollment))
    _, own = club_of(simulation)
    own.before[: N // 2] = 200_000  # 20 spent: 4 to save, 2.5 beyond the fee
    simulation.step()
    for some, saved in ((slice(0, N // 2), 4.0), (slice(N // 2, N), 0.0)):
        chance = expit(logit(0.1) + 0.5 * (saved - 1.5))
        assert abs(own.member[some].mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / (N // 2))


def test_window__counts_what_everybody_spent_before_the_discount():
    never = {"kind": "opt_in", "chance": 0.0}
    outside, inside = (
        Simulation(market(percent=25.0, enrollment=enrollment, stay=1.0)).run(until=4) for enrollment in (never, ALL)
    )
    for simulation in (outside, inside):
        _, own = club_of(simulation)
        assert own.before.tolist() == [80_000] * 4 and not own.spent.any()


def test_window__ends_before_the_first_measured_step_too():
    simulation = Simulation(market(burn_in=5, stay=1.0))
    _, own = club_of(simulation)
    before = []
    for _ in range(10):
        simulation.step()
        before.append(int(own.before[0]) // 20_000)
    assert before == [1, 1, 1, 1, 4, 4, 4, 4, 4, 4]  # windows end after steps 0, 4 and 8


def test_club__that_nobody_joins_changes_nothing():
    none = simulate(market().vary({"brands.A.programs": []}))
    empty = simulate(market(percent=50.0, enrollment={"kind": "opt_in", "chance": 0.0}))
    for name in set(none.data_vars) - {"points_earned", "points_redeemed", "points_expired"}:
        np.testing.assert_array_equal(none[name], empty[name], err_msg=name)
