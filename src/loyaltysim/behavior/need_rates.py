"""Need rates: the kernels by which needs of a step are made up, customer by customer (eqs. E6, E43, E44)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit

MOST_LIFT = 5.0  # of the logarithm of needs by all contacts of a step, 148-fold; assumed: more is a slip

f4, u4 = np.float32, np.uint32

SOME = 1024
"""Rows whose contacts are added up, brand by brand, before they count."""


@jit
def expected(needs, start, stop, factors, step, mean):
    """mean[i] = needs of the block's row i × factor of the step."""
    factor = f4(factors[step])
    own = needs[start:stop]
    for i in range(own.shape[0]):
        mean[i] = own[i] * factor


@jit
def quicken(pace, start, stop, mean):
    """mean[i] *= pace of the block's row i."""
    own = pace[start:stop]
    for i in range(own.shape[0]):
        mean[i] *= own[i]


@jit
def damp(stock, seen, needs, start, stop, step, weeks, consumption, damping, mean):
    """mean[i] *= e**(-damping · stock of the block's row i as of now); consumption below 0: the customer's needs."""
    weeks, consumption, damping = f4(weeks), f4(consumption), f4(damping)
    zero, step = f4(0.0), np.int32(step)
    home, last, own = stock[start:stop], seen[start:stop], needs[start:stop]
    for i in range(home.shape[0]):
        used = own[i] if consumption < zero else consumption
        left = max(home[i] - used * (f4(step - last[i]) * weeks), zero)
        mean[i] *= exp(-damping * left)


@jit
def put_away(rows, brand, units, elapsed, n, needs, consumption, stock):
    """Use up what was needed since the last occasion, and add what was bought (eq. E44)."""
    consumption, zero = f4(consumption), f4(0.0)
    for q in range(n):
        row = rows[q]
        used = needs[row] if consumption < zero else consumption
        stock[row] = max(stock[row] - used * elapsed[q], zero) + f4(units[q]) * f4(brand[q] >= 0)


@jit
def lift(contacts, start, stop, lift, mean):
    """mean[i] *= e**(lift · contacts by all brands), within limits, for the block's row i."""
    lift, most, counts = f4(lift), f4(MOST_LIFT), np.empty(SOME, np.float32)
    for first in range(0, stop - start, SOME):
        own = mean[first : min(first + SOME, stop - start)]
        count = counts[: own.shape[0]]
        count[:] = f4(0.0)
        for b in range(contacts.shape[0]):
            sent = contacts[b, start + first : start + first + own.shape[0]]
            for i in range(own.shape[0]):
                count[i] += f4(sent[i])
        for i in range(own.shape[0]):
            own[i] *= exp(max(min(lift * count[i], most), -most))


@jit
def drop_needs(rate, keys, start, stop, purpose, step, burn_in, weeks, mean):
    """mean[i] = 0 for the block's row i if it has left the category by this step (eq. E43).

    Each customer leaves at a time of its own, which is one draw: it has left if its uniform is not below
    e**(-rate · weeks since the first measured step). During the burn-in everybody is there.
    """
    luck, weeks = salt(purpose, 0, 0, 0), f4(max(step - burn_in, 0) * weeks)
    own, key = rate[start:stop], keys[start:stop]
    for i in range(own.shape[0]):
        mean[i] *= f4(uniform(key[i], luck) < exp(-own[i] * weeks))
