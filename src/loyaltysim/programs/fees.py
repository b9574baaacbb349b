"""Fees: the kernels of memberships that cost something (eq. E115)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import uniform
from loyaltysim.elementary import logistic
from loyaltysim.jit import jit

f4, i4, i8, u4 = np.float32, np.int32, np.int64, np.uint32
ACTIVE = 1  # a member with a card, as in `programs.ledger`


@jit
def add_saving(before, rows, n, share, fee, weight, logit):
    """logit[q] += weight · (what the shopper expects to save - fee), in ledger units."""
    share, fee, weight = f4(share), f4(fee), f4(weight)
    for q in range(n):
        logit[q] += weight * (share * f4(before[rows[q]]) - fee)


@jit
def charge_new(was, member, rows, buyers, segment, begins, first_replication, place, fee, step, joined, fees):
    """Those who became members at this purchase pay."""
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            if was[q] == 0 and member[rows[q]] != 0:
                joined[rows[q]] = step
                fees[first_replication + r, segment[q], place] += fee


@jit
def renew(
    member, joined, before, key, segment, start, stop, step, steps, share, fee, weight, base, luck, n_customers, place,
    bits, brand, enrolled, fees,
):  # fmt: skip
    """At the end of a term a member pays for the next, or is none any more; `base` is the logit of staying.

    The brand's bit of who leaves is cleared; another program of the brand sets it again at the next purchase.
    """
    share, money, weight, base = f4(share), f4(fee), f4(weight), f4(base)
    bit = u4(1) << u4(brand)
    for row in range(start, stop):
        held = i4(step) + i4(1) - joined[row]
        if member[row] == ACTIVE and held > 0 and held % steps == 0:
            r, s = row // n_customers, segment[row]
            chance = logistic(base + weight * (share * f4(before[row]) - money))
            if uniform(key[row], luck) < chance:
                fees[r, s, place] += fee
            else:
                member[row] = 0
                enrolled[r, s, place] -= i8(1)
                if bits.shape[0] > 0:
                    bits[row] &= ~bit
