"""Talk rates: the kernels by which rates of talk follow from states, and become messages (eqs. E24, E25, E139, E157).

They work on a list of rows, ever shorter: those who may talk, those who do.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import COUNT_ON, bits, few_of_poisson, mix, poisson, salt, uniform
from loyaltysim.elementary import exp, logistic
from loyaltysim.jit import jit

f4, f8, i4, i8, u4, u8 = np.float32, np.float64, np.int32, np.int64, np.uint32, np.uint64


@jit
def largest(state, start, stop):
    """The largest of a state in these rows, with any brand; 0 if none is above.

    Bits of float32 of at least 0 are in the order of whole numbers, whose largest is found ten times as fast.
    """
    most = i4(0)
    for b in range(state.shape[0]):
        own = state[b, start:stop]
        for i in range(own.shape[0]):
            most = max(most, i4(f4(own[i]).view(i4)))
    return i4(most).view(f4)


@jit
def most_messages(bond, advocacy, praise, start, stop, most, bond_talk, margin):
    """More messages than any of these rows with a talkativeness of 1 can be expected to send in a step.

    `most` is what is at most expected of those without a bond; states that there are not have no brands.
    """
    if bond.shape[0] == 0:
        return most * margin
    held, more = largest(bond, start, stop), f8(0.0)
    for b in range(bond.shape[0]):
        for r in range(advocacy.shape[0]):
            more = max(more, f8(advocacy[r, b]))
    more += f8(largest(praise, start, stop))
    return most * (1.0 + bond_talk * f8(held)) * (1.0 + more * f8(held)) * margin


@jit
def may_talk(most, talkative, key, start, stop, purpose, step, mask, rows):
    """Write the rows of the block whose luck makes them talk if they talk as much as anybody could; returns how many.

    Few do, and only theirs are looked at: rates differ, but for everybody else they come to nothing.
    """
    most, eight = f4(most), f4(8.0)
    first = u8(mix(salt(purpose, step, 0, 0)))  # the draw with which `poisson` begins
    own, quiet = key[start:stop], exp(-most) if most < eight else f4(0.0)
    for i in range(own.shape[0]):
        mask[i] = i4(uniform(own[i], first) > quiet)
    if talkative.shape[0] > 0:
        times = talkative[start:stop]
        for i in range(own.shape[0]):
            mean = most * times[i]
            mask[i] = i4((uniform(own[i], first) > exp(-mean)) | (mean > eight))
    n = u8(0)  # without a sign, so that no index is checked for being negative
    for i in range(own.shape[0]):
        rows[n] = start + i
        n += u8(mask[i])
    return i8(n)


@jit
def of_last(state, last, rows, n, value):
    """value[k] = state of rows[k] with the brand bought last; brand 0's if there is none."""
    for k in range(n):
        value[k] = state[u4(max(last[k], np.int8(0))), u4(rows[k])]


@jit
def rates(level, last, n, weeks, talk_good, talk_bad, high, low, width, mean, good):
    """Expected messages of each row in a step, and the share of them that is praise."""
    talk_good, talk_bad = f4(talk_good) * f4(weeks), f4(talk_bad) * f4(weeks)
    high, low, width, tiny = f4(high), f4(low), f4(width), f4(1e-30)
    for k in range(n):
        praise = talk_good * logistic((level[k] - high) / width)
        blame = talk_bad * logistic((low - level[k]) / width)
        total = praise + blame
        good[k] = praise / max(total, tiny)
        mean[k] = total * f4(last[k] >= 0)


@jit
def advocacy_of_last(last, rows, n, n_customers, advocacy, more):
    """more[k] = advocacy of the brand last bought, as it is to everybody."""
    for k in range(n):
        more[k] = advocacy[rows[k] // n_customers, u4(max(last[k], np.int8(0)))]


@jit
def add_praise_of_last(praise, last, rows, n, more):
    """more[k] += what the brand last bought does so for this customer besides (eq. E157)."""
    for k in range(n):
        more[k] += praise[u4(max(last[k], np.int8(0))), u4(rows[k])]


@jit
def advocate(bond, n, advocacy, mean, good):
    """Praise comes 1 + advocacy[k] · bond with the brand last bought times as often, blame as before (eq. E139)."""
    zero, tiny = f4(0.0), f4(1e-30)
    for k in range(n):
        more = mean[k] * good[k] * advocacy[k] * max(bond[k], zero)
        total = mean[k] + more
        share = (mean[k] * good[k] + more) / max(total, tiny)
        good[k] = share if more > zero else good[k]
        mean[k] = total


@jit
def attached(bond, n, bond_talk, mean):
    """mean[k] *= 1 + bond_talk · bond with the brand last bought."""
    bond_talk, one = f4(bond_talk), f4(1.0)
    for k in range(n):
        mean[k] *= one + bond_talk * bond[k]


@jit
def times_talkativeness(talkativeness, rows, n, mean):
    """mean[k] *= talkativeness."""
    for k in range(n):
        mean[k] *= talkativeness[u4(rows[k])]


@jit
def who_talks(mean, good, key, n, purpose, step, rows, own, count):
    """Close the ranks: keep who says anything, and write how many messages each sends; returns how many rows.

    `own` is scratch for the keys of the rows.
    """
    luck = salt(purpose, step, 0, 0)
    first = u8(mix(luck))  # the draw with which `poisson` begins
    for k in range(n):
        own[k] = key[u4(rows[k])]
    for k in range(n):
        count[k] = few_of_poisson(uniform(own[k], first), mean[k])
    found = u8(0)
    for k in range(n):
        messages = count[k]
        rows[found], mean[found], good[found], count[found] = rows[k], mean[k], good[k], messages
        found += u8(messages > 0)
    for q in range(i8(found)):
        if count[q] == COUNT_ON:
            count[q] = poisson(key[u4(rows[q])], luck, mean[q])
    return i8(found)


@jit
def count_messages(count, n):
    """How many messages all send together."""
    messages = i8(0)
    for q in range(n):
        messages += i8(count[q])
    return messages


@jit
def say(
    rows, count, n_talkers, good, last, key, segment, n_customers, sign_purpose, friend_purpose, step, strength,
    n, sender, about, strengths, friend, positive, negative,
):  # fmt: skip
    """Append each talker's messages, praise or blame by chance, and count them; returns how many there are."""
    for q in range(n_talkers):
        row = rows[q]
        b = last[row]
        for m in range(count[q]):
            praise = i8(uniform(key[row], salt(sign_purpose, step, m, 0)) < good[q])
            sender[n] = row
            about[n] = b
            strengths[n] = (praise + praise - 1) * strength
            friend[n] = bits(key[row], salt(friend_purpose, step, m, 0))
            positive[row // n_customers, segment[row], b] += praise
            negative[row // n_customers, segment[row], b] += 1 - praise
            n += 1
    return n
