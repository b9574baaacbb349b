"""The ledger's kernels: enrollment, credits, rewards, expiry, in whole thousandths of a point and 1/10,000 of money.

All walk over this round's shoppers replication by replication and touch only those who bought the program's brand.
Arrays by customer (`earned`, `redeemed`, `expired`) may be empty: then only totals are kept.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp, log, logistic
from loyaltysim.jit import jit

f4, f8, i8, u4 = np.float32, np.float64, np.int64, np.uint32
ROUND = 6755399441055744.0  # 1.5 · 2**52: adding and subtracting it rounds a float64 to a whole number, half to even
NEVER, ALWAYS = 1e-12, 1.0 - 1e-7  # chances are kept inside these before the logit, except 0, which stays 0


@jit
def hurry(balance, member, start, stop, needed, goal_gradient, shape, pace):
    """pace[row] *= exp(goal_gradient · progress ** shape) for members."""
    goal_gradient, shape, whole = f4(goal_gradient), f4(shape), f4(needed)
    one, tiny = f4(1.0), f4(1e-30)
    for row in range(start, stop):
        progress = min(f4(balance[row]) / whole, one) * f4(member[row] != 0)
        some = f4(progress > f4(0.0))
        lift = goal_gradient * exp(shape * log(max(progress, tiny))) * some
        pace[row] *= exp(lift)


@jit
def add_progress(balance, rows, n, needed, weight, reward):
    """reward[q] += weight · min(balance / needed, 1)."""
    weight, whole, one = f4(weight), f4(needed), f4(1.0)
    for q in range(n):
        reward[q] += weight * min(f4(balance[rows[q]]) / whole, one)


@jit
def add_worth(member, rows, n, per_currency, per_unit, price, redeeming, redeeming_earns, sensitivity, reward):
    """reward[q] += sensitivity · worth of what the purchase would earn, for members."""
    per_currency, per_unit = f4(per_currency), f4(per_unit)
    for q in range(n):
        earns = f4((member[rows[q]] != 0) & (redeeming_earns | (redeeming[q] == 0)))
        reward[q] += sensitivity[q] * (per_currency * price[q] + per_unit) * earns


@jit
def lower_price(balance, rows, n, needed, share_off, money_unit, price, redeeming, off):
    """Mark who has a full balance, lower the brand's price for them, and note the money that this takes off a unit.

    Who pays nothing anyway keeps the balance.
    """
    share_off = f4(share_off)
    for q in range(n):
        full = (balance[rows[q]] >= needed) & (price[q] > f4(0.0))
        before = (f8(price[q]) * money_unit + ROUND) - ROUND
        redeeming[q] = full
        price[q] -= price[q] * share_off * f4(full)
        off[q] = i8(before - ((f8(price[q]) * money_unit + ROUND) - ROUND))


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
def enroll(
    logit, key, rows, buyers, segment, begins, first_replication, place, purpose, step, occasion, member, enrolled
):
    """Buyers who are no members enroll with the chance that their logit gives."""
    luck = salt(purpose, step, occasion, 0)
    nobody = f4(-1e29)
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            if member[rows[q]] == 0:
                if logit[q] > nobody and uniform(key[q], luck) < logistic(logit[q]):
                    member[rows[q]] = 1
                    enrolled[first_replication + r, segment[q], place] += 1


@jit
def enroll_all(rows, buyers, segment, begins, first_replication, place, member, enrolled):
    """Buyers who are no members become members."""
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            if member[rows[q]] == 0:
                member[rows[q]] = 1
                enrolled[first_replication + r, segment[q], place] += 1


@jit
def mark_members(member, rows, buyers, begins, brand, bits):
    """Set the brand's bit for every buyer who is a member."""
    bit = u4(1) << u4(brand)
    for k in range(begins[-1]):
        row = rows[buyers[k]]
        if member[row] != 0:
            bits[row] |= bit


@jit
def redeem_at_till(
    redeeming, rows, buyers, segment, begins, first_replication, place, needed, off, balance,
    redeemed, points_redeemed, rewards, cost,
):  # fmt: skip
    """Take a reward's points from those who bought at the lowered price; its cost is what it took off one unit."""
    by_customer = redeemed.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            if redeeming[q] != 0:
                row, s = rows[q], segment[q]
                balance[row] -= needed
                if by_customer:
                    redeemed[row] += needed
                points_redeemed[first_replication + r, s, place] += needed
                rewards[first_replication + r, s, place] += 1
                cost[first_replication + r, s, place] += off[q]


@jit
def credit(
    rows, buyers, segment, begins, first_replication, place, per_money, per_unit, redeeming, redeeming_earns,
    paid, units, member, balance, earned, points_earned, credited,
):  # fmt: skip
    """Credit members who bought: thousandths of a point per ledger unit of money, and per unit bought.

    Where what redeems earns nothing, that is the money of the purchase and the one unit that the reward is for.
    `credited` has an entry for each shopper if purchases are logged, else none.
    """
    by_customer, logged = earned.shape[0] > 0, credited.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            row = rows[q]
            if member[row] != 0:
                idle = i8((not redeeming_earns) & (redeeming[q] != 0))
                points = i8((f8(paid[q]) * per_money + ROUND) - ROUND) * (i8(1) - idle)
                points += per_unit * (i8(units[q]) - idle)
                balance[row] += points
                if by_customer:
                    earned[row] += points
                if logged:
                    credited[q] += points
                points_earned[first_replication + r, segment[q], place] += points


@jit
def pay_out(
    rows, buyers, segment, begins, first_replication, place, needed, payout, balance, redeemed, points_redeemed,
    rewards, cost,
):  # fmt: skip
    """Pay a reward for every full threshold in the balance of those who bought."""
    by_customer = redeemed.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            row = rows[q]
            if balance[row] >= needed:
                times = balance[row] // needed
                balance[row] -= times * needed
                if by_customer:
                    redeemed[row] += times * needed
                points_redeemed[first_replication + r, segment[q], place] += times * needed
                rewards[first_replication + r, segment[q], place] += times
                cost[first_replication + r, segment[q], place] += times * payout


@jit
def mark_use(rows, brand, own, n, step, last_use):
    """Remember when each customer last bought the brand."""
    for q in range(n):
        if brand[q] == own:
            last_use[rows[q]] = step


@jit
def expire(last_use, start, stop, n_customers, segment, place, latest, due, balance, expired, points_expired):
    """Balances of those who last bought at step `latest` or before are lost; when `due`, everybody's are."""
    by_customer = expired.shape[0] > 0
    for row in range(start, stop):
        if balance[row] > 0 and (due or last_use[row] <= latest):
            points_expired[row // n_customers, segment[row], place] += balance[row]
            if by_customer:
                expired[row] += balance[row]
            balance[row] = 0
