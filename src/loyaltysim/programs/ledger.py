"""The ledger's kernels: credits, rewards, expiry, in whole thousandths of a point and 1/10,000 of money.

All walk over this round's shoppers replication by replication and touch only those who bought the program's brand.
Arrays by customer (`earned`, `redeemed`, `expired`) may be empty: then only totals are kept. So may `spent`, the costs
of this round's shoppers, which only a log asks for.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp, log
from loyaltysim.jit import jit

f4, f8, i8, u4 = np.float32, np.float64, np.int64, np.uint32

FEW = 64
"""Rows looked over at once, for whether anything is to be done with any of them: such loops vectorize."""
ACTIVE, GIVEN_UP = 1, 2  # a member with a card, and one who has given it up
ROUND = 6755399441055744.0  # 1.5 · 2**52: adding and subtracting it rounds a float64 to a whole number, half to even


@jit
def hurry(balance, member, start, stop, needed, goal_gradient, shape, pace):
    """pace[row] *= exp(goal_gradient · progress ** shape) for members.

    Two loops, since one over whole numbers and float32 together does not vectorize (eight times as long).
    """
    goal_gradient, shape, whole = f4(goal_gradient), f4(shape), f4(needed)
    zero, one, tiny = f4(0.0), f4(1.0), f4(1e-30)
    own, using, quickened = balance[start:stop], member[start:stop], pace[start:stop]
    progress = np.empty(own.shape[0], np.float32)
    for i in range(own.shape[0]):
        progress[i] = min(f4(own[i]) / whole, one) * f4(using[i] == ACTIVE)
    for i in range(own.shape[0]):
        lift = goal_gradient * exp(shape * log(max(progress[i], tiny))) * f4(progress[i] > zero)
        quickened[i] *= exp(lift)


@jit
def add_progress(balance, member, rows, n, needed, weight, reward):
    """reward[q] += weight · min(balance / needed, 1), for members who use their card."""
    weight, whole, one = f4(weight), f4(needed), f4(1.0)
    for q in range(n):
        row = u4(rows[q])
        reward[q] += weight * min(f4(balance[row]) / whole, one) * f4(member[row] == ACTIVE)


@jit
def add_worth(member, rows, n, per_currency, per_unit, price, redeeming, redeeming_earns, sensitivity, reward):
    """reward[q] += sensitivity · worth of what the purchase would earn, for members."""
    per_currency, per_unit = f4(per_currency), f4(per_unit)
    for q in range(n):
        earns = f4((member[rows[q]] == ACTIVE) & (redeeming_earns | (redeeming[q] == 0)))
        reward[q] += sensitivity[q] * (per_currency * price[q] + per_unit) * earns


@jit
def lower_price(balance, rows, n, needed, share_off, amount_off, money_unit, price, redeeming, off):
    """Mark who has a full balance, lower the brand's price for them, and note the money that this takes off a unit.

    Who pays nothing anyway keeps the balance.
    """
    share_off, amount_off = f4(share_off), f4(amount_off)
    for q in range(n):
        full = (balance[rows[q]] >= needed) & (price[q] > f4(0.0))
        before = (f8(price[q]) * money_unit + ROUND) - ROUND
        redeeming[q] = full
        price[q] -= min(price[q] * share_off + amount_off, price[q]) * f4(full)
        off[q] = i8(before - ((f8(price[q]) * money_unit + ROUND) - ROUND))


@jit
def redeem_at_till(
    redeeming, rows, buyers, segment, begins, first_replication, place, needed, off, balance,
    redeemed, points_redeemed, rewards, cost, spent,
):  # fmt: skip
    """Take a reward's points from those who bought at the lowered price; its cost is what it took off one unit."""
    by_customer, logged = redeemed.shape[0] > 0, spent.shape[0] > 0
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
                if logged:
                    spent[q] += off[q]


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
            q = u4(buyers[k])
            row = u4(rows[q])
            if member[row] == ACTIVE:
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
    rewards, cost, got, spent,
):  # fmt: skip
    """Pay a reward for every full threshold in the balance of those who bought; got[q] says how many."""
    by_customer, logged = redeemed.shape[0] > 0, spent.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = u4(buyers[k])
            row = u4(rows[q])
            got[q] = 0
            if balance[row] >= needed:
                got[q] = balance[row] // needed
                times = balance[row] // needed
                balance[row] -= times * needed
                if by_customer:
                    redeemed[row] += times * needed
                points_redeemed[first_replication + r, segment[q], place] += times * needed
                rewards[first_replication + r, segment[q], place] += times
                cost[first_replication + r, segment[q], place] += times * payout
                if logged:
                    spent[q] += times * payout


@jit
def membership(member, rows, n, before):
    """before[q] = what the shopper is to the program."""
    for q in range(n):
        before[q] = member[rows[q]]


@jit
def endow(
    rows, buyers, segment, begins, first_replication, place, before, member, points, balance, earned, points_earned,
    credited,
):  # fmt: skip
    """Give new members their first points, which count as earned."""
    by_customer, logged = earned.shape[0] > 0, credited.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            row = rows[q]
            if before[q] == 0 and member[row] != 0:
                balance[row] += points
                if by_customer:
                    earned[row] += points
                if logged:
                    credited[q] += points
                points_earned[first_replication + r, segment[q], place] += points


@jit
def give_up(rows, key, buyers, begins, redeeming, balance, needed, goes_on, purpose, step, occasion, member):
    """Before a stamp that is still needed the holder goes on with a chance; otherwise the card is dead (eq. E110)."""
    luck, goes_on = salt(purpose, step, occasion, 0), f4(goes_on)
    for k in range(begins[-1]):
        q = buyers[k]
        row = rows[q]
        needs_more = balance[row] < needed and redeeming[q] == 0
        if member[row] == ACTIVE and needs_more and uniform(key[q], luck) >= goes_on:
            member[row] = GIVEN_UP


@jit
def mark_reward(rows, buyers, begins, got, step, last_reward):
    """last_reward[row] = step for those who got one."""
    for k in range(begins[-1]):
        q = buyers[k]
        if got[q] != 0:
            last_reward[rows[q]] = step


@jit
def look_back(last_reward, start, stop, step, weeks, lift, lift_weeks, reset, reset_weeks, pace):
    """pace[row] *= e**(lift while a reward is fresh - reset · e**(-time since the reward / reset_weeks)) (eq. E111)."""
    lift, lift_weeks, reset, reset_weeks, weeks = f4(lift), f4(lift_weeks), f4(reset), f4(reset_weeks), f4(weeks)
    own = last_reward[start:stop]
    for i in range(own.shape[0]):
        since = f4(np.int32(step) - own[i]) * weeks
        had = f4(own[i] >= 0)
        fresh = f4(since <= lift_weeks)
        pace[start + i] *= exp(had * (lift * fresh - reset * exp(-since / reset_weeks)))


@jit
def add_access(last_reward, rows, n, step, steps, utility, reward):
    """reward[q] += utility for those whose last reward is not older than so many steps."""
    steps, utility = f4(steps), f4(utility)
    for q in range(n):
        reward[q] += utility * f4(f4(np.int32(step) - last_reward[rows[q]]) <= steps)


@jit
def mark_use(rows, buyers, begins, step, last_use):
    """Write the step for those who buy the brand, by which balances expire: last_use[row] = step."""
    for k in range(begins[-1]):
        last_use[u4(rows[u4(buyers[k])])] = step


@jit
def expire(last_use, start, stop, n_customers, segment, place, latest, due, balance, expired, points_expired):
    """Balances of those who last bought at step `latest` or before are lost; when `due`, everybody's are."""
    by_customer, latest = expired.shape[0] > 0, np.int32(latest)
    for first in range(start, stop, FEW):
        some = slice(first, min(first + FEW, stop))
        own, used, lost = balance[some], last_use[some], np.int32(0)
        for i in range(own.shape[0]):
            lost |= np.int32(own[i] > 0) & np.int32(used[i] <= latest)
        if lost or due:
            for row in range(first, min(first + FEW, stop)):
                if balance[row] > 0 and (due or last_use[row] <= latest):
                    points_expired[row // n_customers, segment[row], place] += balance[row]
                    if by_customer:
                        expired[row] += balance[row]
                    balance[row] = 0
