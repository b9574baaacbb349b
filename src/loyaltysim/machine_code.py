"""Machine code that makes noted calls of kernels, one after the other (`routine.py`)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm

RESULTS = {"none": "ptr", "int64": "i64", "uint64": "i64", "float64": "double"}
"""Types that kernels may return, and so be called with later on, as machine code calls them."""
SHAPE = 3
"""An array's words are its address, its size, the size of an item, and from here on its shape and strides."""


class Call(NamedTuple):
    """A call of a kernel."""

    address: int
    arguments: tuple[tuple[str, int, int], ...]
    """Of each its kind, the place of its first word, and the dimensions of an array or the length of a tuple."""
    place: int
    """Of the word for what it returns; -1 if it returns nothing."""
    result: str


@lru_cache(256)
def machine_code(calls: tuple[Call, ...]) -> tuple[Callable[[int], int], Any]:
    """A function of the address of the words that makes all calls, and what keeps it alive.

    It returns 0; where a call fails, it makes no other and returns the number of that one, from 1 on.
    A compiled kernel takes places for its result and its error, and then its arguments; of an array its owners, of
    which there are none here, and its words in an order of their own.
    """
    lines = ["define i64 @routine(ptr %words) {", "%result = alloca i64", "%error = alloca ptr", "br label %do0"]

    def load(place: int, kind: str = "i64") -> str:
        name = len(lines)
        lines.append(f"%a{name} = getelementptr i64, ptr %words, i64 {place}")
        lines.append(f"%v{name} = load {kind}, ptr %a{name}")
        return f"{kind} %v{name}"

    for number, (address, arguments, place, result) in enumerate(calls):
        lines.append(f"do{number}:")
        handed = ["ptr %result", "ptr %error"]
        for kind, first, length in arguments:
            if kind == "array":
                handed += ["ptr null", "ptr null", load(first + 1), load(first + 2), load(first, "ptr")]
                handed += [load(first + SHAPE + axis) for axis in range(2 * length)]
            elif kind == "tuple":
                handed += [load(first + one) for one in range(length)]
            else:
                handed.append(load(first, kind))
        lines.append(f"%c{number} = call i32 inttoptr (i64 {address} to ptr)({', '.join(handed)})")
        lines.append(f"%failed{number} = icmp ne i32 %c{number}, 0")
        lines.append(f"br i1 %failed{number}, label %stop{number}, label %go{number}")
        lines += [f"stop{number}:", f"ret i64 {number + 1}", f"go{number}:"]
        if place >= 0:
            lines.append(f"%r{number} = load {result}, ptr %result")
            lines.append(f"%p{number} = getelementptr i64, ptr %words, i64 {place}")
            lines.append(f"store {result} %r{number}, ptr %p{number}")
        lines.append(f"br label %do{number + 1}")
    lines += [f"do{len(calls)}:", "ret i64 0", "}"]
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0)  # nothing to gain: it is all calls
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly("\n".join(lines)), machine)
    engine.finalize_object()
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(engine.get_function_address("routine")), engine
