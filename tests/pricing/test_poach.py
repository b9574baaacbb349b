"""Poach: a coupon for those who bought a rival last time, and nobody else (eq. E128)."""

import numpy as np
import pytest

from loyaltysim import Simulation, replicate, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import busy_market

N = 400


def market(*pricing, **changes) -> Scenario:
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {"n_customers": N},
        "brands": {"A": {"price": 2.0, "pricing": list(pricing)}, "B": {"price": 1.5}, "C": {"price": 1.0}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def offered(seat, *pricing, step: int = 0, **changes) -> np.ndarray:
    """What everybody is offered, brands × customers, where every fourth bought nothing yet, A, B or C last."""
    simulation = Simulation(market(*pricing, **changes))
    simulation.world.customers.arrays["last_brand"][:] = np.arange(N) % 4 - 1
    return seat(simulation, step=step).price[:, :N].copy()


def test_coupon__is_for_who_bought_a_rival_last_time_and_nobody_else(seat):
    price = offered(seat, {"kind": "poach", "depth": 0.25})
    assert price[0].reshape(-1, 4).T.tolist() == [[2.0] * 100, [2.0] * 100, [1.5] * 100, [1.5] * 100]
    assert (price[1] == 1.5).all() and (price[2] == 1.0).all()


def test_coupon__is_for_the_customers_of_the_named_rivals(seat):
    price = offered(seat, {"kind": "poach", "depth": 0.25, "rivals": ["C"]})
    assert price[0].reshape(-1, 4)[0].tolist() == [2.0, 2.0, 2.0, 1.5]


def test_coupon__comes_off_the_shelf_price_and_the_lowest_of_several_counts(seat):
    coupons = {"kind": "poach", "depth": 0.5, "rivals": ["B"]}, {"kind": "poach", "depth": 0.25}
    promotion = {"kind": "promotion_calendar", "depth": 0.2, "weeks": 1, "every_weeks": 2}
    for order in (1, -1):
        price = offered(seat, *[*coupons, promotion][::order])
        np.testing.assert_allclose(price[0].reshape(-1, 4)[7], [1.6, 1.6, 0.8, 1.2], rtol=1e-6)


def test_coupon__holds_from_one_week_to_another(seat):
    coupon = {"kind": "poach", "depth": 0.25, "from_week": 2, "until_week": 4}
    assert [offered(seat, coupon, step=step)[0, 2] for step in range(5)] == [2, 2, 1.5, 1.5, 2]


def test_coupon__reaches_as_many_as_its_chance_says(seat):
    price = offered(seat, {"kind": "poach", "depth": 0.25, "chance": 0.3})[0]
    meant = np.arange(N) % 4 >= 2
    reached = (price[meant] == 1.5).mean()
    assert (price[~meant] == 2).all()
    assert abs(reached - 0.3) < 4 * np.sqrt(0.3 * 0.7 / meant.sum())
    again = offered(seat, {"kind": "poach", "depth": 0.25, "chance": 0.3}, step=1)[0]
    assert not np.array_equal(price, again)  # luck is drawn anew


def test_coupon__is_paid_at_the_till_and_is_no_promotion_on_the_shelf():
    scenario = market({"kind": "poach", "depth": 0.25})
    simulation = Simulation(scenario, log=True).run()
    log, results = simulation.transactions.frame(), simulation.results()
    bought = log[log["brand"] == "A"]
    before = log.groupby("customer")["brand"].shift()
    expected = np.where(before[bought.index].isin(["B", "C"]), 1.5, 2.0)
    assert (expected == 1.5).sum() > 50  # else this would claim nothing
    np.testing.assert_array_equal(bought["price_paid"], expected)
    assert (results["price"].sel(brand="A") == 2).all() and not results["on_promotion"].any()
    assert float(results["revenue"].sel(brand="A", segment="all").sum()) == expected.sum()
    assert not results["program_cost"].any()  # it is a lower price, not a reward


def test_coupon__comes_off_first_and_programs_take_their_share_of_what_is_left():
    member = {"kind": "member_discount", "percent": 10.0}
    scenario = market({"kind": "poach", "depth": 0.25}, **{"brands.A.programs": [member]})
    simulation = Simulation(scenario, log=True).run()
    log = simulation.transactions.frame()
    before = log.groupby("customer")["brand"].shift()
    again = (log["brand"] == "A") & (log[log["brand"] == "A"].groupby("customer").cumcount() > 0)  # members by now
    for mine, shelf in ((~before.isin(["B", "C"]), 2.0), (before.isin(["B", "C"]), 1.5)):
        some = log[again & mine]
        assert len(some) > 10
        np.testing.assert_allclose(some["shelf_price"], shelf)
        np.testing.assert_allclose(some["program_cost"], 0.1 * shelf)
        np.testing.assert_allclose(some["price_paid"], 0.9 * shelf)
        assert some["deal"].eq(shelf < 2).all()


def test_coupon__a_replication_is_the_same_alone_and_stacked_and_from_a_checkpoint(tmp_path):
    scenario = busy_market(200, 12).vary(
        {"brands.Third.pricing": [{"kind": "poach", "chance": 0.5}, {"kind": "poach", "rivals": ["Ours"]}]}
    )
    stacked = replicate(scenario, replications=3)
    alone = Simulation(scenario, replications=range(2, 3)).run().results()
    for name in alone.data_vars:
        np.testing.assert_array_equal(alone[name].values[0], stacked[name].sel(replication=2).values, err_msg=name)
    half = Simulation(scenario).run(until=5)
    half.checkpoint(tmp_path / "half.npz")
    assert Simulation(scenario).restore(tmp_path / "half.npz").run().results().equals(simulate(scenario))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rivals": ["A"]}, '"A" is no rival of itself; there are: B, C'),
        ({"rivals": ["Bb"]}, 'no brand is called "Bb"; there are: B, C. Did you mean "B"?'),
        ({"depth": 1.2}, "at most 1"),
        ({"from_week": 3, "until_week": 3}, "must be before"),
    ],
)
def test_settings__that_contradict_themselves_are_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        market({"kind": "poach", **settings})
