"""Benefits: the kernels of what members get without turning in points: lower prices, status, surprises (E112–E116)."""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.jit import jit

f4, f8, i4, i8 = np.float32, np.float64, np.int32, np.int64
ACTIVE = 1  # a member with a card, as in `programs.ledger`
ROUND = 6755399441055744.0  # 1.5 · 2**52: adding and subtracting it rounds a float64 to a whole number, half to even


@jit
def lower_prices(member, rows, n, share, money_unit, price, off):
    """Lower the brand's price for members, and note the money that this takes off a unit."""
    share = f4(share)
    for q in range(n):
        before = (f8(price[q]) * money_unit + ROUND) - ROUND
        price[q] -= price[q] * share * f4(member[rows[q]] == ACTIVE)
        off[q] = i8(before - ((f8(price[q]) * money_unit + ROUND) - ROUND))


@jit
def lower_prices_by_tier(tier, rows, n, shares, money_unit, price, off):
    """The same, where each tier has a share of its own; `tier` is -1 for who has none."""
    zero = f4(0.0)
    for q in range(n):
        before = (f8(price[q]) * money_unit + ROUND) - ROUND
        own = tier[rows[q]]
        price[q] -= price[q] * (shares[own] if own >= 0 else zero)
        off[q] = i8(before - ((f8(price[q]) * money_unit + ROUND) - ROUND))


@jit
def lower_further_units(off, brand, own, units, n, paid):
    """paid[q] -= off[q] for every unit of the own brand but the first, whose price is lowered already."""
    for q in range(n):
        paid[q] -= off[q] * i8(units[q] - i4(1)) * i8(brand[q] == own)


@jit
def charge_discounts(off, units, buyers, segment, begins, first_replication, place, cost, spent):
    """What was taken off every unit is the program's cost; `spent` has an entry for each shopper if it is logged."""
    logged = spent.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            cost[first_replication + r, segment[q], place] += off[q] * i8(units[q])
            if logged:
                spent[q] += off[q] * i8(units[q])


@jit
def charge_each(each, tier, rows, units, buyers, segment, begins, first_replication, place, cost, spent):
    """Every unit bought costs what the buyer's tier does: comforts that come with it."""
    logged = spent.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            own = tier[rows[q]]
            if own >= 0:
                cost[first_replication + r, segment[q], place] += each[own] * i8(units[q])
                if logged:
                    spent[q] += each[own] * i8(units[q])


@jit
def add_by_tier(tier, rows, n, utility, reward):
    """reward[q] += utility of the shopper's tier."""
    zero = f4(0.0)
    for q in range(n):
        own = tier[rows[q]]
        reward[q] += utility[own] if own >= 0 else zero


@jit
def collect(paid, member, rows, buyers, begins, spent):
    """spent[row] += money of the purchase, for members."""
    for k in range(begins[-1]):
        q = buyers[k]
        if member[rows[q]] == ACTIVE:
            spent[rows[q]] += paid[q]


@jit
def collect_all(paid, off, units, rows, buyers, begins, spent):
    """spent[row] += money of the purchase before the program took `off` from each unit, for everybody."""
    for k in range(begins[-1]):
        q = buyers[k]
        spent[rows[q]] += paid[q] + off[q] * i8(units[q])


@jit
def climb(spent, member, thresholds, rows, buyers, begins, tier, rose):
    """Buyers who have spent enough rise at once; rose[q] says by how many tiers."""
    for k in range(begins[-1]):
        q = buyers[k]
        row = rows[q]
        rose[q] = 0
        if member[row] == ACTIVE:
            earned = i8(-1)
            for t in range(thresholds.shape[0]):
                earned += i8(spent[row] >= thresholds[t])
            if earned > tier[row]:
                rose[q] = earned - tier[row]
                tier[row] = earned


@jit
def close_window(spent, member, thresholds, soft, start, stop, tier):
    """At the end of a window members' tiers are what it earned; softly, nobody falls by more than one."""
    for row in range(start, stop):
        if member[row] == ACTIVE:
            earned = i8(-1)
            for t in range(thresholds.shape[0]):
                earned += i8(spent[row] >= thresholds[t])
            floor = i8(tier[row]) - i8(1) if soft else i8(-1)
            tier[row] = max(earned, floor)
            spent[row] = 0


@jit
def please(got, buyers, begins, jump, bond):
    """bond[q] += jump · (1 - bond[q])⁺, once for each thing got (eq. E57)."""
    jump, zero, one = f4(jump), f4(0.0), f4(1.0)
    for k in range(begins[-1]):
        q = buyers[k]
        for _ in range(got[q]):
            bond[q] += jump * max(one - bond[q], zero)


@jit
def surprise(
    member, key, rows, buyers, segment, begins, first_replication, place, purpose, step, occasion, chance, each, got,
    rewards, cost, spent,
):  # fmt: skip
    """Each purchase of a member brings something with a chance; got[q] says whether."""
    luck, chance, logged = salt(purpose, step, occasion, 0), f4(chance), spent.shape[0] > 0
    for r in range(begins.shape[0] - 1):
        for k in range(begins[r], begins[r + 1]):
            q = buyers[k]
            got[q] = i4((member[rows[q]] == ACTIVE) & (uniform(key[q], luck) < chance))
            rewards[first_replication + r, segment[q], place] += got[q]
            cost[first_replication + r, segment[q], place] += got[q] * each
            if logged:
                spent[q] += got[q] * each
