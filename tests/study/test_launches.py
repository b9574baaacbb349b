"""Launches from totals alone: the same value as with a log, break-even, adverse draws (eq. E118)."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.scenario import Scenario
from loyaltysim.study.assumptions import assumptions, numbers
from loyaltysim.study.launches import BreakEven, Launch, break_even, launches
from loyaltysim.study.program_doubt import _span, draws, tornado, worst_tenth


@pytest.fixture(scope="module")
def market() -> Scenario:
    return Scenario.from_document({
        "focal": "A",
        "steps": 20,
        "burn_in": 13,
        "population": {
            "n_customers": 200,
            "needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 0.8},
            "price_sensitivity": 1.0,
        },
        "behavior": {"choice": {"kind": "logit"}},
        "brands": {
            "A": {
                "price": 2.0,
                "unit_cost": 1.2,
                "programs": [{"kind": "points", "reward": {"kind": "cash", "value": 1.0, "threshold": 20.0}}],
            },
            "B": {"price": 1.9, "pricing": [{"kind": "promotion_calendar", "depth": 0.1}]},
        },
    })  # fmt: skip


def flat(profit, owed=0.0) -> Launch:
    """A launch whose cumulative profit before what is owed is given, one row a replication."""
    profit = np.atleast_2d(np.asarray(profit, float))
    margin = np.diff(profit, axis=1, prepend=0.0)
    return Launch(margin, np.full(profit.shape, owed), margin.sum(1), np.zeros(len(profit)), np.zeros(len(profit)))


def test_launch__is_worth_what_the_log_says(market):
    found = launches({"": market}, replications=3, seed=4)[""]
    logged = ls.program_value(market, replications=3, seed=4).by_replication
    np.testing.assert_allclose(found.value, logged["margin_accrued"], atol=1e-6)
    np.testing.assert_allclose(found.margin.sum(1), logged["margin"], atol=1e-6)
    np.testing.assert_allclose(found.owed[:, -1], logged["liability"], atol=1e-6)


def test_launch__does_not_depend_on_threads_or_on_what_else_is_launched(market):
    alone = launches({"": market}, replications=3, threads=1)[""]
    other = launches({"other": market.vary({"brands.B.price": 1.5}), "": market}, replications=3, threads=2)
    np.testing.assert_array_equal(alone.accrued, other[""].accrued)
    second = launches({"": market}, replications=1, first={"": 1})[""]
    np.testing.assert_array_equal(second.accrued[0], alone.accrued[1])


def test_launches__that_differ_in_the_program_alone_share_what_is_lived_without_it(market, monkeypatch):
    begun = []

    def counted(*args, **kwargs):
        begun.append(args[0])
        return ls.Simulation(*args, **kwargs)

    monkeypatch.setattr("loyaltysim.study.launches.Simulation", counted)
    worlds = {"dear": market.vary({"brands.A.programs.0.earn_rate": 2.0}), "": market}
    copied = [{"kind": "copy", "brand": "A", "lag_weeks": 0.0}]
    worlds["copied"] = market.vary({"brands.B.programs": copied})  # without our program there is nothing to copy
    together = launches(worlds, replications=2, seed=3, threads=1)
    assert len(begun) == 1
    for name, world in worlds.items():
        alone = launches({name: world}, replications=2, seed=3)[name]
        np.testing.assert_array_equal(together[name].accrued, alone.accrued)
        np.testing.assert_array_equal(together[name].retention, alone.retention)
    assert len(begun) > 3 and not np.array_equal(together[""].accrued, together["dear"].accrued)


def test_going_on__counts_what_was_owed_when_it_might_have_stopped(market):
    """Where nobody buys any more, stopping and going on differ in nothing: the debt was there before."""
    quiet = market.vary({"burn_in": 60, "population.n_customers": 100, "steps": 1})
    found = launches({"": quiet}, replications=2, running=True)[""]
    start = ls.Simulation(quiet, replications=range(2), threads=1).run(until=0)
    with_it = start.branch(quiet).run().results().sel(brand="A", segment="all")
    earned = with_it["points_earned"].sel(program="A points").sum("step").values
    gone = sum(with_it[f"points_{what}"].sel(program="A points").sum("step").values for what in ("redeemed", "expired"))
    worth = with_it["liability"].values[:, -1] / with_it["points_outstanding"].values[:, -1]
    assert (with_it["liability"].values[:, -1] > 0).all()
    np.testing.assert_allclose(found.owed[:, -1], (earned - gone) * worth, atol=1e-9)


def test_break_even__is_when_profit_stays_above_zero():
    assert break_even(flat([-1, 1, -1, 2, 3])) == BreakEven(4, None, None)  # one replication has no interval
    assert break_even(flat([-1, 1, -1, 2, 3], owed=2.5)).step == 5
    assert break_even(flat([-1, -2, -3])).step is None
    assert break_even(flat([1, 2, 3])).step == 1


def test_break_even__is_earliest_by_the_upper_end_and_latest_by_the_lower():
    """Two replications 1 apart from their mean: half the interval is 12.706 · 1 (t of one degree of freedom)."""
    mean = np.array([-20.0, -10, 0, 10, 20])
    found = break_even(flat(np.array([mean - 1, mean + 1])))
    assert found == BreakEven(3, 2, 5)


def test_break_even__is_none_where_nothing_was_to_be_earned_back():
    assert break_even(flat(np.zeros((3, 5)))) == BreakEven(None, None, None)
    assert break_even(flat([0, 3, 0])).step is None
    assert break_even(flat([0, -3, 0])).step == 3


def test_worst_tenth__are_the_least():
    values = np.arange(40.0)[::-1]
    np.testing.assert_array_equal(worst_tenth(values), [0, 1, 2, 3])
    np.testing.assert_array_equal(worst_tenth(np.array([7.0, 5.0])), [5])


def test_assumptions__are_what_nobody_decides(market):
    paths = {one.path for one in assumptions(market)}
    assert {"population.needs_per_week.mean", "brands.B.pricing.0.depth"} <= paths
    assert not paths & {
        "steps",
        "population.n_customers",
        "brands.A.price",
        "brands.A.programs.0.earn_rate",
        "brands.B.price",
    }
    every = {number.path for number in numbers(market)}
    assert paths <= every and "brands.A.price" in every


def test_assumptions__stay_within_their_bounds(market):
    by_path = {one.path: one for one in assumptions(market.vary({"brands.B.pricing.0.depth": 0.9}))}
    depth = by_path["brands.B.pricing.0.depth"]
    assert (depth.low, depth.high) == (pytest.approx(0.72), 1)


def test_tornado__tells_the_most_important_first_and_each_end_against_the_same_luck(market):
    tried = [one for one in assumptions(market) if one.path.startswith("population.needs_per_week")]
    frame = tornado(market, tried, replications=3)
    spans = frame.groupby("path", sort=False)["effect"].apply(lambda ends: max(0, *ends) - min(0, *ends))
    assert list(spans) == sorted(spans, reverse=True) and len(spans) == len(tried)
    (mean,) = (one for one in tried if one.path.endswith("mean"))
    worlds = {"low": market.vary({mean.path: mean.low}), "": market}
    found = launches(worlds, replications=3)
    row = frame[(frame["path"] == mean.path) & (frame["measure"] == "low")].iloc[0]
    assert row["effect"] == pytest.approx((found["low"].value - found[""].value).mean())


def test_tornado__what_moves_it_both_ways_comes_before_what_moves_it_far_one_way():
    rows = [{"path": "a", "effect": 30.0}, {"path": "a", "effect": 84.0}]  # 0 … 84
    rows += [{"path": "b", "effect": -70.0}, {"path": "b", "effect": 83.0}]  # −70 … 83
    assert (_span(rows, "a"), _span(rows, "b")) == (84.0, 153.0)


def test_tornado__screens_where_there_are_many(market):
    tried = assumptions(market)
    assert len(tried) > 2
    assert tornado(market, tried, replications=2, most=2)["path"].nunique() == 2


def test_draws__are_one_a_world_and_the_same_again(market):
    tried = assumptions(market)
    found = draws(market, tried, n=6, seed=3)
    assert len(found) == 6 and len(set(found)) == 6
    np.testing.assert_array_equal(found, draws(market, tried, n=6, seed=3, threads=1))
