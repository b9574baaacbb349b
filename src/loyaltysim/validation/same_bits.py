"""The same numbers, bit for bit: for shuffled customers, in other processes, on more threads, with Numba off."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loyaltysim.customers.network import Neighbors
from loyaltysim.scenario import Scenario
from loyaltysim.simulate import Simulation
from loyaltysim.validation.busy_market import OTHER_KINDS, busy_market
from loyaltysim.validation.target import Check, target

SMALL = {"population.n_customers": 60, "steps": 8}
"""Small enough for plain Python."""
BLOCK = 1024  # rows: the least, one leaf


def markets(customers: int, steps: int) -> dict[str, Scenario]:
    """Two busy markets that together have every kind of needs, satisfaction, bond, talk and influence."""
    busy = busy_market(customers, steps)
    return {"busy market": busy, "its other kinds": busy.vary(OTHER_KINDS)}


def shuffle(simulation: Simulation, order: np.ndarray) -> None:
    """Put customers of one replication in another order, with their keys, segments, states, ledgers and friends.

    Customer `order[i]` moves to row i. A customer's friends keep their order in the list, for a message to one friend
    goes to the one at a place in it.
    """
    world = simulation.world
    customers = world.customers
    for array in (customers.key, customers.segment, *customers.arrays.values(), *world.arrays.values()):
        if array.shape[-1] == customers.rows:
            array[...] = array[..., order]
    network = world.neighbors
    assert isinstance(network, Neighbors) and network.strength is None
    row_of = np.argsort(order)
    degree = network.degree()[order]
    first = np.concatenate([[0], np.cumsum(degree)])
    place = np.repeat(network.first[order] - first[:-1], degree) + np.arange(first[-1])
    world.neighbors = replace(network, first=first, neighbor=row_of[network.neighbor[place]].astype(np.int32))


def fingerprint(simulation: Simulation) -> str:
    """A hash of all counts, shared states and parts' own arrays."""
    digest = hashlib.blake2b(digest_size=16)
    raw, world = simulation.raw(), simulation.world
    arrays = {**raw.flows, **raw.prices, **world.customers.arrays, **world.arrays}
    arrays |= {"periods": raw.periods, "state_sums": raw.state_sums, "state_people": raw.state_people}
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def print_fingerprints() -> None:
    """Print the fingerprints of small markets, for `in_another_process`."""
    print(*(fingerprint(Simulation(market.vary(SMALL), threads=1).run()) for market in markets(60, 8).values()))


def in_another_process(numba: bool) -> list[str]:
    """Fingerprints of small markets from a fresh Python, with Numba on or off."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if numba else "1"}
    code = f"from {__spec__.name} import print_fingerprints; print_fingerprints()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@target(
    "D18d",
    source="metamorphic: the order of customers does not matter",
    says="A busy market's customers are shuffled with their keys, states and friends before the first step.",
)
def shuffled() -> Iterator[Check]:
    """All counts and states are equal, bit for bit; float totals within 1e-12."""
    for name, market in markets(3000, 26).items():
        straight, mixed = Simulation(market), Simulation(market)
        order = np.random.default_rng(18).permutation(straight.world.customers.rows)
        shuffle(mixed, order)
        one, other = straight.run().raw(), mixed.run().raw()
        counts = {**one.flows, "periods": one.periods, "state_people": one.state_people}
        others = {**other.flows, "periods": other.periods, "state_people": other.state_people}
        wrong = [count for count, value in counts.items() if not np.array_equal(value, others[count])]
        yield Check(f"{name}: counts that differ", 0, len(wrong), None, 0, note=", ".join(wrong))
        states = {**straight.world.customers.arrays, **straight.world.arrays}
        moved = {**mixed.world.customers.arrays, **mixed.world.arrays}
        wrong = [state for state, value in states.items() if value.size and not np.array_equal(value[..., order], moved[state])]
        yield Check(f"{name}: states that differ", 0, len(wrong), None, 0, note=", ".join(wrong))
        relative = np.abs(other.state_sums / one.state_sums - 1)
        yield Check(f"{name}: largest relative change of a float total", 0, float(np.nanmax(relative)), None, 1e-12)


@target(
    "D18f",
    source="metamorphic: results depend on scenario and seed alone",
    says="Busy markets in fresh processes, with Numba off, on threads, in small blocks and in a stack.",
)
def same_bits() -> Iterator[Check]:
    """All counts and states are equal, bit for bit."""
    here = [fingerprint(Simulation(market.vary(SMALL), threads=1).run()) for market in markets(60, 8).values()]
    for part, numba in (("another process", True), ("another process with Numba off", False)):
        wrong = sum(a != b for a, b in zip(here, in_another_process(numba), strict=True))
        yield Check(f"markets that differ in {part}", 0, wrong, None, 0)
    for name, market in markets(5000, 8).items():
        alone = fingerprint(Simulation(market, threads=1).run())
        ways = {"blocks of 1,024 rows": (BLOCK, 1), "2 threads": (BLOCK, 2), "3 threads": (BLOCK, 3)}
        wrong_ways = [
            way for way, (block, threads) in ways.items()
            if fingerprint(Simulation(market, threads=threads, block_size=block).run()) != alone
        ]  # fmt: skip
        yield Check(f"{name}: ways to cut the work that differ", 0, len(wrong_ways), None, 0, note=", ".join(wrong_ways))
        stacked, second = Simulation(market, replications=range(2)).run(), Simulation(market, replications=range(1, 2)).run()
        rows = stacked.world.customers.rows_of(1)
        wrong_states = [
            state for state, value in stacked.world.customers.arrays.items()
            if not np.array_equal(value[..., rows], second.world.customers.arrays[state])
        ]  # fmt: skip
        note = ", ".join(wrong_states)
        yield Check(f"{name}: states of replication 1 that differ in a stack", 0, len(wrong_states), None, 0, note=note)
