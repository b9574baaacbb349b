"""Draws by address: pure, well mixed along every part of the address, and of the distributions they claim.

The statistics are a small battery in the manner of TestU01 (L'Ecuyer and Simard 2007). It is first shown to fail what
is bad. All seeds are fixed, so each p-value is one number for ever: a generator without fault has a chance of 2e-4 to
meet a bound of `LIKELY`, once, on the day the test is written.
"""

import itertools
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc, gammaln, ndtr, pdtr, pdtrc

from loyaltysim.draws import (
    COUNT_ON,
    bits,
    customer_key,
    exponential,
    few_of_poisson,
    mix,
    normal,
    poisson,
    purpose,
    salt,
    uniform,
    uniform_double,
)
from loyaltysim.jit import jit

f4, u8 = np.float32, np.uint64
OFF = bool(numba.config.DISABLE_JIT)  # a draw takes a thousand times as long
LIKELY = 1e-4, 1 - 1e-4
LUCK = u8(salt(purpose("a test of luck"), 0, 0, 0))

# ── The battery ─────────────────────────────────────────────────────────────────────────────────


def of_chi2(counts, expected, lost=1):
    """The p-value of Pearson's statistic; `lost` degrees of freedom are fixed by totals."""
    counts, expected = np.broadcast_arrays(counts, expected)
    return float(chdtrc(counts.size - lost, ((counts - expected) ** 2 / expected).sum()))


def of_z(z):
    """The p-value of one standard normal."""
    return float(ndtr(z))


def of_zs(z):
    """The p-value of independent standard normals, together."""
    return float(chdtrc(np.size(z), np.square(z).sum()))


def of_poisson(count, mean):
    """The p-value of a Poisson count: the chance of more, and half of the chance of as many."""
    return float((pdtrc(count, mean) + pdtrc(count - 1, mean)) / 2 if count else 1 - pdtr(0, mean) / 2)


def cells(values, number):
    return of_chi2(np.bincount(values.ravel().astype(np.int64), minlength=number), values.size / number)


def balance(words):
    """Whether each of 64 bits is set in half of the words: 64 z-scores in one."""
    ones = np.array([np.count_nonzero(words & u8(1 << b)) for b in range(64)])
    return of_zs((ones - words.size / 2) / np.sqrt(words.size / 4))


def repeated_spacings(words, days):
    """Birthday spacings (Marsaglia 1985): how many gaps between sorted words come more than once."""
    gaps = np.sort(np.diff(np.sort(words, axis=-1), axis=-1), axis=-1)
    mean = words.shape[-1] ** 3 / (4 * days) * (words.size / words.shape[-1])
    return of_poisson(int((gaps[..., 1:] == gaps[..., :-1]).sum()), mean)


def battery(words):
    """All p-values of a table of 64-bit words, lines × places: along the lines, across them, in high and low bits."""
    fraction = (words >> u8(11)).astype(float) * 2.0**-53 - 0.5
    variance = 1 / 12
    rooms = {"high": u8(54), "middle": u8(27), "low": u8(0)}
    p = {f"{room} bits": cells(words >> shift & u8(1023), 1024) for room, shift in rooms.items()}
    for way, table, u in (("along", words, fraction), ("across", words.T, fraction.T)):
        for room, shift in {"high": u8(59), "low": u8(0)}.items():
            first, second = (table[:, start::2] >> shift & u8(31) for start in (0, 1))
            p[f"pairs {way}, {room} bits"] = cells(first << u8(5) | second, 1024)
        product = u[:, 1:] * u[:, :-1]
        p[f"correlation {way}"] = of_z(product.sum() / variance / np.sqrt(product.size))
        p[f"changes {way}"] = balance(table[:, 1:] ^ table[:, :-1])
    between = fraction @ fraction.T / variance / np.sqrt(words.shape[1])
    p["correlation of all pairs of lines"] = of_zs(between[np.triu_indices(len(words), 1)])
    p["balance"] = balance(words)
    for room, shift in {"high": u8(32), "middle": u8(16), "low": u8(0)}.items():
        p[f"spacings, {room} bits"] = repeated_spacings(words >> shift & u8(2**32 - 1), 2.0**32)
    return p


def unlikely(p):
    low, high = LIKELY
    return {name: value for name, value in p.items() if not low < value < high}


# ── Tables of addresses ─────────────────────────────────────────────────────────────────────────

# part of the address → how far apart the "far" ones are; 4,096 of them reach the documented limit.
# Purposes are "far" when they are those of names: always, outside of tests.
PARTS = {
    "seed": 2**51,
    "replication": 2**51,
    "number": 2**51,
    "purpose": 1,
    "step": 2**51,
    "occasion": 2**19,
    "index": 2**20,
}
LINES, PLACES = 64, 512 if OFF else 4096


@jit
def keys_and_salts(address, key, luck):
    """Reads addresses (parts × draws); writes what `bits` takes."""
    for q in range(address.shape[1]):
        key[q] = customer_key(address[0, q], address[1, q], address[2, q])
        luck[q] = salt(address[3, q], address[4, q], address[5, q], address[6, q])


@jit
def all_bits(key, luck, out):
    for q in range(len(key)):
        out[q] = bits(key[q], luck[q])


def addresses(lines, places, stride):
    """Keys and salts where part `lines` changes from line to line and part `places` from place to place."""
    address = np.empty((len(PARTS), LINES, PLACES), u8)
    for row, part in zip(address, PARTS):
        row[:] = 1
        values = np.arange(PLACES, dtype=u8) * u8(PARTS[part] if stride == "far" else 1)
        if part == "purpose" and stride == "far":
            values = np.array([purpose(f"room.use {i}") for i in range(PLACES)])
        if part == lines:
            row[:] = values[:LINES, None]
        if part == places:
            row[:] = values
    key, luck = np.empty((2, LINES * PLACES), u8)
    keys_and_salts(address.reshape(len(PARTS), -1), key, luck)
    return key, luck


def drawn(key, luck):
    out = np.empty_like(key)
    all_bits(key, luck, out)
    return out


def lcg(key, luck):
    """Knuth's multiplicative generator mod 2**64; its low bits have short periods."""
    x, states = 1, []
    for _ in key:
        x = x * 6364136223846793005 % 2**64
        states.append(x)
    return np.array(states, u8)


BAD = {
    "key + salt, not mixed": lambda key, luck: key + luck,
    "key xor salt, not mixed": lambda key, luck: key ^ luck,
    "one multiplication": lambda key, luck: (key + luck) * u8(0xBF58476D1CE4E5B9),
    "nothing of the customer": lambda key, luck: drawn(u8(0) * key, luck),
    "nothing of the step": lambda key, luck: drawn(key, u8(0) * luck),
    "32 bits only": lambda key, luck: drawn(key, luck) & u8(0xFFFFFFFF),
    "low bits of a multiplicative generator": lcg,
    "a counter": lambda key, luck: np.arange(len(key), dtype=u8) << u8(40),
}


@pytest.mark.parametrize("generator", BAD.values(), ids=BAD)
def test_battery__fails_a_bad_generator(generator):
    key, luck = addresses("number", "step", "near")
    p = battery(generator(key, luck).reshape(LINES, PLACES))
    assert min(p.values()) < 1e-12 or max(p.values()) > 1 - 1e-12
    assert unlikely(p)


@pytest.mark.parametrize("seed", range(4))
def test_battery__passes_a_generator_known_to_be_good(seed):
    words = np.random.Generator(np.random.PCG64DXSM(seed)).integers(0, 2**64, (LINES, PLACES), dtype=u8)
    assert not unlikely(battery(words))


@pytest.mark.slow
@pytest.mark.parametrize("stride", ["near", "far"])
@pytest.mark.parametrize("pair", list(itertools.combinations(PARTS, 2)), ids=" by ".join)
def test_bits__pass_the_battery_along_every_part_of_the_address(pair, stride):
    key, luck = addresses(*pair, stride)
    assert not unlikely(battery(drawn(key, luck).reshape(LINES, PLACES)))


@pytest.mark.parametrize("part", PARTS)
def test_bits__change_with_every_part_of_the_address(part):
    lines = "seed" if part != "seed" else "number"
    key, luck = addresses(lines, part, "near")
    assert np.unique(drawn(key, luck)).size == LINES * PLACES  # equal ones: a chance of 2e-9


@pytest.mark.slow
@pytest.mark.parametrize("part", ["number", "step"])
def test_bits__have_birthday_spacings_as_they_should_in_all_64_bits(part):
    n = 2**22  # so that one repeated spacing is expected among 2**64 days
    address = np.ones((len(PARTS), n), u8)
    address[list(PARTS).index(part)] = np.arange(n)
    key, luck = np.empty((2, n), u8)
    keys_and_salts(address, key, luck)
    assert not unlikely({"spacings": repeated_spacings(drawn(key, luck), 2.0**64)})


# ── mix, keys and salts ─────────────────────────────────────────────────────────────────────────

WORD = st.integers(0, 2**64 - 1)
PART = st.integers(0, 2**63 - 1)
OCCASION, INDEX = st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1)
WEYL = 0x9E3779B97F4A7C15


def plain_mix(z):
    """The same in whole numbers of Python."""
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def unmix(z):
    """What `mix` makes `z` of: its three steps undone, last first."""
    z = (z ^ z >> 31 ^ z >> 62) * pow(0x94D049BB133111EB, -1, 2**64) % 2**64
    z = (z ^ z >> 27 ^ z >> 54) * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64
    return z ^ z >> 30 ^ z >> 60


def test_mix__is_that_of_splitmix64():
    # The first five numbers of SplitMix64 from seed 1234567, as its other implementations print them.
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert [int(mix(u8((1234567 + i * WEYL) % 2**64))) for i in range(1, 6)] == published


@given(WORD)
def test_mix__is_one_to_one(z):
    assert unmix(int(mix(u8(z)))) == z


@given(PART, PART, PART, WORD, PART, OCCASION, INDEX)
def test_bits__follow_the_equations(seed, replication, number, use, step, occasion, index):
    world = plain_mix((plain_mix((seed + WEYL) % 2**64) + replication + WEYL) % 2**64)
    key = plain_mix((world + number * WEYL + WEYL) % 2**64)
    luck = plain_mix((plain_mix((use + step * WEYL) % 2**64) + occasion * 2**32 + index) % 2**64)
    assert int(customer_key(seed, replication, number)) == key
    assert int(salt(u8(use), step, occasion, index)) == luck
    assert int(bits(u8(key), u8(luck))) == plain_mix((key + luck) % 2**64)


@jit
def mix_all(words, out):
    for q in range(len(words)):
        out[q] = mix(words[q])


@pytest.mark.slow
def test_mix__changes_every_output_bit_with_half_of_the_inputs_for_every_input_bit():
    n = 2**14
    words = np.random.default_rng(1).integers(0, 2**64, n, dtype=u8)
    before, after = np.empty((2, n), u8)
    mix_all(words, before)
    z = np.empty((64, 64))  # input bit × output bit
    for i in range(64):
        mix_all(words ^ u8(1 << i), after)
        changed = before ^ after
        z[i] = [np.count_nonzero(changed & u8(1 << o)) for o in range(64)]
    z = (z - n / 2) / np.sqrt(n / 4)
    assert np.abs(z).max() < 5.5  # the largest of 4,096 standard normals: beyond 5.5 with a chance of 1.6e-4
    assert not unlikely({"all": of_zs(z)})


@jit
def keys_of_world(seed, replication, out):
    for q in range(len(out)):
        out[q] = customer_key(seed, replication, q)


def keys(seed, replication, n):
    out = np.empty(n, u8)
    keys_of_world(seed, replication, out)
    return out


def test_customer_keys__differ_for_a_million_customers_in_each_of_three_worlds():
    n = 20_000 if OFF else 1_000_000
    together = np.concatenate([keys(1, 0, n), keys(1, 1, n), keys(2, 0, n)])
    assert np.diff(np.sort(together)).min() > 0  # within a world by construction; between: a chance of 3e-13


def test_customer_keys__of_the_first_stay_when_the_population_grows():
    assert np.array_equal(keys(7, 3, 1_000), keys(7, 3, 2_000)[:1_000])


def test_limits__are_reached_without_two_addresses_alike():
    ends = 0, 1, 2**63 - 2, 2**63 - 1
    people = {int(customer_key(*parts)) for parts in itertools.product(ends, repeat=3)}
    occasions, indices = (0, 1, 2**31 - 2, 2**31 - 1), (0, 1, 2**32 - 2, 2**32 - 1)
    uses = purpose("choice"), purpose("choices")
    lucks = {int(salt(*parts)) for parts in itertools.product(uses, ends, occasions, indices)}
    assert len(people) == 4**3
    assert len(lucks) == 2 * 4**3
    assert len({int(bits(u8(key), u8(luck))) for key in people for luck in lucks}) == 4**3 * 2 * 4**3


def test_purpose__is_one_number_for_a_name():
    names = [f"{room}.{use}" for room in "abcdefghij" for use in range(1_000)]
    assert len({int(purpose(name)) for name in names}) == len(names)
    # blake2b of the name, eight bytes, the lowest first; were it another, every seed would give other results
    assert purpose("choice") == u8(0xB458CB28ED0351C3)


# ── Numbers from bits ───────────────────────────────────────────────────────────────────────────

LOWEST, HIGHEST = u8(unmix(0)), u8(unmix(2**64 - 1))  # keys whose bits are all 0, all 1 (with salt 0)
NONE = u8(0)


def test_uniform__is_never_0_or_1():
    assert uniform(LOWEST, NONE) == 2.0**-24
    assert uniform(HIGHEST, NONE) == 1 - 2.0**-24
    assert uniform_double(LOWEST, NONE) == 2.0**-53
    assert uniform_double(HIGHEST, NONE) == 1 - 2.0**-53


def test_normal_and_exponential__are_finite_at_the_extremes():
    for turns in range(0, 2**23, 2**17):  # all around, at the largest radius: √(2·24·ln 2) = 5.768
        assert abs(normal(u8(unmix(turns << 9)), NONE)) < 5.77
    assert 0 < exponential(HIGHEST, NONE) < 1e-7
    assert exponential(LOWEST, NONE) == pytest.approx(24 * np.log(2), rel=3e-7)  # the error of log


def test_poisson__is_0_for_mean_0_and_ends_at_the_extremes():
    luck = u8(0)
    highest = HIGHEST - mix(luck)  # its first piece has all bits 1
    assert poisson(highest, luck, f4(0)) == 0
    assert 20 < poisson(highest, luck, f4(8)) <= 64


@given(WORD, WORD, st.floats(0, 200, width=32))
def test_draws__are_pure(key, luck, mean):
    key, luck = u8(key), u8(luck)
    for draw in (bits, uniform, uniform_double, exponential, normal):
        assert draw(key, luck) == draw(key, luck)
    assert poisson(key, luck, f4(mean)) == poisson(key, luck, f4(mean))


@given(WORD, WORD, st.floats(0, 9, width=32) | st.floats(0, 2**-20, width=32))
def test_few_of_poisson__is_the_count_as_far_as_it_goes(key, luck, mean):
    counted = poisson(u8(key), u8(luck), f4(mean))
    few = few_of_poisson(uniform(u8(key), u8(mix(u8(luck)))), f4(mean))
    assert few == (COUNT_ON if mean > 8 else min(counted, COUNT_ON))


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_draws__take_keys_and_salts_that_are_plain_ints(key, luck):
    # int64 beside uint64 would be added as float64
    assert bits(key, u8(luck)) == bits(u8(key), luck) == bits(u8(key), u8(luck))
    assert uniform(key, u8(luck)) == uniform(u8(key), u8(luck))


@given(st.permutations(range(40)))
def test_draws__do_not_depend_on_the_order_in_which_they_are_made(order):
    own = keys(1, 0, 40)
    assert np.array_equal(drawn(own[order], LUCK + u8(0) * own), drawn(own, LUCK + u8(0) * own)[order])


@jit
def uniforms(key, luck, out):
    for q in range(len(key)):
        out[q] = uniform(key[q], luck[q])


@jit
def doubles(key, luck, out):
    for q in range(len(key)):
        out[q] = uniform_double(key[q], luck[q])


@jit
def exponentials(key, luck, out):
    for q in range(len(key)):
        out[q] = exponential(key[q], luck[q])


@jit
def normals(key, luck, out):
    for q in range(len(key)):
        out[q] = normal(key[q], luck[q])


@jit
def poissons(key, luck, mean, out):
    for q in range(len(key)):
        out[q] = poisson(key[q], luck[q], mean[q])


# kernel → type, the chance of at most x, and the moments E x**k, k = 1 … 8
DISTRIBUTIONS = {
    "uniform": (uniforms, f4, lambda x: x, [1 / (k + 1) for k in range(1, 9)]),
    "uniform_double": (doubles, np.float64, lambda x: x, [1 / (k + 1) for k in range(1, 9)]),
    "exponential": (exponentials, f4, lambda x: -np.expm1(-x), [1, 2, 6, 24, 120, 720, 5040, 40320]),
    "normal": (normals, f4, ndtr, [0, 1, 0, 3, 0, 15, 0, 105]),
}


@pytest.mark.slow
@pytest.mark.parametrize("part", ["number", "step"])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distribution__has_its_moments_and_shape(name, part):
    kernel, dtype, below, moments = DISTRIBUTIONS[name]
    n = 2**19
    address = np.ones((len(PARTS), n), u8)
    address[list(PARTS).index(part)] = np.arange(n)
    key, luck = np.empty((2, n), u8)
    keys_and_salts(address, key, luck)
    x = np.empty(n, dtype)
    kernel(key, luck, x)
    x = x.astype(np.float64)
    p = {}
    for k in range(1, 5):  # the variance of x**k is E x**2k - (E x**k)**2
        mean, square = moments[k - 1], moments[2 * k - 1]
        p[f"moment {k}"] = of_z((np.mean(x**k) - mean) / np.sqrt((square - mean**2) / n))
    chance = below(x)
    p["shape"] = cells(np.minimum(chance * 1000, 999), 1000)
    for tail, count in {"lower": (chance < 1e-4).sum(), "upper": (chance > 1 - 1e-4).sum()}.items():
        p[f"{tail} tail"] = of_poisson(int(count), n * 1e-4)  # 52 are expected
    for power in (1, 2):  # of neighbors: of their sizes too, where Box and Muller could go wrong
        y = (x**power - moments[power - 1]) / np.sqrt(moments[2 * power - 1] - moments[power - 1] ** 2)
        p[f"correlation of powers {power}"] = of_z(np.sum(y[1:] * y[:-1]) / np.sqrt(n - 1))
    assert not unlikely(p)


@pytest.mark.slow
@pytest.mark.parametrize("mean", [0.01, 0.11, 0.5, 1.0, 3.0, 7.9, 8.0, 8.1, 20.0, 40.0])
def test_poisson__has_its_mean_variance_and_pmf(mean):
    n = 2**18
    key = keys(3, 0, n)
    count = np.empty(n, np.int64)
    poissons(key, np.full(n, LUCK), np.full(n, mean, f4), count)
    k = np.arange(200)
    expected = n * np.exp(k * np.log(mean) - mean - gammaln(k + 1))
    met = np.bincount(count, minlength=200)
    usual = expected >= 10  # cells with enough; the rest, above and below, are one more
    rest = max(expected[~usual].sum(), 1e-9)
    p = {
        # variance of a squared deviation: its fourth moment is mean + 3·mean²
        "mean": of_z((count.mean() - mean) / np.sqrt(mean / n)),
        "variance": of_z((np.mean((count - mean) ** 2) - mean) / np.sqrt((mean + 2 * mean**2) / n)),
        "pmf": of_chi2(met[usual], expected[usual], lost=0 if rest >= 10 else 1),
        "rest": of_poisson(int(met[~usual].sum()), rest),
        "correlation of neighbors": of_z(np.sum((count[1:] - mean) * (count[:-1] - mean)) / mean / np.sqrt(n - 1)),
    }
    assert not unlikely(p)


CHILD = """
import sys
import numpy as np
from loyaltysim import draws
use = draws.purpose("a child")
with np.errstate(all="raise"):  # the draws themselves must be silent about wrapping
    for number in range(2_000):
        key = np.uint64(draws.customer_key(2**63 - 1 - number, number, 2**40 + number))
        luck = np.uint64(draws.salt(use, number, number % 3, number % 5))
        numbers = [draws.uniform(key, luck), draws.exponential(key, luck), draws.normal(key, luck)]
        count = draws.poisson(key, luck, np.float32(number / 100))
        sys.stdout.buffer.write(np.array([key, luck, draws.bits(key, luck)], np.uint64).tobytes())
        sys.stdout.buffer.write(np.array(numbers, np.float32).tobytes())
        sys.stdout.buffer.write(np.float64(draws.uniform_double(key, luck)).tobytes())
        sys.stdout.buffer.write(np.int64(count).tobytes())
"""


@pytest.mark.slow
def test_draws__give_the_same_bits_with_numba_on_and_off():
    def child(off):
        environment = os.environ | {"NUMBA_DISABLE_JIT": str(off)}
        command = [sys.executable, "-W", "error::RuntimeWarning", "-c", CHILD]
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout

    compiled = child(0)
    assert len(compiled) == 2_000 * (3 * 8 + 3 * 4 + 8 + 8)
    assert child(1) == compiled
