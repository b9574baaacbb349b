"""Networks: how many ties, between whom, and the same ones wherever they are made."""

import hashlib
import os
import subprocess
import sys
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyaltysim.customers.network import Neighbors, Network, Totals, connect, turn
from loyaltysim.faults import ScenarioError

DRAWN = {
    "random": {"kind": "random", "mean_degree": 6},
    "random, dense": {"kind": "random", "mean_degree": 30.5},
    "small_world": {"kind": "small_world", "mean_degree": 6, "rewire": 0.3},
    "scale_free": {"kind": "scale_free", "mean_degree": 6},
    "weak": {"kind": "random", "mean_degree": 6, "strength": 0.25},
    "configuration": {"kind": "configuration", "degrees": [0, 1, 3, 5, 21]},
    "blocks": {"kind": "blocks", "mean_degree": 6, "homophily": 0.7, "strength_between": 0.5},
    "household": {"kind": "household", "size": 3.3},
    "layers": {
        "kind": "layers",
        "layers": [{"kind": "household"}, {"kind": "scale_free", "mean_degree": 4, "strength": 0.5}, "reviews"],
    },
}
every_drawn = pytest.mark.parametrize("table", DRAWN.values(), ids=DRAWN)


def build(table, n, seed=1, replications=1, first_replication=0, **more) -> Neighbors:
    """Three segments, in which the number of a replication and a customer puts it."""
    place = np.arange(first_replication, first_replication + replications) % 1000
    segment = ((place[:, None] * 7 + np.arange(n) ** 2) % 3).astype(np.uint8).ravel()
    return Network.pick(table).build(n, seed, replications, first_replication, segment=segment, **more)


def assert_sound(network: Neighbors, n: int, replications: int = 1):
    """Rows ascend without repeats, stay in their replication, have no self-loops, and say the same from both sides."""
    assert network.first.dtype == np.int64 and network.neighbor.dtype == np.int32
    assert len(network.first) == n * replications + 1
    assert network.first[0] == 0 and network.first[-1] == len(network.neighbor)
    assert network.replications == replications
    row = np.repeat(np.arange(n * replications), network.degree())
    other = network.neighbor.astype(np.int64)
    assert (other // n == row // n).all()
    assert (other != row).all()
    key = row * n * replications + other
    assert (np.diff(key) > 0).all()
    turned = np.argsort(other * n * replications + row)
    assert np.array_equal((other * n * replications + row)[turned], key)
    if network.strength is not None:
        assert network.strength.dtype == np.int32 and network.strength.min(initial=0) >= 0
        assert np.array_equal(network.strength[turned], network.strength)


# ------------------------------------------------------------------------------------------------ all drawn kinds


@every_drawn
def test_network__is_symmetric_without_loops_or_repeats(table):
    assert_sound(build(table, 60, replications=7), 60, 7)


@every_drawn
def test_stack__equals_each_replication_alone(table):
    stack = build(table, 50, replications=5)
    alone = [build(table, 50, first_replication=r) for r in range(5)]
    assert np.array_equal(stack.neighbor, np.concatenate([one.neighbor + 50 * r for r, one in enumerate(alone)]))
    assert np.array_equal(stack.degree(), np.concatenate([one.degree() for one in alone]))
    if stack.strength is not None:
        assert np.array_equal(stack.strength, np.concatenate([one.strength for one in alone]))
    for r, one in enumerate(alone):
        assert np.array_equal(stack.edges(r), one.edges())
    assert not np.array_equal(alone[0].edges(), alone[1].edges())


@every_drawn
def test_seed__changes_the_ties(table):
    assert np.array_equal(build(table, 50, seed=1).edges(), build(table, 50, seed=1).edges())
    assert not np.array_equal(build(table, 50, seed=1).edges(), build(table, 50, seed=2).edges())
    build(table, 50, seed=2**63 - 1, first_replication=2**40)


@every_drawn
def test_expected_bytes__covers_the_network(table):
    network = Network.pick(table)
    made = network.build(1000, 1, 3).bytes
    assert made <= network.expected_bytes(1000, 3) <= 3.2 * made


@pytest.mark.slow
@every_drawn
def test_compilation__does_not_change_a_bit(table):
    code = (
        "import hashlib, warnings; warnings.simplefilter('ignore')\n"
        "from loyaltysim.customers.network import Network\n"
        "import numpy as np\n"
        f"made = Network.pick({table!r}).build(40, 3, 2, 5, segment=(np.arange(80) % 3).astype(np.uint8))\n"
        "strength = b'' if made.strength is None else made.strength.tobytes()\n"
        "print(hashlib.sha256(made.first.tobytes() + made.neighbor.tobytes() + strength).hexdigest())"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    plain = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    made = Network.pick(table).build(40, 3, 2, 5, segment=(np.arange(80) % 3).astype(np.uint8))
    strength = b"" if made.strength is None else made.strength.tobytes()
    compiled = hashlib.sha256(made.first.tobytes() + made.neighbor.tobytes() + strength).hexdigest()
    assert plain.stdout.strip() == compiled


@given(n=st.integers(1, 12), replications=st.integers(1, 4), degree=st.integers(0, 11), seed=st.integers(0, 2**63 - 1))
def test_network__is_sound_for_few_customers(n, replications, degree, seed):
    even = degree - degree % 2
    for table in (
        {"kind": "random", "mean_degree": degree},
        {"kind": "small_world", "mean_degree": even, "rewire": 0.5},
        {"kind": "scale_free", "mean_degree": even},
    ):
        network = Network.pick(table)
        if network.check(n):
            assert 0 < network.mean_degree >= n
            with pytest.raises(ValueError, match="needs more than"):
                network.build(n, seed, replications)
        else:
            assert_sound(network.build(n, seed, replications), n, replications)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("kind", ["random", "small_world", "scale_free"])
def test_mean_degree_zero__ties_nobody(kind, n):
    network = build({"kind": kind, "mean_degree": 0}, n, replications=2)
    assert network.degree().tolist() == [0] * 2 * n
    assert network.edges(1).shape == (0, 2)
    assert network.to_networkx(1).number_of_nodes() == n


# ------------------------------------------------------------------------------------------------ random


@pytest.mark.parametrize(("n", "degree", "ties"), [(100, 10, 500), (101, 2.5, 126), (11, 10, 55), (1000, 500, 250_000)])
def test_random__has_exactly_the_ties_asked_for(n, degree, ties):
    network = build({"kind": "random", "mean_degree": degree}, n, replications=3)
    assert [len(network.edges(r)) for r in range(3)] == [ties] * 3
    assert_sound(network, n, 3)


@pytest.mark.parametrize(("n", "ties"), [(5, 2), (4, 2)], ids=["drawn", "each pair in turn"])
def test_random__every_set_of_pairs_is_as_likely(n, ties):
    sets = {frozenset(chosen): 0 for chosen in combinations(combinations(range(n), 2), ties)}
    each = 200  # draws expected for each set
    stack = build({"kind": "random", "mean_degree": 2 * ties / n}, n, replications=each * len(sets))
    row = np.repeat(np.arange(len(stack.first) - 1), stack.degree())
    once = row < stack.neighbor
    pairs = np.column_stack((row[once] % n, stack.neighbor[once] % n)).reshape(-1, ties, 2)
    for chosen in pairs.tolist():
        sets[frozenset(map(tuple, chosen))] += 1
    chi2 = sum((count - each) ** 2 / each for count in sets.values())
    freedom = len(sets) - 1
    assert abs(chi2 - freedom) < 4 * np.sqrt(2 * freedom)  # within four standard errors


def test_random__degrees_are_poisson():
    n, mean = 50_000, 10.0
    degree = build({"kind": "random", "mean_degree": mean}, n).degree()
    assert degree.mean() == mean
    k = np.arange(1, 41)
    chance = np.exp(-mean) * np.concatenate(([1.0], np.cumprod(mean / k)))
    low, high = 2, 22  # the ends are taken together, at least 20 expected in each
    expected = n * np.concatenate(([chance[: low + 1].sum()], chance[low + 1 : high], [1 - chance[:high].sum()]))
    count = np.bincount(np.clip(degree, low, high), minlength=high + 1)[low:]
    freedom = len(expected) - 2  # the number and the mean are given
    chi2 = ((count - expected) ** 2 / expected).sum()
    assert abs(chi2 - freedom) < 4 * np.sqrt(2 * freedom)


# ------------------------------------------------------------------------------------------------ small world


@pytest.mark.parametrize("degree", [2, 4, 10])
def test_small_world__unmoved_is_a_ring_with_its_clustering(degree):
    network = build({"kind": "small_world", "mean_degree": degree, "rewire": 0}, 60)
    assert (network.degree() == degree).all()
    expected = 3 * (degree - 2) / (4 * (degree - 1))
    assert nx.average_clustering(network.to_networkx()) == pytest.approx(expected, abs=1e-12)
    assert set(map(tuple, network.edges())) == {
        tuple(sorted((i, (i + step) % 60))) for i in range(60) for step in range(1, degree // 2 + 1)
    }


def test_small_world__moves_the_share_of_ties_asked_for():
    n, degree, rewire = 20_000, 10, 0.1
    network = build({"kind": "small_world", "mean_degree": degree, "rewire": rewire}, n)
    ties = network.edges()
    assert len(ties) == n * degree // 2
    apart = np.minimum(ties[:, 1] - ties[:, 0], n - ties[:, 1] + ties[:, 0])
    moved = (apart > degree // 2).mean()  # a tie moved to the ring again has a chance of 5e-5 only
    assert abs(moved - rewire) < 4 * np.sqrt(rewire * (1 - rewire) / len(ties)) + 1e-4
    far = apart[apart > degree // 2]
    assert far.mean() == pytest.approx(n / 4, rel=4 / np.sqrt(3 * len(far)))  # uniform on 0 … n/2
    clustering = nx.average_clustering(network.to_networkx())
    assert clustering == pytest.approx(2 / 3 * (1 - rewire) ** 3, rel=0.02)


def test_small_world__with_everybody_tied_has_nothing_to_move():
    network = build({"kind": "small_world", "mean_degree": 10, "rewire": 1}, 11)
    assert (network.degree() == 10).all()


# ------------------------------------------------------------------------------------------------ scale free


def test_scale_free__first_ones_are_all_tied_and_newcomers_make_as_many_ties():
    ties = build({"kind": "scale_free", "mean_degree": 6}, 40).edges()
    made = np.bincount(ties[:, 1], minlength=40)
    assert made.tolist() == [0, 1, 2] + [3] * 37


def test_scale_free__has_hubs_and_the_degrees_of_the_theory():
    n, degree = 50_000, 10
    network = build({"kind": "scale_free", "mean_degree": degree}, n).degree()
    assert network.sum() == 5 * (2 * n - 6)  # m (2 n − m − 1)
    assert network.max() > 10 * build({"kind": "random", "mean_degree": degree}, n).degree().max()
    for k in (5, 6, 10, 20):
        share = 2 * 5 * 6 / (k * (k + 1) * (k + 2))
        assert abs((network == k).mean() - share) < 4 * np.sqrt(share / n)
    theory = 5 * 6 / (50 * 51)  # a share of m (m + 1) / (k (k + 1)) has k neighbors or more
    assert (network >= 50).mean() == pytest.approx(theory, rel=4 / np.sqrt(theory * n))


def test_scale_free__second_choice_is_in_proportion_to_neighbors():
    # One tie a newcomer: customer 3 meets two ties with one end in common, and joins that end in half of all cases.
    n, stack = 4, build({"kind": "scale_free", "mean_degree": 2}, 4, replications=20_000)
    middle = (stack.degree().reshape(-1, n) == 3).any(axis=1).mean()
    assert abs(middle - 0.5) < 4 * 0.5 / np.sqrt(20_000)


# ------------------------------------------------------------------------------------------------ none, complete


def test_none__is_the_default_and_nothing():
    network = Network.pick({})
    assert (network.kind, network.build(10, 1, 2), network.expected_bytes(10, 2)) == ("none", None, 0)


def test_complete__keeps_no_ties():
    network = Network.pick("complete")
    assert network.as_totals and not Network.pick("random").as_totals
    made = network.build(5, 1, 3)
    assert made == Totals(5, 3) and made.bytes == network.expected_bytes(5, 3) == 0
    assert made.degree().tolist() == [4] * 15


# ------------------------------------------------------------------------------------------------ rows and export


def test_connect__sorts_rows_of_a_graph_by_hand():
    # 0–2, 0–1, 1–2 in one replication; 0–2 in the next
    network = connect(3, np.array([0, 2, 3, 3, 4, 4, 4]), np.array([2, 1, 2, 5], np.int32))
    assert network.first.tolist() == [0, 2, 4, 6, 7, 7, 8]
    assert network.neighbor.tolist() == [1, 2, 0, 2, 0, 1, 5, 3]
    assert network.degree().tolist() == [2, 2, 2, 1, 0, 1]
    assert network.edges(0).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert network.edges(1).tolist() == [[0, 2]]
    assert network.bytes == 7 * 8 + 8 * 4
    with pytest.raises(IndexError):
        network.edges(2)


def test_turn__moves_ties_to_their_smaller_end():
    begin, later = turn(np.array([0, 1, 1, 3]), np.array([1, 1, 0], np.int32))
    assert begin.tolist() == [0, 2, 3, 3]
    assert later.tolist() == [1, 2, 2]


@every_drawn
def test_to_networkx__has_the_same_ties_and_degrees(table):
    network = build(table, 80, replications=2)
    graph = network.to_networkx(1)
    assert {tuple(sorted(tie)) for tie in graph.edges} == set(map(tuple, network.edges(1).tolist()))
    assert [graph.degree(i) for i in range(80)] == network.degree()[80:].tolist()
    tied = np.zeros((80, 80))
    for i, j in network.edges(1):
        tied[i, j] = tied[j, i] = 1
    around = tied.sum(0)
    assert nx.transitivity(graph) == pytest.approx(
        np.trace(tied @ tied @ tied) / (around * (around - 1)).sum(), abs=1e-12
    )


# ------------------------------------------------------------------------------------------------ edge list


def from_file(folder, text, n=5, replications=1):
    (folder / "ties.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return build({"kind": "edge_list", "file": "ties.csv"}, n, replications=replications, folder=folder)


def test_edge_list__by_hand(tmp_path):
    network = from_file(tmp_path, "from,to,strength\n3,0,0.5\n1,0,2\n\n 4 , 3 ,8\r\n", replications=2)
    assert network.first.tolist() == [0, 2, 3, 3, 5, 6, 8, 9, 9, 11, 12]
    assert network.neighbor.tolist() == [1, 3, 0, 0, 4, 3, 6, 8, 5, 5, 9, 8]
    assert network.strength.tolist() == [2048, 512, 2048, 512, 8192, 8192] * 2
    assert network.strength.dtype == np.int32
    assert_sound(network, 5, 2)
    graph = network.to_networkx(1)
    assert graph[4][3]["strength"] == 8.0 and graph.number_of_edges() == 3


@pytest.mark.parametrize(
    "text", ["from,to\n0,1\n2,1\n", "\ufefffrom,to,strength\r\n0,1,1\r\n2,1,1.0", '"from","to"\n"0",1\n2,1\n\n']
)
def test_edge_list__without_strengths_keeps_none(tmp_path, text):
    network = from_file(tmp_path, text, n=3)
    assert network.strength is None
    assert network.edges().tolist() == [[0, 1], [1, 2]]


@pytest.mark.parametrize("text", ["from,to", "from,to\n", "from,to,strength\n\n\n"])
def test_edge_list__without_ties_is_no_fault(tmp_path, text):
    assert from_file(tmp_path, text, n=2, replications=2).degree().tolist() == [0] * 4


def test_edge_list__gives_back_the_network_it_was_written_from(tmp_path):
    made = build(DRAWN["scale_free"], 300)
    strength = np.random.default_rng(1).integers(1, 8 * 1024, len(made.edges()), endpoint=True) / 1024
    lines = [f"{b},{a},{s!r}" for (a, b), s in zip(made.edges().tolist(), strength.tolist())]
    again = from_file(tmp_path, "from,to,strength\n" + "\n".join(np.random.default_rng(2).permutation(lines)), n=300)
    assert np.array_equal(again.first, made.first) and np.array_equal(again.neighbor, made.neighbor)
    graph = again.to_networkx()
    assert all(graph[a][b]["strength"] == s for (a, b), s in zip(made.edges().tolist(), strength.tolist()))
    assert again.bytes <= Network.pick({"kind": "edge_list", "file": "ties.csv"}).expected_bytes(300, 1, tmp_path)


def test_edge_list__tells_all_faults_with_their_lines(tmp_path):
    lines = {
        1: "from,to,strength",
        2: "0,1,1",
        3: "2,2,1",
        4: "",
        5: "1,0,1",
        6: "0,5,1",
        7: "-1,x,1",
        8: "0,2",
        9: "0,3,much",
        10: "0,4,0",
        11: "1,2,8.001",
        12: "1,3,",
        13: "1,4,1,1",
        14: "3,4,nan",
        15: "2,3,1",
        16: "0,1,1",
    }
    with pytest.raises(ScenarioError) as told:
        from_file(tmp_path, "\n".join(lines.values()))
    faults = [(fault.line, fault.message) for fault in told.value.faults]
    rule = "strength: must be a number above 0 and at most 8, was"
    assert faults == [
        (3, "customer 2 is tied to itself"),
        (5, "the tie between 0 and 1 is in line 2 already"),
        (6, "to: no customer '5', customers are 0 to 4"),
        (7, "from: no customer '-1', customers are 0 to 4"),
        (7, "to: no customer 'x', customers are 0 to 4"),
        (8, "has 2 values, not 3"),
        (9, f"{rule} 'much'"),
        (10, f"{rule} '0'"),
        (11, f"{rule} '8.001'"),
        (12, f"{rule} ''"),
        (13, "has 4 values, not 3"),
        (14, f"{rule} 'nan'"),
        (16, "the tie between 0 and 1 is in line 2 already"),
    ]
    assert str(told.value.faults[0]).startswith(f"{tmp_path / 'ties.csv'}:3: network.file: customer 2")


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n0,1\n", "first line"), ("", "first line"), (b"from,to\n\xff,1\n", "no CSV table")],
    ids=["header", "empty", "no text"],
)
def test_edge_list__that_is_no_table_is_a_fault(tmp_path, text, said):
    with pytest.raises(ScenarioError, match=said):
        from_file(tmp_path, text)


def test_edge_list__that_is_missing_is_a_fault(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        build({"kind": "edge_list", "file": "nowhere.csv"}, 5, folder=tmp_path)


# ------------------------------------------------------------------------------------------------ records


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "random", "mean_degree": -1},
        {"kind": "small_world", "mean_degree": 5},
        {"kind": "small_world", "rewire": 1.1},
        {"kind": "scale_free", "mean_degree": 3},
        {"kind": "edge_list"},
        {"kind": "none", "mean_degree": 3},
    ],
    ids=str,
)
def test_settings__out_of_bounds_are_refused(table):
    with pytest.raises(ValidationError):
        Network.pick(table)


def test_settings__all_say_what_they_are():
    for kind in Network.kinds.values():
        assert kind.__doc__
        for name, field in kind.model_fields.items():
            assert name == "kind" or field.description


def test_build__refuses_more_rows_than_can_be_numbered():
    with pytest.raises(ValueError, match="too many in one stack"):
        Network.pick("scale_free").build(10**6, 1, 10**4)
