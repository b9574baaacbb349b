"""Playing: the kernels of streaks, badges and lotteries (eq. E116)."""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit

f4, i4 = np.float32, np.int32
ACTIVE = 1  # a member with a card, as in `programs.ledger`


@jit
def add_streak(member, streak, bought, rows, n, full, utility, reward):
    """reward[q] += utility · min(streak / full, 1) for members who have not bought in this window yet."""
    whole, utility, one = f4(full), f4(utility), f4(1.0)
    for q in range(n):
        row = rows[q]
        open_yet = f4((member[row] == ACTIVE) & (bought[row] == 0))
        reward[q] += utility * min(f4(streak[row]) / whole, one) * open_yet


@jit
def add_lottery(member, rows, n, worth, sensitivity, reward):
    """reward[q] += price sensitivity · worth of a ticket, for members."""
    worth = f4(worth)
    for q in range(n):
        reward[q] += sensitivity[q] * worth * f4(member[rows[q]] == ACTIVE)


@jit
def badges(member, rows, buyers, begins, every, purchases, got):
    """Count purchases of members; got[q] says whether this one brought a badge."""
    for k in range(begins[-1]):
        q = buyers[k]
        row = rows[q]
        got[q] = 0
        if member[row] == ACTIVE:
            purchases[row] += i4(1)
            got[q] = i4(purchases[row] % every == 0)


@jit
def mark_bought(member, rows, buyers, begins, bought):
    """Remember which members have bought in this window."""
    for k in range(begins[-1]):
        row = rows[buyers[k]]
        if member[row] == ACTIVE:
            bought[row] = 1


@jit
def close_window(start, stop, bought, streak):
    """A streak goes on with a window in which something was bought, else it breaks."""
    for row in range(start, stop):
        streak[row] = (streak[row] + i4(1)) * i4(bought[row])
        bought[row] = 0
