"""Turnover: ties change, numbers of neighbors do not, and whoever goes on from a state has the ties of that step."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.customers.network import Network
from loyaltysim.customers.turnover import Turnover
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario


def build(table, n, replications=1, first_replication=0, seed=1):
    return Network.pick(table).build(n, seed, replications, first_replication)


def ties(network, replication=0) -> set[tuple[int, ...]]:
    return set(map(tuple, network.edges(replication).tolist()))


RANDOM = {"kind": "random", "mean_degree": 6}


@given(
    st.sampled_from([RANDOM, {"kind": "scale_free", "mean_degree": 4}, {"kind": "configuration", "degrees": [1, 3]}]),
    st.integers(8, 20),
    st.integers(0, 2**63 - 1),
    st.floats(0.01, 50),
)
def test_turnover__keeps_everybodys_number_of_neighbors_and_rows_in_order(table, n, seed, rate):
    network = build(table, n, 2, seed=seed)
    before = network.degree()
    Turnover(rate, 1.0, seed, 0).bring(network, 5)
    row, other = np.repeat(np.arange(2 * n), network.degree()), network.neighbor.astype(np.int64)
    assert np.array_equal(network.degree(), before)
    assert (row != other).all() and (row // n == other // n).all()
    key = row * 2 * n + other
    assert (np.diff(key) > 0).all()
    assert np.array_equal(np.sort(other * 2 * n + row), key)


def test_turnover__exchanges_the_share_of_ties_that_the_rate_says():
    network = build({"kind": "random", "mean_degree": 10}, 4000)
    before = ties(network)
    turnover = Turnover(0.3, 0.5, 1, 0)
    assert not turnover.bring(network, 0) and ties(network) == before
    assert turnover.bring(network, 1)
    lasting = [np.exp(-0.15 * step) for step in range(9)]
    for step in range(1, 9):
        turnover.bring(network, step)
        there = len(before & ties(network)) / 20_000
        assert there == pytest.approx(lasting[step], abs=4 * np.sqrt(lasting[step] * (1 - lasting[step]) / 20_000))


def test_turnover__of_small_networks_waits_until_two_ties_are_due():
    network = build({"kind": "random", "mean_degree": 2}, 10)
    before, turnover, changed = ties(network), Turnover(0.01, 1.0, 1, 0), []
    for step in range(1, 22):
        turnover.bring(network, step)
        changed.append(ties(network) != before)
    assert changed == [False] * 19 + [True, True]  # 10 ties · .01 / 2 a step: the first at step 20


def test_turnover__every_pairing_is_as_likely_after_long():
    stack = 6000
    network = build({"kind": "configuration", "degrees": [1]}, 4, stack)
    network.neighbor[:] = (np.arange(stack)[:, None] * 4 + [1, 0, 3, 2]).ravel()
    Turnover(50.0, 1.0, 1, 0).bring(network, 40)
    mate = network.neighbor.reshape(stack, 4)[:, 0] % 4
    count = np.bincount(mate, minlength=4)[1:]
    assert ((count - stack / 3) ** 2 / (stack / 3)).sum() < 2 + 4 * 2  # mean 2, standard deviation 2


def test_turnover__has_nothing_to_exchange_where_everybody_knows_everybody():
    network = build({"kind": "random", "mean_degree": 5}, 6)
    before = ties(network)
    Turnover(1.0, 1.0, 1, 0).bring(network, 3)
    assert ties(network) == before


def test_turnover__stack_equals_each_replication_alone():
    stack = build(RANDOM, 50, 3, 4)
    Turnover(1.0, 0.2, 1, 4).bring(stack, 6)
    for r in range(3):
        alone = build(RANDOM, 50, 1, 4 + r)
        Turnover(1.0, 0.2, 1, 4 + r).bring(alone, 6)
        assert ties(stack, r) == ties(alone)


def test_turnover__cannot_go_back():
    network, turnover = build(RANDOM, 50), Turnover(1.0, 0.2, 1, 0)
    turnover.bring(network, 3)
    with pytest.raises(ValueError, match="cannot go back to step 2"):
        turnover.bring(network, 2)


def test_compilation__does_not_change_a_bit():
    code = (
        "import hashlib, warnings; warnings.simplefilter('ignore')\n"
        "from loyaltysim.customers.network import Network\n"
        "from loyaltysim.customers.turnover import Turnover\n"
        f"made = Network.pick({RANDOM!r}).build(40, 3, 2, 5)\n"
        "Turnover(1.0, 0.2, 3, 5).bring(made, 4)\n"
        "print(hashlib.sha256(made.neighbor.tobytes()).hexdigest())"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    plain = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    made = build(RANDOM, 40, 2, 5, seed=3)
    Turnover(1.0, 0.2, 3, 5).bring(made, 4)
    assert plain.stdout.strip() == hashlib.sha256(made.neighbor.tobytes()).hexdigest()


# ------------------------------------------------------------------------------------------------ in a run


def market(**network) -> Scenario:
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 12,
            "burn_in": 2,
            "metrics": {"period_steps": 4},
            "population": {"n_customers": 3000, "needs_per_week": 1.0},
            "network": {**RANDOM, **network},
            "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
            "word_of_mouth": {"talk": {"kind": "threshold", "good_above": 0.5}, "influence": {"kind": "satisfaction"}},
            "brands": {"A": {}, "B": {}},
        }
    )


def state(simulation: Simulation) -> list[np.ndarray]:
    data = simulation.results()
    return [simulation.world.neighbors.neighbor, *simulation.world.customers.arrays.values(), *data.values()]


def assert_same(one: Simulation, other: Simulation):
    for a, b in zip(state(one), state(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_run__with_turnover_differs_and_without_keeps_its_ties():
    still, moving = Simulation(market()), Simulation(market(turnover=2.0))
    before = ties(still.world.neighbors)
    assert ties(moving.world.neighbors) == before and still.world.turnover is None
    still.run(), moving.run()
    assert ties(still.world.neighbors) == before != ties(moving.world.neighbors)
    assert not np.array_equal(still.results()["units"], moving.results()["units"])


def test_run__is_the_same_on_two_threads_and_from_any_state(tmp_path):
    scenario = market(turnover=2.0)
    straight = Simulation(scenario, threads=1).run()
    assert_same(straight, Simulation(scenario, threads=2, block_size=1024).run())
    half = Simulation(scenario).run(until=5)
    half.checkpoint(tmp_path / "half.npz")
    assert_same(straight, half.branch(scenario).run())
    assert_same(straight, Simulation(scenario).restore(tmp_path / "half.npz").run())
    assert_same(straight, half.run().restore(tmp_path / "half.npz").run())  # back to an earlier state


def test_layers__cannot_change():
    with pytest.raises(ScenarioError, match=r"network.layers.1.turnover: ties that change"):
        market().vary({"network": {"kind": "layers", "layers": ["household", {"kind": "random", "turnover": 0.1}]}})
