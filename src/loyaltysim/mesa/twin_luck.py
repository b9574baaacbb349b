"""The twin's luck: the very draws of the arrays, by address, or whatever comes next from Mesa's random generator.

Both have the same four methods, so that a customer need not know which it is. `key` is the customer's key, `purpose` one
of the names under which the parts of the model draw.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any, Protocol

import numpy as np

from loyaltysim import draws


class Luck(Protocol):
    """What customers ask of luck."""

    def uniform(self, key: Any, purpose: Any, occasion: int = 0, index: int = 0) -> float:
        """A number between 0 and 1."""

    def normal(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """A standard normal number."""

    def poisson(self, key: Any, purpose: Any, mean: float) -> int:
        """A Poisson count."""

    def one_of(self, n: int, key: Any, purpose: Any, occasion: int = 0) -> int:
        """A whole number of 0 … n - 1."""


class KeyedLuck:
    """The draws of the arrays (eqs. E1–E4): by customer, purpose, step, occasion and index, in any order."""

    def __init__(self) -> None:
        self.turn(0)

    def turn(self, step: int) -> None:
        """Draw for this step from now on."""
        self._step = step
        self._salts: dict[tuple[int, int, int], np.uint64] = {}

    def _salt(self, purpose: Any, occasion: int, index: int = 0) -> np.uint64:
        """What a draw has besides the customer, kept for the next customer."""
        address = (purpose, occasion, index)
        if address not in self._salts:
            self._salts[address] = np.uint64(draws.salt(purpose, self._step, occasion, index))
        return self._salts[address]

    def uniform(self, key: Any, purpose: Any, occasion: int = 0, index: int = 0) -> float:
        """One of 2**23 equally spaced numbers between 0 and 1."""
        return float(draws.uniform(key, self._salt(purpose, occasion, index)))

    def normal(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """A standard normal number."""
        return float(draws.normal(key, self._salt(purpose, occasion)))

    def poisson(self, key: Any, purpose: Any, mean: float) -> int:
        """A Poisson count."""
        return int(draws.poisson(key, self._salt(purpose, 0), mean))

    def one_of(self, n: int, key: Any, purpose: Any, occasion: int = 0) -> int:
        """A whole number of 0 … n - 1."""
        return int(draws.bits(key, self._salt(purpose, occasion))) % n


class MesaLuck:
    """Draws from Mesa's `model.random`, one after the other: the address is ignored."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def turn(self, step: int) -> None:
        """Nothing: the generator goes on."""

    def uniform(self, key: Any, purpose: Any, occasion: int = 0, index: int = 0) -> float:
        """A number between 0 and 1."""
        return self._random.random()

    def normal(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """A standard normal number."""
        return self._random.gauss(0.0, 1.0)

    def poisson(self, key: Any, purpose: Any, mean: float) -> int:
        """A Poisson count by Knuth's product of uniforms, for means below 700, where e**-mean is still above 0."""
        count, product, limit = 0, self._random.random(), math.exp(-mean)
        while product > limit:
            count += 1
            product *= self._random.random()
        return count

    def one_of(self, n: int, key: Any, purpose: Any, occasion: int = 0) -> int:
        """A whole number of 0 … n - 1."""
        return self._random.randrange(n)
