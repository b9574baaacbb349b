"""Needs: how often, when, and in which round; stock, contacts, contracts (eqs. E6–E8, E43–E45)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import ScenarioError, Simulation
from loyaltysim.behavior import needs
from loyaltysim.behavior.needs import next_round
from loyaltysim.draws import poisson, salt
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.scenario import Scenario


def market(kind="poisson", rate=1.0, n=20_000, **changes) -> Scenario:
    """Customers who always buy one of two brands, so that every occasion is a purchase."""
    document = {
        "focal": "A",
        "steps": 4,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": rate},
        "behavior": {"needs": {"kind": kind}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {"A": {}, "B": {}},
        "metrics": {"period_steps": 0, "states_every": 0},
    }
    return Scenario.from_document(document).vary(changes)


def occasions(simulation: Simulation, step: int = 0) -> np.ndarray:
    """How many occasions each row has in a step."""
    world, schedule = simulation.world, simulation.schedule
    counts = np.zeros(world.customers.rows, int)
    for block in world.blocks:
        shoppers = world.workers[0].shoppers
        shoppers.stand_for(block.first_replication, len(block.replications))
        n = schedule.needs.draw(schedule.own_needs, world, block, shoppers, step)
        assert n == shoppers.n and (shoppers.occasions[:n] > 0).all()
        counts[shoppers.rows[:n]] = shoppers.occasions[:n]
    return counts


@pytest.mark.parametrize("mean", [0.05, 1.6, 11.0])  # 11: drawn in two pieces
def test_poisson__counts_have_the_mean_and_variance_of_needs_times_weeks(mean):
    counts = occasions(Simulation(market(rate=mean / 2, step_days=14)))
    n = len(counts)
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / n)
    # the fourth central moment is m + 3m², so the variance of a sample variance is (m + 2m²) / n
    assert abs(counts.var(ddof=1) - mean) < 4 * np.sqrt((mean + 2 * mean**2) / n)


@pytest.mark.parametrize("mean", [0.3, 3.0, 8.5])
def test_poisson__who_shops_and_how_often_is_one_draw(mean):
    # finding first who shops at all, and then how often, must not change the count
    simulation = Simulation(market(rate=mean, n=500))
    luck = np.uint64(salt(needs.NEEDS, 2, 0, 0))
    one_by_one = [poisson(np.uint64(key), luck, np.float32(mean)) for key in simulation.world.customers.key]
    assert occasions(simulation, step=2).tolist() == one_by_one


def test_needs__are_a_traits_own_for_each_customer():
    gamma = {"distribution": "gamma", "mean": 1.5, "shape": 0.8}
    simulation = Simulation(market(rate=gamma))
    counts, rate = occasions(simulation), simulation.world.customers.arrays["needs"].astype(float)
    often = rate > np.median(rate)
    for some in (often, ~often):
        assert abs(counts[some].mean() - rate[some].mean()) < 4 * np.sqrt(rate[some].sum()) / some.sum()


def test_poisson__pace_multiplies_needs():
    program = {"kind": "points", "customer_response": {"kind": "goal_gradient"}}
    slow = Simulation(market(rate=0.8, n=300, **{"brands.A.programs": [program]}))
    slow.world.customers.arrays["pace"][:] = np.tile([1, 2.5], 150)
    plain, quick = occasions(Simulation(market(rate=0.8, n=300))), occasions(Simulation(market(rate=2.0, n=300)))
    assert occasions(slow).tolist() == np.where(np.arange(300) % 2, quick, plain).tolist()
    assert quick.sum() > plain.sum()


def test_season__repeats_its_equal_parts_every_year():
    weekly = Simulation(market(n=2, steps=110, **{"behavior.needs.season": [2.0, 0.5]}))
    factor = weekly.schedule.own_needs
    year = np.arange(110) * 7 / 365.25
    np.testing.assert_allclose(factor, np.where(year % 1 < 0.5, 2.0, 0.5), rtol=1e-12)


def test_season__of_twelve_parts_gives_each_monthly_step_its_own():
    months = [float(month) for month in range(1, 13)]
    monthly = market(n=2, steps=36, step_days=365.25 / 12, **{"behavior.needs.season": months})
    factor = Simulation(monthly).schedule.own_needs
    np.testing.assert_allclose(factor, np.tile(months, 3) * 365.25 / 12 / 7, rtol=1e-12)


def test_season__multiplies_the_number_of_occasions():
    simulation = Simulation(market(rate=2.0, steps=52, **{"behavior.needs.season": [1.5, 0.25]}))
    for step, mean in ((0, 3.0), (30, 0.5)):
        assert abs(occasions(simulation, step).mean() - mean) < 4 * np.sqrt(mean / 20_000)


@pytest.mark.parametrize("step_days", [1, 7, 28])
def test_bernoulli__is_one_occasion_with_a_chance_a_step_however_long_the_step(step_days):
    counts = occasions(Simulation(market("bernoulli", rate=0.3, step_days=step_days)))
    assert set(counts) == {0, 1}
    assert abs(counts.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / len(counts))


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0), (1.0, 1)])
def test_bernoulli__chance_of_0_is_never_and_of_1_always(chance, expected):
    assert set(occasions(Simulation(market("bernoulli", rate=chance)))) == {expected}


@pytest.mark.parametrize("kind", ["regular", "bernoulli", "poisson"])
def test_shoppers__stand_in_the_order_of_rows_and_begin_where_their_replication_begins(kind):
    simulation = Simulation(market(kind, rate=0.5, n=7), replications=range(4))
    world, schedule = simulation.world, simulation.schedule
    (block,), shoppers = world.blocks, world.workers[0].shoppers
    n = schedule.needs.draw(schedule.own_needs, world, block, shoppers, 0)
    rows = shoppers.rows[:n]
    assert (np.diff(rows) > 0).all()
    assert shoppers.begins.tolist() == [(rows < 7 * r).sum() for r in range(5)]
    np.testing.assert_array_equal(shoppers.key[:n], world.customers.key[rows])
    if kind == "regular":
        assert rows.tolist() == list(range(28)) and set(shoppers.occasions[:n]) == {1}


def test_rounds__an_occasion_beyond_the_first_comes_in_a_round_of_its_own():
    simulation = Simulation(market(rate=1.5, n=400), log=True)
    drawn = np.stack([occasions(simulation, step) for step in range(4)], 1)
    log = simulation.run().transactions.frame()
    log["step"] = np.floor(log["time"] / 7).astype(int)
    for (customer, step), purchases in log.groupby(["customer", "step"]):
        assert purchases["occasion"].tolist() == list(range(drawn[customer, step]))
    assert len(log) == drawn.sum() and drawn.max() >= 4


stack_of_occasions = st.lists(st.lists(st.integers(1, 4), max_size=5), min_size=1, max_size=4)


@given(stack_of_occasions)
def test_next_round__keeps_who_has_more_occasions_in_order_and_by_replication(stack):
    flat = [occasions for replication in stack for occasions in replication]
    n = len(flat)
    shoppers = Shoppers(max(n, 1), 2, len(stack))
    shoppers.n, shoppers.begins[:] = n, np.cumsum([0, *map(len, stack)])
    bought = shoppers.ask("bought", dtype=np.uint32)
    columns = (shoppers.rows, shoppers.key, shoppers.time, bought)
    shoppers.occasions[:n] = flat
    for column in columns:
        column[:n] = np.arange(n)
    left = [[(sum(map(len, stack[:r])) + q, count) for q, count in enumerate(own)] for r, own in enumerate(stack)]
    for occasion in range(4):
        left = [[(who, count) for who, count in own if count > occasion + 1] for own in left]
        who = [each for own in left for each, _ in own]
        assert next_round(shoppers, occasion) == shoppers.n == len(who)
        for column in columns:
            assert column[: len(who)].tolist() == who
        assert shoppers.begins.tolist() == [sum(map(len, left[:r])) for r in range(len(left) + 1)]


def test_times__are_the_order_statistics_of_uniforms():
    log = Simulation(market(rate=3.0, steps=1), log=True).run().transactions.frame()
    time = log["time"] / 7
    assert time.between(0, 1).all()
    assert stats.kstest(time, "uniform").pvalue > 1e-4
    of_three = time.groupby(log["customer"]).filter(lambda own: len(own) == 3).to_numpy().reshape(-1, 3)
    assert (np.diff(of_three, axis=1) >= 0).all()
    n = 3
    for k in (1, 2, 3):  # the k-th of n is Beta(k, n + 1 - k)
        mean, variance = k / (n + 1), k * (n + 1 - k) / ((n + 1) ** 2 * (n + 2))
        assert abs(of_three[:, k - 1].mean() - mean) < 4 * np.sqrt(variance / len(of_three))


# ------------------------------------------------------------------------------------- stock, contacts, contracts


def stocked(n=20_000, damping=0.5, consumption=0.5, **changes) -> Scenario:
    """Needs that look at what is at home."""
    table = {"kind": "poisson", "stock_damping": damping, "consumption": consumption}
    return market(n=n).vary({"behavior.needs": table, **changes})


def after_round(simulation, seat, brand, units, step):
    """A round in which everybody buys so many units; returns the stock after it."""
    world, schedule = simulation.world, simulation.schedule
    shoppers = seat(simulation, brand=brand, step=step)
    shoppers.units[: shoppers.n] = units
    schedule.needs.after_round(schedule.own_needs, world, shoppers)
    world.customers.arrays["seen"][:] = step
    return world.customers.arrays["stock"]


def test_stock__is_what_was_bought_less_what_was_used_up_since_by_hand(seat):
    simulation = Simulation(stocked(3, steps=20, step_days=14))  # half a unit a week, steps of two weeks
    assert after_round(simulation, seat, 0, [1, 3, 2], step=4).tolist() == [1, 3, 2]
    # two steps later two units are used up; whoever had fewer has none, and who buys nothing adds none
    assert after_round(simulation, seat, [0, 1, -1], [1, 2, 5], step=6).tolist() == [1, 3, 0]
    assert after_round(simulation, seat, 0, 2, step=6).tolist() == [3, 5, 2]  # a second round of the step


def test_stock__is_used_up_at_the_customers_own_need_where_no_consumption_is_given(seat):
    simulation = Simulation(stocked(2, consumption=None))
    simulation.world.customers.arrays["needs"][:] = 0.25, 2.0
    after_round(simulation, seat, 0, 3, step=0)
    assert after_round(simulation, seat, -1, 1, step=1).tolist() == [2.75, 1.0]


@pytest.mark.parametrize(("stock", "left"), [(3.0, 2.0), (0.5, 0.0)])
def test_stock__damps_needs_by_what_is_left_of_it(stock, left):
    simulation = Simulation(stocked(damping=0.5, consumption=0.5, **{"population.needs_per_week": 2.0}))
    simulation.world.customers.arrays["stock"][:] = stock  # as of step 0, two weeks ago
    mean = 2.0 * np.exp(-0.5 * left)
    counts = occasions(simulation, step=2)
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / len(counts))


def test_stock__of_damping_0_is_not_kept_and_changes_nothing_bit_for_bit():
    scenario = stocked(300, damping=0.0, **{"behavior.basket": {"kind": "poisson"}})
    simulation = Simulation(scenario).run()
    assert not simulation.world.customers.has("stock")
    plain = Simulation(scenario.vary({"behavior.needs": {"kind": "poisson"}})).run()
    for name in ("occasions", "purchases", "units"):
        np.testing.assert_array_equal(simulation.results()[name], plain.results()[name])


def test_stock__purchases_brought_forward_by_a_promotion_are_missing_after_it():
    # units are cheap, and baskets large, in the first week of one of two paired markets
    needs = {"kind": "poisson", "season": [1.2, 0.8], "stock_damping": 0.4, "consumption": 0.5}
    basket = {"kind": "poisson", "extra": 0.3, "price_response": 6.0}
    base = market(n=20_000, rate=0.8, steps=40, burn_in=20).vary({"behavior.needs": needs, "behavior.basket": basket})
    deal = {"kind": "promotion_calendar", "depth": 0.3, "every_weeks": 99, "weeks": 1, "first_week": 0}
    cheap = base.vary({f"brands.{brand}.pricing": [deal] for brand in "AB"})
    data = [Simulation(scenario).run().results().sel(segment="all", replication=0) for scenario in (base, cheap)]
    sold, with_deal = (each["units"].sum("brand").values for each in data)
    change = (with_deal - sold) / sold.mean()
    assert change[0] > 0.2
    assert (change[1:10] < -0.02).all() and abs(change[30:].mean()) < 0.01  # a dip, which passes
    assert change[1:].sum() < -0.5 * change[0]  # most of the surge was only earlier


@given(
    st.sampled_from([0.0, 0.01, 1.0, 1e3]), st.sampled_from([None, 0.0, 0.3, 1e6]), st.sampled_from([-5.0, 0.0, 5.0]),
    st.sampled_from([0.0, 3.0]), st.sampled_from([0.0, 0.2, 1e6]),
)  # fmt: skip
def test_poisson__with_any_settings_keeps_a_stock_of_at_least_0(damping, consumption, lift, extra, leaving):
    needs = {"kind": "poisson", "stock_damping": damping, "consumption": consumption, "contact_lift": lift}
    scenario = market(n=30, rate=0.7).vary(
        {"behavior.needs": {k: v for k, v in needs.items() if v is not None}, "population.category_exit": leaving}
    )
    simulation = Simulation(scenario.vary({"behavior.basket": {"kind": "poisson", "extra": extra}}))
    for _ in range(4):
        simulation.world.touches.ask("contact")[:] = 1
        simulation.step()
    stock = simulation.world.customers.arrays.get("stock", np.zeros(30))
    assert np.isfinite(stock).all() and (stock >= 0).all()


def test_stock__customers_in_another_order_fare_the_same():
    order = np.random.default_rng(8).permutation(70)
    straight, shuffled = (Simulation(stocked(70, **{"population.category_exit": 0.1})) for _ in range(2))
    customers = shuffled.world.customers
    for array in (customers.key, *customers.arrays.values()):
        array[...] = array[..., order]
    straight.run(), shuffled.run()
    for name in ("stock", "seen", "tried"):
        np.testing.assert_array_equal(straight.world.customers.arrays[name][order], customers.arrays[name])


def test_contacts__of_all_brands_lift_needs_in_their_step():
    simulation = Simulation(market(rate=0.8).vary({"behavior.needs.contact_lift": 0.3}))
    contacts = simulation.world.touches.ask("contact")
    contacts[0, ::2], contacts[1, ::2] = 1, 2
    counts, lifted = occasions(simulation), 0.8 * np.exp(0.9)
    assert abs(counts[::2].mean() - lifted) < 4 * np.sqrt(lifted / 10_000)
    assert abs(counts[1::2].mean() - 0.8) < 4 * np.sqrt(0.8 / 10_000)


def test_contacts__of_lift_0_or_not_made_change_nothing_bit_for_bit():
    plain = occasions(Simulation(market(n=500)))
    touched = Simulation(market(n=500))
    touched.world.touches.ask("contact")[:] = 3
    assert occasions(touched).tolist() == plain.tolist()
    assert occasions(Simulation(market(n=500).vary({"behavior.needs.contact_lift": 0.3}))).tolist() == plain.tolist()


@pytest.mark.parametrize("kind", ["poisson", "contract"])
def test_category_exit__leaves_at_a_rate_from_the_first_measured_step_and_for_good(kind):
    n, rate = 20_000, 0.15
    simulation = Simulation(
        market(kind, rate=7.0, n=n).vary({"population.category_exit": rate, "burn_in": 3, "step_days": 14})
    )
    there = np.array([occasions(simulation, step) > 0 for step in range(7)])
    assert (there[:4].mean(1) > 0.999).all()
    for step in range(4, 7):
        expected = np.exp(-rate * 2 * (step - 3))
        assert abs(there[step].mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n) + 1e-5
        assert not (there[step] & ~there[3:step].all(0))[there[3]].any()  # nobody comes back


@pytest.mark.parametrize("kind", ["regular", "bernoulli"])
def test_category_exit__is_a_fault_where_it_would_do_nothing(kind):
    with pytest.raises(ScenarioError, match="category_exit"):
        market(kind, rate=0.5).vary({"population.category_exit": 0.1})


def test_contract__who_has_one_comes_each_step_and_others_at_the_rate_of_needs():
    n, rate = 20_000, 0.4
    simulation = Simulation(market("contract", rate=rate, n=n))
    contract = simulation.world.customers.arrays["contract"]
    assert (contract == -1).all()
    contract[::2] = 1
    counts = occasions(simulation)
    assert set(counts) == {0, 1} and (counts[::2] == 1).all()
    expected = 1 - np.exp(-rate)
    assert abs(counts[1::2].mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / (n / 2))


def test_contract__binds_the_choice_and_begins_with_the_first_purchase(seat):
    simulation = Simulation(market("contract", n=4))
    contract = simulation.world.customers.arrays["contract"]
    contract[:] = 0, 1, -1, -1
    shoppers = seat(simulation, brand=[1, -1, 1, -1])
    simulation.schedule.needs.bind(None, simulation.world, shoppers, 0)
    assert shoppers.brand[:4].tolist() == [0, 1, 1, -1]
    assert contract.tolist() == [0, 1, 1, -1]
