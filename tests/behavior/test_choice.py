"""Choice: what utility is made of, and which brand it leads to (eqs. E9–E13)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

N = 20_000
FEW_ROUNDINGS = 2e-6
"""About 32 float32 roundings of 2**-24 each, relative to the largest number in the sum."""


def market(choice=None, n=N, appeal=(0.0, 0.0), brands=None, **tables) -> Scenario:
    """Everybody has one occasion a step; brands A, B, … have nothing but an appeal."""
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"needs": {"kind": "regular"}, "choice": choice or {"kind": "logit"}},
        "brands": brands or {name: {"price": 0, "appeal": own} for name, own in zip("ABCDE", appeal)},
        "metrics": {"period_steps": 0, "states_every": 0},
    }
    return Scenario.from_document({**document, **tables})


def bought(scenario: Scenario, seat, step: int = 0) -> np.ndarray:
    """What everybody buys at a step, -1 nothing."""
    simulation = Simulation(scenario)
    shoppers, schedule = seat(simulation, step=step), simulation.schedule
    schedule.choice.choose(schedule.own_choice, simulation.world, shoppers, step, 0)
    return shoppers.brand[: shoppers.n].copy()


# -------------------------------------------------------------------------------------------------------- utility


def everything(weights) -> Scenario:
    """Three brands, and every term that utility has."""
    return market(
        {"kind": "logit", **weights},
        n=24,
        population={
            "n_customers": 24,
            "price_sensitivity": {"distribution": "lognormal"},
            "inertia": {"distribution": "normal"},
            "taste": {"distribution": "normal", "sd": 2.0},
        },
        network={"kind": "random", "mean_degree": 2},
        behavior={
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", **weights},
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level"},
            "bond": {"kind": "linear"},
        },
        word_of_mouth={"talk": {"kind": "rates"}, "influence": {"kind": "heard"}},
        brands={
            "A": {
                "price": 2.5,
                "appeal": 0.7,
                "programs": [
                    {
                        "kind": "points",
                        "reward": {"kind": "cash", "threshold": 10},
                        "customer_response": {"kind": "progress", "progress_weight": 0.9},
                    }
                ],
            },
            "B": {
                "price": 3.0,
                "appeal": -0.4,
                "pricing": [{"kind": "promotion_calendar", "depth": 0.3, "feature": True, "display": True}],
            },
            "C": {"price": 1.25},
        },
    )


weight = st.floats(-3, 3, width=16)


@given(
    weights=st.fixed_dictionaries(
        {
            "satisfaction_weight": weight,
            "satisfaction_reference": weight,
            "bond_weight": weight,
            "bond_reference": weight,
            "feature_weight": weight,
            "display_weight": weight,
            "loss": st.sampled_from([0.0, 0.7, 2.0]),
            "gain": st.sampled_from([0.0, 0.4]),
        }
    ),
    seed=st.integers(0, 100),
)
def test_utility__is_the_sum_of_its_terms(seat, weights, seed):
    simulation = Simulation(everything(weights), seed=seed)
    world, luck = simulation.world, np.random.default_rng(seed)
    arrays, shape = world.customers.arrays, (3, 24)
    judged = weights["loss"] > 0 or weights["gain"] > 0
    for name, value in {
        "last_brand": luck.integers(-1, 3, 24),
        "satisfaction": luck.normal(0.5, 0.3, shape),
        "bond": luck.uniform(size=shape),
        "heard": luck.normal(size=shape),
        **({"reference_price": luck.uniform(1, 4, shape)} if judged else {}),
    }.items():
        arrays[name][...] = value
    _, own = simulation.schedule.programs[0]
    own.member[:] = 1
    own.balance[:] = luck.integers(0, 20_000, 24)  # thousandths of a point; 10 points are a reward
    shoppers = seat(simulation)
    simulation.schedule.choice.value(world, shoppers)

    double = {name: array.astype(float) for name, array in arrays.items()}
    price = np.array([2.5, 3.0 * 0.7, 1.25])[:, None]
    expected = np.array([0.7, -0.4, 0.0])[:, None] + double["taste"] - double["price_sensitivity"] * price
    expected += double["inertia"] * (double["last_brand"] == np.arange(3)[:, None])
    expected += weights["satisfaction_weight"] * (double["satisfaction"] - weights["satisfaction_reference"])
    expected += weights["bond_weight"] * (double["bond"] - weights["bond_reference"])
    expected += double["heard"]
    expected[0] += 0.9 * np.minimum(own.balance / 10_000, 1)
    expected[1] += weights["feature_weight"] + weights["display_weight"]
    if judged:
        above = price - double["reference_price"]
        judgment = weights["loss"] * np.maximum(above, 0) - weights["gain"] * np.maximum(-above, 0)
        expected -= double["price_sensitivity"] * judgment
    size = 10 + 5 * double["price_sensitivity"].max()
    np.testing.assert_allclose(shoppers.utility[:, :24], expected, rtol=0, atol=FEW_ROUNDINGS * size)


@pytest.mark.parametrize("bond", ["none", "drift"])
def test_utility__what_nobody_keeps_adds_nothing_whoever_reads_it(seat, bond):
    # a drifting bond reads satisfaction; that nobody is ever satisfied must not count against the reference
    choice = {"kind": "logit", "satisfaction_weight": 3.0, "satisfaction_reference": 0.1, "bond_weight": 2.0}
    behavior = {"needs": {"kind": "regular"}, "choice": choice, "bond": {"kind": bond}}
    simulation = Simulation(market(n=3, appeal=(0.25, -0.5), behavior=behavior))
    shoppers = seat(simulation)
    simulation.schedule.choice.value(simulation.world, shoppers)
    assert shoppers.utility[:, :3].tolist() == [[0.25] * 3, [-0.5] * 3]


def judging(loss: float, gain: float, **choice) -> Simulation:
    """One customer, of price sensitivity 2, and brands that ask 3 where 3 was usual."""
    choice = {"kind": "logit", "loss": loss, "gain": gain, **choice}
    brands = {"A": {"price": 3.0}, "B": {"price": 3.0}}
    return Simulation(market(choice, population={"n_customers": 1, "price_sensitivity": 2.0}, brands=brands))


@pytest.mark.parametrize(("usual", "moved"), [(3.0, 0.0), (2.5, -2 * 0.7 * 0.5), (3.5, 2 * 0.4 * 0.5)])
def test_reference_price__a_price_above_the_usual_loses_more_than_one_below_wins(seat, usual, moved):
    simulation = judging(loss=0.7, gain=0.4)
    simulation.world.customers.arrays["reference_price"][0] = usual
    shoppers = seat(simulation)
    simulation.schedule.choice.value(simulation.world, shoppers)
    assert shoppers.utility[:, 0] == pytest.approx([-6.0 + moved, -6.0], abs=FEW_ROUNDINGS * 10)


def test_reference_price__moves_a_share_of_the_way_to_every_price_seen_even_without_a_purchase(seat):
    simulation = judging(loss=1, gain=1, reference_memory=0.25)
    reference = simulation.world.customers.arrays["reference_price"]
    assert reference.tolist() == [[3.0], [3.0]]  # at first the list price
    reference[:] = [[2.0], [5.0]]
    shoppers = seat(simulation, brand=-1)
    simulation.schedule.choice.remember(None, simulation.world, shoppers)
    assert reference.tolist() == [[2.25], [4.5]]


def test_reference_price__is_of_prices_on_the_shelf_which_rewards_do_not_lower(seat):
    choice = {"kind": "logit", "loss": 0.7, "gain": 0.4, "reference_memory": 0.5}
    brands = {"A": {"price": 3.0, "programs": [{"kind": "stamps", "n": 2}]}, "B": {"price": 3.0}}
    simulation = Simulation(market(choice, population={"n_customers": 1, "price_sensitivity": 2.0}, brands=brands))
    _, card = simulation.schedule.programs[0]
    card.member[:], card.balance[:] = 1, 1000  # the next unit is free
    shoppers = seat(simulation, brand=0)
    simulation.schedule.choice.value(simulation.world, shoppers)
    assert shoppers.utility[:, 0] == pytest.approx([0.0, -6.0], abs=FEW_ROUNDINGS * 10)
    simulation.schedule.choice.remember(None, simulation.world, shoppers)
    assert simulation.world.customers.arrays["reference_price"].tolist() == [[3.0], [3.0]]


def test_reference_price__is_not_kept_when_loss_and_gain_are_0():
    assert not judging(loss=0, gain=0).world.customers.has("reference_price")


# --------------------------------------------------------------------------------------------------------- choice


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("appeal", [(0.3, -0.2, 1.0), (0.0, 0.0), (-4.0, 2.0, 2.0, -1.0, 0.5)])
def test_logit__brands_are_chosen_with_the_chances_of_the_closed_form(seat, appeal, outside):
    scenario = market({"kind": "logit", "outside_option": outside}, appeal=appeal)
    weight = np.exp([*appeal, 0.0] if outside else appeal)
    chance = weight / weight.sum()
    counts = np.bincount(np.where((b := bought(scenario, seat)) < 0, len(appeal), b), minlength=len(weight))
    assert len(counts) == len(weight) and stats.chisquare(counts, N * chance).pvalue > 1e-4
    told = Simulation(scenario).choice_probabilities([7])[0]
    np.testing.assert_allclose(told[: len(weight)], chance, rtol=FEW_ROUNDINGS)
    assert told[-1] == pytest.approx(1 - told[:-1].sum(), abs=1e-15)


def test_logit__another_step_and_occasion_draw_anew(seat):
    scenario = market(appeal=(0.0, 0.0))
    first, second = bought(scenario, seat, step=0), bought(scenario, seat, step=1)
    # three choices alike: independent draws agree in a third, SE √(2/9/N)
    assert abs((first == second).mean() - 1 / 3) < 4 * np.sqrt(2 / 9 / N)


@pytest.mark.parametrize("size", [0.0, 50.0, -50.0, 1e4, -1e4])
def test_logit__ties_are_broken_evenly_at_any_size_of_utilities(seat, size):
    b = bought(market({"kind": "logit", "outside_option": False}, appeal=(size, size, size)), seat)
    assert stats.chisquare(np.bincount(b, minlength=3)).pvalue > 1e-4
    b = bought(market(appeal=(size,)), seat)
    assert size == 0 or set(b) == ({0} if size > 0 else {-1})


huge = st.floats(-1e4, 1e4, width=32)


@given(st.lists(huge, min_size=2, max_size=5), st.booleans())
def test_logit__whatever_the_utilities_nobody_chooses_what_is_hopeless(seat, appeal, outside):
    b = bought(market({"kind": "logit", "outside_option": outside}, n=200, appeal=appeal), seat)
    assert b.min() >= (-1 if outside else 0) and b.max() < len(appeal)
    best = max([*appeal, 0.0] if outside else appeal)
    for chosen in set(b):  # 60 logits are a chance of 1e-26
        assert (0.0 if chosen < 0 else appeal[chosen]) > best - 60


def test_logit__more_appeal_of_the_first_brand_drives_none_of_its_buyers_away(seat):
    # with common luck its part of the unit interval only grows
    weak, strong = (bought(market(appeal=(a, 0.5, 0.2)), seat) for a in (0.0, 0.4))
    assert (strong[weak == 0] == 0).all() and (strong == 0).sum() > (weak == 0).sum()


def test_inertia__lifts_the_brand_bought_last_and_no_other():
    population = {"n_customers": 4, "inertia": 1.5}
    simulation = Simulation(market(population=population, appeal=(0.2, 0.2, 0.2)))
    simulation.world.customers.arrays["last_brand"][:] = [-1, 0, 1, 2]
    chance = simulation.choice_probabilities(range(4))
    logits = np.log(chance[:, :3] / chance[:, 3:])
    expected = 0.2 + 1.5 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(logits, expected, atol=FEW_ROUNDINGS * 2)


def test_last_brand__changes_only_with_a_purchase():
    simulation = Simulation(market(n=500, appeal=(-1.0, -1.0)), log=True)
    last = simulation.world.customers.arrays["last_brand"]
    for step in range(6):
        before = last.copy()
        simulation.step()
        log = simulation.transactions.frame()
        now = log[np.floor(log["time"] / 7) == step].set_index("customer")["brand"].cat.codes
        assert 0 < len(now) < 500
        before[now.index] = now
        np.testing.assert_array_equal(last, before)


def test_probabilities__come_in_the_order_asked_for_and_draw_nothing():
    scenario = market(
        appeal=(0.1, 0.3), population={"n_customers": 40, "taste": {"distribution": "normal"}, "inertia": 1.0}
    )
    plain, asked = Simulation(scenario), Simulation(scenario)
    plain.run()
    for _ in range(6):
        whole = asked.choice_probabilities(range(40))
        np.testing.assert_array_equal(asked.choice_probabilities([7, 3, 3, 39]), whole[[7, 3, 3, 39]])
        np.testing.assert_allclose(whole.sum(1), 1, rtol=1e-14)
        asked.step()
    assert asked.results().identical(plain.results())
    with pytest.raises(IndexError, match="0 to 39"):
        plain.choice_probabilities([40])


# ------------------------------------------------------------------------------------------------------ switching

MATRIX = ((0.7, 0.2, 0.1), (0.0, 0.5, 0.5), (0.0, 0.0, 1.0))


def test_switching__brands_follow_the_row_of_the_last_one():
    scenario = market({"kind": "switching", "matrix": MATRIX}, n=6000, appeal=(0.0, 0.0, 0.0))
    simulation = Simulation(scenario)
    last = simulation.world.customers.arrays["last_brand"]
    last[:] = np.repeat([0, 1, 2, -1], 1500)
    simulation.step()
    for row, chances in enumerate([*MATRIX, (1 / 3, 1 / 3, 1 / 3)]):  # who has bought nothing yet takes any brand
        counts = np.bincount(last[row * 1500 : (row + 1) * 1500], minlength=3)
        possible = np.array(chances) > 0
        assert (counts[~possible] == 0).all()
        if possible.sum() > 1:
            assert stats.chisquare(counts[possible], 1500 * np.array(chances)[possible]).pvalue > 1e-4


def test_switching__shares_tend_to_the_stationary_ones_of_the_chain():
    matrix = np.array([[0.8, 0.2], [0.4, 0.6]])  # stationary (2/3, 1/3)
    scenario = market({"kind": "switching", "matrix": matrix.tolist()}).vary({"steps": 30})
    share = (Simulation(scenario).run().world.customers.arrays["last_brand"] == 0).mean()
    assert abs(share - 2 / 3) < 4 * np.sqrt(2 / 9 / N)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[0.5, 0.5], [1.0]], "must be square"),
        ([[0.5, 0.6], [0.5, 0.5]], "add up to 1"),
        ([[1.5, -0.5], [0.5, 0.5]], "add up to 1"),
        ([[1.0]], "1 rows, and there are 2 brands"),
    ],
)
def test_switching__a_matrix_that_is_none_is_refused(matrix, said):
    with pytest.raises(ScenarioError, match=said):
        market({"kind": "switching", "matrix": matrix})


def test_probabilities__of_a_switching_matrix_are_refused():
    simulation = Simulation(market({"kind": "switching", "matrix": ((0.5, 0.5), (0.5, 0.5))}, n=2))
    with pytest.raises(TypeError, match="switching"):
        simulation.choice_probabilities([0])


# ------------------------------------------------------------------------- expectation, habit, values, channel


def told(seat, scenario: Scenario, **states) -> np.ndarray:
    """Utilities at given states, brands × customers."""
    simulation = Simulation(scenario)
    for name, value in states.items():
        simulation.world.customers.arrays[name][...] = value
    shoppers = seat(simulation)
    simulation.schedule.choice.value(simulation.world, shoppers)
    return shoppers.utility[:, : shoppers.n]


def test_expectation__adds_its_weight_where_somebody_learns(seat):
    choice = {"kind": "logit", "expectation_weight": 2.0, "expectation_reference": 0.5}
    behavior = {"needs": {"kind": "regular"}, "choice": choice, "experience": {"kind": "normal"}}
    expected = [[0.7, 0.5], [0.25, 0.5]]
    scenario = market(n=2, behavior={**behavior, "learning": {"kind": "constant"}})
    u = [[0.4, 0.0], [-0.5, 0.0]]
    np.testing.assert_allclose(told(seat, scenario, expectation=expected), u, atol=FEW_ROUNDINGS)


def test_habit__keeps_a_share_of_itself_and_turns_to_what_was_bought(seat):
    simulation = Simulation(market({"kind": "logit", "habit_weight": 3.0, "habit_memory": 0.75}, n=3))
    habit = simulation.world.customers.arrays["habit"]
    assert (habit == 0.5).all()  # one half for each of two brands
    shoppers = seat(simulation, brand=[0, 1, -1])
    simulation.schedule.choice.value(simulation.world, shoppers)
    assert (shoppers.utility[:, :3] == 1.5).all()
    simulation.schedule.choice.remember(None, simulation.world, shoppers)
    assert habit.tolist() == [[0.625, 0.375, 0.5], [0.375, 0.625, 0.5]]


def test_values__ethics_count_as_much_as_the_customer_minds_them_and_effort_is_lost(seat):
    brands = {"A": {"price": 0, "ethics": 0.5, "effort": 0.25}, "B": {"price": 0, "ethics": 1.0}}
    population = {"n_customers": 3, "values_weight": {"distribution": "uniform", "low": -1, "high": 2}}
    scenario = market(population=population, brands=brands)
    weight = Simulation(scenario).world.customers.arrays["values_weight"].astype(float)
    np.testing.assert_allclose(told(seat, scenario), [0.5 * weight - 0.25, weight], atol=FEW_ROUNDINGS)


def test_channel__an_occasion_is_online_with_the_customers_chance(seat):
    brands = {"A": {"price": 0, "store_appeal": 0.5, "online_appeal": -1.0}, "B": {"price": 0}}
    scenario = market(n=N, population={"n_customers": N, "online": 0.3}, brands=brands)
    online, store = np.exp(-1.0) / (2 + np.exp(-1.0)), np.exp(0.5) / (2 + np.exp(0.5))
    expected = 0.3 * online + 0.7 * store
    assert Simulation(scenario).choice_probabilities([5])[0, 0] == pytest.approx(expected, abs=1e-7)
    share = (bought(scenario, seat) == 0).mean()
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / N)
    # who has no wish for a channel buys in the store
    plain = market(n=4, brands={"A": {"price": 0, "store_appeal": 0.5}, "B": {"price": 0}})
    assert told(seat, plain)[0].tolist() == [0.5] * 4


def test_bond__decides_more_where_products_are_alike():
    """Between like products (tastes spread little) a full bond moves shares further than between unlike ones."""
    moved = []
    for spread in (0.2, 3.0):
        logit = {"kind": "logit", "outside_option": False, "bond_weight": 1.0}
        tastes = {"n_customers": 2000, "taste": {"distribution": "normal", "sd": spread}}
        scenario = market(logit, behavior={"needs": {"kind": "regular"}, "choice": logit, "bond": {"kind": "drift"}})
        simulation = Simulation(scenario.vary({"population": tastes}))
        rows, shares = np.arange(2000), []
        for bond in (0.0, 1.0):
            simulation.world.customers.arrays["bond"][0] = bond
            shares.append(simulation.choice_probabilities(rows)[:, 0].mean())
        moved.append(shares[1] - shares[0])
    assert moved[0] > 2 * moved[1] > 0  # about the mean of P · (1 − P): .25 against less than .1
