"""Drift where a brand does more for some customers than for others: the kernel of `behavior.bond` with a term for each.

Apart from the other one, which most markets take, so that theirs stays as fast as it is.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.elementary import exp
from loyaltysim.jit import jit

f4, u4 = np.float32, np.uint32


@jit
def drift_each(
    satisfaction, trust, values, tried, elapsed, ethics, bond_growth, more, first_replication, begins,
    from_satisfaction, threshold, trust_half, from_values, fading, bond,
):  # fmt: skip
    """As `bond.drift`, with bond_growth + more[b, q] for each customer (eq. E157); the same bits where `more` is 0."""
    from_satisfaction, threshold, trust_half = f4(from_satisfaction), f4(threshold), f4(trust_half)
    from_values, fading = f4(from_values), f4(fading)
    zero, one, tiny = f4(0.0), f4(1.0), f4(1e-30)
    for r in range(begins.shape[0] - 1):
        some = slice(begins[r], begins[r + 1])
        bits, weeks, weight = tried[some], elapsed[some], values[some]
        for b in range(bond.shape[0]):
            own, level, sure, besides = bond[b, some], satisfaction[b, some], trust[b, some], more[b, some]
            bit = u4(1) << u4(b)
            shared, alike = from_values * ethics[first_replication + r, b], bond_growth[first_replication + r, b]
            for q in range(own.shape[0]):
                known = f4((bits[q] & bit) != u4(0))
                known_well = max(sure[q], tiny) / (max(sure[q], tiny) + trust_half)
                growth = known * from_satisfaction * max(level[q] - threshold, zero) * known_well
                growth += known * (shared * max(weight[q], zero) + (alike + besides[q]))
                speed = growth + fading
                target = growth / max(speed, tiny)
                now = min(max(target + (own[q] - target) * exp(-speed * weeks[q]), zero), one)
                own[q] = now if weeks[q] > zero else own[q]
