"""Utility: the kernels by which choice adds one term after another to the utility of each brand (eqs. E9–E11, E46–E48).

All work on columns, brands × shoppers, of this round.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit

f4 = np.float32


@jit
def begin(appeal, effort, store_appeal, in_store, first_replication, begins, utility):
    """utility[b, q] = what the brand has before anything else: appeal less effort, and the appeal of its store."""
    for r in range(begins.shape[0] - 1):
        for b in range(utility.shape[0]):
            value = appeal[first_replication + r, b] - effort[first_replication + r, b]
            if in_store:
                value += store_appeal[first_replication + r, b]
            own = utility[b, begins[r] : begins[r + 1]]
            for q in range(own.shape[0]):
                own[q] = value


@jit
def subtract_price(sensitivity, price, n, utility):
    """utility[b, q] -= sensitivity[q] · price[b, q]."""
    for b in range(utility.shape[0]):
        own, paid = utility[b], price[b]
        for q in range(n):
            own[q] -= sensitivity[q] * paid[q]


@jit
def compare_price(sensitivity, price, reference, n, loss, gain, utility):
    """utility[b, q] -= sensitivity · (loss · (price - reference)⁺ - gain · (reference - price)⁺)  (eq. E10)."""
    loss, gain, zero = f4(loss), f4(gain), f4(0.0)
    for b in range(utility.shape[0]):
        own, paid, usual = utility[b], price[b], reference[b]
        for q in range(n):
            more = paid[q] - usual[q]
            own[q] -= sensitivity[q] * (loss * max(more, zero) - gain * max(-more, zero))


@jit
def add(column, n, weight, reference, utility):
    """utility[b, q] += weight · (column[b, q] - reference)."""
    weight, reference = f4(weight), f4(reference)
    for b in range(utility.shape[0]):
        own, term = utility[b], column[b]
        for q in range(n):
            own[q] += weight * (term[q] - reference)


@jit
def add_inertia(inertia, last, n, utility):
    """utility[last[q], q] += inertia[q]  (eq. E11)."""
    for b in range(utility.shape[0]):
        own = utility[b]
        for q in range(n):
            own[q] += inertia[q] * f4(last[q] == b)


@jit
def add_values(values_weight, ethics, first_replication, begins, utility):
    """utility[b, q] += values_weight[q] · ethics of the brand  (eq. E48)."""
    for r in range(begins.shape[0] - 1):
        for b in range(utility.shape[0]):
            conduct = ethics[first_replication + r, b]
            own, weight = utility[b, begins[r] : begins[r + 1]], values_weight[begins[r] : begins[r + 1]]
            for q in range(own.shape[0]):
                own[q] += weight[q] * conduct


@jit
def add_channel(online, store_appeal, online_appeal, first_replication, begins, utility):
    """utility[b, q] += the brand's appeal in the channel of the occasion, online[q] 0 or 1  (eq. E48)."""
    for r in range(begins.shape[0] - 1):
        for b in range(utility.shape[0]):
            store = store_appeal[first_replication + r, b]
            more = online_appeal[first_replication + r, b] - store
            own, where = utility[b, begins[r] : begins[r + 1]], online[begins[r] : begins[r + 1]]
            for q in range(own.shape[0]):
                own[q] += store + where[q] * more


@jit
def see_prices(price, n, memory, reference):
    """reference[b, q] += memory · (price[b, q] - reference[b, q])."""
    memory = f4(memory)
    for b in range(price.shape[0]):
        own, paid = reference[b], price[b]
        for q in range(n):
            own[q] += memory * (paid[q] - own[q])


@jit
def form_habit(habit, rows, brand, buyers, n_buyers, memory, brands):
    """habit[row, b] ← memory · habit + (1 - memory) · [b bought], for buyers  (eq. E47)."""
    memory, one = f4(memory), f4(1.0)
    for k in range(n_buyers):
        q = buyers[k]
        row, bought = rows[q], brand[q]
        for b in range(len(brands)):
            habit[row, b] = memory * habit[row, b] + (one - memory) * f4(b == bought)


@jit
def move(term, n, reason, u):
    """Add a term, brands × shoppers, to its reason and to the utility, and leave 0 in its place."""
    zero = f4(0.0)
    for b in range(term.shape[0]):
        own, why, utility = term[b], reason[b], u[b]
        for q in range(n):
            why[q] += own[q]
            utility[q] += own[q]
            own[q] = zero
