"""Coming: the kernels by which prospects come into the market (eqs. E79–E81)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import bits, exponential, mix, uniform, uniform_double
from loyaltysim.elementary import exp
from loyaltysim.jit import jit

f4, f8, i8, u8 = np.float32, np.float64, np.int64, np.uint64
ONE = 1024  # a tie of strength 1


@jit
def draw_bits(keys, luck, out):
    """out[k] = the bits of a draw."""
    for k in range(keys.shape[0]):
        out[k] = bits(keys[k], luck)


@jit
def draw_start(key, luck, share, entered):
    """entered[row] = 0 for those in the market from the start, -1 for prospects."""
    for row in range(key.shape[0]):
        entered[row] = 0 if uniform_double(key[row], luck) < share else -1


@jit
def press_by_share(pull, first, start, stop, factor, press):
    """press[i] = factor · pull of the row start + i / its friends."""
    factor, one = f4(factor), f4(1.0)
    own, begin, end = pull[start:stop], first[start:stop], first[start + 1 : stop + 1]
    for i in range(own.shape[0]):
        press[i] = factor * f4(own[i]) / max(f4(end[i] - begin[i]), one)


@jit
def press_by_log(pull, start, stop, factor, press):
    """press[i] = factor · pull of the row start + i."""
    factor = f4(factor)
    own = pull[start:stop]
    for i in range(own.shape[0]):
        press[i] = factor * f4(own[i])


@jit
def chance_linear(ads, press, n, chance):
    """chance[i] = ads + press[i], at most 1."""
    ads, one = f4(ads), f4(1.0)
    for i in range(n):
        chance[i] = min(ads + press[i], one)


@jit
def chance_of_ties(ads, press, n, chance):
    """chance[i] = 1 - (1 - ads) · e**-press[i]."""
    one = f4(1.0)
    left = one - f4(ads)
    for i in range(n):
        chance[i] = one - left * exp(-press[i])


@jit
def who_comes(entered, key, start, stop, luck, split, ads, press, chance, found, by_friend):
    """Write the prospects of a block who come, and 1 for those whom a friend brings; returns how many."""
    ads = f4(ads)
    own, keys = entered[start:stop], key[start:stop]
    n = u8(0)
    for i in range(own.shape[0]):
        if own[i] < 0 and uniform(keys[i], luck) < chance[i]:
            found[n] = start + i
            by_friend[n] = f4(uniform(keys[i], split) * (ads + press[i]) < press[i])
            n += u8(1)
    return i8(n)


@jit
def see(rows, key, luck, base, rates, n_customers, advertised):
    """The brand whose advertising brought each row, by chance in proportion to rates beside a base that is nobody's."""
    for k in range(rows.shape[0]):
        row = rows[k]
        own = rates[row // n_customers]
        total = f8(base)
        for b in range(own.shape[0]):
            total += f8(own[b])
        left = uniform_double(key[row], luck) * total
        found = -1
        for b in range(own.shape[0]):
            left -= f8(own[b])
            if left < f8(0.0) and found < 0:
                found = b
        advertised[row] = found


@jit
def pull_at(rows, first, neighbor, ties, worth, pull):
    """Add to the pull of every friend of these rows what the tie is worth."""
    weighted = ties.shape[0] > 0
    full = worth[ONE]
    for k in range(rows.shape[0]):
        row = rows[k]
        for e in range(first[row], first[row + 1]):
            pull[neighbor[e]] += worth[ties[e]] if weighted else full


@jit
def brought_by(rows, first, neighbor, ties, entered, silent, key, luck):
    """One friend in the market for each row: exponential clocks at rates of the ties' strengths, the first wins."""
    out = np.full(rows.shape[0], -1, np.int32)
    weighted, some_silent = ties.shape[0] > 0, silent.shape[0] > 0
    for k in range(rows.shape[0]):
        row = rows[k]
        pair = mix(key[row] + luck)
        soonest = f4(np.inf)
        for e in range(first[row], first[row + 1]):
            friend = neighbor[e]
            speaks = not (some_silent and silent[friend] != 0)
            if entered[friend] >= 0 and speaks:
                strength = f4(ties[e]) if weighted else f4(1.0)
                time = exponential(key[friend], pair) / max(strength, f4(1e-30))
                if time < soonest:
                    soonest = time
                    out[k] = friend
    return out


@jit
def admit(entered, channel, step, start, bounds, keys, count, n, rows, occasions, key, begins):
    """Keep the shoppers of a block who are no prospects, and add newcomers who have no occasion; returns how many.

    Who was there from the start, by channel 0, does not come.
    """
    size = bounds[bounds.shape[0] - 1]
    for i in range(size):
        count[i] = 0
    for q in range(n):
        count[rows[q] - start] = occasions[q]
    kept = u8(0)
    for r in range(bounds.shape[0] - 1):
        begins[r] = i8(kept)
        for i in range(bounds[r], bounds[r + 1]):
            since = entered[start + i]
            if since == step and channel[start + i] != 0:
                count[i] = max(count[i], 1)
            if since >= 0 and count[i] > 0:
                rows[kept] = start + i
                occasions[kept] = count[i]
                key[kept] = keys[start + i]
                kept += u8(1)
    for r in range(bounds.shape[0] - 1, begins.shape[0]):
        begins[r] = i8(kept)
    return i8(kept)
