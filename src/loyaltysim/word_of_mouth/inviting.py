"""Inviting: the kernels of invitations (eqs. E82–E86)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import bits, exponential, mix, poisson, salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit

MOST_LIFT = 5.0  # of the logarithm of the rate of invitations by reward, bond and satisfaction; assumed: more is a slip

ONE = 1024  # a tie of strength 1

f4, i8, u4, u8 = np.float32, np.int64, np.uint32, np.uint64


@jit
def hold_by_friends(referred, referrer, status, factor, hold):
    """hold[row] = factor while the referrer has not left the brand, else 1."""
    factor, one = f4(factor), f4(1.0)
    for row in range(referred.shape[0]):
        b = referred[row]
        if b >= 0:
            bit = u4(1) << u4(b)
            hold[row] = factor if (status[referrer[row]] & bit) == u4(0) else one


@jit
def rates(
    last, status, reward, bond, satisfaction, talkativeness, start, stop, rate, by_reward, by_bond, bond_reference,
    by_satisfaction, satisfaction_reference, mean,
):  # fmt: skip
    """mean[i] = invitations that the row start + i is expected to send in the step (eq. E82)."""
    rate, by_reward, by_bond, bond_reference = f4(rate), f4(by_reward), f4(by_bond), f4(bond_reference)
    by_satisfaction, satisfaction_reference = f4(by_satisfaction), f4(satisfaction_reference)
    most, zero = f4(MOST_LIFT), f4(0.0)
    for i in range(stop - start):
        row = start + i
        b = last[row]
        mean[i] = zero
        if b >= 0 and reward[b] >= zero:
            left = status.shape[0] > 0 and (status[row] & (u4(1) << u4(b))) != u4(0)
            if not left:
                lift = by_reward * reward[b]
                if bond.shape[0] > 0:
                    lift += by_bond * (bond[b, row] - bond_reference)
                if satisfaction.shape[0] > 0:
                    lift += by_satisfaction * (satisfaction[b, row] - satisfaction_reference)
                mean[i] = rate * exp(max(min(lift, most), -most))
                if talkativeness.shape[0] > 0:
                    mean[i] *= talkativeness[row]


@jit
def who_invites(mean, key, start, stop, luck):
    """Rows that invite, once for each invitation, and the number of the invitation, counted from 0."""
    total = i8(0)
    for i in range(stop - start):
        total += poisson(key[start + i], luck, mean[i])
    rows, number = np.empty(total, np.int64), np.empty(total, np.int64)
    n = u8(0)
    for i in range(stop - start):
        for k in range(poisson(key[start + i], luck, mean[i])):
            rows[n] = start + i
            number[n] = k
            n += u8(1)
    return rows, number


@jit
def by_chance(keys, luck, chance):
    """Whether each key's draw falls below its chance."""
    out = np.empty(keys.shape[0], np.bool_)
    for k in range(keys.shape[0]):
        out[k] = uniform(keys[k], luck) < chance[k]
    return out


@jit
def whom(sender, number, first, neighbor, ties, key, purpose, step, n_customers):
    """One friend for each invitation, and the tie in 1/1024; -1 if there is none. Without ties: anybody else."""
    friend, strength = np.full(sender.shape[0], -1, np.int64), np.full(sender.shape[0], ONE, np.int64)
    weighted = ties.shape[0] > 0
    for k in range(sender.shape[0]):
        row = sender[k]
        luck = bits(key[row], salt(purpose, step, 0, number[k]))
        if first.shape[0] == 0:
            if n_customers > 1:
                begin = (row // n_customers) * n_customers
                other = i8(luck % u8(n_customers - 1))
                friend[k] = begin + other + i8(begin + other >= row)
        else:
            soonest = f4(np.inf)
            for e in range(first[row], first[row + 1]):
                time = exponential(key[neighbor[e]], luck)
                if time < soonest:
                    soonest = time
                    friend[k] = neighbor[e]
                    strength[k] = ties[e] if weighted else ONE
    return friend, strength


@jit
def pairs(friend, sender, number, key, purpose, step):
    """64 random bits for each invitation, by friend, sender and number; 0 where there is no friend."""
    out = np.zeros(friend.shape[0], np.uint64)
    for k in range(friend.shape[0]):
        if friend[k] >= 0:
            luck = salt(purpose, step, 0, number[k])
            out[k] = bits(key[friend[k]], mix(key[sender[k]] + luck))
    return out


@jit
def uniforms(pair):
    """A float64 in (0, 1) of each 64 random bits."""
    out = np.empty(pair.shape[0], np.float64)
    for k in range(pair.shape[0]):
        out[k] = (np.float64(i8(pair[k] >> u8(12))) + 0.5) * 2.0**-52
    return out


@jit
def bind(pledge, rows, n, brand):
    """brand[q] = what was pledged; a pledge is for one occasion."""
    for q in range(n):
        pledged = pledge[rows[q]]
        if pledged >= 0:
            brand[q] = pledged
            pledge[rows[q]] = -1


@jit
def enrich(referred, entered, rows, brand, key, n, step, occasion, purpose, share, more, units):
    """units[q] += Poisson(more · e**(-share · steps since the row came)) for the brand that it was brought to."""
    more, share = f4(more), f4(share)
    luck = salt(purpose, step, occasion, 0)
    for q in range(n):
        row = rows[q]
        if brand[q] >= 0 and referred[row] == brand[q]:
            units[q] += poisson(key[q], luck, more * exp(-share * f4(step - entered[row])))
