"""Checkpoints: the whole state of a simulation, to a file and back, or over to another simulation.

All that a run depends on is in named arrays: shared states, arrays that parts own, history, counts so far and the
messages not yet heard. The file is NumPy's npz, without pickled objects, with a text that says whose state it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.customers.fields import FIELDS
from loyaltysim.opening import build_network
from loyaltysim.results import lever_names, source_hash
from loyaltysim.totals import BY_LEVER, BY_PROGRAM
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    from loyaltysim.simulation import Simulation

FORMAT = 1
PILE = ("sender", "brand", "strength", "luck")


def save(simulation: Simulation, path: str | Path) -> None:
    """Write a checkpoint, to a temporary name first, then renamed."""
    arrays: dict[str, Any] = {"identity": np.array(_identity(simulation)), **state_of(simulation)}
    with whole_file(path) as temporary, temporary.open("xb") as file:
        np.savez(file, **arrays)


def restore(simulation: Simulation, path: str | Path) -> None:
    """Take over a checkpoint's state.

    Raises ValueError if it is of another scenario, seed, stack or version, or is cut off or damaged; OSError if it
    cannot be opened. Nothing is taken over then.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
    except OSError:
        raise
    except Exception:  # what a broken archive raises is of many kinds
        raise ValueError(f"{path} cannot be read: it is no checkpoint, or one that is cut off or damaged") from None
    if str(state.get("identity")) != _identity(simulation):
        raise ValueError(f"{path} is a checkpoint of another scenario, seed, replications or version")
    world = simulation.world
    for name in [name for name in world.carried if f"own/{name}" not in state]:  # of a branch; no part asks for it here
        world.carried.remove(name)
        del world.arrays[name]
    take_over(simulation, state)


def copy(source: Simulation, target: Simulation) -> None:
    """Take over the state of another simulation as far as both keep it.

    Traits stay the target's own, but for those that a part changes: what invitations made of tastes is taken over.
    A program goes on where the target has one of the same kind at the same place among those of its brand. Any other
    begins anew, and one that is gone leaves neither members nor entries in the books.

    Raises ValueError if their brands, segments, customers, network, burn-in or periods differ.
    """
    ours, theirs = source.scenario, target.scenario
    same = {
        "brands": tuple(ours.brands) == tuple(theirs.brands),
        "segments": ours.segment_names == theirs.segment_names,
        "number of customers": ours.population.n_customers == theirs.population.n_customers,
        "network": ours.network == theirs.network,
        "burn-in": ours.burn_in == theirs.burn_in,
        "periods": ours.metrics.period_steps == theirs.metrics.period_steps,
    }
    differing = [name for name, equal in same.items() if not equal]
    if differing:
        raise ValueError(f"a branch needs the same {', '.join(differing)}")
    state = state_of(source)
    kept = source.world.kept & target.world.kept  # tastes, where invitations make friends alike
    traits = [name for name, field in FIELDS.items() if field.owner == "population" and name not in kept]
    for name in traits:
        state.pop(f"customers/{name}", None)
    kinds, goes_on = _kinds(source), _kinds(target)
    ended = {label for label, (_, kind) in kinds.items() if goes_on.get(label, (0, ""))[1] != kind}
    state = {name: array for name, array in state.items() if _program_of(name) not in ended}
    take_over(target, state)
    for program, own in target.schedule.programs:
        program.take_over(own)
    known = "customers/member" in state
    _remember_members(target, {kinds[label][0] for label in ended} if known else set(range(len(ours.brands))))
    for name in target.world.clocks:
        if f"own/{name}" not in state:
            target.world.arrays[name][:] = source.now
    for name in target.world.history.arrays:
        if f"history/{name}" not in state:
            target.world.history.begin(name, state["customers/tried"], source.now)
    customers = target.world.customers
    if customers.has("seen") and "customers/seen" not in state:
        customers.arrays["seen"][:] = source.now
    if customers.has("contract") and "customers/contract" not in state and source.now:
        customers.arrays["contract"][:] = FIELDS["contract"].off  # a contract begins with a purchase
    if customers.has("entered") and "customers/entered" not in state and source.now:
        customers.arrays["entered"][:] = FIELDS["entered"].off  # nobody was a prospect


def pieces(simulation: Simulation) -> tuple[Any, ...]:
    """How `copy` and `pickle` make another of a simulation: opened anew, in this one's state.

    Files that the scenario names are read again. Whoever watches the simulation does not watch the other.
    Raises TypeError if it keeps a log, which is no part of the state.
    """
    if simulation.transactions is not None:
        raise TypeError("a simulation that keeps a log of purchases cannot be copied")
    stack, threads = simulation.world.customers.replications, len(simulation.world.workers)
    return _put_together, (type(simulation), simulation.scenario, simulation.seed, threads, stack, state_of(simulation))


def _put_together(  # type: ignore[no-untyped-def]
    kind: type[Simulation], scenario, seed: int, threads: int, stack: range, state: dict[str, np.ndarray]
) -> Simulation:
    simulation = kind(scenario, seed=seed, threads=threads, replications=stack)
    take_over(simulation, state)
    return simulation


def _identity(simulation: Simulation) -> str:
    stack = simulation.world.customers.replications
    identity = {"format": FORMAT, "scenario": simulation.scenario.to_toml(), "seed": simulation.seed}
    identity["source"] = source_hash()  # another version would not go on in the same way
    return json.dumps({**identity, "replications": [stack.start, stack.stop]})


def state_of(simulation: Simulation) -> dict[str, np.ndarray]:
    """Everything that the rest of the run depends on, by name; arrays are the simulation's own.

    Raises RuntimeError within a step.
    """
    simulation.check_whole()
    world = simulation.world
    state = {f"customers/{name}": array for name, array in world.customers.arrays.items()}
    state |= {f"own/{name}": array for name, array in world.arrays.items()}
    state["carried"] = np.array(world.carried, np.str_)
    state |= {f"history/{name}": array for name, array in world.history.arrays.items()}
    for column in PILE:
        columns = [getattr(pile, column)[: pile.n] for pile in world.messages.piles]
        state[f"messages/{column}"] = np.concatenate(columns)
    totals, labels = world.workers[0].totals, _labels(simulation)
    for name, flow in totals.split(simulation._flows).items():
        if name in labels:  # by the part's own name, since another scenario may number them otherwise
            state |= {f"flows/{name}/{label}": flow[: simulation.now, ..., p] for p, label in enumerate(labels[name])}
        else:
            state[f"flows/{name}"] = flow[: simulation.now]
    state["periods"] = np.array(simulation._periods, np.int64)
    measured = max(simulation.now - simulation.calendar.burn_in, 0)
    state |= {"sums": simulation._sums[:measured], "people": simulation._people[:measured]}
    state["gone"] = simulation._gone[:measured]
    state |= {f"prices/{name}": prices[:measured] for name, prices in simulation._prices.items()}
    state["messages/public"] = world.messages.public()
    return state | {"now": np.array(simulation.now)}


def take_over(simulation: Simulation, state: dict[str, np.ndarray]) -> None:
    """Write a state into a simulation, as far as it keeps the same."""
    world = simulation.world
    for worker in world.workers:
        worker.routines.clear()  # other arrays may be carried from here on
        worker.totals.all[:] = 0  # what an interrupted step left
    world.touches.clear()
    simulation.now, simulation._within = int(state["now"]), False
    for name in map(str, state["carried"]):
        if name not in world.arrays:
            world.own(name, state[f"own/{name}"].shape, state[f"own/{name}"].dtype.type, carried=True)
    rooms = {"customers": world.customers.arrays, "own": world.arrays, "history": world.history.arrays}
    for room, arrays in rooms.items():
        for name, array in arrays.items():
            given = state.get(f"{room}/{name}")
            if given is not None and given.shape == array.shape:
                array[:] = given
    simulation._flows[:] = 0  # steps beyond the checkpoint add to what is there
    flows = world.workers[0].totals.split(simulation._flows)
    labels = _labels(simulation)
    for name, flow in flows.items():
        if name in labels:
            for p, label in enumerate(labels[name]):
                if f"flows/{name}/{label}" in state:
                    given = state[f"flows/{name}/{label}"][: len(flow)]
                    flow[: len(given), ..., p] = given
        else:
            given = state[f"flows/{name}"][: len(flow)]
            if given.shape[1:] == flow.shape[1:]:  # reasons may be asked for in one of the two alone
                flow[: len(given)] = given
    simulation._periods = list(state["periods"])
    kept: dict[str, tuple[np.ndarray, Any]] = {  # and what stands for steps that are yet to come
        "sums": (simulation._sums, np.nan), "people": (simulation._people, 0), "gone": (simulation._gone, np.nan)
    }  # fmt: skip
    for name, prices in simulation._prices.items():
        kept[f"prices/{name}"] = prices, simulation._planned(getattr(world.market.plan, name))
    for name, (array, to_come) in kept.items():
        given = state[name][: len(array)]
        array[:] = to_come
        array[: len(given)] = given
    world.messages.clear()
    pile = world.messages.piles[0]
    pile.room_for(len(state["messages/sender"]))
    pile.n = len(state["messages/sender"])
    pile.public[:] = state["messages/public"]
    for column in PILE:
        getattr(pile, column)[: pile.n] = state[f"messages/{column}"]
    if world.turnover is not None:
        before = max(simulation.now - 1, 0)
        if before < world.turnover.step:
            world.neighbors = build_network(simulation.scenario, world.customers, simulation.seed)
            world.turnover.step = 0
        world.turnover.bring(world.neighbors, before)


def _labels(simulation: Simulation) -> dict[str, list[str]]:
    """Of each flow by program or lever: the programs by brand and number within the brand, the levers by name."""
    programs, levers = list(_kinds(simulation)), lever_names(simulation.scenario)
    return {name: programs for name in BY_PROGRAM} | {name: levers for name in BY_LEVER}


def _kinds(simulation: Simulation) -> dict[str, tuple[int, str]]:
    """Each program's brand, by its number, and kind."""
    names = list(simulation.scenario.brands)
    return {
        f"{name}.{number}": (names.index(name), program.kind) for name, number, program in simulation.scenario.programs
    }


def _program_of(name: str) -> str:
    """Which program an entry of a state belongs to; empty if to none."""
    room, _, rest = name.partition("/")
    if room == "own" and rest.startswith("program."):
        return rest.removeprefix("program.").rpartition(".")[0]
    flow, _, label = rest.partition("/")
    return label if room == "flows" and flow in BY_PROGRAM else ""


def _remember_members(simulation: Simulation, brands: set[int]) -> None:
    """Let the customers' bits of some brands say who is in one of their programs."""
    world = simulation.world
    if not world.customers.has("member"):
        return
    bits = world.customers.arrays["member"]
    for brand in brands:
        bits &= ~(np.uint32(1) << np.uint32(brand))
    for _, own in simulation.schedule.programs:
        if own.brand in brands:
            bits |= (own.member != 0).astype(np.uint32) << np.uint32(own.brand)
