"""What a full balance gives, what is given at enrollment, and when purchases earn more: by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.market.calendar import Calendar
from loyaltysim.programs.parts.accrual import Multiplied, Plain
from loyaltysim.programs.parts.reward import AmountOff, Cash, GiftCard
from loyaltysim.programs.points import Points
from loyaltysim.programs.stamps import Stamps
from loyaltysim.scenario import Scenario


def market(*programs, n: int = 3, steps: int = 6, **changes) -> Scenario:
    """Everybody buys a unit of 2.00 in every step; a bond that only programs build."""
    document = {
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
        "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": list(programs)}, "B": {"price": 1.0}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def of(data, name: str) -> list[float]:
    return data[name].sel(brand="A", segment="all").values[0].tolist()


def earning(**reward) -> dict:
    """Four points, which are two purchases, for a reward."""
    return {"kind": "points", "reward": {"threshold": 4.0, **reward}}


# ------------------------------------------------------------------------------------------------------- rewards


@pytest.mark.parametrize(("amount", "takes_off"), [(0.5, 0.5), (2.0, 2.0), (3.5, 2.0)])
def test_amount_off__is_taken_from_the_next_purchase_and_is_at_most_its_price(amount, takes_off):
    program = {**earning(kind="amount_off", amount=amount), "earn_rate": 1.0, "generous": True}
    data = simulate(market(program, n=1, steps=3))
    assert of(data, "rewards_redeemed") == [0, 0, 1]
    assert of(data, "program_cost") == pytest.approx([0, 0, takes_off], abs=1e-9)
    assert of(data, "revenue") == [2.0] * 3
    assert of(data, "points_outstanding") == pytest.approx([2, 4, 2 - takes_off], abs=1e-9)
    assert AmountOff(amount=amount).worth(2.0) == takes_off


def test_gift_card__costs_one_thing_is_worth_another_and_says_a_third():
    card = {"kind": "gift_card", "face_value": 3.0, "cost_share": 0.8, "perceived_share": 0.5}
    program = Points.model_validate({**earning(**card), "unit_cost": 0.9, "expected_breakage": 0.25})
    assert program.reward.worth(2.0) == 1.5 and program.worth_of(2.0) == 1.5 / 4
    assert program.liability_of_a_point(2.0) == pytest.approx(3.0 * 0.8 * 0.9 / 4 * 0.75)
    data = simulate(market(earning(**card), n=1, steps=4))
    assert of(data, "program_cost") == pytest.approx([0, 2.4, 0, 2.4], abs=1e-9)
    assert of(data, "revenue") == [2.0] * 4


def test_gift_card__of_its_full_value_is_cash():
    cards, cash = (simulate(market(earning(**one))) for one in (
        {"kind": "gift_card", "face_value": 1.5}, {"kind": "cash", "value": 1.5}
    ))  # fmt: skip
    assert GiftCard(face_value=1.5).worth(2.0) == Cash(value=1.5).worth(2.0)
    assert cards.drop_attrs().equals(cash.drop_attrs())


@pytest.mark.parametrize("bond", ["linear", "drift"])
def test_experience__lets_the_bond_jump_and_costs_what_it_costs(bond):
    settings = {"kind": bond, "from_satisfaction": 0.0, "fading": 0.0}
    scenario = market(earning(kind="experience", cost_each=1.25, jump=0.3), steps=5, **{"behavior.bond": settings})
    simulation = Simulation(scenario)
    told = []
    while simulation.now < 5:
        simulation.step()
        told.append(float(simulation.world.customers.arrays["bond"][0, 0]))
    assert told == pytest.approx([0, 0.3, 0.3, 1 - 0.7**2, 1 - 0.7**2], abs=1e-6)
    assert not simulation.world.customers.arrays["bond"][1].any()
    assert of(simulation.results(), "program_cost") == pytest.approx([0, 3.75, 0, 3.75, 0], abs=1e-9)


def test_experience__two_at_once_jump_twice():
    program = {**earning(kind="experience", cost_each=0.1, jump=0.3), "earn_rate": 4.0}
    simulation = Simulation(market(program)).run(until=1)
    assert simulation.world.customers.arrays["bond"][0, 0] == pytest.approx(1 - 0.7**2, abs=1e-6)


def test_access__makes_the_brand_more_attractive_for_its_time(seat):
    program = {**earning(kind="access", cost_each=0.5, weeks=2, utility=0.4)}
    simulation = Simulation(market(program, n=2, steps=6))
    simulation.run(until=2)  # the second purchase, in step 1, wins it
    ((_, own),) = simulation.schedule.programs
    own.last_reward[1] = -(2**30)  # who never had one
    shown = [seat(simulation, step=step).columns["reward"][0, :2].tolist() for step in range(1, 6)]
    assert shown == [pytest.approx([utility, 0.0]) for utility in (0.4, 0.4, 0.4, 0, 0)]
    assert of(simulation.results(), "program_cost")[:2] == [0, 1.0]


# ------------------------------------------------------------------------------------------ endowment and accrual


def test_endowment__counts_as_earned_and_is_given_once():
    program = {**earning(kind="cash", value=1.0), "endowment": 3.0}
    simulation = Simulation(market(program, n=2, steps=4, **{"accounts.by_customer": True}), log=True).run()
    data, log = simulation.results(), simulation.transactions.frame()
    assert data["points_earned"].sel(segment="all").values[0, :, 0].tolist() == [10, 4, 4, 4]
    assert of(data, "points_outstanding") == [2, 6, 2, 6]  # 3 + 2 - 4, + 2, + 2 - 4 …
    assert log["points"].sum() == 22
    ((_, own),) = simulation.schedule.programs
    np.testing.assert_array_equal(own.earned, own.redeemed + own.balance)


def test_endowment__brings_the_first_reward_nearer_and_no_other():
    card = {"kind": "stamps", "n": 4, "reading": "n_then_one_extra", "reward": {"kind": "cash", "value": 1.0}}
    plain, given_two = (simulate(market({**card, "endowment": given}, n=1, steps=12)) for given in (0, 2))
    assert np.flatnonzero(of(plain, "rewards_redeemed")).tolist() == [3, 7, 11]
    assert np.flatnonzero(of(given_two, "rewards_redeemed")).tolist() == [1, 5, 9]


def test_accrual__multiplies_in_some_weeks_also_before_the_first_measured_step():
    accrual = {"kind": "calendar", "factor_in_weeks": 2.5, "weeks": 2, "every_weeks": 5}
    program = {"kind": "points", "accrual": accrual}
    simulation = Simulation(market(program, n=1, steps=8, burn_in=4))
    ((_, own),) = simulation.schedule.programs
    earned, before = [], 0
    for _ in range(12):
        simulation.step()
        earned.append((own.balance[0] - before) / 1000)
        before = own.balance[0]
    assert earned == [5, 2, 2, 2, 5, 5, 2, 2, 2, 5, 5, 2]  # weeks 0 and 1 of every five, from week -4 on


def test_accrual__multiplies_stamps_too_and_the_worth_of_a_purchase(seat):
    accrual = {"kind": "calendar", "factor_in_weeks": 3.0, "weeks": 1, "every_weeks": 2}
    response = {"kind": "worth"}
    program = {"kind": "stamps", "n": 10, "accrual": accrual, "customer_response": response}
    simulation = Simulation(market(program, n=1, steps=4))
    ((_, own),) = simulation.schedule.programs
    own.member[:] = 1
    shown = [float(seat(simulation, step=step).columns["reward"][0, 0]) for step in range(4)]
    assert shown == pytest.approx([3 * 1.5 * 2 / 9, 1.5 * 2 / 9] * 2, rel=1e-6)
    simulation.run()
    assert own.balance[0] == 8000


@given(days=st.sampled_from([1.0, 3.5, 7.0, 14.0]), weeks=st.integers(1, 4), every=st.integers(4, 9))
def test_accrual__is_on_for_its_share_of_the_time(days, weeks, every):
    accrual = Multiplied(factor_in_weeks=2.0, weeks=2 * weeks, every_weeks=2 * every)
    calendar = Calendar(days, burn_in=3, steps=100)
    cycle = round(2 * every / calendar.weeks)
    factors = [accrual.factor(calendar, 3 + step) for step in range(-cycle, 2 * cycle)]
    on = round(2 * weeks / calendar.weeks)
    assert factors == ([2.0] * on + [1.0] * (cycle - on)) * 3
    assert {Plain().factor(calendar, step) for step in range(9)} == {1.0}


def test_accrual__of_factor_1_changes_nothing():
    plain, idle = (
        simulate(market({"kind": "stamps", "n": 3, "accrual": accrual}))
        for accrual in ("plain", {"kind": "calendar", "factor_in_weeks": 1.0})
    )
    assert plain.drop_attrs().equals(idle.drop_attrs())


# ------------------------------------------------------------------------------------------------ what is generous


@pytest.mark.parametrize(
    ("program", "cost", "spent"),
    [
        (earning(kind="cash", value=4.0), None, None),  # all of it back
        (earning(kind="cash", value=4.1), "4.1", "4"),
        ({**earning(kind="cash", value=4.1), "unit_cost": 0.9}, None, None),
        ({**earning(kind="cash", value=3.0), "earn_rate": 2.0}, "3", "2"),
        (earning(kind="gift_card", face_value=10.0, cost_share=0.5), "5", "4"),
        (earning(kind="gift_card", face_value=10.0, cost_share=0.3), None, None),
        (earning(kind="experience", cost_each=4.5), "4.5", "4"),
        (earning(kind="percent_off", percent=100.0, threshold=1.5), "2", "1.5"),
        ({"kind": "stamps", "n": 2}, None, None),  # buy one, get one
        ({"kind": "stamps", "n": 3, "reward": {"kind": "access", "cost_each": 6.5}}, "6.5", "6"),
        ({**earning(kind="cash", value=5.0), "earn_rate": 0.0}, None, None),  # nobody ever gets it
    ],
)
def test_reward__dearer_than_what_earns_it_is_refused_unless_it_is_meant(program, cost, spent):
    if cost is None:
        assert market(program)
        return
    with pytest.raises(ValueError, match=rf"programs.0: a reward costs {cost}, more than the {spent} for which"):
        market(program)
    assert market({**program, "generous": True})


def test_stamps__cost_of_one_is_that_of_the_price_of_the_brand():
    program = Stamps.model_validate({"n": 3, "reward": {"kind": "cash", "value": 5.0}})
    assert program.check(price=2.0, weeks=1.0) == [] and len(program.check(price=1.0, weeks=1.0)) == 1
