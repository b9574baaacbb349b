"""Purchases: counts of a round, by replication, segment and brand."""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.totals import ADVERTISING, Totals

i8, u4, u8 = np.int64, np.uint32, np.uint64


def count(shoppers: Shoppers, totals: Totals, unit_cost: np.ndarray, shelf_paid: np.ndarray, occasion: int) -> None:
    """Add this round's purchases to the totals. `unit_cost` is replications × brands in ledger units.

    Revenue is what is paid before rewards of programs are taken off; these are a cost of the program.
    """
    _count(
        shoppers.brand, shoppers.columns["last_brand"], shoppers.segment, shoppers.begins, shoppers.first_replication,
        shoppers.units, shelf_paid, unit_cost, shoppers.ask("bought", dtype=u4), occasion, totals.occasions,
        totals.no_purchase, totals.buyers, totals.purchases, totals.units, totals.revenue, totals.cost_of_goods,
        totals.switches, totals.repeat_purchases, totals.purchases_after,
    )  # fmt: skip


def count_won(
    shoppers: Shoppers, tried: np.ndarray, channel: np.ndarray, acquisition_cost: np.ndarray, totals: Totals
) -> None:
    """Count who buys a brand for the first time, by how they came, and what advertising for them cost.

    `tried` is as before this round; `acquisition_cost` is one number per brand in ledger units, paid for those who came
    through advertising when they first buy anything.
    """
    _count_won(
        shoppers.rows, shoppers.brand, shoppers.segment, shoppers.begins, shoppers.first_replication, tried, channel,
        acquisition_cost, ADVERTISING, totals.won, totals.acquisition_cost,
    )  # fmt: skip


@jit
def _count_won(rows, brand, segment, begins, first_replication, tried, channel, cost, advertising, won, paid):
    """Add first purchases of each brand to `won` by channel, and the cost of first purchases at all to `paid`."""
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            b = brand[q]
            if b >= 0:
                row = rows[q]
                by = channel[row]
                if (tried[row] & (u4(1) << u4(b))) == u4(0):
                    won[first_replication + r, b, by] += i8(1)
                if tried[row] == u4(0) and by == advertising:
                    paid[first_replication + r, segment[q], b] += cost[b]


@jit
def _count(
    brand, last, segment, begins, first_replication, units, paid, unit_cost, bought, occasion, occasions, no_purchase,
    buyers, purchases, units_sold, revenue, cost_of_goods, switches, repeats, after,
):  # fmt: skip
    """Count occasions, purchases and moves; `bought` has a bit for each brand bought earlier in this step.

    Shoppers are tallied by segment, brand before and brand now, where 0 stands for none: a loop without a branch.
    """
    n_segments, width = i8(buyers.shape[1]), i8(buyers.shape[2]) + 1
    size = n_segments * width * width
    tally, sold, money = np.empty(size, i8), np.empty(size, i8), np.empty(size, i8)
    for r in range(begins.shape[0] - 1):
        if begins[r + 1] == begins[r]:
            continue
        place, here = first_replication + r, slice(begins[r], begins[r + 1])
        now, before, group, mine = brand[here], last[here], segment[here], bought[here]
        number, cost = units[here], paid[here]
        tally[:] = 0
        sold[:] = 0
        money[:] = 0
        for q in range(now.shape[0]):
            of, row, column = u8(group[q]), u8(before[q] + 1), u8(now[q] + 1)
            spot = (of * u8(width) + row) * u8(width) + column
            tally[spot] += 1
            sold[spot] += number[q]
            money[spot] += cost[q]
        if occasion > 0:
            for q in range(now.shape[0]):
                if now[q] >= 0:
                    bit = u4(1) << u4(now[q])
                    buyers[place, group[q], now[q]] += i8((mine[q] & bit) == u4(0))
                    mine[q] |= bit
        else:
            for q in range(now.shape[0]):  # no bit where nothing was bought, without a branch
                mine[q] = u4((u8(1) << u8(now[q] + 1)) >> u8(1))
        occasions[place] += now.shape[0]
        for s in range(n_segments):
            for from_ in range(width):
                none = (s * width + from_) * width
                no_purchase[place] += tally[none]
                for b in range(width - 1):
                    cell = none + 1 + b
                    purchases[place, s, b] += tally[cell]
                    units_sold[place, s, b] += sold[cell]
                    revenue[place, s, b] += money[cell]
                    cost_of_goods[place, s, b] += unit_cost[place, b] * sold[cell]
                    if occasion == 0:
                        buyers[place, s, b] += tally[cell]
                    if from_ > 0:
                        switches[place, from_ - 1, b] += tally[cell]
                        after[place, s, from_ - 1] += tally[cell]
                        repeats[place, s, b] += tally[cell] * i8(from_ == b + 1)
