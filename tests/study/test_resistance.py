"""The resistance curve: defection of a fixed group in rivals' first deal by depth, against the same deal at depth 0."""

import math

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.faults import ScenarioError
from loyaltysim.plots.interval import interval
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation


def market(rival=None, **changes) -> Scenario:
    rival = [{"kind": "promotion_calendar", "depth": 0.2, "every_weeks": 3}] if rival is None else rival
    document = {
        "focal": "A",
        "steps": 20,
        "burn_in": 4,
        "population": {"n_customers": 300, "needs_per_week": 1.0, "price_sensitivity": 2.0, "inertia": 1.0},
        "brands": {
            "A": {"appeal": 1.0, "pricing": [{"kind": "promotion_calendar", "depth": 0.1, "every_weeks": 5}]},
            "Rival No. 1": {"pricing": rival},
            "B": {},
        },
    }
    return Scenario.from_document(document).vary(changes)


def by_hand(scenario, depth, seed, until=1):
    """Of whose last brand was A after the burn-in, the share whose first purchase of the deal is another's."""
    worlds = {at: scenario.vary({'brands."Rival No. 1".pricing.0.depth': at}) for at in (0.2, depth)}
    start = Simulation(worlds[0.2], seed=seed, replications=range(5)).run(until=0)
    ours = start.customers().query("last_brand == 'A'")[["replication", "customer"]]
    log = start.branch(worlds[depth], log=True).run(until=until).transactions.frame()
    first = log.groupby(["replication", "customer"], as_index=False)["brand"].first()
    group = ours.merge(first, on=["replication", "customer"], how="left").assign(gone=lambda f: f["brand"].notna())
    gone = group["gone"] & (group["brand"].astype(object) != "A")
    return gone.groupby(group["replication"]).mean().to_numpy()


def test_resistance_curve__follows_those_who_were_customers_as_the_deal_began():
    curve = ls.resistance_curve(market(), [0.4, 0.1], replications=5, seed=3)
    assert curve["depth"].tolist() == [0, 0.1, 0.4] and (curve["n"] == 5).all()
    rates = [by_hand(market(), depth, 3) for depth in (0.0, 0.1, 0.4)]
    for row, rate in zip(curve.itertuples(), rates):
        assert row.defection == pytest.approx(rate.mean(), rel=1e-12)
        assert row.defection_low == pytest.approx(interval(rate).low, rel=1e-9)
        paired = interval(rate - rates[0])
        assert row.effect == pytest.approx(paired.mean, abs=1e-12)
        assert row.ci_high == pytest.approx(paired.high, abs=1e-12)
    # deeper discounts take more, surely, and common luck makes it surer
    assert (curve["effect"].diff().iloc[1:] > 0).all() and curve["ci_low"].iloc[2] > 0
    assert ls.resistance_curve(market(), [0.2], replications=30)["variance_ratio"].iloc[1] > 1


def test_resistance_curve__counts_each_customer_once_however_long_the_deal_is():
    """Where everybody buys once a week, all is decided in the first week of a deal, though it lasts for three."""
    long = [{"kind": "promotion_calendar", "depth": 0.2, "weeks": 3.0, "every_weeks": 9}]
    short = [{**long[0], "weeks": 1.0}]
    always = {"behavior.needs": "regular", "behavior.choice.outside_option": False, "burn_in": 0}
    always["population.start_brand"] = "A"
    curves = [ls.resistance_curve(market(rival, **always), [0.3], replications=3) for rival in (long, short)]
    assert curves[0].equals(curves[1])
    mine = math.exp(1 + 1 - 2 * 0.9)  # appeal, inertia, and the price in A's own deal
    for depth, row in zip((0.0, 0.3), curves[0].itertuples()):
        others = math.exp(-2 * (1 - depth)) + math.exp(-2)
        assert row.defection == pytest.approx(others / (mine + others), abs=0.04)  # 900 customers: se up to .012


def test_resistance_curve__of_a_longer_deal_has_more_who_are_gone():
    long = [{"kind": "promotion_calendar", "depth": 0.2, "weeks": 3.0, "every_weeks": 9}]
    curve = ls.resistance_curve(market(long), [0.4], replications=5, seed=3)
    assert curve["defection"].iloc[1] == pytest.approx(by_hand(market(long), 0.4, 3, until=3).mean(), rel=1e-12)
    assert curve["defection"].iloc[1] > by_hand(market(long), 0.4, 3, until=1).mean()


def test_resistance_curve__does_not_depend_on_threads_and_leaves_out_who_had_left():
    leaving = {"population.dropout_chance": 0.3, "behavior.lapse": {"kind": "dropout"}}
    scenario = market(**leaving)
    curve = ls.resistance_curve(scenario, [0.3], replications=4, threads=1)
    assert curve.equals(ls.resistance_curve(scenario, [0.3], replications=4, threads=3))
    start = Simulation(scenario, replications=range(4)).run(until=0)
    last, status = (start.world.customers.arrays[name] for name in ("last_brand", "status"))
    stayed = ((last == 0) & (status & 1 == 0)).reshape(4, -1).sum(axis=1)
    assert ((last == 0).reshape(4, -1).sum(axis=1) > stayed).all()
    gone = curve["defection"].iloc[0] * 4
    assert gone == pytest.approx(sum(_gone(start, scenario) / stayed))


def _gone(start, scenario):
    """How many of A's customers who had not left it buy another brand first in the deal, at depth 0."""
    last, status = (start.world.customers.arrays[name] for name in ("last_brand", "status"))
    stays = ((last == 0) & (status & 1 == 0)).reshape(4, -1)
    world = scenario.vary({'brands."Rival No. 1".pricing.0.depth': 0.0})
    log = start.branch(world, log=True).run(until=1).transactions.frame().drop_duplicates(["replication", "customer"])
    log = log[(log["brand"] != "A") & stays[log["replication"], log["customer"]]]
    return log.groupby("replication").size().reindex(range(4), fill_value=0)


def test_resistance_curve__is_flat_where_nobody_minds_prices():
    curve = ls.resistance_curve(market(**{"population.price_sensitivity": 0.0}), [0.5], replications=3)
    assert curve["effect"].tolist() == [0, 0]
    assert curve["defection"].iloc[0] > 0


def test_resistance_curve__sets_every_promotion_of_rivals_and_none_of_ours():
    first = {"kind": "promotion_calendar", "every_weeks": 3, "from_week": 0}
    twice = [{**first, "depth": depth} for depth in (0.1, 0.3)]
    once = ls.resistance_curve(market([{**first, "depth": 0.2}]), [0.2], replications=2)
    assert ls.resistance_curve(market(twice), [0.2], replications=2).equals(once)
    ours = market([{**first, "depth": 0.2}], **{"brands.A.pricing.0.depth": 0.5})
    assert not ls.resistance_curve(ours, [0.2], replications=2).equals(once)


def test_resistance_curve__has_no_interval_with_one_replication():
    curve = ls.resistance_curve(market(), [0.2], replications=1)
    assert curve[["ci_low", "ci_high", "defection_low"]].isna().all(axis=None)
    assert np.isfinite(curve["effect"]).all()


def test_resistance_curve__says_what_is_wrong():
    with pytest.raises(ValueError, match="no rival has promotions"):
        ls.resistance_curve(market([]), [0.2], replications=1)
    with pytest.raises(ValueError, match="above 0"):
        ls.resistance_curve(market(), [0], replications=1)
    late = [{"kind": "promotion_calendar", "from_week": 100}]
    with pytest.raises(ValueError, match="falls in the measured steps"):
        ls.resistance_curve(market(late), [0.2], replications=1)


@pytest.mark.parametrize(
    ("depths", "told"), [([1.2], "1.2"), ([-0.1], "-0.1"), ([0.2, -3, 7], "-3, 7"), ([np.nan], "nan")]
)
def test_resistance_curve__refuses_what_is_no_share(depths, told):
    with pytest.raises(ScenarioError, match=f"depths.*must be shares off the list price, from 0 to 1, were {told}$"):
        ls.resistance_curve(market(), depths, replications=1)
