"""Occasions: the kernels that write who shops in a step, how often, in which order and when (eqs. E6–E8, E45)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import COUNT_ON, few_of_poisson, mix, poisson, salt, uniform
from loyaltysim.elementary import exp, log
from loyaltysim.jit import jit

f4, i8, u4, u8 = np.float32, np.int64, np.uint32, np.uint64


@jit
def _keep(mask, start, bounds, rows, begins):
    """Write the rows whose mask is 1, and at which of them each replication begins; returns how many."""
    n = u8(0)  # without a sign, so that no index is checked for being negative: twice as fast
    for r in range(bounds.shape[0] - 1):
        begins[r] = i8(n)
        own, first = mask[bounds[r] : bounds[r + 1]], start + bounds[r]
        for i in range(own.shape[0]):
            rows[n] = first + i
            n += u8(own[i])
    for r in range(bounds.shape[0] - 1, begins.shape[0]):
        begins[r] = i8(n)
    return i8(n)


@jit
def next_round(n, occasion, rows, occasions, key, time, bought, begins):
    """Close the ranks: keep who has occasions after `occasion`, 0 the first, in order; they are listed first."""
    some, kept, q = np.empty(n, u4), u8(0), i8(0)
    for r in range(begins.shape[0]):
        end = begins[r]
        while q < end:
            some[kept] = q
            kept += u8(occasions[q] > occasion + 1)
            q += i8(1)
        begins[r] = i8(kept)
    for k in range(i8(kept)):
        q = some[k]
        rows[k], occasions[k], key[k], time[k], bought[k] = rows[q], occasions[q], key[q], time[q], bought[q]
    return i8(kept)


@jit
def draw_poisson(mean, keys, start, bounds, purpose, step, mask, rows, occasions, key, time, bought, begins):
    """Poisson occasions: first, for everybody, whether there may be any; then how many. Overwrites `mean`.

    The chance of none is e**-mean, and above 1 - mean: who draws less has none for sure.
    """
    luck = salt(purpose, step, 0, 0)
    first = mix(luck)  # the draw with which `poisson` begins
    own, least = keys[start : start + bounds[-1]], f4(1.0 - 1e-6)  # far beyond rounding
    for i in range(own.shape[0]):
        mask[i] = np.int32(uniform(own[i], first) > least - mean[i])
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        row = u4(rows[q])
        key[q], mean[q] = keys[row], mean[row - u4(start)]
    for q in range(n):
        occasions[q] = few_of_poisson(uniform(key[q], first), mean[q])
    for q in range(n):
        if occasions[q] == COUNT_ON:
            occasions[q] = poisson(key[q], luck, mean[q])
    return next_round(n, -1, rows, occasions, key, time, bought, begins)


@jit
def draw_bernoulli(chance, keys, start, bounds, purpose, step, mask, rows, occasions, key, begins):
    """One occasion with a chance."""
    luck = salt(purpose, step, 0, 0)
    stop = start + bounds[-1]
    own, limit = keys[start:stop], chance[start:stop]
    for i in range(own.shape[0]):
        mask[i] = np.int32(uniform(own[i], luck) < limit[i])
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        key[q] = keys[rows[q]]
        occasions[q] = 1
    return n


@jit
def draw_contracts(mean, contract, keys, start, bounds, purpose, step, mask, rows, occasions, key, begins):
    """One occasion for everybody with a contract, and for others with chance 1 - e**-mean."""
    luck = salt(purpose, step, 0, 0)
    stop = start + bounds[-1]
    own, bound = keys[start:stop], contract[start:stop]
    for i in range(own.shape[0]):
        mask[i] = np.int32((uniform(own[i], luck) > exp(-mean[i])) | (bound[i] >= 0))
    n = _keep(mask, start, bounds, rows, begins)
    for q in range(n):
        key[q] = keys[rows[q]]
        occasions[q] = 1
    return n


@jit
def bind(bound, rows, n, brand, contract):
    """brand[q] = the brand of the contract; who has none begins one with what was chosen."""
    for q in range(n):
        if bound[q] >= 0:
            brand[q] = bound[q]
        elif brand[q] >= 0:
            contract[rows[q]] = brand[q]


@jit
def everybody(keys, start, bounds, rows, occasions, key, begins):
    """One occasion each."""
    n = bounds[-1]
    for i in range(n):
        rows[i] = start + i
        key[i] = keys[start + i]
        occasions[i] = 1
    for r in range(begins.shape[0]):
        begins[r] = bounds[min(r, bounds.shape[0] - 1)]
    return n


@jit
def recorded(first, step, n_customers, keys, start, bounds, rows, occasions, key, begins):
    """One occasion for each household that has a recorded purchase of this number."""
    n = i8(0)
    for r in range(bounds.shape[0] - 1):
        begins[r] = n
        for i in range(bounds[r], bounds[r + 1]):
            household = (start + i) % n_customers
            if first[household] + step < first[household + 1]:
                rows[n] = start + i
                key[n] = keys[start + i]
                occasions[n] = 1
                n += i8(1)
    for r in range(bounds.shape[0] - 1, begins.shape[0]):
        begins[r] = n
    return n


@jit
def times(key, occasions, n, purpose, step, occasion, time):
    """The next order statistic: 1 - (1 - t)(u ** (1 / occasions left)), t the one before."""
    luck = salt(purpose, step, occasion, 0)
    for q in range(n):
        before = time[q] if occasion > 0 else f4(0.0)
        left = f4(occasions[q] - occasion)
        time[q] = f4(1.0) - (f4(1.0) - before) * exp(log(uniform(key[q], luck)) / left)
