"""Resistance: what a bond with one brand does to the pull of its rivals (eqs. E49–E51), and sets of brands (E50)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.behavior.resistance import perceive, rank_bonds
from loyaltysim.scenario import Scenario

ROUNDING = 3e-6
f4 = np.float32


def market(n: int = 4, choice=None, **tables) -> Scenario:
    """Everybody has one occasion a step; brand B is on deal at half its price of 4; bonds that never fade."""
    deal = [{"kind": "promotion_calendar", "depth": 0.5, "weeks": 1, "every_weeks": 1}]
    document = {
        "focal": "A",
        "steps": 4,
        "burn_in": 0,
        "population": {"n_customers": n, "price_sensitivity": 1.0},
        "behavior": {
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", "bond_weight": 0.0, **(choice or {})},
            "bond": {"kind": "drift", "fading": 0.0, "from_satisfaction": 0.0},
        },
        "brands": {"A": {"price": 3.0}, "B": {"price": 4.0, "pricing": deal}, "C": {"price": 2.0}},
        "metrics": {"period_steps": 0, "states_every": 0},
    }
    return Scenario.from_document({**document, **tables})


def utilities(seat, scenario: Scenario, **states) -> np.ndarray:
    """Utilities at given states, brands × customers."""
    simulation = Simulation(scenario)
    for name, value in states.items():
        simulation.world.customers.arrays[name][...] = value
    shoppers = seat(simulation)
    simulation.schedule.choice.value(simulation.world, shoppers)
    return shoppers.utility[:, : shoppers.n].astype(float)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_rank__finds_the_strongest_bond_of_each_customer_with_another_brand(n_brands, seed):
    bond = np.random.default_rng(seed).integers(0, 4, (n_brands, 30)).astype(f4) / f4(3)  # with many ties
    strongest, second, favorite = np.empty(30, f4), np.empty(30, f4), np.empty(30, np.int32)
    rank_bonds(bond, 30, strongest, second, favorite)
    for q in range(30):
        assert favorite[q] == np.argmax(bond[:, q])
        for b in range(n_brands):
            others = np.delete(bond[:, q], b)
            found = second[q] if favorite[q] == b else strongest[q]
            assert found == (others.max() if len(others) else 0)


def test_discount__counts_for_the_share_that_the_bond_with_another_brand_lets_through(seat):
    # B: list price 4, shelf price 2; bonds of 1, .5 and 0 with A, and of 1 with B itself
    bond = np.zeros((3, 4))
    bond[0, :3], bond[1, 3] = [1.0, 0.5, 0.0], 1.0
    u = utilities(seat, market(choice={"resist_discount": 0.8}), bond=bond)
    np.testing.assert_allclose(u[0], -3.0, atol=ROUNDING)
    np.testing.assert_allclose(u[1], [-(4 - 2 * 0.2), -(4 - 2 * 0.6), -2.0, -2.0], atol=ROUNDING)
    np.testing.assert_allclose(u[2], -2.0, atol=ROUNDING)


@given(st.floats(2**-7, 1e4, width=32), st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_discount__resisted_fully_is_the_list_price_exactly_and_not_at_all_the_real_price(listed, depth, off):
    listed, shelf = f4(listed), f4(listed) - f4(listed) * f4(depth)
    paid = shelf - shelf * f4(off)
    for bond, expected in ((1.0, listed - (shelf - paid)), (0.0, paid)):
        seen, seen_shelf = np.empty((1, 1), f4), np.empty((1, 1), f4)
        arrays = [np.full((1, 1), value, f4) for value in (paid, shelf, listed)]
        perceive(*arrays, np.full(1, bond, f4), np.zeros(1, f4), np.ones(1, np.int32), 1, 1.0, seen, seen_shelf)
        assert seen[0, 0] == expected and seen_shelf[0, 0] == (listed if bond else shelf)


def test_discount__a_price_above_the_list_price_is_no_discount():
    seen, seen_shelf = np.empty((1, 1), f4), np.empty((1, 1), f4)
    raised, listed = np.full((1, 1), 5, f4), np.full((1, 1), 4, f4)
    perceive(raised, raised, listed, np.ones(1, f4), np.zeros(1, f4), np.ones(1, np.int32), 1, 1.0, seen, seen_shelf)
    assert seen[0, 0] == 5


def test_discount__the_till_takes_the_real_price_and_the_reference_learns_the_one_that_counts(seat):
    choice = {"resist_discount": 1.0, "loss": 0.7, "reference_memory": 0.5}
    simulation = Simulation(market(n=2, choice=choice))
    arrays = simulation.world.customers.arrays
    arrays["bond"][0], arrays["reference_price"][1] = [1.0, 0.0], 4.0
    shoppers = seat(simulation, brand=1)
    schedule = simulation.schedule
    schedule.choice.value(simulation.world, shoppers)
    assert shoppers.price[1, :2].tolist() == [2, 2]
    schedule.choice.remember(None, simulation.world, shoppers)
    assert arrays["reference_price"][1].tolist() == [4, 3]


def test_price__counts_less_for_who_is_attached_to_the_brand_bought_last(seat):
    bond = np.array([[1.0, 0.5, 0.5, 0.5], [0, 0, 0.2, 0], [0, 0, 0, 0]])
    u = utilities(seat, market(choice={"resist_price": 0.4}), bond=bond, last_brand=[0, 0, 1, -1])
    factor = 1 - 0.4 * np.array([1.0, 0.5, 0.2, 0.0])
    np.testing.assert_allclose(u, -np.array([[3.0], [2.0], [2.0]]) * factor, atol=ROUNDING)


def test_search__rivals_of_a_full_bond_are_looked_at_with_the_chance_that_is_left():
    n = 20_000
    simulation = Simulation(market(n=n, choice={"resist_search": 0.75, "outside_option": False}))
    arrays = simulation.world.customers.arrays
    arrays["bond"][0], arrays["last_brand"][:] = 0.8, 1
    # chance .4 to look at C; A is the favorite and B the last, so both are always looked at
    told = simulation.choice_probabilities([0])[0]
    weights = np.exp([-3.0, -2.0, -2.0])
    expected = 0.4 * weights / weights.sum() + 0.6 * np.array([*weights[:2], 0]) / weights[:2].sum()
    np.testing.assert_allclose(told[:3], expected, atol=1e-6)
    simulation.step()
    share = np.bincount(arrays["last_brand"], minlength=3) / n
    assert (np.abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)).all()


def test_search__without_a_bond_everybody_looks_at_everything():
    plain, searching = (Simulation(market(n=500, choice=choice)) for choice in ({}, {"resist_search": 1.0}))
    plain.run()
    searching.run()
    assert searching.results()["units"].equals(plain.results()["units"])


def test_left__a_brand_that_was_left_is_never_chosen_and_who_left_all_buys_nothing():
    lapse = {"lapse": {"kind": "dropout", "by_satisfaction": 0.0, "by_bond": 0.0}}
    behavior = {"needs": {"kind": "regular"}, "choice": {"kind": "logit", "outside_option": False}, **lapse}
    people = {"n_customers": 300, "price_sensitivity": 1.0, "dropout_chance": 0.0}
    simulation = Simulation(market(behavior=behavior, population=people))
    arrays = simulation.world.customers.arrays
    arrays["status"][:] = np.repeat([0, 0b010, 0b111], 100)
    assert (simulation.choice_probabilities([150])[0] > 0).tolist() == [True, False, True, False]
    assert simulation.choice_probabilities([250])[0].tolist() == [0, 0, 0, 1]
    simulation.step()
    last = arrays["last_brand"].reshape(3, 100)
    assert set(last[0]) == {0, 1, 2} and set(last[1]) == {0, 2} and set(last[2]) == {-1}


@pytest.mark.parametrize("setting", ["resist_discount", "resist_search", "resist_price"])
def test_resistance__of_strength_0_and_of_customers_without_bonds_changes_nothing(setting):
    plain = Simulation(market(n=400)).run().results()
    for strength, bond in ((0.0, 0.7), (0.9, 0.0)):
        simulation = Simulation(market(n=400, choice={setting: strength}))
        simulation.world.customers.arrays["bond"][:] = bond
        assert simulation.run().results()["units"].equals(plain["units"])


def test_left__the_bond_with_a_brand_that_was_left_holds_nobody(seat):
    behavior = {
        "needs": {"kind": "regular"},
        "choice": {"kind": "logit", "bond_weight": 0.0, "resist_discount": 1.0, "resist_price": 0.5},
        "bond": {"kind": "drift", "fading": 0.0, "from_satisfaction": 0.0},
        "lapse": {"kind": "dropout"},
    }
    bond = np.array([[1.0, 1.0], [0, 0], [0, 0]])
    people = {"n_customers": 2, "price_sensitivity": 1.0, "dropout_chance": 0.0}
    u = utilities(seat, market(behavior=behavior, population=people), bond=bond, last_brand=0, status=[0, 0b001])
    np.testing.assert_allclose(u[1], [-4 * 0.5, -2.0], atol=ROUNDING)  # B: 4, on deal for 2
    np.testing.assert_allclose(u[2], [-2 * 0.5, -2.0], atol=ROUNDING)
