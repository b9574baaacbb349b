"""Recordings: which kernels a function calls with what, noted instead of run (`routine.py`)."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.core.registry import CPUDispatcher

from loyaltysim.kernel import Kernel
from loyaltysim.machine_code import RESULTS, SHAPE, Call, machine_code

PLAIN = {int: types.int64, float: types.float64, bool: types.boolean}
SCALARS = (int, float, str)


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

    __bool__ = __eq__ = __ne__ = __array__ = __len__ = __getitem__ = __str__ = __format__ = _refuse


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
        self.names: list[str] = []
        """Of the kernels that are called."""
        self.places: dict[tuple[int, ...], int] = {}
        """Of the words of arrays that stay."""
        self._met: dict[int, tuple[types.Type, int]] = {}
        """Of arrays by their number in memory, so that one is looked at once."""

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
        asked = tuple([self._met[id(one)][0] if id(one) in self._met else _type_of(one) for one in arguments])
        address, result = _entry(kernel, asked)
        given = tuple([self._argument(one, type_) for one, type_ in zip(arguments, asked)])
        returns = result is not types.none
        place = self.add(0) if returns else -1
        self.calls.append(Call(address, given, place, RESULTS[str(result)]))
        self.names.append(kernel.__name__)
        return ToCome(place, result) if returns else None

    def add(self, *words: int) -> int:
        """Write words; returns the place of the first."""
        self.words += words
        return len(self.words) - len(words)

    def _argument(self, value: Any, type_: types.Type) -> tuple[str, int, int]:
        if isinstance(type_, types.Array):
            return "array", value.place if isinstance(value, ToCome) else self._place_of(value, type_), type_.ndim
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

    def _place_of(self, array: np.ndarray, type_: types.Type) -> int:
        if id(array) not in self._met:
            words = words_of(array)
            if words not in self.places:
                self.places[words] = self.add(*words)
            self.arrays.append(array)  # so its number in memory stays its own
            self._met[id(array)] = type_, self.places[words]
        return self._met[id(array)][1]


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


class Recorded:
    """What a function did with stand-ins for some arguments."""

    def __init__(
        self, function: Callable[..., None], varying: tuple[tuple[str, ...] | None, ...], arguments: tuple[Any, ...]
    ) -> None:
        self.function, self.recording = function, Recording()
        recording = self.recording
        self.numbers: list[tuple[int, int, str | None]] = []
        """Of each number that differs: the place of its word, which argument it is of, and by what name."""
        self.arrays: list[tuple[int, int, str, types.Type]] = []
        """Of each array that differs: the place of its words, which argument it is of, by what name, and its type."""
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
                    self.arrays.append((place, position, name, _type_of(value)))
                    setattr(stand_in, name, ToCome(place, _type_of(value)))
                else:
                    place = recording.add(0)
                    self.numbers.append((place, position, name))
                    setattr(stand_in, name, ToCome(place, types.int64))
            stand_ins.append(stand_in)
        told: list[tuple[int, str]] = []
        for position, (stand_in, names) in enumerate(zip(stand_ins, varying)):
            if names is not None:
                stand_in.__class__ = _noting(type(stand_in), position, told)
        with recording.listen():
            function(*stand_ins)
        set_now = [(position, name, getattr(stand_ins[position], name)) for position, name in dict.fromkeys(told)]
        if any(isinstance(one, ToCome) and one.type is not types.int64 for _, _, one in set_now):
            raise Unrepeatable("what is kept of a round is no whole number")
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
            and len(self.fixed) == len(other.fixed) and all(map(_is_fixed, self.fixed, other.fixed))
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]

    def does(self) -> bytes:
        """A digest that is another for what calls other kernels, with other settings or arrays of other shapes."""
        words = self.recording.words.copy()
        for place in self.recording.places.values():
            words[place] = 0
        for place, *_ in self.arrays:
            words[place] = words[place + 1] = words[place + SHAPE] = 0
        fixed = [(at, name, one if isinstance(one, SCALARS) else None) for at, name, one in self.fixed]
        digest = hashlib.blake2b(np.array(words, np.int64).tobytes(), digest_size=16)
        digest.update(repr((hash(tuple(self.recording.calls)), self.numbers, self.results, fixed)).encode())
        return digest.digest()

    def ready(self) -> Callable[..., None]:
        """The function that repeats it."""
        recording, numbers, results, fixed = self.recording, self.numbers, self.results, self.fixed
        function = self.function
        memory = np.array(recording.words, np.int64)
        words, address = memoryview(memory), memory.ctypes.data  # type: ignore[arg-type]
        code, engine = machine_code(tuple(recording.calls))
        arrays: list[list[Any]] = [[*one, None] for one in self.arrays]

        def run(*arguments: Any) -> None:
            for place, position, name in numbers:
                words[place] = arguments[position] if name is None else getattr(arguments[position], name)
            for entry in arrays:
                place, position, name, type_, seen = entry
                array = getattr(arguments[position], name)
                if array is not seen:
                    if _type_of(array) != type_:
                        return function(*arguments)  # other kernels take it
                    entry[4] = array
                    given = words_of(array)
                    memory[place : place + len(given)] = given
            failed = code(address)
            if failed:  # they raise nothing but for want of memory
                raise MemoryError(f"{recording.names[failed - 1]}, a compiled function, failed")
            for position, name, place in results:
                setattr(arguments[position], name, words[place])
            for position, name, value in fixed:
                setattr(arguments[position], name, value)

        run.kept = engine, memory, recording.arrays  # type: ignore[attr-defined]
        return run


def _noting(kind: type, position: int, told: list[tuple[int, str]]) -> type:
    """A class like another, whose objects tell at once which of their attributes are set."""

    def note(self: Any, name: str, value: Any) -> None:
        told.append((position, name))
        object.__setattr__(self, name, value)

    return type(kind.__name__, (kind,), {"__setattr__": note})


def _is_fixed(one: tuple[int, str, Any], other: tuple[int, str, Any]) -> bool:
    """Whether the same attribute is set to the same thing."""
    if one[:2] != other[:2]:
        return False
    return one[2] is other[2] or (isinstance(one[2], SCALARS) and one[2] == other[2])
