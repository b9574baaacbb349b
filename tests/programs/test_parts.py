"""Parts of a program: who joins, what a reward is worth, what members make of it, when it is lost (eqs. E30–E35)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from loyaltysim import Simulation, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.programs.parts.expiry import FixedDates, Inactivity, NoExpiry
from loyaltysim.programs.parts.reward import Cash, FreeUnit, PercentOff
from loyaltysim.programs.points import Points
from loyaltysim.programs.stamps import Stamps
from loyaltysim.scenario import Scenario

N = 20_000
ROUNDING = 2e-6
"""About 8 float32 roundings of 2**-24 each, of numbers up to 4."""


def market(program, n: int = N, steps: int = 12, **changes) -> Scenario:
    """Everybody buys the brand with the program in every step."""
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
            "bond": {"kind": "linear"},
        },
        "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": [program]}, "B": {"price": 1.0}},
        "metrics": {"period_steps": 0},
        "accounts": {"by_customer": True},
    }
    return Scenario.from_document(document).vary(changes)


def ledger(simulation: Simulation):
    (entry,) = simulation.schedule.programs
    return entry


# ----------------------------------------------------------------------------------------------------- enrollment


def joined(simulation: Simulation, seat, brand=0) -> np.ndarray:
    """Who is a member after one purchase."""
    program, own = ledger(simulation)
    shoppers = seat(simulation, brand=brand)
    program.settle(own, simulation.world, shoppers, simulation.world.workers[0].totals, 0, 0)
    return own.member.astype(bool)


def opt_in(chance: float, by_bond: float = 2.0, by_satisfaction: float = 1.0) -> dict:
    terms = {"chance": chance, "by_bond": by_bond, "by_satisfaction": by_satisfaction}
    return {"kind": "points", "enrollment": {"kind": "opt_in", **terms}}


@pytest.mark.parametrize(("bond", "satisfaction"), [(0.0, 0.5), (0.6, 0.5), (0.0, 0.9), (0.4, 0.1)])
def test_opt_in__chance_has_the_logit_of_bond_and_satisfaction(seat, bond, satisfaction):
    simulation = Simulation(market(opt_in(0.15, by_bond=2.0, by_satisfaction=1.5)))
    arrays = simulation.world.customers.arrays
    arrays["bond"][0], arrays["satisfaction"][0] = bond, satisfaction
    arrays["bond"][1], arrays["satisfaction"][1] = 0.99, 0.99  # of the other brand: makes no difference
    chance = expit(logit(0.15) + 2.0 * bond + 1.5 * (satisfaction - 0.5))
    assert abs(joined(simulation, seat).mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / N)


def test_opt_in__the_loyal_select_themselves_and_only_buyers_join(seat):
    simulation = Simulation(market(opt_in(0.15)))
    simulation.world.customers.arrays["bond"][0, ::2] = 1.0
    brand = np.repeat([0, 1, 0, -1], N // 4)
    members = joined(simulation, seat, brand)
    assert not members[brand != 0].any()
    attached = members[0::2][brand[0::2] == 0].mean(), members[1::2][brand[1::2] == 0].mean()
    assert attached[0] > 2 * attached[1] > 0


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0), (1.0, 1.0)])
def test_opt_in__chance_of_0_is_never_and_of_1_always_whatever_is_felt(seat, chance, share):
    for by in (-100.0, 100.0):
        simulation = Simulation(market(opt_in(chance, by, by)))
        simulation.world.customers.arrays["bond"][:] = 1.0
        assert joined(simulation, seat).mean() == share


@pytest.mark.parametrize("trait", ["need", "taste"])
def test_opt_in__who_needs_more_or_likes_it_better_rather_joins(seat, trait):
    changes = {"population.needs_per_week": 1.0, "population.taste": {"distribution": "normal", "sd": 1.0}}
    program = opt_in(0.15, 0.0, 0.0)
    program["enrollment"][f"by_{trait}"] = 0.8
    simulation = Simulation(market("points", **changes, **{"brands.A.programs": [program]}))
    arrays = simulation.world.customers.arrays
    has = arrays["needs"] if trait == "need" else arrays["taste"][0]
    has[: N // 2], has[N // 2 :] = 2.0, 0.5
    if trait == "taste":
        arrays["taste"][1] = 9.0  # for the other brand: makes no difference
    members = joined(simulation, seat)
    for some, value in ((slice(0, N // 2), 2.0), (slice(N // 2, N), 0.5)):
        chance = expit(logit(0.15) + 0.8 * value)
        assert abs(members[some].mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / (N // 2))


def test_opt_in__who_likes_programs_rather_joins_any_of_them(seat):
    affinity = {"population.program_affinity": {"distribution": "normal", "sd": 1.0}}
    simulation = Simulation(market(opt_in(0.15, 0.0, 0.0), **affinity))
    has = simulation.world.customers.arrays["program_affinity"]
    has[: N // 2], has[N // 2 :] = 1.2, -0.7
    members = joined(simulation, seat)
    for some, value in ((slice(0, N // 2), 1.2), (slice(N // 2, N), -0.7)):
        chance = expit(logit(0.15) + value)
        assert abs(members[some].mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / (N // 2))


@pytest.mark.parametrize("enrollment", ["automatic", {"kind": "opt_in", "chance": 0.0}], ids=["automatic", "nobody"])
def test_affinity__counts_only_where_joining_is_a_choice(enrollment):
    scenario = market({"kind": "points", "enrollment": enrollment}, n=50)
    affinity = {"population.program_affinity": {"distribution": "normal", "sd": 3.0}}
    one, other = simulate(scenario), simulate(scenario.vary(affinity))
    assert one.drop_attrs().equals(other.drop_attrs())


@pytest.mark.parametrize("kind", ["points", "member_discount", "tiers", "club", "surprise", "play"])
def test_fee__of_enrolling_is_paid_once_by_each_who_enrolls_and_is_income(kind):
    free, dear = (
        simulate(
            market(
                {
                    "kind": kind,
                    "enrollment": {"kind": "opt_in", "chance": 0.2, "fee": fee},
                    **({"fee": 0.0} if kind == "club" else {}),
                },
                n=200,
            )
        ).sel(brand="A", segment="all")
        for fee in (0.0, 2.5)
    )
    members = dear["members"].values[0]
    new = np.diff(members, prepend=0)  # a term of the club is longer than this run: nobody leaves
    assert dear["program_fees"].values[0].tolist() == (2.5 * new).tolist() and 100 < members[-1] <= 200
    np.testing.assert_array_equal(free["members"], dear["members"])
    np.testing.assert_allclose(dear["margin"] - free["margin"], dear["program_fees"], atol=1e-9)


@pytest.mark.parametrize("kind", ["points", "member_discount", "tiers", "club", "surprise", "play"])
@pytest.mark.parametrize("enrollment", ["automatic", {"kind": "opt_in", "chance": 0.9}], ids=["automatic", "opt in"])
def test_segments__only_those_named_may_join(kind, enrollment):
    groups = {"Students": {"share": 0.5}, "Others": {"share": 0.5}}
    program = {"kind": kind, "segments": ["Students"], "enrollment": enrollment}
    changes = {"population.segments": groups, "brands.A.programs": [program]}
    simulation = Simulation(market("points", n=400, **changes)).run()
    _, own = ledger(simulation)
    students = simulation.world.customers.segment == 0
    assert own.member[students].mean() > 0.99 and not own.member[~students].any()
    members = simulation.results()["members"].sel(brand="A")
    assert members.sel(segment="Others").sum() == 0 and members.sel(segment="Students").sum() > 0


def test_opt_in__tries_anew_at_each_purchase():
    data = simulate(market(opt_in(0.2, 0.0, 0.0))).sel(brand="A", segment="all")
    members = data["members"].values[0] / N
    for step in range(12):
        chance = 1 - 0.8 ** (step + 1)
        assert abs(members[step] - chance) < 4 * np.sqrt(chance * (1 - chance) / N)


def test_automatic__the_first_purchase_earns_already():
    data = simulate(market({"kind": "points", "earn_rate": 3.0}, n=10)).sel(segment="all")
    assert data["members"].sel(brand="A").values[0].tolist() == [10] * 12
    assert data["points_earned"].values[0, :, 0].tolist() == [10 * 3.0 * 2.0] * 12


# --------------------------------------------------------------------------------------------------- counts, worth


@pytest.mark.parametrize(
    ("reward", "payout", "share_off"),
    [(Cash(value=4, threshold=20), 4, 0), (PercentOff(percent=15), 0, 0.15), (FreeUnit(), 0, 1)],
)
def test_reward__is_money_or_a_share_off(reward, payout, share_off):
    assert reward.payout == payout and reward.share_off == pytest.approx(share_off, rel=1e-15)


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({"n": 10, "reading": "nth_is_rewarded"}, 9),
        ({"n": 10, "reading": "n_then_one_extra"}, 10),
        ({"n": 10, "reading": "nth_is_rewarded", "reward": {"kind": "percent_off", "percent": 50}}, 9),
        ({"n": 10, "reading": "nth_is_rewarded", "reward": {"kind": "cash"}}, 10),  # paid out with the tenth
    ],
)
def test_stamps__needed_follow_from_the_reading(settings, needed):
    program = Stamps.model_validate(settings)
    assert program.needed == program.count().needed == needed
    assert program.count().per_unit == 1 and program.count().per_currency == 0


def test_stamps__the_first_purchase_of_all_cannot_be_the_rewarded_one():
    with pytest.raises(ScenarioError, match="n must be at least 2"):
        market({"kind": "stamps", "n": 1})
    market({"kind": "stamps", "n": 1, "reading": "n_then_one_extra"})


def test_points__worth_and_liability_of_one():
    cash = Points.model_validate(
        {"reward": {"kind": "cash", "value": 5, "threshold": 200}, "unit_cost": 0.8, "expected_breakage": 0.25}
    )
    assert cash.worth_of(price=3.0) == pytest.approx(0.025)
    assert cash.liability_of_a_point(price=3.0) == pytest.approx(0.025 * 0.8 * 0.75)
    free = Stamps.model_validate({"n": 5})
    assert free.worth_of(price=3.0) == pytest.approx(3.0 / 4)


def test_points__balances_payouts_and_costs_by_hand():
    # 2.0 paid at a rate of 1.5 is 3 points a step; 10 points pay out 4.0, which cost .5 of it
    reward = {"kind": "cash", "value": 4.0, "threshold": 10}
    program = {"kind": "points", "earn_rate": 1.5, "reward": reward, "unit_cost": 0.5, "expected_breakage": 0.2}
    data = simulate(market(program, n=7, steps=7)).sel(brand="A", segment="all")
    assert data["points_outstanding"].values[0].tolist() == [7 * left for left in (3, 6, 9, 2, 5, 8, 1)]
    assert data["rewards_redeemed"].values[0].tolist() == [0, 0, 0, 7, 0, 0, 7]
    assert data["program_cost"].values[0].tolist() == [0, 0, 0, 14, 0, 0, 14]
    worth = 4.0 / 10 * 0.5 * 0.8
    np.testing.assert_allclose(data["liability"].values[0], data["points_outstanding"].values[0] * worth, rtol=1e-15)
    np.testing.assert_allclose(data["margin"].values, (data["revenue"] - data["program_cost"]).values, rtol=1e-15)


def test_points__a_purchase_worth_several_rewards_pays_them_all():
    reward = {"kind": "cash", "value": 1.0, "threshold": 0.75}
    data = simulate(market({"kind": "points", "reward": reward, "generous": True}, n=3, steps=3)).sel(
        brand="A", segment="all"
    )
    assert data["rewards_redeemed"].values[0].tolist() == [6, 9, 9]  # 2, 2.5 and 2.25 points
    assert data["points_outstanding"].values[0].tolist() == [1.5, 0.75, 0.0]


def test_percent_off__lowers_the_price_of_the_next_purchase_and_its_points():
    reward = {"kind": "percent_off", "percent": 25, "threshold": 4}
    data = simulate(market({"kind": "points", "reward": reward}, n=2, steps=4)).sel(brand="A", segment="all")
    # 2 + 2 points, then a purchase of 1.5 that takes 4 points and earns 1.5
    assert data["points_outstanding"].values[0].tolist() == [2 * left for left in (2, 4, 1.5, 3.5)]
    assert data["program_cost"].values[0].tolist() == [0, 0, 2 * 0.5, 0]
    assert data["revenue"].values[0].tolist() == [4.0] * 4  # before the reward is taken off


def test_free_unit__of_two_programs_at_once_only_one_is_taken():
    card = {"kind": "stamps", "n": 3}
    data = simulate(market(card, n=2, steps=6, **{"brands.A.programs": [card, card]})).sel(segment="all")
    redeemed = data["points_redeemed"].values[0] / (2 * 2)  # cards of two customers, two stamps each
    # both are full before step 2; who pays nothing keeps the other card for the next purchase
    assert redeemed.tolist() == [[0, 0], [0, 0], [1, 0], [0, 1], [0, 0], [1, 0]]
    assert data["program_cost"].sel(brand="A").values[0].tolist() == [0, 0, 4, 4, 0, 4]


def test_percent_off__two_at_once_come_one_after_the_other_and_cost_what_they_take_off():
    half, fifth = (
        {"kind": "points", "reward": {"kind": "percent_off", "percent": p, "threshold": 2}} for p in (50, 20)
    )
    programs = {"brands.A.programs": [half, fifth]}
    data = simulate(market(half, n=1, steps=2, **programs)).sel(brand="A", segment="all")
    # 2.0 → 1.0 → .8: the first takes 1.0 off, the second .2
    assert data["program_cost"].values[0].tolist() == pytest.approx([0, 1.0 + 0.2], abs=1e-12)
    assert data["rewards_redeemed"].values[0].tolist() == [0, 2]


# ------------------------------------------------------------------------------------------------------- response


def responding(response, balance, seat) -> tuple[Simulation, np.ndarray]:
    """Utility of reward (E31) by customer for points of 3 per currency, 8 of which are worth 4 currency."""
    reward = {"kind": "cash", "value": 4.0, "threshold": 8}
    program = {"kind": "points", "earn_rate": 3.0, "reward": reward, "customer_response": response, "generous": True}
    scenario = market(program, n=len(balance))
    simulation = Simulation(scenario)
    _, own = ledger(simulation)
    own.balance[:], own.member[:] = np.array(balance) * 1000, np.array(balance) >= 0
    own.balance[own.member == 0] = 0
    columns = seat(simulation).columns
    assert "reward" not in columns or not columns["reward"][1].any()  # of the other brand
    return simulation, columns["reward"][0, : len(balance)].astype(float) if "reward" in columns else np.zeros(
        len(balance)
    )


def test_progress__counts_as_a_share_of_the_reward(seat):
    _, utility = responding({"kind": "progress", "progress_weight": 0.6}, [-1, 0, 2, 4, 8, 20], seat)
    np.testing.assert_allclose(utility, [0, 0, 0.15, 0.3, 0.6, 0.6], atol=ROUNDING)


def test_worth__is_price_sensitivity_times_the_money_that_the_points_are_worth(seat):
    _, utility = responding({"kind": "worth", "worth_weight": 0.5}, [-1, 0, 5], seat)
    # 2.0 paid earns 6 points, each worth .5: 3.0 of currency, at 1.5 a unit of it
    np.testing.assert_allclose(utility, [0, 0.5 * 1.5 * 3.0, 0.5 * 1.5 * 3.0], atol=ROUNDING)


def test_none__no_response_adds_nothing_and_keeps_no_pace(seat):
    simulation, utility = responding({"kind": "none"}, [0, 8], seat)
    assert not utility.any() and not simulation.world.customers.has("pace")


@given(gradient=st.floats(0, 2), shape=st.floats(0.25, 4), points=st.lists(st.integers(-1, 12), min_size=1, max_size=6))
def test_goal_gradient__quickens_needs_as_the_formula_says(seat, gradient, shape, points):
    response = {"kind": "goal_gradient", "goal_gradient": gradient, "gradient_shape": shape}
    simulation, _ = responding(response, points, seat)
    program, own = ledger(simulation)
    program.pace(own, simulation.world, simulation.world.blocks[0], simulation.world.now)
    progress = np.clip(np.array(points) / 8, 0, 1)
    expected = np.exp(gradient * progress**shape)
    pace = simulation.world.customers.arrays.get("pace", np.ones(len(points)))
    np.testing.assert_allclose(pace, expected, rtol=5e-6)  # log(1/8)·4·2**-24 in the exponent, times 2, and e to it


def test_pace__is_worked_out_anew_in_every_step():
    response = {"kind": "goal_gradient", "goal_gradient": 1.0, "gradient_shape": 1.0}
    program = {"kind": "stamps", "n": 4, "reading": "n_then_one_extra", "customer_response": response}
    simulation = Simulation(market(program, n=3))
    pace = simulation.world.customers.arrays["pace"]
    for stamps in (0, 1, 2, 3, 4, 0, 1):
        simulation.step()
        np.testing.assert_allclose(pace, math.exp(stamps / 4), rtol=1e-6)


# --------------------------------------------------------------------------------------------------------- expiry


@pytest.mark.parametrize(
    ("expiry", "weeks", "after", "dates"),
    [
        (NoExpiry(), 1, 0, 0),
        (Inactivity(weeks=52), 1, 52, 0),
        (Inactivity(weeks=52), 1 / 7, 364, 0),
        (Inactivity(weeks=1), 4, 1, 0),  # never before the step is over
        (FixedDates(every_weeks=26), 2, 0, 13),
    ],
)
def test_expiry__is_told_in_steps(expiry, weeks, after, dates):
    assert (expiry.after_steps(weeks), expiry.date_steps(weeks)) == (after, dates)


def test_fixed_dates__everybodys_points_are_lost_at_the_date():
    program = {"kind": "points", "expiry": {"kind": "fixed_dates", "every_weeks": 5}}
    data = simulate(market(program, n=4)).sel(brand="A", segment="all")
    assert data["points_outstanding"].values[0].tolist() == [8 * n for n in (1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2)]
    assert data["breakage"].values[0].tolist() == [0, 0, 0, 0, 40, 0, 0, 0, 0, 40, 0, 0]


def test_inactivity__a_purchase_of_the_brand_keeps_the_balance(seat):
    program = {"kind": "points", "expiry": {"kind": "inactivity", "weeks": 3}}
    simulation = Simulation(market(program, n=3))
    program, own = ledger(simulation)
    world, totals = simulation.world, simulation.world.workers[0].totals
    own.member[:], own.balance[:] = 1, 5000
    bought = {0: [0, 0, 0], 2: [0, 1, -1], 4: [-1, 0, -1]}  # the third never again, the second of the rival in step 2
    left = []
    for step in range(7):
        program.settle(own, world, seat(simulation, brand=bought.get(step, -1)), totals, step, 0)
        program.close(own, world, world.blocks[0], totals, step)
        left.append((own.balance > 0).tolist())
    assert left == [
        [True, True, True],
        [True, True, True],
        [True, True, True],
        [True, False, False],
        [True, False, False],
        [False, False, False],
        [False, False, False],
    ]
    assert totals.points_expired.sum() == 15_000
