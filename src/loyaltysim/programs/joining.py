"""Joining: the kernels by which buyers become members (eq. E30)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import log, logistic
from loyaltysim.jit import jit

f4, u4 = np.float32, np.uint32
HELD_OUT = 3
"""What `member` is of customers whom a study lets not join; programs do not know them."""
NEVER, ALWAYS = 1e-12, 1.0 - 1e-7  # chances are kept inside these before the logit, except 0, which stays 0


@jit
def start_logit(chance, n, logit):
    """The logit of the plain chance to enroll; a chance of 0 stays a chance of 0 whatever is added."""
    if chance <= 0.0:
        start = f4(-1e30)
    else:
        start = log(f4(max(chance, NEVER))) - log(f4(1.0) - f4(min(chance, ALWAYS)))
    for q in range(n):
        logit[q] = start


@jit
def add_term(column, weight, reference, n, logit):
    """logit[q] += weight · (column[q] - reference)."""
    weight, reference = f4(weight), f4(reference)
    for q in range(n):
        logit[q] += weight * (column[q] - reference)


@jit
def add_of_row(trait, rows, weight, n, logit):
    """logit[q] += weight · trait of the shopper."""
    weight = f4(weight)
    for q in range(n):
        logit[q] += weight * trait[rows[q]]


@jit
def enroll(
    logit, key, rows, buyers, segment, begins, first_replication, place, purpose, step, occasion, may_join, member,
    enrolled,
):  # fmt: skip
    """Buyers who are no members enroll with the chance that their logit gives."""
    luck = salt(purpose, step, occasion, 0)
    nobody = f4(-1e29)
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            if member[rows[q]] == 0 and may_join[first_replication + r, segment[q]] != 0:
                if logit[q] > nobody and uniform(key[q], luck) < logistic(logit[q]):
                    member[rows[q]] = 1
                    enrolled[first_replication + r, segment[q], place] += 1


@jit
def enroll_all(rows, buyers, segment, begins, first_replication, place, may_join, member, enrolled):
    """Buyers who are no members become members."""
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = u4(buyers[k])
            row = u4(rows[q])
            if member[row] == 0 and may_join[first_replication + r, segment[q]] != 0:
                member[row] = 1
                enrolled[first_replication + r, segment[q], place] += 1


@jit
def charge(enrolled, place, fee, fees):
    """fees += fee · all who have enrolled: with -fee before and fee after a round, who enrolled in it has paid."""
    for r in range(enrolled.shape[0]):
        for s in range(enrolled.shape[1]):
            fees[r, s, place] += fee * enrolled[r, s, place]


@jit
def mark_members(member, rows, buyers, begins, brand, bits):
    """Set the brand's bit for every buyer who is a member."""
    bit = u4(1) << u4(brand)
    for k in range(begins[-1]):
        row = rows[buyers[k]]
        if member[row] != 0 and member[row] != HELD_OUT:
            bits[row] |= bit
