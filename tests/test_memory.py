"""Memory: what is told beforehand is what is taken."""

import numpy as np
import pytest

from loyaltysim import memory
from loyaltysim.faults import ScenarioError
from loyaltysim.loading import load
from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import shipped
from loyaltysim.simulation import Simulation
from loyaltysim.slab import LINE, PIECE
from loyaltysim.validation.busy_market import FULL, busy_market


def arrays_in(value, seen):
    """Every array that can be reached from a value, once."""
    if id(value) in seen or isinstance(value, (str, int, float, type)):
        return
    seen[id(value)] = value
    if isinstance(value, np.ndarray):
        if value.base is None or value.base.shape == (PIECE + LINE,):  # no part of another but a slab's piece
            yield value
        return
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple, set)) else []
    for one in [*inside, *getattr(value, "__dict__", {}).values()]:
        yield from arrays_in(one, seen)


def with_everything(n_brands):
    """A market with all that there is, and so many brands, each with a program."""
    document = busy_market(100, 13).vary({**FULL, "accounts.by_customer": True}).document()
    names = [f"Brand {number}" for number in range(n_brands - len(document["brands"]))]
    return Scenario.from_document(
        {**document, "brands": {**document["brands"], **dict.fromkeys(names, document["brands"]["Ours"])}}
    )


MARKETS = {**{name: load(name) for name in shipped()}, **{f"{n} brands": with_everything(n) for n in (3, 32)}}


@pytest.mark.parametrize("name", MARKETS)
def test_expected__covers_the_arrays_of_customers_and_network(name):
    scenario = MARKETS[name]
    if scenario.behavior.needs.kind != "panel":
        scenario = scenario.vary(
            {"population.n_customers": 70_000, "steps": 1, "burn_in": 0, "metrics.period_steps": 0}
        )
    rows = scenario.population.n_customers  # more than a block, so that a worker's scratch does not count
    world = Simulation(scenario, threads=1).world
    by_row = [array for array in arrays_in(world, {}) if rows in array.shape]
    need = memory.expected_need(scenario)
    assert sum(array.nbytes for array in by_row) <= need.customers <= 1.3 * sum(array.nbytes for array in by_row)
    if world.neighbors is not None:
        assert world.neighbors.bytes <= need.network <= 3 * world.neighbors.bytes
    assert memory.bytes_per_row(scenario) < memory.surely_per_row(scenario) / 2  # what is added by and by fits, too


def test_expected__grows_with_customers_replications_and_steps():
    small = load("grocery")
    more = small.vary({"population.n_customers": 20_000})
    one, two = memory.expected_need(small), memory.expected_need(more)
    assert two.customers == pytest.approx(2 * one.customers) and two.network == pytest.approx(2 * one.network, rel=0.01)
    assert memory.expected_need(small, 3).customers == 3 * one.customers
    assert memory.expected_need(small, 1, 5).results == pytest.approx(5 * one.results, rel=0.01)


def test_check__refuses_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2 * memory.FIXED)
    scenario = load("reference").vary({"population.n_customers": 50_000_000, "network.mean_degree": 4})
    monkeypatch.setattr("loyaltysim.simulation.open_market", lambda *args: pytest.fail("opened"))
    monkeypatch.setattr(memory, "bytes_per_row", lambda scenario: 70.0)
    with pytest.raises(
        ScenarioError, match=r"^population.n_customers: the run needs about 6\.4 GB of memory \(3\.5 GB for"
    ):
        Simulation(scenario)
    with pytest.raises(ScenarioError, match=r"^steps: the run needs about .* for results"):
        replicate(scenario.vary({"population.n_customers": 11, "steps": 1_000_000}), replications=100)


def test_check__where_nobody_knows_what_is_free_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    memory.check_memory(load("reference").vary({"population.n_customers": 100_000_000}), 1)


def test_available__is_told_here():
    assert 10**8 < memory.available_bytes() < 10**14


@pytest.mark.parametrize(
    ("size", "text"), [(1.234e12, "1.2 TB"), (23e9, "23 GB"), (4.56e6, "4.6 MB"), (123e6, "123 MB"), (2e5, "0.2 MB")]
)
def test_size__is_for_reading(size, text):
    assert memory.size_text(size) == text
