"""Leaving: the kernels of lapse (eqs. E64–E66).

Those who decide are listed first; then one term after another is added to the logit of each; then they stay or leave.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit

f4, i4, i8, u4, u8 = np.float32, np.int32, np.int64, np.uint32, np.uint64


@jit
def repeat_buyers(rows, key, brand, buyers, n_buyers, tried, chance, to_rows, to_key, to_brand, to_base):
    """List those who bought a brand that they had bought before, with their plain chance; returns how many.

    `tried` is the staged state.
    """
    m = u8(0)
    for k in range(n_buyers):
        q = u4(buyers[k])
        row, b = rows[q], brand[q]
        to_rows[m], to_key[m], to_brand[m], to_base[m] = row, key[q], b, chance[u4(row)]
        m += u8(u4(tried[q] >> u4(b)) & u4(1))
    return i8(m)


@jit
def due(contract, signed, start, stop, step, term, chance, keys, to_rows, to_key, to_brand, to_base):
    """List those of the block whose contract is at the end of a term, with their plain chance; returns how many."""
    m = i8(0)
    for row in range(start, stop):
        b, age = contract[row], i4(step) - signed[row]
        if b >= 0 and age > 0 and age % term == 0:
            to_rows[m], to_key[m], to_brand[m], to_base[m] = row, keys[row], b, chance[row]
            m += i8(1)
    return m


@jit
def out_of_category(rows, key, m, category_exit, step, burn_in, weeks, purpose, base, over):
    """base[k] = 1 for those who have left the whole category (`need_rates.drop_needs`): it is `over`, they cancel."""
    luck, weeks = salt(purpose, 0, 0, 0), f4(max(step - burn_in, 0) * weeks)
    for k in range(m):
        row = rows[k]
        over[k] = not uniform(key[k], luck) < exp(-category_exit[row] * weeks)
        if over[k]:
            base[k] = f4(1.0)


@jit
def weigh(state, rows, brand, m, weight, reference, term):
    """term[k] = weight · (state of the brand - reference)."""
    weight, reference = f4(weight), f4(reference)
    for k in range(m):
        term[k] = weight * (state[u4(brand[k]), u4(rows[k])] - reference)


@jit
def weigh_members(member, rows, brand, m, weight, term):
    """term[k] = weight for those who are in a program of the brand, else 0."""
    weight = f4(weight)
    for k in range(m):
        term[k] = weight * f4((u4(member[rows[k]] >> u4(brand[k])) & u4(1)) != u4(0))


@jit
def weigh_strain(strain, rows, brand, m, weight, term, failed):
    """term[k] = weight · strain with the brand, failed[k] whether there was any; then it is over."""
    weight = f4(weight)
    for k in range(m):
        b, row = u4(brand[k]), u4(rows[k])
        felt = strain[b, row]
        term[k], failed[k] = weight * felt, felt > f4(0.0)
        if felt > f4(0.0):
            strain[b, row] = f4(0.0)


@jit
def moved(base, shift):
    """The chance whose odds are those of `base` times e**shift; `base` itself where the shift is 0."""
    odds = base * exp(shift)
    return base if shift == f4(0.0) else odds / ((f4(1.0) - base) + odds)


@jit
def chances(base, terms, again, m, chance):
    """chance[k] = base[k], its odds times e**(sum of terms and of what a second life adds)."""
    for k in range(m):
        chance[k] = moved(base[k], terms[0, k] + terms[1, k] + terms[2, k] + terms[3, k] + again[k])


@jit
def since_last(before, known, rows, brand, m, again, base, terms):
    """Turn each term into what it has added since the last decision about the brand, and base into the chance then.

    `before`, terms × brands × rows, and `known`, bits of brands, are those of the last decision, and then of this. At
    the first decision only strain, the second term, counts as new.
    """
    for k in range(m):
        row, b = rows[k], brand[k]
        bit = u4(1) << u4(b)
        first = (known[row] & bit) == u4(0)
        total = again[k]
        for t in range(terms.shape[0]):
            now = terms[t, k]
            was = before[t, b, row]
            if first:
                was = f4(0.0) if t == 1 else now
            before[t, b, row] = now
            terms[t, k] = now - was
            total += was
        known[row] |= bit
        base[k] = moved(base[k], total)


@jit
def leave(
    rows, key, brand, base, terms, chance, failed, over, m, segment, n_customers, purpose, step, occasion, status,
    left_step, lapsed,
):  # fmt: skip
    """Let each leave the brand by chance, or stay; close the ranks of those who leave, and return how many they are.

    All columns from `rows` to `over` are theirs then, but `key`: the luck of all who decided, which nobody needs then.
    """
    luck, some, left = salt(purpose, step, occasion, 0), np.empty(m, u4), u8(0)
    for k in range(m):
        some[left] = k
        left += u8(uniform(key[k], luck) < chance[k])
    for to in range(i8(left)):
        k = some[to]
        row, b = rows[k], brand[k]
        status[row] |= u4(1) << u4(b)
        if left_step[b, row] < 0:
            left_step[b, row] = step
        lapsed[row // n_customers, segment[row], b] += i8(1)
        rows[to], brand[to], base[to], chance[to] = row, b, base[k], chance[k]
        failed[to], over[to] = failed[k], over[k]
        for t in range(terms.shape[0]):
            terms[t, to] = terms[t, k]
    return i8(left)


@jit
def held_by_friends(hold, referred, rows, brand, over, n, base):
    """base[k] *= hold for those who decide on the brand to which a friend brought them (eq. E85).

    Whoever has left the category is held by nobody.
    """
    for k in range(n):
        if referred[rows[k]] == brand[k] and not over[k]:
            base[k] *= hold[rows[k]]


@jit
def mark_failure(rows, brand, failed, n, after_failure):
    """Remember whether each brand was left after a failure: one bit a brand."""
    for k in range(n):
        bit = u4(1) << u4(brand[k])
        row = rows[k]
        after_failure[row] = (after_failure[row] | bit) if failed[k] else (after_failure[row] & ~bit)


@jit
def mark_step(rows, brand, n, step, latest_step):
    """latest_step[brand, row] = step for those who left."""
    for k in range(n):
        latest_step[brand[k], rows[k]] = step


@jit
def end_contracts(rows, n, contract):
    """Those who left have no contract any more."""
    for k in range(n):
        contract[rows[k]] = -1


@jit
def sign(before, brand, rows, n, step, signed):
    """signed[row] = step for those who buy and had no contract before."""
    for q in range(n):
        if before[q] < 0 and brand[q] >= 0:
            signed[rows[q]] = step


@jit
def come_back(
    rows, key, segment, begins, first_replication, elapsed, latest_step, weeks, rate, purpose, step, occasion, gone,
    might, left, status, returned,
):  # fmt: skip
    """Clear the bits of brands that are open again; `left` is the staged status, `gone` and `might` are scratch.

    Time counts from the last occasion, or from the end of a contract if that came later. Who has left anything is
    listed first, and of them those whom the tangent of the exponential, which is below it, lets come back: a few.
    """
    rate, weeks, one, rounding = f4(rate), f4(weeks), f4(1.0), f4(1e-6)
    n_gone = u8(0)
    for every in range(begins[-1]):
        gone[n_gone] = every
        n_gone += u8(left[every] != u4(0))
    for b in range(returned.shape[2]):
        luck, bit = salt(purpose, step, occasion, b), u4(1) << u4(b)
        few = u8(0)
        for k in range(i8(n_gone)):
            q = u4(gone[k])
            might[few] = gone[k]
            low = one - rate * elapsed[q] - rounding
            few += u8(((left[q] & bit) != u4(0)) & (uniform(key[q], luck) > low))
        r = 0
        for k in range(i8(few)):
            q = u4(might[k])
            time = elapsed[q]
            if latest_step.shape[0] > 0:  # brands are left between occasions too
                time = min(time, f4(i4(step) - latest_step[b, rows[q]]) * weeks)
            if uniform(key[q], luck) > exp(-rate * time):
                while q >= begins[r + 1]:
                    r += 1
                left[q] &= ~bit
                status[rows[q]] &= ~bit
                returned[first_replication + r, segment[q], b] += i8(1)
