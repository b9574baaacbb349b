"""Configuration, blocks, households, layers and reviews: what each kind promises, and laws that all keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyaltysim.customers.neighbors import STRENGTH_ONE, Neighbors
from loyaltysim.customers.network import Network
from loyaltysim.faults import ScenarioError


def build(table, n, seed=1, replications=1, **more) -> Neighbors:
    return Network.pick(table).build(n, seed, replications, **more)


def ends(network: Neighbors) -> tuple[np.ndarray, np.ndarray]:
    """Every tie in both directions: rows, and the rows they are tied to."""
    return np.repeat(np.arange(len(network.first) - 1), network.degree()), network.neighbor.astype(np.int64)


numbers = st.integers(1, 14)
degrees = st.lists(st.integers(0, 5), min_size=1, max_size=4)
segments = st.lists(st.integers(0, 3), min_size=28, max_size=28)
share = st.sampled_from([0.0, 0.3, 0.5, 1.0])
TIED = st.one_of(
    st.builds(lambda d: {"kind": "configuration", "degrees": d}, degrees),
    st.builds(lambda d, h: {"kind": "blocks", "mean_degree": d, "homophily": h}, st.floats(0, 3), share),
    st.builds(lambda s: {"kind": "household", "size": s}, st.floats(1, 6)),
    st.builds(lambda d, s: {"kind": "random", "mean_degree": d, "strength": s}, st.integers(0, 5), share),
)
LAYERS = st.builds(lambda many: {"kind": "layers", "layers": many}, st.lists(TIED, min_size=1, max_size=3))


@given(st.one_of(TIED, LAYERS), numbers, st.integers(0, 2**63 - 1), segments)
def test_network__has_no_loops_no_repeats_and_says_the_same_from_both_sides(table, n, seed, segments):
    network = Network.pick(table)
    if network.check(n):
        with pytest.raises(ValueError, match="need"):
            network.build(n, seed, 2)
        return
    made = network.build(n, seed, 2, segment=np.array(segments[: 2 * n], np.uint8))
    row, other = ends(made)
    assert (row != other).all() and (row // n == other // n).all()
    key = row * 2 * n + other
    assert (np.diff(key) > 0).all()
    turned = np.argsort(other * 2 * n + row)
    assert np.array_equal((other * 2 * n + row)[turned], key)
    if made.strength is not None:
        assert np.array_equal(made.strength[turned], made.strength)


# ------------------------------------------------------------------------------------------------ configuration


@given(degrees, st.integers(6, 60), st.integers(0, 2**63 - 1))
def test_configuration__nobody_has_more_neighbors_than_wanted(degrees, n, seed):
    wanted = np.array(degrees)[np.arange(n) % len(degrees)]
    assert (build({"kind": "configuration", "degrees": degrees}, n, seed).degree() <= wanted).all()


def test_configuration__of_one_neighbor_pairs_everybody():
    network = build({"kind": "configuration", "degrees": [1]}, 1000)
    assert (network.degree() == 1).all()
    assert build({"kind": "configuration", "degrees": [1]}, 1001).degree().sum() == 1000  # one end is left over


def test_configuration__loses_as_many_ties_as_the_docs_say():
    n, stack, degrees = 300, 2000, np.array([2, 4, 9])
    network = build({"kind": "configuration", "degrees": degrees.tolist()}, n, replications=stack)
    lost = n * degrees.mean() / 2 - network.degree().reshape(stack, n).sum(1) / 2
    nu = (degrees * (degrees - 1)).mean() / degrees.mean()
    expected = nu / 2 + nu**2 / 4
    # in so few customers a little less: a pair is tied only so often
    assert lost.mean() == pytest.approx(expected, rel=0.05)


def test_configuration__every_pairing_is_as_likely():
    # Four customers with one neighbor each: three pairings.
    stack = 6000
    network = build({"kind": "configuration", "degrees": [1]}, 4, replications=stack)
    mate = network.neighbor.reshape(stack, 4)[:, 0] % 4
    count = np.bincount(mate, minlength=4)[1:]
    assert ((count - stack / 3) ** 2 / (stack / 3)).sum() < 2 + 4 * 2  # mean 2, standard deviation 2


# ------------------------------------------------------------------------------------------------ blocks


def blocks(homophily, n=6000, replications=1, mean_degree=8.0, shares=(0.2, 0.3, 0.5), **more):
    segment = np.random.default_rng(5).choice(len(shares), n * replications, p=shares).astype(np.uint8)
    table = {"kind": "blocks", "mean_degree": mean_degree, "homophily": homophily, **more}
    return build(table, n, replications=replications, segment=segment), segment


@pytest.mark.parametrize("homophily", [0.0, 0.25, 0.6, 1.0])
def test_blocks__keep_within_segments_what_homophily_says(homophily):
    network, segment = blocks(homophily)
    row, other = ends(network)
    assert len(row) == 6000 * 8
    for s in range(3):
        own = segment[row] == s
        within = (segment[other[own]] == s).mean()
        expected = homophily + (1 - homophily) * ((segment == s).sum() - 1) / 5999
        spread = np.sqrt((1 - homophily) * 0.25 / own.sum() * 2)  # of the ties drawn anywhere, each counted twice
        assert abs(within - expected) <= 4 * spread + 1e-3
        assert network.degree()[segment == s].mean() == pytest.approx(8, abs=4 * np.sqrt(8 / (segment == s).sum()))


def test_blocks__without_homophily_mix_as_a_random_network_does():
    network, _ = blocks(0.0, n=400, replications=200, mean_degree=5)
    assert (network.degree().reshape(200, 400).sum(1) == 2000).all()
    plain = build({"kind": "random", "mean_degree": 5}, 400, replications=200)
    # the spread of degrees is that of a random network, within four standard errors of a variance
    error = 4 * plain.degree().var() * np.sqrt(2 / 80_000) * np.sqrt(2)
    assert network.degree().var() == pytest.approx(plain.degree().var(), abs=error)


def test_blocks__of_full_homophily_have_no_tie_between_segments():
    network, segment = blocks(1.0, n=100, replications=5)
    row, other = ends(network)
    assert (segment[row] == segment[other]).all()


def test_blocks__too_small_for_their_ties_have_all_there_can_be():
    segment = np.array([0] * 4 + [1] * 96, np.uint8)
    network = build({"kind": "blocks", "mean_degree": 10, "homophily": 1}, 100, segment=segment)
    assert network.degree()[:4].tolist() == [3] * 4  # of 20 ties, six
    assert network.degree()[4:].sum() == 96 * 10


def test_blocks__tell_ties_within_from_ties_between():
    network, segment = blocks(0.5, n=300, strength_within=0.75, strength_between=0.25)
    row, other = ends(network)
    assert np.array_equal(network.strength, np.where(segment[row] == segment[other], 768, 256))


def test_blocks__of_one_segment_are_one_block():
    assert build({"kind": "blocks"}, 100).degree().sum() == 1000
    assert build({"kind": "blocks"}, 100, segment=np.full(100, 255, np.uint8)).degree().sum() == 1000


# ------------------------------------------------------------------------------------------------ households


@pytest.mark.parametrize("size", [1, 2, 3, 2.5, 2.2, 7.9])
def test_household__all_who_live_together_are_tied_and_nobody_else(size):
    n = 500
    network = build({"kind": "household", "size": size}, n)
    tied = np.eye(n, dtype=int)
    row, other = ends(network)
    tied[row, other] = 1
    assert np.array_equal((tied @ tied > 0).astype(int), tied)  # who lives with whom I live with lives with me
    sizes = tied.sum(1)
    homes = np.bincount(sizes)[1:] / np.arange(1, sizes.max() + 1)
    assert abs(homes.sum() - n / size) <= 1
    assert set(np.unique(sizes)) <= {int(np.floor(size)), int(np.ceil(size)), *sizes[sizes < np.floor(size)][:1]}


def test_household__who_lives_together_is_luck():
    network = build({"kind": "household", "size": 2}, 2000)
    apart = np.abs(network.neighbor - np.arange(2000))
    assert apart.mean() == pytest.approx(2000 / 3, rel=4 * np.sqrt(0.5) / np.sqrt(1000))


# ------------------------------------------------------------------------------------------------ layers, reviews

FRIENDS = {"kind": "random", "mean_degree": 4, "strength": 0.5}


def test_layers__one_alone_is_that_network_and_more_change_none_before():
    one = build({"kind": "layers", "layers": [FRIENDS]}, 50, replications=3)
    plain = build(FRIENDS, 50, replications=3)
    assert np.array_equal(one.neighbor, plain.neighbor) and np.array_equal(one.strength, plain.strength)
    two = build({"kind": "layers", "layers": [FRIENDS, FRIENDS]}, 50, replications=3)
    assert len(two.neighbor) > 1.5 * len(plain.neighbor)  # the second has luck of its own
    assert set(zip(*(side.tolist() for side in ends(plain)))) <= set(zip(*(side.tolist() for side in ends(two))))


def test_layers__are_all_ties_each_as_strong_as_the_strongest(tmp_path):
    (tmp_path / "home.csv").write_text("from,to\n0,1\n2,3\n")
    (tmp_path / "work.csv").write_text("from,to,strength\n1,0,0.25\n3,2,2\n1,3,0.125\n")
    lists = [{"kind": "edge_list", "file": f"{name}.csv"} for name in ("home", "work")]
    for order in (lists, lists[::-1]):
        network = build({"kind": "layers", "layers": order}, 5, replications=2, folder=tmp_path)
        assert network.first.tolist() == [0, 1, 3, 4, 6, 6, 7, 9, 10, 12, 12]
        assert network.neighbor.tolist() == [1, 0, 3, 3, 1, 2, 6, 5, 8, 8, 6, 7]
        assert network.strength.tolist() == [1024, 1024, 128, 2048, 128, 2048] * 2


def test_layers__of_strength_one_keep_no_strengths():
    network = build({"kind": "layers", "layers": ["household", "random", "none"]}, 50)
    assert network.strength is None and network.reviews == 0


def test_layers__tell_which_file_is_faulty(tmp_path):
    (tmp_path / "ties.csv").write_text("from,to\n0,0\n")
    table = {"kind": "layers", "layers": ["household", {"kind": "edge_list", "file": "ties.csv"}]}
    assert Network.pick(table).files() == {"layers.1.file": "ties.csv"}
    with pytest.raises(ScenarioError, match=r"ties.csv:2: network.layers.1.file: customer 0 is tied to itself"):
        build(table, 5, folder=tmp_path)


def test_layers__cannot_be_everybody_or_layers():
    with pytest.raises(ValidationError, match="keeps no ties"):
        Network.pick({"kind": "layers", "layers": ["complete"]})
    with pytest.raises(ValidationError, match="layers have no layers"):
        Network.pick({"kind": "layers", "layers": [{"kind": "layers", "layers": ["random"]}]})
    with pytest.raises(ValidationError):
        Network.pick({"kind": "layers", "layers": []})


def test_layers__say_which_needs_more_customers():
    network = Network.pick({"kind": "layers", "layers": ["household", {"kind": "random", "mean_degree": 30}]})
    assert network.check(20) == ["layers.1: mean_degree 30 needs more than 30 customers, there are 20"]


def test_reviews__are_a_share_of_what_all_others_say():
    network = build({"kind": "reviews", "readers": 4}, 101, replications=2)
    assert network.reviews == 0.04 and network.degree().tolist() == [0] * 202
    assert build({"kind": "layers", "layers": ["reviews", "reviews"]}, 101).reviews == pytest.approx(0.2)
    assert build({"kind": "reviews", "readers": 0}, 1).reviews == 0
    assert Network.pick("reviews").check(10) == ["readers 10 needs more than 10 customers, there are 10"]


@pytest.mark.parametrize("strength", [0, 0.3, 1])
def test_strength__is_that_of_every_tie(strength):
    network = build({"kind": "small_world", "strength": strength}, 30)
    if strength == 1:
        assert network.strength is None
    else:
        assert (network.strength == round(strength * STRENGTH_ONE)).all() and len(network.strength) == 300


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "configuration", "degrees": []},
        {"kind": "configuration", "degrees": [1, -1]},
        {"kind": "blocks", "homophily": 1.1},
        {"kind": "blocks", "strength_between": -0.1},
        {"kind": "household", "size": 0.5},
        {"kind": "reviews", "readers": -1},
        {"kind": "random", "strength": 1.5},
    ],
    ids=str,
)
def test_settings__out_of_bounds_are_refused(table):
    with pytest.raises(ValidationError):
        Network.pick(table)
