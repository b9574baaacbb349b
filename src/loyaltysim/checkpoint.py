"""Checkpoints: the whole state of a simulation, to a file and back, or over to another simulation.

All that a run depends on is in named arrays: shared states, arrays that parts own, history, counts so far and the
messages not yet heard. The file is NumPy's npz, without pickled objects, with a text that says whose state it is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from loyaltysim.simulation import Simulation

FORMAT = 1
PILE = ("sender", "brand", "strength", "luck")


def save(simulation: Simulation, path: str | Path) -> None:
    """Write a checkpoint, to a temporary name first, then renamed."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{token_hex(4)}.part")  # `tempfile` would hide it from other users
    try:
        with temporary.open("xb") as file:
            arrays: dict[str, Any] = {"identity": np.array(_identity(simulation)), **_state(simulation)}
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def restore(simulation: Simulation, path: str | Path) -> None:
    """Take over a checkpoint's state. Raises ValueError if it is of another scenario, seed or stack."""
    with np.load(path, allow_pickle=False) as file:
        if "identity" not in file or str(file["identity"]) != _identity(simulation):
            raise ValueError(f"{path} is a checkpoint of another scenario, seed or replications")
        _take(simulation, {name: file[name] for name in file.files})


def copy(source: Simulation, target: Simulation) -> None:
    """Take over the state of another simulation as far as both keep it. Raises ValueError if their markets differ."""
    ours, theirs = source.world, target.world
    if ours.brands != theirs.brands or ours.customers.n_customers != theirs.customers.n_customers:
        raise ValueError("a branch needs the same brands and the same number of customers")
    if source.scenario.burn_in != target.scenario.burn_in:
        raise ValueError("a branch needs the same burn-in")
    _take(target, _state(source))


def _identity(simulation: Simulation) -> str:
    stack = simulation.world.customers.replications
    identity = {"format": FORMAT, "scenario": simulation.scenario.to_toml(), "seed": simulation.seed}
    return json.dumps({**identity, "replications": [stack.start, stack.stop]})


def _state(simulation: Simulation) -> dict[str, np.ndarray]:
    world = simulation.world
    state = {f"customers/{name}": array for name, array in world.customers.arrays.items()}
    state |= {f"own/{name}": array for name, array in world.arrays.items()}
    state |= {f"history/{name}": array for name, array in world.history.arrays.items()}
    for column in PILE:
        columns = [getattr(pile, column)[: pile.n] for pile in world.messages.piles]
        state[f"messages/{column}"] = np.concatenate(columns)
    totals = world.workers[0].totals
    state |= {f"flows/{name}": flow[: simulation.now] for name, flow in totals.split(simulation._flows).items()}
    state["periods"] = np.array(simulation._periods, np.int64)
    measured = max(simulation.now - simulation.calendar.burn_in, 0)
    state |= {"sums": simulation._sums[:measured], "people": simulation._people[:measured]}
    return state | {"now": np.array(simulation.now)}


def _take(simulation: Simulation, state: dict[str, np.ndarray]) -> None:
    world = simulation.world
    simulation.now = int(state["now"])
    rooms = {"customers": world.customers.arrays, "own": world.arrays, "history": world.history.arrays}
    for room, arrays in rooms.items():
        for name, array in arrays.items():
            given = state.get(f"{room}/{name}")
            if given is not None and given.shape == array.shape:
                array[:] = given
    flows = world.workers[0].totals.split(simulation._flows)
    for name, flow in flows.items():
        given = state[f"flows/{name}"][: len(flow)]
        if given.shape[1:] == flow.shape[1:]:
            flow[: len(given)] = given
    simulation._periods = list(state["periods"])
    for name, array in (("sums", simulation._sums), ("people", simulation._people)):
        given = state[name][: len(array)]
        array[: len(given)] = given
    world.messages.clear()
    pile = world.messages.piles[0]
    pile.room_for(len(state["messages/sender"]))
    pile.n = len(state["messages/sender"])
    for column in PILE:
        getattr(pile, column)[: pile.n] = state[f"messages/{column}"]
