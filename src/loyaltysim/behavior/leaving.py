"""Leaving: the kernels of lapse, for one customer after the other (eqs. E64–E66)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit

f4, i4, i8, u4 = np.float32, np.int32, np.int64, np.uint32


@jit
def _moved(base, shift):
    """The chance whose odds are those of `base` times e**shift; `base` itself where the shift is 0."""
    odds = base * exp(shift)
    return base if shift == f4(0.0) else odds / ((f4(1.0) - base) + odds)


@jit
def _terms(row, b, satisfaction, strain, bond, member, second_life, weights):
    """What each term adds to the logit of the chance to leave, and last the whole."""
    zero, half = f4(0.0), f4(0.5)
    by_satisfaction, service, by_bond, membership, again = zero, zero, zero, zero, zero
    if satisfaction.shape[0] > 0:
        by_satisfaction = -f4(weights[0]) * (satisfaction[b, row] - half)
    if strain.shape[0] > 0:
        service = f4(weights[1]) * strain[b, row]
    if bond.shape[0] > 0:
        by_bond = -f4(weights[2]) * (bond[b, row] - f4(weights[3]))
    if member.shape[0] > 0:
        membership = -f4(weights[4]) * f4((u4(member[row] >> u4(b)) & u4(1)) != u4(0))
    if second_life.shape[0] > 0:
        again = second_life[b, row]
    return by_satisfaction, service, by_bond, membership, by_satisfaction + service + by_bond + membership + again


@jit
def _decide(
    row, b, u, certain, base, satisfaction, strain, bond, member, second_life, weights, step,
    status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base, to_chance, to_terms,
):  # fmt: skip
    """Let the customer leave the brand if `u` is below the chance, or stay; returns 1 or 0. Strain is over."""
    by_satisfaction, service, by_bond, membership, shift = _terms(
        row, b, satisfaction, strain, bond, member, second_life, weights
    )
    own = f4(1.0) if certain else base[row]
    chance = _moved(own, shift)
    failed = False
    if strain.shape[0] > 0:
        failed = strain[b, row] > f4(0.0)
        strain[b, row] = f4(0.0)
    if not u < chance:
        return i8(0)
    bit = u4(1) << u4(b)
    status[row] |= bit
    if left_step[b, row] < 0:
        left_step[b, row] = step
    if latest_step.shape[0] > 0:
        latest_step[b, row] = step
    if after_failure.shape[0] > 0:
        after_failure[row] = (after_failure[row] | bit) if failed else (after_failure[row] & ~bit)
    to_rows[k], to_brand[k], to_base[k], to_chance[k] = row, b, own, chance
    to_terms[0, k], to_terms[1, k], to_terms[2, k], to_terms[3, k] = by_satisfaction, service, by_bond, membership
    return i8(1)


@jit
def drop_out(
    rows, brand, key, segment, begins, first_replication, tried, base, satisfaction, strain, bond, member, second_life,
    weights, purpose, step, occasion, status, left_step, latest_step, after_failure, lapsed, to_rows, to_brand, to_base,
    to_chance, to_terms,
):  # fmt: skip
    """Each repeat buyer decides; returns how many left."""
    luck = salt(purpose, step, occasion, 0)
    k = i8(0)
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            b, row = brand[q], rows[q]
            if b >= 0 and (u4(tried[row] >> u4(b)) & u4(1)) != u4(0):
                left = _decide(
                    row, b, uniform(key[q], luck), False, base, satisfaction, strain, bond, member, second_life,
                    weights, step, status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base,
                    to_chance, to_terms,
                )  # fmt: skip
                lapsed[first_replication + r, segment[q], b] += left
                k += left
    return k


@jit
def renew(
    keys, segment, n_customers, start, stop, contract, signed, term, category_exit, weeks, exit_purpose, base,
    satisfaction, strain, bond, member, second_life, weights, purpose, step, status, left_step, latest_step,
    after_failure, lapsed, to_rows, to_brand, to_base, to_chance, to_terms,
):  # fmt: skip
    """Each customer whose contract is due decides; contracts that are not renewed end. Returns how many do."""
    luck, exit_luck = salt(purpose, step, 0, 0), salt(exit_purpose, 0, 0, 0)
    weeks, k = f4(weeks), i8(0)
    for row in range(start, stop):
        b, age = contract[row], i4(step) - signed[row]
        if b >= 0 and age > 0 and age % term == 0:
            over = False
            if category_exit.shape[0] > 0:
                over = not uniform(keys[row], exit_luck) < exp(-category_exit[row] * weeks)
            left = _decide(
                row, b, uniform(keys[row], luck), over, base, satisfaction, strain, bond, member, second_life,
                weights, step, status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base,
                to_chance, to_terms,
            )  # fmt: skip
            if left:
                contract[row] = -1
                lapsed[row // n_customers, segment[row], b] += left
                k += left
    return k


@jit
def sign(before, brand, rows, n, step, signed):
    """signed[row] = step for those who buy and had no contract before."""
    for q in range(n):
        if before[q] < 0 and brand[q] >= 0:
            signed[rows[q]] = step


@jit
def come_back(
    rows, key, segment, begins, first_replication, elapsed, latest_step, weeks, rate, purpose, step, occasion, left,
    status, returned,
):  # fmt: skip
    """Clear the bits of brands that are open again; `left` is the staged status.

    Time counts from the last occasion, or from the end of a contract if that came later.
    """
    rate, weeks = f4(rate), f4(weeks)
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            if left[q] != u4(0):
                for b in range(returned.shape[2]):
                    bit = u4(1) << u4(b)
                    if (left[q] & bit) != u4(0):
                        time = elapsed[q]
                        if latest_step.shape[0] > 0:
                            time = min(time, f4(i4(step) - latest_step[b, rows[q]]) * weeks)
                        if uniform(key[q], salt(purpose, step, occasion, b)) > exp(-rate * time):
                            left[q] &= ~bit
                            status[rows[q]] &= ~bit
                            returned[first_replication + r, segment[q], b] += i8(1)
