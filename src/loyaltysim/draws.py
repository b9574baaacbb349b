"""Random numbers by address: the luck of a customer at a step, an occasion and a purpose is a pure function.

A draw is named by (customer's key, purpose, step, occasion, index). No stream is consumed, so a draw that one scenario
makes and another does not shifts nobody else's luck: two scenarios give the same customer the same luck, and their
difference is caused by the scenario alone (common random numbers, docs/model.md (E1)–(E4)).

    key  = mix(mix(mix(seed + W) + replication + W) + (number of the customer + 1) · W)
    salt = mix(mix(purpose + step · W) + occasion · 2**32 + index)      one for all customers: computed once a kernel
    bits = mix(key + salt)                                              W = 2**64 / golden ratio, odd

`mix` is the finalizer of SplitMix64 (Steele, Lea and Flood 2014, variant 13 of Stafford): a bijection of 64 bits in
which each bit of the input changes each bit of the output with a chance near one half.

Limits: seed, replication, customer and step 0 … 2**63 - 1; occasion 0 … 2**31 - 1; index 0 … 2**32 - 1. Customers of
one replication never share a key; customers of two replications of n do with a chance of 2n / 2**64 (1e-12 at ten
million). There is no period: at one address there is one number. Uniforms have 23 bits (`uniform`) or 52
(`uniform_double`) and are never 0 or 1.

A kernel makes its salts first, outside the loop over customers:

    luck = salt(CHOICE, step, occasion, 0)
    for q in range(n):
        u = uniform(key[q], luck)

Compiled functions hand a uint64 to Python as an int: wrap it (`np.uint64(salt(…))`) before handing it to another.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from loyaltysim.elementary import cos_turns, exp, log
from loyaltysim.jit import jit

u8 = np.uint64
f4, f8 = np.float32, np.float64
i4, i8 = np.int32, np.int64

MIX_1, MIX_2 = u8(0xBF58476D1CE4E5B9), u8(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3 = u8(30), u8(27), u8(31)
WEYL = u8(0x9E3779B97F4A7C15)  # W: keeps neighbors apart, and the address 0 from being mixed to 0
OCCASION_BITS = u8(32)

TO_23_BITS, TO_24TH_BIT, MASK_23 = u8(41), u8(9), u8(0x7FFFFF)
TO_52_BITS = u8(12)
HALF = f4(0.5)
UNIT_23, UNIT_52 = f4(2.0**-23), f8(2.0**-52)
MINUS_TWO = f4(-2.0)
POISSON_PIECE = f4(8.0)  # larger means are drawn in pieces of 8, so that e**-mean keeps its digits
COUNT_ON = i4(3)
"""What `few_of_poisson` says instead of a count of so many or more: whoever called counts on, with `poisson`."""


def purpose(name: str) -> np.uint64:
    """The number by which draws for `name` differ from all others'; a module gives each of its uses one name."""
    return u8(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


@jit
def mix(z):
    """64 well mixed bits from 64 bits, one to one (SplitMix64's finalizer)."""
    z = u8(z)
    z = (z ^ (z >> SHIFT_1)) * MIX_1
    z = (z ^ (z >> SHIFT_2)) * MIX_2
    return z ^ (z >> SHIFT_3)


@jit
def customer_key(seed, replication, number):
    """The key of customer `number` of a replication (eq. E1); all three are whole numbers of at least 0."""
    world = mix(mix(u8(seed) + WEYL) + u8(replication) + WEYL)
    return mix(world + u8(number) * WEYL + WEYL)


@jit
def salt(purpose, step, occasion, index):
    """What a draw has besides the customer (eq. E2): one number for everybody, to be made outside the loop."""
    when = mix(u8(purpose) + u8(step) * WEYL)
    return mix(when + (u8(occasion) << OCCASION_BITS) + u8(index))


@jit
def bits(key, salt):
    """64 random bits (eq. E3)."""
    return mix(u8(key) + u8(salt))


@jit
def uniform(key, salt):
    """A float32 in (0, 1): one of 2**23 equally spaced values."""
    return (f4(i4(mix(u8(key) + u8(salt)) >> TO_23_BITS)) + HALF) * UNIT_23


@jit
def uniform_double(key, salt):
    """A float64 in (0, 1), for traits: one of 2**52 equally spaced values."""
    return (f8(i8(mix(u8(key) + u8(salt)) >> TO_52_BITS)) + f8(0.5)) * UNIT_52


@jit
def exponential(key, salt):
    """An exponential float32 of mean 1."""
    return -log(uniform(key, salt))


@jit
def normal(key, salt):
    """A standard normal float32; within ±5.8."""
    first, second = two_uniforms(key, salt)
    return normal_of(first, second)


@jit
def two_uniforms(key, salt):
    """Two float32 in (0, 1), from the two halves of one 64-bit draw."""
    z = mix(u8(key) + u8(salt))
    return (f4(i4(z >> TO_23_BITS)) + HALF) * UNIT_23, (f4(i4((z >> TO_24TH_BIT) & MASK_23)) + HALF) * UNIT_23


@jit
def normal_of(first, second):
    """A standard normal from two uniforms (Box and Muller 1958).

    A loop over `two_uniforms` and then one over this take half the time of one over `normal`: whole numbers of 64 bits
    leave room in a vector for only half as many float32.
    """
    return f4(math.sqrt(MINUS_TWO * log(f4(first)))) * cos_turns(second)


@jit
def few_of_poisson(first, mean):
    """What `poisson` counts where that is at most 2, else `COUNT_ON`; `first` is the uniform with which it begins.

    Its sum up to there, without a branch: loops over this vectorize.
    """
    none = exp(-min(mean, POISSON_PIECE))
    one = none * mean
    up_to_one = none + one
    up_to_two = up_to_one + one * mean / f4(2.0)
    some, more = first > none, (first > up_to_one) & (up_to_one > none)
    many = (more & (first > up_to_two) & (up_to_two > up_to_one)) | (mean > POISSON_PIECE)
    return COUNT_ON if many else i4(some) + i4(more)


@jit
def poisson(key, salt, mean):
    """A Poisson count with float32 `mean` of at least 0 (eq. E4), by inversion of one uniform per 8 of the mean.

    The chances of counts are met within 2**-23, the grain of the uniform.
    """
    count = i8(0)
    piece = u8(0)
    left = f4(mean)
    while left > f4(0.0):
        part = min(left, POISSON_PIECE)
        left = left - part
        u = uniform(key, mix(u8(salt) + piece))
        chance = exp(-part)
        below, before = chance, f4(0.0)
        k = i8(0)
        while u > below and below > before:  # the sum may end a last bit below 1, under the largest uniforms
            k = k + i8(1)
            chance = chance * part / f4(k)
            before = below
            below = below + chance
        count = count + k
        piece = piece + u8(1)
    return count
