"""Networks to and from edge lists, networkx and GraphML: what goes out comes back, and faults are all told."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim.customers.neighbors import Neighbors, Totals
from loyaltysim.customers.network import Network
from loyaltysim.faults import ScenarioError

KINDS = {
    "random": {"kind": "random", "mean_degree": 6},
    "small_world": {"kind": "small_world", "mean_degree": 6},
    "scale_free": {"kind": "scale_free", "mean_degree": 4},
    "configuration": {"kind": "configuration", "degrees": [1, 2, 9]},
    "blocks": {"kind": "blocks", "mean_degree": 5, "strength_within": 0.7, "strength_between": 0.3},
    "household": {"kind": "household", "size": 3.5},
    "layers": {"kind": "layers", "layers": ["household", {"kind": "random", "mean_degree": 3, "strength": 0.1}]},
}
every_kind = pytest.mark.parametrize("table", KINDS.values(), ids=KINDS)


def build(table, n=120, replications=2) -> Neighbors:
    return Network.pick(table).build(n, 1, replications, segment=(np.arange(n * replications) % 3).astype(np.uint8))


def assert_same(one: Neighbors, other: Neighbors):
    assert one.n_customers == other.n_customers
    assert np.array_equal(one.first, other.first) and np.array_equal(one.neighbor, other.neighbor)
    assert one.first.dtype == other.first.dtype and one.neighbor.dtype == other.neighbor.dtype
    assert (one.strength is None) == (other.strength is None)
    assert one.strength is None or np.array_equal(one.strength, other.strength)


def alone(table, replication: int) -> Neighbors:
    n = 120
    segment = (np.arange(n * 2) % 3).astype(np.uint8)[replication * n : (replication + 1) * n]
    return Network.pick(table).build(n, 1, 1, replication, segment=segment)


# ------------------------------------------------------------------------------------------------ there and back


@every_kind
@pytest.mark.parametrize("name", ["ties.csv", "ties.graphml"])
def test_file__gives_back_the_network_that_was_written(table, name, tmp_path):
    stack = build(table)
    for replication in (0, 1):
        stack.write(tmp_path / name, replication)
        assert_same(Neighbors.read(tmp_path / name, 120), alone(table, replication))
        read = Network.pick({"kind": "edge_list", "file": name}).build(120, 5, 1, folder=tmp_path)
        assert_same(read, alone(table, replication))
    assert [path.name for path in tmp_path.iterdir()] == [name]  # no temporary file is left


@every_kind
def test_networkx__gives_back_the_network_that_went_there(table):
    stack = build(table)
    for replication in (0, 1):
        assert_same(Neighbors.from_networkx(stack.to_networkx(replication)), alone(table, replication))


weights = st.integers(1, 8 * 1024)
ties = st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda t: t[0] < t[1]), weights)


@given(ties, st.randoms(use_true_random=False))
def test_every_way__gives_back_any_network(tmp_path_factory, ties, luck):
    graph = nx.Graph()
    graph.add_nodes_from(range(9))
    order = list(ties.items())
    luck.shuffle(order)
    for (one, other), strength in order:
        graph.add_edge(other, one, strength=strength / 1024)
    network = Neighbors.from_networkx(graph)
    given = np.full(len(ties), 1.0) if network.strengths() is None else network.strengths()
    assert {tuple(tie): round(s * 1024) for tie, s in zip(network.edges().tolist(), given)} == ties
    folder = tmp_path_factory.mktemp("ties")
    for name in ("ties.csv", "ties.graphml"):
        network.write(folder / name)
        assert_same(Neighbors.read(folder / name, 9), network)


def test_networkx__nodes_may_have_any_names_and_their_order_counts():
    graph = nx.Graph()
    graph.add_nodes_from(["Zoe", "Ann", (1, 2)])
    graph.add_edge("Ann", "Zoe")
    graph.add_edge((1, 2), "Ann", strength=0.5)
    network = Neighbors.from_networkx(graph)
    assert network.edges().tolist() == [[0, 1], [1, 2]] and network.strengths().tolist() == [1.0, 0.5]


@pytest.mark.slow
def test_neighbors__are_there_by_themselves(tmp_path):
    code = "import networkx, loyaltysim as ls; print(ls.Neighbors.from_networkx(networkx.path_graph(3)).degree())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[1 2 1]\n"


def test_read__tells_the_number_of_customers_where_none_is_given(tmp_path):
    (tmp_path / "ties.csv").write_text("from,to\n3,1\n")
    assert Neighbors.read(tmp_path / "ties.csv").degree().tolist() == [0, 1, 0, 1]
    (tmp_path / "none.csv").write_text("from,to\n")
    assert Neighbors.read(tmp_path / "none.csv").n_customers == 0
    nx.write_graphml(nx.path_graph(3), tmp_path / "ties.graphml")
    assert Neighbors.read(tmp_path / "ties.graphml").degree().tolist() == [1, 2, 1]
    assert Neighbors.read(tmp_path / "ties.graphml", 5).degree().tolist() == [1, 2, 1, 0, 0]


def test_write__refuses_ties_of_strength_zero(tmp_path):
    silent = build({"kind": "random", "strength": 0})
    with pytest.raises(ValueError, match="strength 0"):
        silent.write(tmp_path / "ties.csv")
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------ statistics


@every_kind
def test_exported__graph_has_the_statistics_of_the_ties(table):
    network = build(table)
    graph = network.to_networkx(1)
    tied = np.zeros((120, 120))
    tied[tuple(network.edges(1).T)] = 1
    tied += tied.T
    degree = tied.sum(0)
    assert np.array_equal(degree, network.degree()[120:])
    assert nx.degree_histogram(graph) == np.bincount(degree.astype(int)).tolist()
    triangles, pairs = np.diag(tied @ tied @ tied), degree * (degree - 1)
    assert nx.transitivity(graph) == pytest.approx(triangles.sum() / pairs.sum(), abs=1e-12)
    local = np.divide(triangles, pairs, out=np.zeros(120), where=pairs > 0)
    assert nx.average_clustering(graph) == pytest.approx(local.mean(), abs=1e-12)
    one, other = np.nonzero(tied)
    if np.ptp(degree[one]) > 0:
        expected = np.corrcoef(degree[one], degree[other])[0, 1]
        assert nx.degree_assortativity_coefficient(graph) == pytest.approx(expected, abs=1e-12)


# ------------------------------------------------------------------------------------------------ faults


def test_networkx__tells_all_that_is_wrong():
    graph = nx.MultiGraph()
    graph.add_nodes_from("abc")
    graph.add_edges_from([("a", "a"), ("a", "b"), ("b", "a")])
    graph.add_edge("b", "c", strength="much")
    graph.add_edge("a", "c", strength=9)
    with pytest.raises(ScenarioError) as told:
        Neighbors.from_networkx(graph)
    assert [fault.message for fault in told.value.faults] == [
        "node 'a' is tied to itself",
        "there are several ties between 'a' and 'b'",
        "strength of the tie between 'a' and 'c': must be a number above 0 and at most 8, was 9",
        "strength of the tie between 'b' and 'c': must be a number above 0 and at most 8, was 'much'",
    ]
    with pytest.raises(ValueError, match="is directed"):
        Neighbors.from_networkx(nx.DiGraph([(0, 1), (1, 0)]))


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, None])
def test_networkx__strengths_that_cannot_be_are_refused(value):
    graph = nx.Graph()
    graph.add_edge(0, 1, strength=value)
    with pytest.raises(ScenarioError, match="must be a number above 0"):
        Neighbors.from_networkx(graph)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "ties.graphml: network.file: cannot be read: No such file"),
        ("from,to\n0,1\n", "ties.graphml: network.file: is no GraphML"),
        ("<graphml></graphml>", "ties.graphml: network.file: is no GraphML"),
    ],
)
def test_graphml__that_is_none_is_a_fault(tmp_path, text, said):
    if text is not None:
        (tmp_path / "ties.graphml").write_text(text)
    with pytest.raises(ScenarioError, match=said):
        Neighbors.read(tmp_path / "ties.graphml")


def test_graphml__of_more_nodes_than_customers_is_a_fault(tmp_path):
    nx.write_graphml(nx.path_graph(4), tmp_path / "ties.graphml")
    with pytest.raises(ScenarioError, match="has 4 nodes, there are 3 customers"):
        Neighbors.read(tmp_path / "ties.graphml", 3)


# ------------------------------------------------------------------------------------------------ of a scenario


def test_network__is_the_one_that_runs():
    segments = {"Few": {"share": 0.2}, "Many": {"share": 0.8}}
    scenario = ls.load("grocery").vary(
        {"population.n_customers": 300, "population.segments": segments, "network": {"kind": "blocks", "homophily": 1}}
    )
    world = ls.Simulation(scenario, seed=3, replications=range(2)).world
    for replication in (0, 1):
        made = ls.network(scenario, seed=3, replication=replication)
        assert np.array_equal(made.edges(), world.neighbors.edges(replication))
        segment = world.customers.segment[world.customers.rows_of(replication)]
        ends = made.edges()
        assert len(ends) > 1000 and (segment[ends[:, 0]] == segment[ends[:, 1]]).all()


def test_network__of_a_scenario_may_be_totals_or_none():
    scenario = ls.load("reference").vary({"population.n_customers": 20, "network": "none"})
    assert ls.network(scenario) is None
    assert ls.network(scenario.vary({"network": "complete"})) == Totals(20, 1)
    with pytest.raises(ScenarioError):
        ls.network(scenario, seed=-1)
    with pytest.raises(ValueError, match="from 0 on"):
        ls.network(scenario, replication=-1)
