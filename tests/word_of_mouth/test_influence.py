"""Influence: what hearing does to satisfaction and to choice (eqs. E26–E28)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario

FULL = 1024
"""A message of strength 1."""
ROUNDING = 2e-6
"""About 8 float32 roundings of 2**-24 each, of numbers up to 4."""


def market(influence, network, n: int = 3, step_days: float = 7, **tables) -> Simulation:
    """Everybody hears the first customer."""
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "step_days": step_days,
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level", "memory": 0.0}},
        "word_of_mouth": {"talk": {"kind": "threshold"}, "influence": influence},
        "brands": {"A": {}, "B": {}},
        **tables,
    }
    simulation = Simulation(Scenario.from_document(document))
    simulation.world.neighbors = network(n, [(0, other) for other in range(1, n)])
    return simulation


def hear(simulation: Simulation) -> None:
    """The next step's stage of influence."""
    schedule, world = simulation.schedule, simulation.world
    schedule.influence.hear(schedule.own_influence, world, schedule.talk.audience, 1)
    world.messages.clear()


def test_satisfaction__shifts_when_heard_and_for_good_with_the_next_purchase_of_the_brand(seat, network, say):
    simulation = market({"kind": "satisfaction", "shift": 0.03}, network)
    schedule, world = simulation.schedule, simulation.world
    own = world.customers.arrays["satisfaction"]
    say(simulation, [(0, 0, FULL), (0, 0, 2 * FULL), (0, 1, -FULL)])
    hear(simulation)
    assert (own == 0.5).all()
    for brand, kept_a, kept_b in ((-1, 0.5, 0.5), (0, 0.59, 0.5), (1, 0.59, 0.47), (0, 0.59, 0.47)):
        shoppers = seat(simulation, rows=[1], brand=brand)
        seen = shoppers.columns["satisfaction"][:, 0]
        assert seen == pytest.approx([0.59, 0.47], abs=ROUNDING)  # from the hearing on
        schedule.experience.live(None, world, shoppers, 0, 0)
        schedule.satisfaction.update(None, world, shoppers)
        schedule.influence.settle(schedule.own_influence, world, shoppers)
        assert own[:, 1] == pytest.approx([kept_a, kept_b], abs=ROUNDING)
    assert (own[:, [0, 2]] == 0.5).all()  # nobody else bought


@pytest.mark.parametrize("step_days", [1, 7, 21])
def test_heard__halves_in_the_half_life(network, say, step_days):
    simulation = market({"kind": "heard", "shift": 0.8, "half_life_days": 21}, network, step_days=step_days)
    heard = simulation.world.customers.arrays["heard"]
    say(simulation, [(0, 1, FULL)])
    for step in range(2 * 21 // step_days + 1):
        hear(simulation)
        expected = 0.8 * 0.5 ** (step * step_days / 21)  # unfaded when it is first read
        np.testing.assert_allclose(heard, [[0, 0, 0], [0, expected, expected]], atol=ROUNDING)


@given(
    said=st.lists(st.lists(st.integers(-8, 8), min_size=2, max_size=2), min_size=1, max_size=5),
    shift=st.sampled_from([0.0, 0.25, 0.8, 2.0]),
    half_life=st.sampled_from([3.5, 7.0, 30.0]),
    most=st.sampled_from([0.5, 3.0]),
    resist=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_heard__is_a_bounded_sum_in_which_blame_of_the_own_brand_counts_less(
    network, say, said, shift, half_life, most, resist
):
    settings = {"shift": shift, "half_life_days": half_life, "heard_max": most, "resist_hearing": resist}
    simulation = market({"kind": "heard", **settings}, network)
    simulation.world.customers.arrays["last_brand"][:] = [-1, 0, 1]
    expected = np.zeros((2, 3))
    for step in said:  # the first customer says several things of each brand in each step
        messages = [(0, brand, strength * FULL) for brand, strength in enumerate(step) if strength]
        messages += [(0, 0, FULL), (0, 1, -FULL)]
        say(simulation, messages)
        hear(simulation)
        for brand in range(2):
            praise = sum(max(s, 0) for _, b, s in messages if b == brand) / FULL
            blame = sum(max(-s, 0) for _, b, s in messages if b == brand) / FULL
            for who in (1, 2):
                believed = 1 - resist if who - 1 == brand else 1.0
                sum_ = 0.5 ** (7 / half_life) * expected[brand, who] + shift * (praise - believed * blame)
                expected[brand, who] = np.clip(sum_, -most, most)
    np.testing.assert_allclose(simulation.world.customers.arrays["heard"], expected, atol=5 * ROUNDING)


@pytest.mark.parametrize("strength", [FULL, -2 * FULL])
def test_heard__moves_the_chance_of_a_brand_by_its_shift_in_logits(network, say, strength):
    brands = {"A": {"appeal": 0.4}, "B": {"appeal": -0.3}}
    simulation = market({"kind": "heard", "shift": 0.8, "heard_max": 5.0}, network, brands=brands)
    before = simulation.choice_probabilities([1])[0]
    say(simulation, [(0, 0, strength)])
    hear(simulation)
    after = simulation.choice_probabilities([1])[0]
    moved = np.log(before[0] / (1 - before[0])) + 0.8 * strength / FULL
    assert after[0] == pytest.approx(1 / (1 + np.exp(-moved)), abs=ROUNDING)
    assert after[1] / after[2] == pytest.approx(before[1] / before[2], rel=ROUNDING)  # the rest share what is left


def test_message__is_heard_in_the_step_after_it_was_said(network):
    talk = {"kind": "threshold", "good_above": -100.0, "bad_below": -100.0, "good_chance": 1.0}
    simulation = market(
        {"kind": "heard"},
        network,
        word_of_mouth={"talk": talk, "influence": {"kind": "heard", "shift": 1.0}},
        brands={"A": {"appeal": 60.0}},
        behavior={"needs": {"kind": "regular"}, "experience": {"kind": "normal"}},
    )
    heard = simulation.world.customers.arrays["heard"]
    simulation.step()  # everybody buys and praises; the first has two friends
    assert (heard == 0).all()
    simulation.step()
    assert heard.tolist() == [[2, 1, 1]]


def test_influence__none_and_nobody_to_hear_change_nothing(network, say):
    deaf = market({"kind": "none"}, network)
    say(deaf, [(0, 0, FULL)])
    hear(deaf)
    assert not deaf.world.customers.has("heard") and "influence.inbox" not in deaf.world.arrays
    alone = market({"kind": "heard"}, network)
    alone.world.neighbors = None
    say(alone, [(0, 0, FULL)])
    hear(alone)
    assert not alone.world.customers.arrays["heard"].any()


# -------------------------------------------------------------------------------- public complaints (eq. E63)


def public_market(influence="heard", n: int = 100, replications: int = 1, **recovery) -> Simulation:
    """Nobody talks and there is no network; A fails at every purchase, and every complaint is seen."""
    always = {"complain_minor": 1.0, "complain_severe": 1.0, "public_chance": 1.0}
    answer = {"weight_distributive": 1.0, "weight_speed": 0.0, "weight_interaction": 0.0}
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"recovery": {"kind": "justice", **always, **answer, **recovery}},
        "word_of_mouth": {"influence": influence},
        "brands": {
            "A": {"complaints": {"failure_chance": 1.0, "distributive": 0.1}},
            "B": {"complaints": {"failure_chance": 0.0}},
        },
    }
    return Simulation(Scenario.from_document(document), replications=range(replications))


def complain(simulation: Simulation, seat, rows, brand=0) -> None:
    """Some buy, and their purchases of A fail."""
    schedule, world = simulation.schedule, simulation.world
    shoppers = seat(simulation, rows=rows, brand=brand)
    pile, totals = world.messages.piles[0], world.workers[0].totals
    schedule.recovery.handle(schedule.own_recovery, world, shoppers, pile, totals, 0, 0)


@pytest.mark.parametrize("n", [50, 100, 400])
def test_public__everybody_hears_the_expected_amount_whatever_the_size_of_the_population(seat, n):
    simulation = public_market({"kind": "heard", "shift": 0.5}, n, replications=2, public_audience=50)
    world = simulation.world
    world.customers.arrays["last_brand"][:] = np.resize([-1, 0, 1], 2 * n)  # prospects, own customers, the rival's
    complain(simulation, seat, rows=np.arange(n // 50))  # the same share of customers, in the first replication
    hear(simulation)
    expected = 0.5 * (2 * 0.1 - 1) * 50 / n * (n // 50)  # blame of the own brand counts in full
    np.testing.assert_allclose(world.customers.arrays["heard"][0], np.repeat([expected, 0], n), atol=ROUNDING)
    assert not world.customers.arrays["heard"][1].any()


def test_public__is_heard_in_the_next_step_and_fades_like_all_that_is_heard(seat):
    simulation = public_market({"kind": "heard", "shift": 0.8, "half_life_days": 7.0})
    heard = simulation.world.customers.arrays["heard"]
    complain(simulation, seat, rows=[4, 5])
    assert not heard.any()
    for fade in (1, 0.5, 0.25):
        hear(simulation)
        assert heard[0] == pytest.approx(0.8 * -0.8 * 2 * 50 / 100 * fade, abs=ROUNDING)


def test_public__adds_to_messages_before_the_bound(seat, network, say):
    simulation = public_market({"kind": "heard", "shift": 1.0, "heard_max": 1.5, "resist_hearing": 0.0})
    simulation.world.neighbors = network(100, [(0, 1), (0, 2)])
    complain(simulation, seat, rows=[7, 8, 9, 10, 11])  # 5 · 50 / 100 · -.8 = -2 for everybody
    say(simulation, [(0, 0, FULL), (0, 1, FULL)])
    hear(simulation)
    heard = simulation.world.customers.arrays["heard"]
    assert heard[:, [0, 1, 3]].tolist() == [[-1.5, pytest.approx(-1.0, abs=ROUNDING), -1.5], [0, 1, 0]]


def test_public__a_good_answer_wins_those_who_see_it(seat):
    simulation = public_market(public_audience=10)
    simulation.world.market.distributive[:] = 1.0
    before = simulation.choice_probabilities([50])[0]
    complain(simulation, seat, rows=[0])
    hear(simulation)
    after = simulation.choice_probabilities([50])[0]
    moved = np.log(before[0] / (1 - before[0])) + 0.8 * 10 / 100
    assert after[0] == pytest.approx(1 / (1 + np.exp(-moved)), abs=ROUNDING)


@pytest.mark.parametrize("influence", ["none", "satisfaction"])
def test_public__is_counted_and_heard_by_nobody_without_the_state(influence):
    simulation = public_market(influence)
    simulation.step()
    simulation.step()
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    assert flows["complaints_public"].sum() > 0
    assert "influence.inbox" not in simulation.world.arrays and not simulation.world.customers.has("heard")


def test_public__reaches_prospects_in_a_market_without_talk_and_network():
    loud, quiet = (public_market(n=200, public_chance=chance) for chance in (1.0, 0.0))
    for _ in range(2):
        loud.step()
        quiet.step()
    never = loud.world.customers.arrays["tried"] == 0
    assert never.any() and (loud.world.customers.arrays["heard"][0, never] < 0).all()
    assert not quiet.world.customers.has("heard")
