"""Purchases: counts of a round, by replication, segment and brand."""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.totals import Totals

i8, u4 = np.int64, np.uint32


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


@jit
def _count(
    brand, last, segment, begins, first_replication, units, paid, unit_cost, bought, occasion, occasions, no_purchase,
    buyers, purchases, units_sold, revenue, cost_of_goods, switches, repeats, after,
):  # fmt: skip
    """Count occasions, purchases and moves; `bought` has a bit for each brand bought earlier in this step."""
    for r in range(begins.shape[0] - 1):
        place = first_replication + r
        nothing = i8(0)
        for q in range(begins[r], begins[r + 1]):
            b = i8(brand[q])
            before = u4(0) if occasion == 0 else bought[q]
            if b < 0:
                nothing += i8(1)
                bought[q] = before
                continue
            s = i8(segment[q])
            bit = u4(1) << u4(b)
            bought[q] = before | bit
            buyers[place, s, b] += i8((before & bit) == u4(0))
            purchases[place, s, b] += i8(1)
            units_sold[place, s, b] += i8(units[q])
            revenue[place, s, b] += paid[q]
            cost_of_goods[place, s, b] += unit_cost[place, b] * i8(units[q])
            if last[q] >= 0:
                switches[place, last[q], b] += i8(1)
                after[place, s, last[q]] += i8(1)
                repeats[place, s, b] += i8(last[q] == b)
        if begins[r + 1] > begins[r]:
            occasions[place] += begins[r + 1] - begins[r]
            no_purchase[place] += nothing
