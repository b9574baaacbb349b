"""Slabs: arrays cut one after another out of large pieces of memory, which the system maps in large pages.

A step walks over some dozens of arrays. Each of its own would lie on small pages, more of them than a processor
remembers where to find; NumPy asks for large ones, where the system has them, only from 4 MiB on.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

PIECE = 1 << 23
"""Bytes of a piece: four pages of 2 MiB."""
SMALL = 1 << 16
"""Arrays of fewer bytes stay where they are: a small world needs no slab."""
LINE = 64
"""Bytes of a line of the cache, at which arrays begin."""


class Slab:
    """The pieces that the arrays of one owner are cut from."""

    def __init__(self) -> None:
        self.rest = np.zeros(0, np.uint8)

    def zeros(self, shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
        """An array of zeros; as `np.zeros` makes it, where it is small or larger than a piece."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if not SMALL <= size <= PIECE // 2:
            return np.zeros(shape, dtype)
        if size > len(self.rest):
            piece = np.zeros(PIECE + LINE, np.uint8)
            self.rest = piece[-piece.ctypes.data % LINE :]
        array, self.rest = self.rest[:size].view(dtype).reshape(shape), self.rest[-(-size // LINE) * LINE :]
        return array

    def __reduce__(self) -> tuple[type[Slab], tuple[()]]:
        """A copy begins a piece of its own: the arrays that were cut are copied by who holds them."""
        return Slab, ()
