"""Needs: how often, when, and in which round (eqs. E6–E8)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import Simulation
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
        shoppers.begins = shoppers.all_begins[: len(block.bounds)]
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
    for occasion in range(1, 5):
        left = [[(who, count) for who, count in own if count > occasion] for own in left]
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
