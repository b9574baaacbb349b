"""Foresight: what a purchase brings nearer, to a member who looks ahead (eq. E117).

A dynamic program over the purchases that a reward still needs, solved once at opening on a grid of needs and price
sensitivities. At each need a member buys the brand or not; value(s) is what is to come with s purchases made:

    value(s) = patience · value(s) + log(1 - p + p · e**gain(s))
    gain(s) = patience · (value(s + 1) - value(s)), and price_sensitivity · reward where the purchase wins it

p is the chance to buy without a program, patience = needs/(needs - log(weekly_discount)) what a discounted week leaves
over the exponential time to the next need. `gain` is what the purchase adds to the utility of the brand. That rewards
bind only the infrequent, and them near the reward: Hartmann and Viard (2008); their model is another.

Only announced terms enter: the reward's worth, what it needs, what one unit earns at the list price. Expiry, seasons,
baskets and promotions are not foreseen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loyaltysim.elementary import log
from loyaltysim.jit import jit

f4, i8 = np.float32, np.int64
ACTIVE = 1  # a member with a card, as in `ledger`

PER_OCTAVE = 2
"""Nodes per doubling of needs and of price sensitivity (assumed: gains between them are within 2 % of exact ones)."""
LEAST_NEEDS, MOST_NEEDS = -10, 7
"""Powers of 2 a week: from a need in 20 years to 18 a day. Beyond, the nearest node counts."""
LEAST_WORTH, MOST_WORTH = -5, 10
"""Powers of 2: price sensitivity · reward in logits. Below, gain is in proportion to price sensitivity."""
MOST_PURCHASES = 1000
"""As many purchases are looked ahead at most (assumed: nobody counts farther)."""
RARE = 1e-9
"""The chance to buy that stands for never."""
ROUNDS, PRECISION = 200, 1e-10
"""Improvements of the policy at most, and the change in value at which they end."""
PER_LN2 = PER_OCTAVE / np.log(2.0)


class Plan(NamedTuple):
    """A solved program, as the kernel reads it."""

    worth: np.ndarray
    """float32, purchases made × needs × price sensitivity: gain / price sensitivity, in currency."""
    per_purchase: int
    """Thousandths of a point that a purchase earns."""
    purchases: int
    """Purchases that fill an empty balance."""
    offset: float
    """Where the grid of price sensitivities begins: log2 of the reward less the power of the first node."""


def gains(
    purchases: int, worth: np.ndarray, patience: np.ndarray, chance: float, at_till: bool, redeeming_earns: bool
) -> np.ndarray:
    """Gain from buying now, in logits, by purchases made (first axis); `worth` is price sensitivity · reward.

    A reward is handed out with the last of `purchases`; `at_till` it lowers the price of one purchase more, which
    earns too or not. Solved by policy improvement: relative values, so that a patience of 1 has a solution as well.
    """
    worth, patience = np.broadcast_arrays(np.asarray(worth, float), np.asarray(patience, float))
    last = purchases if at_till else purchases - 1
    back = 1 if at_till and redeeming_earns else 0
    chance = max(chance, RARE)
    likely, unlikely = np.log(chance), np.log1p(-chance) if chance < 1 else -np.inf
    value = np.zeros((last + 1, *worth.shape))
    for _ in range(ROUNDS):
        gain = _gain(value, worth, patience, back)
        logs = np.logaddexp(unlikely, likely + gain)
        buys = np.exp(likely + gain - logs)
        flow = logs - buys * gain
        flow[last] += buys[last] * worth
        scale = 1 - patience + patience * buys
        # value(s) · scale = flow(s) - rate + patience · buys · value(next), backward with value(back) = 0: a + b · rate
        a, b = np.empty_like(value), np.empty_like(value)
        a[last], b[last] = flow[last] / scale[last], -1 / scale[last]
        for s in range(last - 1, -1, -1):
            goes_on = patience * buys[s] / scale[s]
            a[s], b[s] = flow[s] / scale[s] + goes_on * a[s + 1], -1 / scale[s] + goes_on * b[s + 1]
        rate = -a[back] / b[back]
        a += b * rate
        change = np.abs(a - value).max()
        value = a
        if change <= PRECISION * (1 + np.abs(value).max()):
            break
    return _gain(value, worth, patience, back)


def _gain(value: np.ndarray, worth: np.ndarray, patience: np.ndarray, back: int) -> np.ndarray:
    gain = np.empty_like(value)
    gain[:-1] = patience * np.diff(value, axis=0)
    gain[-1] = worth + patience * (value[back] - value[-1])
    return gain


def patience_of(needs: np.ndarray, weekly_discount: float) -> np.ndarray:
    """What a discounted week leaves over the exponential time to the next need."""
    if weekly_discount == 0:
        return np.zeros_like(needs)
    return np.asarray(needs / (needs - np.log(weekly_discount)))


def plan(
    needed: int, per_purchase: int, reward: float, weekly_discount: float, chance: float, at_till: bool,
    redeeming_earns: bool,
) -> Plan:  # fmt: skip
    """Solve the program of a reward worth `reward` that needs `needed` thousandths of a point.

    What a last purchase earns beyond a reward that is handed out counts at its share of the next.
    """
    purchases = -(-needed // per_purchase)
    if not at_till:
        reward *= purchases * per_purchase / needed
    needs = 2.0 ** np.arange(LEAST_NEEDS, MOST_NEEDS + 1e-9, 1 / PER_OCTAVE)
    worth = 2.0 ** np.arange(LEAST_WORTH, MOST_WORTH + 1e-9, 1 / PER_OCTAVE)
    gain = gains(
        purchases, worth, patience_of(needs, weekly_discount)[:, None], chance, at_till, redeeming_earns
    )  # fmt: skip
    if at_till:
        gain[-1] -= worth  # the lower price says that already
    table = (gain / (worth / reward)).astype(np.float32)
    return Plan(table, per_purchase, purchases, float(np.log2(reward)) - LEAST_WORTH)


@jit
def add_foresight(
    balance, member, rows, n, needed, per_purchase, purchases, worth, offset, weight, needs, sensitivity, reward
):
    """reward[q] += weight · sensitivity · worth of a purchase now, for members who use their card.

    Worth is read at the purchases that the balance stands for, and between nodes of needs and sensitivity by lines.
    """
    weight, start, per_ln2, tiny = f4(weight), f4(offset * PER_OCTAVE), f4(PER_LN2), f4(1e-30)
    zero, one, first = f4(0.0), f4(1.0), f4(LEAST_NEEDS * PER_OCTAVE)
    last_x, last_y, last = f4(worth.shape[1] - 1), f4(worth.shape[2] - 1), i8(worth.shape[0] - 1)
    for q in range(n):
        row = rows[q]
        if member[row] == ACTIVE:
            lacks = max(i8(needed) - balance[row] + i8(per_purchase) - i8(1), i8(0)) // i8(per_purchase)
            made = min(max(i8(purchases) - lacks, i8(0)), last)
            x = min(max(log(max(needs[row], tiny)) * per_ln2 - first, zero), last_x)
            y = min(max(log(max(sensitivity[q], tiny)) * per_ln2 + start, zero), last_y)
            i, j = min(i8(x), i8(worth.shape[1] - 2)), min(i8(y), i8(worth.shape[2] - 2))
            right, up = x - f4(i), y - f4(j)
            below = worth[made, i, j] * (one - right) + worth[made, i + 1, j] * right
            above = worth[made, i, j + 1] * (one - right) + worth[made, i + 1, j + 1] * right
            reward[q] += weight * sensitivity[q] * (below * (one - up) + above * up)
