"""Best response: the price of a grid that would earn most if the believed logit were true (eq. E129)."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation, replicate, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.pricing.best_response import BestResponse
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import busy_market

RESPONSE = 2.0
COSTS = {"A": 1.0, "B": 0.8}
APPEAL = {"A": 3.7, "B": 2.6}


def market(ours=None, rival=None, n: int = 20_000, **changes) -> Scenario:
    """The pure logit: everybody minds prices alike, and nothing else differs between customers or over time."""
    document = {
        "focal": "A",
        "steps": 44,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 1.0, "price_sensitivity": RESPONSE},
        "behavior": {"choice": {"kind": "logit", "outside_option": False}},
        "brands": {
            name: {"price": 3.0, "unit_cost": COSTS[name], "appeal": APPEAL[name], "pricing": [part] if part else []}
            for name, part in (("A", ours), ("B", rival))
        },
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def response(**settings) -> dict:
    return {"kind": "best_response", "price_response": RESPONSE, "grid": 41, **settings}


def share(a: float, b: float, outside: bool = False) -> float:
    """The share of A in the logit at two prices, by hand (eq. E12)."""
    weights = [math.exp(APPEAL[name] - RESPONSE * price) for name, price in (("A", a), ("B", b))]
    return weights[0] / (sum(weights) + outside)


def test_belief__at_the_true_numbers_is_the_logit_at_every_price():
    believed = BestResponse(price_response=RESPONSE)
    prices, at = np.linspace(1.0, 3.0, 9), np.array([2.2, 1.9])
    sold = np.array([share(2.2, 1.9), 1 - share(2.2, 1.9)])
    for last in (1.9, 1.4):
        found = believed.share(prices, 0, [1], sold, at, np.array([2.2, last]))
        np.testing.assert_allclose(found, [share(price, last) for price in prices], rtol=1e-12)


def test_belief__counts_those_who_bought_nothing():
    out = 1 / (1 + sum(math.exp(APPEAL[name] - RESPONSE * price) for name, price in (("A", 2.2), ("B", 1.9))))
    believed = BestResponse(price_response=RESPONSE, outside_share=out)
    prices, at = np.linspace(1.0, 3.0, 9), np.array([2.2, 1.9])
    sold = np.array([share(2.2, 1.9, True), 1 - out - share(2.2, 1.9, True)])
    found = believed.share(prices, 0, [1], sold, at, at)
    np.testing.assert_allclose(found, [share(price, 1.9, True) for price in prices], rtol=1e-12)


def test_belief__of_a_rival_that_sold_nothing_and_of_steep_responses_has_no_nan():
    for steep in (1e-6, 1e6):
        for sold in ([5, 0], [5, 7]):
            found = BestResponse(price_response=steep).share(
                np.linspace(0, 9, 5), 0, [1], np.array(sold), np.array([4.0, 4.0]), np.array([4.0, 2.0])
            )
            assert np.isfinite(found).all()


def asked(scenario: Scenario, brand: str) -> np.ndarray:
    return simulate(scenario)["price"].sel(brand=brand).values[0]


def test_best_response__to_a_price_that_stays_is_the_optimum_of_the_grid():
    prices = asked(market(response(), **{"brands.B.price": 1.5}), "A")
    grid = np.linspace(1.0, 3.0, 41)
    profit = [(price - 1.0) * share(price, 1.5) for price in grid]
    best = grid[int(np.argmax(profit))]
    step = grid[1] - grid[0]
    margin = min(abs(best - 1 / (RESPONSE * (1 - share(best, 1.5))) - 1.0), step)
    assert margin < step  # the rule of thumb, p - c = 1 / (β (1 - s)), agrees with the grid
    assert (prices[:4] == 3.0).all()  # nothing is known before the first period has ended
    assert np.abs(prices[8:] - best).max() <= step + 1e-6  # sales have chance in them
    assert np.median(prices[8:]) == np.float32(best)


def nash() -> dict[str, float]:
    """The fixed point of p - c = 1 / (β (1 - s)) for both brands, by hand."""
    a, b = 2.0, 2.0
    for _ in range(200):  # a small part of the way each time, else it swings
        ours = share(a, b)
        a += 0.1 * (COSTS["A"] + 1 / (RESPONSE * (1 - ours)) - a)
        b += 0.1 * (COSTS["B"] + 1 / (RESPONSE * ours) - b)
    return {"A": a, "B": b}


def test_two_best_responses__end_at_the_nash_prices_of_the_logit_duopoly():
    scenario = market(response(), response())
    expected = nash()
    results = simulate(scenario)
    for name, cost in COSTS.items():
        step = (3.0 - cost) / 40
        last = results["price"].sel(brand=name).values[0, -16:]  # four decisions
        assert np.abs(last - expected[name]).max() <= step, (name, last, expected)
    assert results["on_promotion"].values[0, -16:].all()  # all of it is told as a discount off the list price


def test_best_response__looks_only_at_the_rivals_it_names():
    """C leaves shares of A and B alone what they are, so A asks what it does without; C takes most of all sales."""
    more = {"brands.C": {"price": 0.5, "appeal": 5.0}, "brands.B.price": 1.5}
    without = asked(market(response(), **{"brands.B.price": 1.5}), "A")
    alone = asked(market(response(rivals=["B"]), **more), "A")
    both = asked(market(response(), **more), "A")
    step = 2 / 40
    assert abs(np.median(alone[8:]) - np.median(without[8:])) <= step + 1e-6
    assert np.median(both[8:]) < np.median(alone[8:]) - 2 * step


def test_best_response__holds_in_its_weeks_between_floor_and_ceiling():
    settings = {"floor": 1.2, "ceiling": 1.4, "from_week": 6, "until_week": 20, "grid": 3}
    prices = asked(market(response(**settings), n=2000), "A")
    assert (prices[:6] == 3).all() and (prices[20:] == 3).all()
    assert (prices[6:20] == np.float32(1.4)).all()  # the best of what it may ask; sales of weeks 2 to 5 are enough


def test_best_response__of_who_sold_nothing_is_the_price_it_had():
    prices = asked(market(response(), n=50, **{"brands.A.appeal": -50.0}), "A")
    assert (prices == 3).all()


def busy() -> Scenario:
    responses = {
        f"brands.{name}.pricing": [{"kind": "best_response", "price_response": 2.0, "every_weeks": 3}]
        for name in ("Ours", "Third")
    }
    return busy_market(200, 24).vary({**responses, "burn_in": 5})


def test_best_response__a_replication_is_the_same_alone_and_stacked():
    stacked = replicate(busy(), replications=3, seed=4)
    assert len(np.unique(stacked["price"].sel(brand="Ours").values[:, -1])) > 1  # each sees its own sales
    for r in range(3):
        alone = Simulation(busy(), seed=4, replications=range(r, r + 1)).run().results()
        for name in alone.data_vars:
            np.testing.assert_array_equal(alone[name].values[0], stacked[name].sel(replication=r).values, err_msg=name)


def test_best_response__goes_on_exactly_from_a_checkpoint_and_on_a_branch(tmp_path):
    straight = Simulation(busy()).run().results()
    half = Simulation(busy()).run(until=11)
    half.checkpoint(tmp_path / "half.npz")
    for other in (half.branch(busy()), Simulation(busy()).restore(tmp_path / "half.npz")):
        assert other.run().results().equals(straight)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ceiling": 3.5}, "pricing.0.ceiling: 3.5 is above the list price of 3"),
        ({"ceiling": 0.9}, "pricing.0.ceiling: 0.9 is below the floor of 1"),
        ({"floor": 3.5}, "the floor of 3.5 is above the list price of 3"),
        ({"floor": 0.5}, "0.5 is below the unit cost of 1"),
        ({"grid": 1}, "at least 2"),
        ({"every_weeks": 0.5}, "shorter than a step"),
        ({"rivals": ["A"]}, "no rival of itself"),
    ],
)
def test_settings__that_contradict_themselves_are_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        market(response(**settings))


def test_price_response__must_be_given():
    with pytest.raises(ScenarioError, match="price_response"):
        market({"kind": "best_response"})
