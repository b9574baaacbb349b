"""What must be equal, and how exactly: a test for each row of the table in docs/design.md, "Promises"."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from loyaltysim import Simulation, load, replicate, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import shipped


def small(name: str, n: int = 300, steps: int = 20, burn_in: int = 4):
    """A shipped scenario, smaller."""
    scenario = load(name)
    changes = {"steps": steps, "burn_in": burn_in, "metrics.period_steps": 4, "metrics.states_every": 1}
    if scenario.behavior.needs.kind != "panel":
        changes["population.n_customers"] = n
    return scenario.vary(changes)


def fingerprint(simulation: Simulation) -> dict[str, str]:
    """A hash of each result and each state."""
    data = simulation.results()
    arrays = {**simulation.world.customers.arrays, **simulation.world.arrays}
    arrays |= {f"results/{name}": data[name].values for name in data.data_vars}  # some are called as states are
    return {name: hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest() for name, a in arrays.items()}


@pytest.fixture(params=shipped())
def scenario(request):
    return small(request.param)


def test_threads__one_and_two_give_the_same_bits(scenario):
    # blocks of one leaf, so that both threads have work
    many = scenario.vary({"population.n_customers": 5000})
    runs = [Simulation(many, threads=t, block_size=1024).run() for t in (1, 2)]
    assert len(runs[1].world.workers) == 2
    assert fingerprint(runs[0]) == fingerprint(runs[1])


def test_blocks__their_size_changes_nothing(scenario):
    many = scenario.vary({"population.n_customers": 5000})
    small_blocks, one_block = (Simulation(many, threads=1, block_size=size).run() for size in (1024, 65536))
    assert len(small_blocks.world.blocks) > len(one_block.world.blocks)
    assert fingerprint(small_blocks) == fingerprint(one_block)


def test_stack__a_replication_is_the_same_alone_and_stacked(scenario):
    data = replicate(scenario, replications=4, seed=7)
    for r in range(4):
        alone = Simulation(scenario, seed=7, replications=range(r, r + 1)).run().results()
        for name in alone.data_vars:
            np.testing.assert_array_equal(alone[name].values[0], data[name].sel(replication=r).values, err_msg=name)


def test_replicate__its_first_replication_is_simulate(scenario):
    first, one = replicate(scenario, replications=2).isel(replication=[0]), simulate(scenario)
    assert first.identical(one)


def test_branch__to_the_same_scenario_equals_going_straight_on(scenario):
    straight = Simulation(scenario).run()
    half = Simulation(scenario).run(until=9)
    assert fingerprint(half.branch(scenario).run()) == fingerprint(straight)


def test_branch__keeps_the_tastes_that_invitations_made_alike():
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 10,
        "population": {"n_customers": 300, "taste": {"distribution": "normal", "mean": 0.0, "sd": 1.0}},
        "network": {"kind": "random", "mean_degree": 6},
        "word_of_mouth": {
            "acquisition": {"kind": "linear", "start_share": 0.3},
            "referral": {"kind": "invitations", "rate": 0.5, "accept": 1.0},
        },
        "brands": {"A": {"referral": {"reward": 1.0}}, "B": {}},
    }
    scenario = Scenario.from_document(document)
    half = Simulation(scenario).run(until=0)
    assert not np.array_equal(
        half.world.customers.arrays["taste"], Simulation(scenario).world.customers.arrays["taste"]
    )
    assert fingerprint(half.branch(scenario).run()) == fingerprint(Simulation(scenario).run())


def test_checkpoint__restored_equals_going_straight_on(scenario, tmp_path):
    straight = Simulation(scenario).run()
    half = Simulation(scenario).run(until=9)
    half.checkpoint(tmp_path / "half.npz")
    assert fingerprint(Simulation(scenario).restore(tmp_path / "half.npz").run()) == fingerprint(straight)
    assert [path.name for path in tmp_path.iterdir()] == ["half.npz"]


@pytest.mark.parametrize("cut", [0, 10, 2_000, -30])
def test_checkpoint__cut_off_is_refused_in_one_message_and_changes_nothing(tmp_path, cut):
    here = Simulation(small("reference")).run(until=2)
    here.checkpoint(tmp_path / "here.npz")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "here.npz").read_bytes()[:cut])
    with pytest.raises(ValueError, match="cut.npz cannot be read: it is no checkpoint, or one that is cut off"):
        here.restore(tmp_path / "cut.npz")
    assert here.now == here.restore(tmp_path / "here.npz").now


def test_checkpoint__restored_in_a_run_that_was_ahead_leaves_nothing_of_it(tmp_path):
    scenario = small("grocery").vary({"metrics.dormant_after_weeks": 4.0})
    here, ahead = Simulation(scenario).run(until=2), Simulation(scenario).run()
    here.checkpoint(tmp_path / "here.npz")
    xr.testing.assert_identical(ahead.restore(tmp_path / "here.npz").results(), here.results())


def test_checkpoint__of_another_seed_is_refused(scenario, tmp_path):
    Simulation(scenario).run(until=1).checkpoint(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="another scenario, seed"):
        Simulation(scenario, seed=2).restore(tmp_path / "a.npz")


CHILD = """
import json, sys
sys.path.insert(0, {tests!r})
from test_equalities import fingerprint, small
from loyaltysim import Simulation
print(json.dumps(fingerprint(Simulation(small({name!r}, n=60, steps=6, burn_in=2)).run())))
"""


def in_a_child(name: str, tests: str, **environment: str) -> str:
    """The fingerprint worked out by another process."""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", CHILD.format(tests=tests, name=name)]
    environment = {**os.environ, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_numba__off_gives_the_same_bits_as_on_and_in_another_process(name, repository):
    tests = str(repository / "tests")
    assert in_a_child(name, tests) == in_a_child(name, tests, NUMBA_DISABLE_JIT="1")


def test_seed__another_one_gives_other_results(scenario):
    assert fingerprint(Simulation(scenario, seed=1).run()) != fingerprint(Simulation(scenario, seed=2).run())


def test_population__the_first_customers_stay_who_they_are_when_it_grows(scenario):
    few, more = Simulation(scenario), Simulation(scenario.vary({"population.n_customers": 400}))
    for name, array in few.world.customers.arrays.items():
        np.testing.assert_array_equal(array, more.world.customers.arrays[name][..., : array.shape[-1]], err_msg=name)


@pytest.mark.parametrize("name", shipped())
def test_shuffle__customers_in_another_order_with_their_keys_and_friends_fare_the_same(name):
    straight, shuffled = (Simulation(small(name)) for _ in range(2))
    order = np.random.default_rng(5).permutation(straight.world.customers.n_customers)
    shuffle(shuffled, order)
    straight.run()
    shuffled.run()
    for state, array in straight.world.customers.arrays.items():
        theirs = shuffled.world.customers.arrays[state]
        if state == "referrer":  # names customers by their rows
            theirs = np.append(order, -1)[theirs]
        np.testing.assert_array_equal(array[..., order], theirs, err_msg=state)
    one, other = straight.results(), shuffled.results()
    for variable in one.data_vars:
        exact = one[variable].dtype.kind == "i"
        tolerance = 0 if exact else 1e-12  # float totals are added in another order
        np.testing.assert_allclose(one[variable], other[variable], rtol=tolerance, err_msg=variable)


def shuffle(simulation: Simulation, order: np.ndarray) -> None:
    """Give every customer another row, with key, traits and friends."""
    customers, world = simulation.world.customers, simulation.world
    for array in (customers.key, customers.segment, *customers.arrays.values()):
        array[...] = array[..., order]
    friends = world.neighbors
    if friends is None or not hasattr(friends, "neighbor"):
        return
    row_of = np.argsort(order)  # where each customer went
    lists = [np.sort(row_of[friends.neighbor[friends.first[i] : friends.first[i + 1]]]) for i in order]
    friends.first[1:] = np.cumsum([len(some) for some in lists])
    friends.neighbor[:] = np.concatenate(lists)
