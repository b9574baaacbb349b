"""In a round that a routine repeats kernels alone touch arrays, and nothing else of Python is changed.

What Python and NumPy do there would not be repeated.
"""

import dataclasses
import sys
import types
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import loyaltysim
from loyaltysim import Simulation, load
from loyaltysim import routine as house
from loyaltysim.recording import Recording, ToCome
from loyaltysim.validation.same_bits import markets
from loyaltysim.word_of_mouth.influence import Inbox, OnHeard

MAY = {
    "programs/counting.py": "list prices as they are planned stay what they are",
    "programs/tiers.py": "so does what tiers cost",
    "levers/advertising.py": "whether advertising is in mind is the phase of a step",
}
"""Files whose Python looks at arrays in a round, and why it may."""
LOOKS = """__bool__ __int__ __float__ __index__ __iter__ __contains__ item tolist copy fill sum any all min max mean
cumsum argsort nonzero astype take put repeat sort round searchsorted clip ravel flatten tobytes""".split()
PACKAGE = Path(loyaltysim.__file__).parent


class Told(AssertionError):
    """What no code of the package did, and yet was told of."""


def tell(what: str) -> None:
    """Note who of the package does this during a recording: the file, and the line."""
    if Recording.now is None:
        return
    frame = sys._getframe(2)
    while not Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
        if frame.f_back is None:
            raise Told(what)
        frame = frame.f_back
    file = Path(frame.f_code.co_filename).relative_to(PACKAGE).as_posix()
    Guarded.told[file].add(f"line {frame.f_lineno}: {what}")


class Guarded(np.ndarray):
    """An array, and all that are parts of it, that tells who looks at it or writes to it during a recording."""

    told: ClassVar[defaultdict] = defaultdict(set)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        tell(ufunc.__name__)
        if out is not None:
            settings["out"] = tuple(map(unguarded, out))
        return getattr(ufunc, method)(*map(unguarded, inputs), **settings)

    def __array_function__(self, function, *rest):
        tell(function.__name__)
        return super().__array_function__(function, *rest)

    def __setitem__(self, key, value):
        tell("[…] = …")
        super().__setitem__(key, value)

    def __getitem__(self, key):
        found = super().__getitem__(key)
        if not isinstance(found, np.ndarray) or isinstance(key, (np.ndarray, list)):
            tell("[…]")
        return found


def _telling(name):
    def method(self, *arguments, **settings):
        tell(name)
        return getattr(np.ndarray, name)(self, *arguments, **settings)

    return method


for _name in LOOKS:
    setattr(Guarded, _name, _telling(_name))


def unguarded(value):
    """The same memory as an array of no special kind."""
    return value.view(np.ndarray) if isinstance(value, Guarded) else value


def guard_attributes(kind: type, patch: pytest.MonkeyPatch) -> None:
    """Let objects of a class tell who sets an attribute during a recording; stand-ins for arguments have another class.

    Settings cannot be set at all.
    """
    if kind.__setattr__ is object.__setattr__:

        def set_and_tell(self, name, value):
            if sys._getframe(1).f_code.co_name != "__init__":  # what a round makes for itself may get its attributes
                tell(f".{name} = …")
            object.__setattr__(self, name, value)

        patch.setattr(kind, "__setattr__", set_and_tell)


def guard(thing, told: dict, patch: pytest.MonkeyPatch):
    """Guard all arrays and attributes that an object of the package holds, however deep.

    Returns what takes its place.
    """
    if id(thing) in told:
        return told[id(thing)][1]
    assert not isinstance(thing, ToCome)
    guarded = thing.view(Guarded) if type(thing) is np.ndarray and thing.dtype != object else thing
    told[id(thing)] = thing, guarded  # the thing, so that no other one gets its id
    if isinstance(thing, dict):
        thing.update({key: guard(value, told, patch) for key, value in list(thing.items())})
    elif isinstance(thing, list):
        thing[:] = [guard(value, told, patch) for value in thing]
    elif type(thing) is tuple:
        guarded = tuple(guard(value, told, patch) for value in thing)
        told[id(thing)] = thing, guarded
    elif isinstance(thing, types.MethodType):
        guard(thing.__self__, told, patch)
    elif type(thing).__module__.startswith("loyaltysim.") and not isinstance(thing, type):
        guard_attributes(type(thing), patch)
        fields = [one.name for one in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
        for name in {*getattr(thing, "__dict__", ()), *fields}:
            value = getattr(thing, name)
            if (new := guard(value, told, patch)) is not value:
                object.__setattr__(thing, name, new)
    return guarded


MARKETS = {
    **markets(customers=200, steps=16),
    **{name: load(name) for name in ("reference", "grocery", "coffee", "telco")},
}


def told_of(market, monkeypatch) -> dict[str, set[str]]:
    """Who touches arrays or sets attributes in the rounds of a market that are recorded: lines by file."""
    for setting in ("WORTH_RECORDING", "WORTH_COMPILING"):
        monkeypatch.setattr(house, setting, 0)
    monkeypatch.setattr(house, "believed", set())
    Guarded.told.clear()
    small = {"population.n_customers": 200, "steps": 16, "metrics.reasons": True}
    small |= {"metrics.period_steps": 4, "metrics.states_every": 4, "burn_in": min(market.burn_in, 2)}
    simulation = Simulation(market.vary(small))
    guard(simulation, {}, monkeypatch)
    simulation.run()
    assert any(one.repeats for worker in simulation.world.workers for one in worker.routines.values())
    guard(simulation, {}, monkeypatch)  # nobody keeps what was to come
    return {file: found for file, found in Guarded.told.items() if file not in MAY}


@pytest.mark.slow
@pytest.mark.parametrize("name", MARKETS)
def test_round__touches_arrays_by_kernels_alone_and_changes_nothing_else(name, monkeypatch):
    assert told_of(MARKETS[name], monkeypatch) == {}


@pytest.mark.slow
def test_guard__tells_of_a_counter_in_a_round(monkeypatch):
    def settle(self, own, world, shoppers):
        own.count += 1

    monkeypatch.setattr(Inbox, "count", 0, raising=False)
    monkeypatch.setattr(OnHeard, "settle", settle)
    told = told_of(load("grocery"), monkeypatch)
    assert {file: {line.partition(": ")[2] for line in lines} for file, lines in told.items()} == {
        "rounds.py": {".count = …"}
    }


def test_guard__tells_of_whatever_looks():
    ours = np.arange(6.0).reshape(2, 3).view(Guarded)
    looks = (
        lambda: ours + 1, lambda: np.add(1, ours), lambda: ours[0, 1], lambda: ours[0][1], lambda: ours[[0, 1]],
        lambda: ours.T.sum(), lambda: bool(ours[:1, 0]), lambda: np.concatenate([ours]), lambda: ours.fill(0),
        lambda: ours.__setitem__(0, 1), lambda: np.zeros((2, 3)).__iadd__(ours), lambda: ours == 1,
        lambda: list(ours[0]),
    )  # fmt: skip
    for look in looks:
        look()  # nobody records
        with Recording().listen(), pytest.raises(Told):
            look()
    with Recording().listen():
        assert ours[:, 1:].T.shape == (2, 2)
