"""Pairs: random sets of pairs among n things, each pair at most once, and random orders, for networks.

Kernels draw by address with a key (`draws`), so the same key gives the same pairs. Pairs are kept once, in the row of
the smaller end: row i has its ends in ``later[begin[i]:begin[i + 1]]``.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import WEYL, uniform_double
from loyaltysim.jit import jit

u8, i8, f8 = np.uint64, np.int64, np.float64

DENSE = 0.25  # assumed: share of all pairs above which each pair is looked at in turn
CHUNK = 1024  # pairs drawn at once, in a loop of their own: twice to four times as fast (measured)


@jit
def draw_pairs(key, t, size, n, smaller, larger):
    """Write the t-th pair and those after it: two different customers of `n`, every pair with the same chance."""
    for q in range(size):
        address = u8(2 * (t + q))
        i = i8(uniform_double(key, address * WEYL) * f8(n))
        j = i8(uniform_double(key, (address + u8(1)) * WEYL) * f8(n - 1))
        j += i8(j >= i)
        smaller[q] = min(i, j)
        larger[q] = max(i, j)


@jit
def draw_until(key, n, ties, row, start, begin, later, place, seen, smaller, larger):
    """Write the ties of one network, whose rows begin at `row` and whose ties at `start`."""
    for i in range(n + 1):
        begin[row + i] = start
    draw_more(key, n, ties, row, start, begin, later, place, seen, smaller, larger)


@jit
def draw_more(key, n, ties, row, start, begin, later, place, seen, smaller, larger):
    """Draw ties to those that a network has already, until there are `ties`.

    A round draws as many pairs as are wanting, puts them behind what their rows have, and drops those that were there.
    """
    have, drawn = i8(begin[row + n] - start), i8(0)
    while True:
        draws_end = drawn + ties - have
        for i in range(n):
            place[i] = 0
            seen[i] = -1
        for t in range(drawn, draws_end, CHUNK):
            size = min(CHUNK, draws_end - t)
            draw_pairs(key, t, size, n, smaller, larger)
            for q in range(size):
                place[smaller[q]] += 1
        spread(n, row, start + ties, begin, later, place)
        for t in range(drawn, draws_end, CHUNK):
            size = min(CHUNK, draws_end - t)
            draw_pairs(key, t, size, n, smaller, larger)
            for q in range(size):
                i = smaller[q]
                later[place[i]] = row + larger[q]
                place[i] += 1
        have = close_up(n, row, start, begin, later, place, seen)
        drawn = draws_end
        if have == ties:
            break


@jit
def spread(n, row, end, begin, later, place):
    """Move the rows apart, the last one to `end`: row i gets room for place[i] more; place[i] becomes where they go."""
    old_end = begin[row + n]
    begin[row + n] = end
    for back in range(n):
        i = n - 1 - back
        old = begin[row + i]
        size = old_end - old
        new = begin[row + i + 1] - place[i] - size
        if new > old:
            for e in range(size):
                later[new + size - 1 - e] = later[old + size - 1 - e]
        begin[row + i] = new
        place[i] = new + size
        old_end = old


@jit
def close_up(n, row, start, begin, later, place, seen):
    """Drop what a row has twice and move the rows together, the first one to `start`; return how many ties are left."""
    kept = i8(start)
    old = i8(start)
    for i in range(n):
        end = place[i]
        begin[row + i] = kept
        for e in range(old, end):
            other = later[e]
            if seen[other - row] != i:
                seen[other - row] = i
                later[kept] = other
                kept += 1
        old = end
    begin[row + n] = kept
    return kept - start


@jit
def select_pairs(key, n, ties, row, start, begin, later):
    """Write the ties of one dense network, whose rows begin at `row` and whose ties at `start`."""
    e = i8(start)
    wanted, left = i8(ties), i8(n) * i8(n - 1) // 2
    for i in range(n):
        begin[row + i] = e
        for j in range(i + 1, n):
            if uniform_double(key, u8(left) * WEYL) * f8(left) < f8(wanted):
                later[e] = row + j
                e += 1
                wanted -= 1
            left -= 1
    begin[row + n] = e


@jit
def shuffle(key, values):
    """Put `values` in an order drawn at random, all orders with the same chance (Fisher and Yates)."""
    for last in range(len(values) - 1, 0, -1):
        other = i8(uniform_double(key, u8(last) * WEYL) * f8(last + 1))
        values[last], values[other] = values[other], values[last]
