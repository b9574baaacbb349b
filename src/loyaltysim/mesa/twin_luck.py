"""The twin's luck: the very draws of the arrays, by address, or whatever comes next from Mesa's random generator.

Both answer the same questions, so that a customer need not know which it asks. `key` is the customer's key, `purpose`
the number of one of the names under which the parts of the model draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from loyaltysim import draws

if TYPE_CHECKING:
    from loyaltysim.mesa.twin_person import Person


class Luck(Protocol):
    """What the model asks of luck."""

    def turn(self, step: int) -> None:
        """A new step has begun."""

    def uniform(self, key: Any, purpose: Any, occasion: int = 0, index: int = 0) -> float:
        """A number between 0 and 1."""

    def normal(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """A standard normal number."""

    def exponential(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """An exponential number of mean 1."""

    def poisson(self, key: Any, purpose: Any, mean: float, occasion: int = 0) -> int:
        """A Poisson count."""

    def friend(self, friends: list[Person], everybody: bool, key: Any, purpose: Any, occasion: int) -> int:
        """The place of one of the friends, each with the same chance; `everybody` says that they are all the others."""

    def fine_uniform(self, key: Any, purpose: Any) -> float:
        """A number between 0 and 1, for traits."""

    def of_two(self, key: Any, other: Any, purpose: Any, index: int = 0) -> float:
        """A number between 0 and 1 that two customers share."""

    def any_of(self, n: int, key: Any, purpose: Any, index: int = 0) -> int:
        """A place among n, each with the same chance."""

    def first_of(self, friends: Sequence[Person], rates: Sequence[int], key: Any, purpose: Any, index: int = 0) -> int:
        """The place of the friend whose clock rings first: chances are in proportion to the rates."""


def open_luck(name: str | None, random: Random) -> Luck:
    """The luck of that name; None is "keyed". Raises ValueError for another name."""
    if name not in (None, "keyed", "mesa"):
        raise ValueError(f'luck must be "keyed" or "mesa", was {name!r}')
    return MesaLuck(random) if name == "mesa" else KeyedLuck()


class KeyedLuck:
    """The draws of the arrays (eqs. E1–E4): by customer, purpose, step, occasion and index, in any order."""

    def __init__(self) -> None:
        self.turn(0)

    def turn(self, step: int) -> None:
        """Draw for this step from now on, and forget the salts of the one before."""
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

    def exponential(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """An exponential number of mean 1."""
        return float(draws.exponential(key, self._salt(purpose, occasion)))

    def poisson(self, key: Any, purpose: Any, mean: float, occasion: int = 0) -> int:
        """A Poisson count."""
        return int(draws.poisson(key, self._salt(purpose, occasion), mean))

    def friend(self, friends: list[Person], everybody: bool, key: Any, purpose: Any, occasion: int) -> int:
        """Where everybody hears everybody, by number; else the friend whose key makes the largest draw with it."""
        own = np.uint64(draws.bits(np.uint64(key), self._salt(purpose, occasion)))
        if everybody:
            return int(own) % len(friends)
        numbers = [int(draws.bits(other.key, own)) for other in friends]
        return numbers.index(max(numbers))

    def fine_uniform(self, key: Any, purpose: Any) -> float:
        """One of 2**52 equally spaced numbers between 0 and 1."""
        return float(draws.uniform_double(key, self._salt(purpose, 0)))

    def of_two(self, key: Any, other: Any, purpose: Any, index: int = 0) -> float:
        """One of 2**52 equally spaced numbers, by both keys."""
        return float(draws.uniform_double(key, np.uint64(draws.bits(other, self._salt(purpose, 0, index)))))

    def any_of(self, n: int, key: Any, purpose: Any, index: int = 0) -> int:
        """A place by number."""
        return int(draws.bits(key, self._salt(purpose, 0, index))) % n

    def first_of(self, friends: Sequence[Person], rates: Sequence[int], key: Any, purpose: Any, index: int = 0) -> int:
        """Each friend's clock is drawn by both keys."""
        own = np.uint64(draws.bits(key, self._salt(purpose, 0, index)))
        times = [float(draws.exponential(friend.key, own)) / max(rate, 1e-30) for friend, rate in zip(friends, rates)]
        return times.index(min(times))


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

    def exponential(self, key: Any, purpose: Any, occasion: int = 0) -> float:
        """An exponential number of mean 1."""
        return self._random.expovariate(1.0)

    def poisson(self, key: Any, purpose: Any, mean: float, occasion: int = 0) -> int:
        """A Poisson count by Knuth's product of uniforms, for means below 700, where e**-mean is still above 0."""
        count, product, limit = 0, self._random.random(), math.exp(-mean)
        while product > limit:
            count += 1
            product *= self._random.random()
        return count

    def friend(self, friends: list[Person], everybody: bool, key: Any, purpose: Any, occasion: int) -> int:
        """The place of one of the friends, each with the same chance."""
        return self._random.randrange(len(friends))

    def fine_uniform(self, key: Any, purpose: Any) -> float:
        """A number between 0 and 1."""
        return self._random.random()

    def of_two(self, key: Any, other: Any, purpose: Any, index: int = 0) -> float:
        """A number between 0 and 1."""
        return self._random.random()

    def any_of(self, n: int, key: Any, purpose: Any, index: int = 0) -> int:
        """A place among n, each with the same chance."""
        return self._random.randrange(n)

    def first_of(self, friends: Sequence[Person], rates: Sequence[int], key: Any, purpose: Any, index: int = 0) -> int:
        """Exponential clocks, one after the other."""
        times = [self._random.expovariate(max(rate, 1e-30)) for rate in rates]
        return times.index(min(times))
