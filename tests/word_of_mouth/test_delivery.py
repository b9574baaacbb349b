"""Delivery: who hears what, on networks by hand. Sums do not depend on the order of messages."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import Simulation
from loyaltysim.customers.network import Network, connect
from loyaltysim.draws import bits
from loyaltysim.scenario import Scenario

FULL = 1024
"""A message of strength 1."""


def market(n: int, replications: int = 1, kind: str = "none", audience: str = "all") -> Simulation:
    """Two brands; messages are kept in an inbox, by brand and hearer, until the next purchase."""
    document = {
        "focal": "A",
        "population": {"n_customers": n},
        "network": {"kind": kind},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
        "word_of_mouth": {"talk": {"kind": "threshold", "audience": audience}, "influence": {"kind": "satisfaction"}},
        "brands": {"A": {}, "B": {}},
    }
    return Simulation(Scenario.from_document(document), replications=range(replications))


def heard(simulation: Simulation) -> np.ndarray:
    """Deliver; brands × rows."""
    schedule = simulation.schedule
    schedule.influence.hear(schedule.own_influence, simulation.world, schedule.talk.audience, 1)
    return schedule.own_influence.heard


STAR = [(0, leaf) for leaf in range(1, 5)]
RING = [(i, (i + 1) % 5) for i in range(5)]


@pytest.mark.parametrize(
    ("ties", "sender", "hearers"),
    [(STAR, 0, [1, 2, 3, 4]), (STAR, 3, [0]), (RING, 0, [1, 4]), (RING, 4, [0, 3]), ([(0, 1)], 2, []), ([], 0, [])],
    ids=["star hub", "star leaf", "ring first", "ring last", "alone", "nobody tied"],
)
def test_all__every_friend_hears_and_nobody_else(network, say, ties, sender, hearers):
    simulation = market(5)
    simulation.world.neighbors = network(5, ties)
    say(simulation, [(sender, 1, FULL)])
    assert heard(simulation).tolist() == [[0] * 5, [FULL * (who in hearers) for who in range(5)]]


def test_all__praise_and_blame_of_a_brand_cancel_and_brands_do_not(network, say):
    simulation = market(3)
    simulation.world.neighbors = network(3, [(0, 1), (1, 2)])
    say(simulation, [(0, 0, FULL), (2, 0, -FULL), (0, 1, FULL), (1, 1, -512)])
    assert heard(simulation).tolist() == [[0, 0, 0], [-512, FULL, -512]]


def test_all__a_tie_weighs_the_message(network, say):
    simulation = market(4)
    simulation.world.neighbors = network(4, {(0, 1): 512, (0, 2): 2048, (0, 3): 0})
    say(simulation, [(0, 0, FULL), (0, 1, -3 * FULL)])
    assert heard(simulation).tolist() == [[0, 512, 2048, 0], [0, -1536, -6144, 0]]


def test_replications__do_not_hear_each_other(network, say):
    simulation = market(3, replications=3)
    simulation.world.neighbors = network(3, [(0, 1), (0, 2)], replications=3)
    say(simulation, [(3, 0, FULL), (8, 1, FULL)])  # the first of the second, the last of the third
    assert heard(simulation).tolist() == [[0, 0, 0, 0, FULL, FULL, 0, 0, 0], [0, 0, 0, 0, 0, 0, FULL, 0, 0]]


def test_inbox__adds_up_until_a_purchase(network, say):
    simulation = market(2)
    simulation.world.neighbors = network(2, [(0, 1)])
    for times in (1, 2, 3):
        say(simulation, [(0, 0, FULL)])
        assert heard(simulation)[0].tolist() == [0, times * FULL]
        simulation.world.messages.clear()


pair = st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda tie: tie[0] < tie[1])
ties = st.dictionaries(pair, st.integers(0, 4096), max_size=15)
message = st.tuples(st.integers(0, 6), st.integers(0, 1), st.integers(-8 * FULL, 8 * FULL))


def through(strength: int, tie: int) -> int:
    """A message of whole 1/1024 behind a tie; what is less than a unit is cut off, of praise and blame alike."""
    return int(np.sign(strength)) * (abs(strength) * tie // FULL)


@given(ties, st.booleans(), st.lists(message, max_size=12), st.randoms(use_true_random=False))
def test_all__is_the_plain_sum_in_any_order(network, say, ties, weighted, messages, luck):
    expected = np.zeros((2, 7), int)
    for sender, brand, strength in messages:
        for tie, weight in ties.items():
            if sender in tie:
                expected[brand, sum(tie) - sender] += through(strength, weight) if weighted else strength
    for _ in range(2):
        simulation = market(7)
        simulation.world.neighbors = network(7, ties if weighted else list(ties))
        say(simulation, messages)
        np.testing.assert_array_equal(heard(simulation), expected)
        luck.shuffle(messages)


def test_all__more_messages_than_fit_a_chunk_are_all_heard(network, say):
    luck = np.random.default_rng(3)
    ties = {(int(a), int(b)): 1024 for a, b in luck.integers(0, 50, (200, 2)) if a < b}
    messages = [(int(s), int(b), int(w)) for s, b, w in luck.integers([0, 0, -2000], [50, 2, 2000], (3000, 3))]
    matrix = np.zeros((50, 50), int)
    for one, other in ties:
        matrix[one, other] = matrix[other, one] = 1
    said = np.zeros((2, 50), int)
    for sender, brand, strength in messages:
        said[brand, sender] += strength
    simulation = market(50)
    simulation.world.neighbors = network(50, list(ties))
    say(simulation, messages)
    np.testing.assert_array_equal(heard(simulation), said @ matrix)


# ------------------------------------------------------------------------------------------------------------ one


def test_tie__cuts_praise_and_blame_alike(network, say):
    # rounding both down would make blame travel farther
    simulation = market(2)
    simulation.world.neighbors = network(2, {(0, 1): 3})
    say(simulation, [(0, 0, 500), (0, 0, -500), (0, 1, -500)])  # 1500/1024 is cut to one unit
    assert heard(simulation)[:, 1].tolist() == [0, -1]


@given(ties, st.lists(st.tuples(message, st.integers(0, 2**64 - 1)), max_size=6))
def test_one__exactly_one_friend_hears_each_message(network, say, ties, messages):
    for (sender, brand, strength), luck in messages:
        simulation = market(7, audience="one")
        simulation.world.neighbors = network(7, ties)
        say(simulation, [(sender, brand, strength, luck)])
        inbox = heard(simulation)
        friends = {sum(tie) - sender: weight for tie, weight in ties.items() if sender in tie}
        reached = {who: inbox[brand, who] for who in np.flatnonzero(inbox[brand])}
        assert len(reached) <= 1 and not inbox[1 - brand].any()
        assert all(value == through(strength, friends[who]) for who, value in reached.items())
        if friends and all(through(strength, weight) for weight in friends.values()):
            assert len(reached) == 1


@pytest.mark.parametrize(
    ("ties", "sender", "friends"),
    [(STAR, 0, [1, 2, 3, 4]), (STAR, 3, [0]), (RING, 0, [1, 4]), (RING, 4, [0, 3]), ([(0, 1)], 2, []), ([], 0, [])],
    ids=["star hub", "star leaf", "ring first", "ring last", "alone", "nobody tied"],
)
def test_one__the_friend_with_the_largest_draw_hears(network, say, ties, sender, friends):
    for luck in (5, 2**63, 123456789):
        simulation = market(5, audience="one")
        simulation.world.neighbors = network(5, ties)
        key = simulation.world.customers.key
        number = {who: int(bits(key[who], np.uint64(luck))) for who in friends}
        say(simulation, [(sender, 1, FULL, luck)])
        chosen = max(number, key=number.get) if friends else None
        assert heard(simulation).tolist() == [[0] * 5, [FULL * (who == chosen) for who in range(5)]]


def test_one__every_friend_is_as_likely(network, say):
    simulation = market(6, audience="one")
    simulation.world.neighbors = network(6, [(0, leaf) for leaf in range(1, 6)])
    luck = np.random.default_rng(1).integers(0, 2**64, 5000, np.uint64)
    say(simulation, [(0, 0, 1, own) for own in luck])
    inbox = heard(simulation)[0]
    assert inbox[0] == 0 and inbox.sum() == 5000
    assert stats.chisquare(inbox[1:]).pvalue > 1e-4


# ------------------------------------------------------------------------------------------------------- complete


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1), st.integers(-3000, 3000)), max_size=10))
def test_complete__everybody_of_the_replication_hears_all_but_the_own_messages(say, messages):
    simulation = market(4, replications=2, kind="complete")
    expected = np.zeros((2, 8), int)
    for sender, brand, strength in messages:
        for who in range(8):
            expected[brand, who] += strength * (who // 4 == sender // 4 and who != sender)
    say(simulation, messages)
    np.testing.assert_array_equal(heard(simulation), expected)


def test_complete__sums_may_leave_the_range_of_32_bits(say):
    simulation = market(3, kind="complete")
    say(simulation, [(0, 0, 2**30)] * 8)
    assert heard(simulation)[0].tolist() == [0, 2**33, 2**33]


@pytest.mark.parametrize("audience", ["all", "one"])
def test_complete__a_customer_alone_hears_nothing(say, audience):
    simulation = market(1, kind="complete", audience=audience)
    say(simulation, [(0, 0, FULL, 5)])
    assert not heard(simulation).any()


def test_complete_one__any_other_customer_is_as_likely(say):
    simulation = market(6, replications=2, kind="complete", audience="one")
    luck = np.random.default_rng(2).integers(0, 2**64, 5000, np.uint64)
    say(simulation, [(8, 1, 1, own) for own in luck])  # the third of the second replication
    inbox = heard(simulation)
    others = [6, 7, 9, 10, 11]
    assert inbox.sum() == inbox[1, others].sum() == 5000
    assert stats.chisquare(inbox[1, others]).pvalue > 1e-4


# -------------------------------------------------------------------------------------------------------- reviews


@pytest.mark.parametrize("audience", ["all", "one"])
def test_reviews__everybody_reads_a_share_of_what_the_others_say(network, say, audience):
    simulation = market(5, replications=2, audience=audience)
    simulation.world.neighbors = replace(network(5, [], 2), reviews=0.25)
    say(simulation, [(0, 0, FULL), (1, 0, FULL), (1, 1, -FULL), (7, 1, 2 * FULL)])
    first = [[256, 256, 512, 512, 512], [-256, 0, -256, -256, -256]]
    second = [[0] * 5, [512, 512, 0, 512, 512]]
    assert heard(simulation).tolist() == [one + other for one, other in zip(first, second)]


def test_reviews__come_besides_what_friends_say(network, say):
    simulation = market(4)
    simulation.world.neighbors = replace(network(4, {(0, 1): 512}), reviews=0.5)
    say(simulation, [(0, 1, FULL)])
    assert heard(simulation)[1].tolist() == [0, 512 + 512, 512, 512]


messages_said = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1), st.integers(-3000, 3000)), max_size=10)


@given(messages_said, st.sampled_from([0.001, 1 / 3, 0.5, 1.0]), st.randoms(use_true_random=False))
def test_reviews__cut_praise_and_blame_to_units_in_any_order(network, say, messages, share, luck):
    expected = np.zeros((2, 8), int)
    for brand in range(2):
        for who in range(8):
            for sign in (1, -1):
                about = [m for m in messages if m[1] == brand and m[2] * sign > 0 and m[0] // 4 == who // 4]
                own = sum(int(m[2] * share) for m in about if m[0] == who)
                expected[brand, who] += int(sum(m[2] for m in about) * share) - own
    for _ in range(2):
        simulation = market(4, replications=2)
        simulation.world.neighbors = replace(network(4, [], 2), reviews=share)
        say(simulation, messages)
        np.testing.assert_array_equal(heard(simulation), expected)
        luck.shuffle(messages)


def test_reviews__a_customer_alone_reads_nothing(say):
    simulation = market(1)
    simulation.world.neighbors = Network.pick({"kind": "reviews", "readers": 0}).build(1, 1, 1)
    say(simulation, [(0, 0, FULL)])
    assert not heard(simulation).any()


# ------------------------------------------------------------------------------------------------------- threads


@pytest.mark.parametrize("audience", ["all", "one"])
def test_hub__of_a_hundred_thousand_friends_gives_the_same_bits_on_two_threads(audience):
    n = 100_001
    begin = np.full(n + 1, n - 1)
    begin[0] = 0
    star = connect(n, begin, np.arange(1, n, dtype=np.int32))
    assert star.degree().max() == 100_000
    found = []
    for threads in (1, 2):
        simulation = Simulation(hub_market(n, audience), threads=threads, block_size=32_768)
        assert len(simulation.world.workers) == threads
        simulation.world.neighbors = star
        simulation.run()
        counts = simulation.results()
        found.append([simulation.schedule.own_influence.heard.copy(), *(counts[name].values for name in counts)])
    assert found[0][0].any()
    for one, two in zip(*found):
        np.testing.assert_array_equal(one, two)


def hub_market(n: int, audience: str) -> Scenario:
    """Everybody buys often, and half of those who do talk."""
    document = {
        "focal": "A",
        "steps": 3,
        "burn_in": 0,
        "metrics": {"period_steps": 0},
        "population": {"n_customers": n},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
        "word_of_mouth": {
            "talk": {"kind": "threshold", "audience": audience, "good_above": 0.5, "good_chance": 1.0},
            "influence": {"kind": "satisfaction"},
        },
        "brands": {"A": {}, "B": {}},
    }
    return Scenario.from_document(document)
