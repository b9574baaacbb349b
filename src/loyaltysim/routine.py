"""Routines: what Python calls round after round, recorded once and then repeated without Python.

A round is some dozens of small kernels, called one after the other on the same arrays. Around each call Python works
out what to hand over and takes it out of its boxes, which with few customers costs more than the kernels. So a routine
lets its function run once on stand-ins, whose varying numbers and arrays are only *to come*. Kernels are noted
meanwhile instead of run; a short piece of machine code that makes the noted calls is what is repeated.

Whatever looks at what is to come (`if n:`, `array[:n]`, `n + 1`) raises an error, and stays Python. A recording is
believed when a second one, of a later call, equals it: arrays that are made anew each time and settings that change
show there. What may change later still belongs to the `phase` of a step (`schedule.py`), for each of which there is a
routine.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.core.registry import CPUDispatcher

from loyaltysim.jit import Kernel
from loyaltysim.machine_code import RESULTS, SHAPE, Call, machine_code

PLAIN = {int: types.int64, float: types.float64, bool: types.boolean}

REST = 2
"""Calls of a routine that Python makes before it is recorded: parts ask for columns in the first."""
FEW, MANY = 40, 400
"""Calls from which recording is worth its time, and machine code that nobody has yet (measured: .3 and 50 ms)."""


class Unrepeatable(TypeError):
    """Something that machine code could not repeat."""


class ToCome:
    """A number or an array that is known only when the routine runs: kernels take it, Python cannot look at it."""

    __slots__ = ("place", "type", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, place: int, type_: types.Type, value: int | None = None) -> None:
        self.place, self.type, self.value = place, type_, value

    def _refuse(self, *_: object) -> Any:
        raise Unrepeatable("Python looks at what is not known yet")

    __bool__ = __eq__ = __ne__ = __array__ = __len__ = __getitem__ = _refuse


def is_zero(number: Any) -> bool:
    """Whether a number is 0 for certain: a shortcut around calls that would have nothing to do."""
    return not isinstance(number, ToCome) and number == 0


def known(step: int) -> int:
    """The step itself, for what Python decides by it: something that the phase of a step tells, too."""
    return step.value if isinstance(step, ToCome) else step


class Recording:
    """Calls of kernels, and the words of memory in which they find their arguments."""

    lock = threading.RLock()
    now: Recording | None = None
    """The one that is being made."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.words: list[int] = []
        self.arrays: list[np.ndarray] = []
        """All that are called with, so that none is gone while its address is in use."""
        self.calls: list[Call] = []
        self._places: dict[tuple[Any, ...], int] = {}

    @contextmanager
    def listen(self) -> Iterator[None]:
        """Kernels that this thread calls meanwhile are noted."""
        with Recording.lock:
            Recording.now, Kernel.__call__ = self, _note_or_run
            try:
                yield
            finally:
                Recording.now = None
                del Kernel.__call__  # from now on calls go straight to Numba again

    def note(self, kernel: Any, arguments: tuple[Any, ...]) -> ToCome | None:
        """Note a call; returns what it returns, to come."""
        asked = tuple([_type_of(one) for one in arguments])
        address, result = _entry(kernel, asked)
        given = tuple([self._argument(one, type_) for one, type_ in zip(arguments, asked)])
        returns = result is not types.none
        place = self.add(0) if returns else -1
        self.calls.append(Call(address, given, place, RESULTS[str(result)]))
        return ToCome(place, result) if returns else None

    def add(self, *words: int) -> int:
        """Write words; returns the place of the first."""
        self.words += words
        return len(self.words) - len(words)

    def _argument(self, value: Any, type_: types.Type) -> tuple[str, int, int]:
        if isinstance(type_, types.Array):
            return "array", value.place if isinstance(value, ToCome) else self._place_of(value), type_.ndim
        if isinstance(value, ToCome):
            return RESULTS[str(type_)], value.place, 0
        if isinstance(type_, types.Boolean):
            return "i8", self.add(int(value)), 0
        if isinstance(type_, types.Integer):
            return f"i{type_.bitwidth}", self.add((int(value) + 2**63) % 2**64 - 2**63), 0  # type: ignore[attr-defined]
        if isinstance(type_, types.Float):
            bits = np.array(value, f"f{type_.bitwidth // 8}").view(f"i{type_.bitwidth // 8}")
            return "float" if type_.bitwidth == 32 else "double", self.add(int(bits)), 0
        if isinstance(type_, types.UniTuple) and type_.dtype is types.int64:  # type: ignore[attr-defined]
            return "tuple", self.add(*value), len(value)
        raise Unrepeatable(f"an argument of type {type_}")

    def _place_of(self, array: np.ndarray) -> int:
        key = (array.__array_interface__["data"][0], array.shape, array.strides)
        if key not in self._places:
            self._places[key] = self.add(*words_of(array))
        self.arrays.append(array)
        return self._places[key]


def words_of(array: np.ndarray) -> tuple[int, ...]:
    """By what compiled code knows an array."""
    return (array.__array_interface__["data"][0], array.size, array.itemsize, *array.shape, *array.strides)


def _type_of(value: Any) -> types.Type:
    """The type by which Numba knows an argument."""
    if isinstance(value, ToCome):
        return value.type
    if not isinstance(value, np.ndarray):
        return PLAIN[type(value)] if type(value) in PLAIN else numba.typeof(value)
    kind = (value.dtype, value.ndim, value.flags.num)
    if kind not in _array_types:
        _array_types[kind] = numba.typeof(value)
    return _array_types[kind]


_array_types: dict[tuple[np.dtype, int, int], types.Type] = {}
_entries: dict[tuple[Any, ...], tuple[int, types.Type]] = {}


def _entry(kernel: Any, asked: tuple[types.Type, ...]) -> tuple[int, types.Type]:
    """The address of a kernel for arguments of some types, and the type of what it returns."""
    key = (kernel, *[one._code for one in asked])  # type: ignore[attr-defined]
    if key not in _entries:
        if asked not in kernel.overloads:
            kernel.compile(asked)
        compiled = kernel.overloads[asked]
        result = compiled.signature.return_type
        if str(result) not in RESULTS:
            raise Unrepeatable(f"{kernel.__name__} returns {result}")
        _entries[key] = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name), result
    return _entries[key]


def _note_or_run(kernel: Any, *arguments: Any, **named: Any) -> Any:
    recording = Recording.now
    if recording is None or recording.thread != threading.get_ident():
        return CPUDispatcher.__call__(kernel, *arguments, **named)
    if named:
        raise Unrepeatable("a kernel is called with names")
    return recording.note(kernel, arguments)


believed: set[tuple[Call, ...]] = set()
"""Calls of which two recordings were equal, in this process: one is enough from then on."""


class Routine:
    """A function of one worker that is called again and again.

    Parameters
    ----------
    function : what to do; its arguments are whole numbers, or objects of which some attributes differ from call to call
    varying : for each argument, the names of attributes that are whole numbers or arrays and differ; None for a number.
        Attributes that the function sets are set by the routine, too.
    calls : how often it will be called yet, about

    Attributes
    ----------
    refused : why it is left to Python for good; None if it is not
    """

    by_hand = 0
    """Calls of all routines that Python made so far."""

    def __init__(self, function: Callable[..., None], *varying: tuple[str, ...] | None, calls: int = MANY) -> None:
        self.function, self.varying, self.calls = function, varying, calls
        self._rest = REST
        self.refused: Exception | None = None
        self._first: Recorded | None = None
        self._run: Callable[..., None] | None = None

    def __call__(self, *arguments: Any) -> None:
        """Do it: by machine code, where there is any."""
        if self._run is None and self.refused is None:
            self._prepare(arguments)
        (self._run or self.function)(*arguments)

    @property
    def repeats(self) -> bool:
        """Whether machine code does it."""
        return self._run is not None

    def _prepare(self, arguments: tuple[Any, ...]) -> None:
        """Record, or compare with what was recorded, once the function has been called often enough."""
        self._rest -= 1
        Routine.by_hand += 1
        if self._rest >= 0 or self.calls < FEW or (self.calls < MANY and Routine.by_hand < MANY):
            return
        try:
            made = Recorded(self.function, self.varying, arguments)
            if self._first is not None and self._first != made:
                raise Unrepeatable("two recordings differ")
            calls = tuple(made.recording.calls)
            if self._first is not None or calls in believed:
                believed.add(calls)
                self._run = made.ready()
            self._first = made
        except Exception as why:  # whatever it is: Python does it now, and says so if it is a fault
            self.refused = why


class Recorded:
    """What a function did with stand-ins for some arguments."""

    def __init__(
        self, function: Callable[..., None], varying: tuple[tuple[str, ...] | None, ...], arguments: tuple[Any, ...]
    ) -> None:
        self.recording = recording = Recording()
        self.numbers: list[tuple[int, int, str | None]] = []
        """Of each number that differs: the place of its word, which argument it is of, and by what name."""
        self.arrays: list[tuple[int, int, str]] = []
        stand_ins: list[Any] = []
        for position, (argument, names) in enumerate(zip(arguments, varying, strict=True)):
            if names is None:
                self.numbers.append((recording.add(0), position, None))
                stand_ins.append(ToCome(len(recording.words) - 1, types.int64, argument))
                continue
            stand_in = copy.copy(argument)
            for name in names:
                value = getattr(argument, name)
                if isinstance(value, np.ndarray):
                    place = recording.add(*words_of(value))
                    self.arrays.append((place, position, name))
                    setattr(stand_in, name, ToCome(place, numba.typeof(value)))
                else:
                    place = recording.add(0)
                    self.numbers.append((place, position, name))
                    setattr(stand_in, name, ToCome(place, types.int64))
            stand_ins.append(stand_in)
        before = [{} if names is None else dict(vars(one)) for one, names in zip(stand_ins, varying)]
        with recording.listen():
            function(*stand_ins)
        set_now = [
            (position, name, value)
            for position, known in enumerate(before)
            for name, value in (vars(stand_ins[position]).items() if known else ())
            if known.get(name) is not value
        ]
        self.results = [(at, name, one.place) for at, name, one in set_now if isinstance(one, ToCome)]
        self.fixed = [(at, name, one) for at, name, one in set_now if not isinstance(one, ToCome)]

    def __eq__(self, other: object) -> bool:
        """Whether both do the same, whatever varies."""
        assert isinstance(other, Recorded)
        ours, theirs = self.recording, other.recording
        theirs_too = theirs.words.copy()
        for place, *_ in self.arrays:
            for word in (place, place + 1, place + SHAPE):  # `run` writes them
                theirs_too[word] = ours.words[word]
        return (
            ours.calls == theirs.calls and ours.words == theirs_too and self.numbers == other.numbers
            and self.arrays == other.arrays and self.results == other.results
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]

    def ready(self) -> Callable[..., None]:
        """The function that repeats it."""
        recording, numbers, results, fixed = self.recording, self.numbers, self.results, self.fixed
        memory = np.array(recording.words, np.int64)
        words, address = memoryview(memory), memory.ctypes.data  # type: ignore[arg-type]
        code, engine = machine_code(tuple(recording.calls))
        arrays: list[list[Any]] = [[*one, None] for one in self.arrays]

        def run(*arguments: Any) -> None:
            for place, position, name in numbers:
                words[place] = arguments[position] if name is None else getattr(arguments[position], name)
            for entry in arrays:
                place, position, name, seen = entry
                array = getattr(arguments[position], name)
                if array is not seen:
                    entry[3] = array
                    given = words_of(array)
                    memory[place : place + len(given)] = given
            if code(address):
                raise RuntimeError("a kernel of a routine failed")
            for position, name, place in results:
                setattr(arguments[position], name, words[place])
            for position, name, value in fixed:
                setattr(arguments[position], name, value)

        run.kept = engine, memory, recording.arrays  # type: ignore[attr-defined]
        return run
