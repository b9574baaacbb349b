"""The same numbers, bit for bit: for shuffled customers, in other processes, on more threads, with Numba off."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from loyaltysim.customers.network import Neighbors
from loyaltysim.results import Raw
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.busy_market import CONTRACTS, FULL, LEVERED, NEWCOMERS, OTHER_KINDS, PROGRAMS, busy_market
from loyaltysim.validation.target import Check, target

SMALL = (300, 13)
"""Customers and steps that plain Python runs in a second."""
LEAF = 1024
"""The smallest block, in rows."""
TIES = {"kind": "ties", "p": 1.0, "q": 0.5}


def markets(customers: int, steps: int) -> dict[str, Scenario]:
    """Busy markets that together have all kinds of needs, feelings, lapse, talk, coming, programs and levers."""
    busy = busy_market(customers, steps)
    others: dict[str, dict[str, Any]] = {"other kinds": OTHER_KINDS, "everything on": FULL, "contracts": CONTRACTS}
    others["newcomers"], others["programs"], others["levers"] = NEWCOMERS, PROGRAMS, LEVERED
    others["newcomers, each tie a chance"] = {**NEWCOMERS, "word_of_mouth.acquisition": TIES}
    return {"busy market": busy, **{name: busy.vary(changes) for name, changes in others.items()}}


def shuffle(simulation: Simulation, order: np.ndarray) -> None:
    """Put customers of one replication in another order, with their keys, segments, states, ledgers and friends.

    Customer `order[i]` moves to row i. A customer's friends keep their order in the list, for a message to one friend
    goes to the one at a place in it.
    """
    world = simulation.world
    customers = world.customers
    arrays: list[np.ndarray] = [customers.key, customers.segment, *_arrays(simulation).values()]
    if world.silent is not None:
        arrays.append(world.silent)
    for array in arrays:
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
    raw = simulation.raw()
    arrays = {**_arrays(simulation), **_counts(raw), **raw.prices, "state_sums": raw.state_sums}
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def small_fingerprints() -> list[str]:
    """Fingerprints of small markets, made in this process."""
    return [fingerprint(Simulation(market, threads=1).run()) for market in markets(*SMALL).values()]


def in_another_process(numba: bool) -> list[str]:
    """Fingerprints of small markets from a fresh Python, with Numba on or off."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if numba else "1"}
    code = f"from {__name__} import small_fingerprints; print(*small_fingerprints())"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@target(
    "D18d",
    source="metamorphic: the order of customers does not matter",
    says="A busy market's customers are shuffled with their keys, states and friends before the first step.",
)
def shuffled() -> Iterator[Check]:
    """All counts and states are equal, bit for bit; float totals within 1e-12."""
    for name, market in markets(customers=3000, steps=26).items():
        straight, mixed = Simulation(market), Simulation(market)
        order = np.random.default_rng(18).permutation(straight.world.customers.rows)
        shuffle(mixed, order)
        one, other = straight.run().raw(), mixed.run().raw()
        wrong = _different(_counts(one), _counts(other))
        yield Check(f"{name}: counts that differ", 0, len(wrong), None, 0, note=", ".join(wrong))
        states = {state: array[..., order] for state, array in _by_customer(straight).items()}
        if "referrer" in states:  # names customers by their rows
            row_of = np.append(np.argsort(order), -1)  # -1, nobody, stays -1
            states["referrer"] = row_of[states["referrer"]]
        wrong = _different(states, _arrays(mixed))
        yield Check(f"{name}: states that differ", 0, len(wrong), None, 0, note=", ".join(wrong))
        before, after = (np.nan_to_num(raw.state_sums, nan=-1.0) for raw in (one, other))  # NaN: nobody keeps the state
        relative = np.abs(after - before) / np.maximum(np.abs(before), 1.0)
        yield Check(f"{name}: largest relative change of a float total", 0, float(relative.max()), None, 1e-12)


@target(
    "D18f",
    source="metamorphic: results depend on scenario and seed alone",
    says="Busy markets in fresh processes, with Numba off, on threads, in small blocks and in a stack.",
)
def same_bits() -> Iterator[Check]:
    """All counts and states are equal, bit for bit."""
    here = small_fingerprints()
    for part, numba in (("another process", True), ("another process with Numba off", False)):
        differ = sum(a != b for a, b in zip(here, in_another_process(numba), strict=True))
        yield Check(f"markets that differ in {part}", 0, differ, None, 0)
    for name, market in markets(customers=5000, steps=8).items():
        alone = fingerprint(Simulation(market, threads=1).run())
        for threads in (1, 2, 3):
            cut = fingerprint(Simulation(market, threads=threads, block_size=LEAF).run())
            part = f"{name}: differs in blocks of {LEAF} rows, threads {threads}"
            yield Check(part, 0, int(cut != alone), None, 0)
        stack, single = (Simulation(market, replications=some).run() for some in (range(2), range(1, 2)))
        rows = stack.world.customers.rows_of(1)
        stacked = {state: array[..., rows] for state, array in _by_customer(stack).items()}
        if "referrer" in stacked:  # names customers by their rows
            stacked["referrer"] = np.maximum(stacked["referrer"] - rows.start, -1)
        stacked |= {count: array[:, 1:] for count, array in stack.raw().flows.items()}
        wrong = _different(stacked, {**_arrays(single), **single.raw().flows})
        note = ", ".join(wrong)
        yield Check(f"{name}: what differs in a stack of two replications", 0, len(wrong), None, 0, note=note)


def _arrays(simulation: Simulation) -> dict[str, np.ndarray]:
    """Shared states and parts' own arrays; customers are the last axis."""
    return {**simulation.world.customers.arrays, **simulation.world.arrays}


def _by_customer(simulation: Simulation) -> dict[str, np.ndarray]:
    """Those of them that have a number for each customer."""
    arrays = _arrays(simulation)
    return {name: array for name, array in arrays.items() if array.shape[-1] == simulation.world.customers.rows}


def _counts(raw: Raw) -> dict[str, np.ndarray]:
    return {**raw.flows, "periods": raw.periods, "state_people": raw.state_people}


def _different(some: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> list[str]:
    """Names of arrays that are not the same."""
    return [name for name, array in some.items() if not np.array_equal(array, others[name])]
