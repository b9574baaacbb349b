"""Periods: who was a customer of a brand in a period and in the one before (eqs. E36–E39).

A customer of a brand in a period bought it at least once in the period. By identity the retention rate
(E - N) / S is the share of the period's first customers S that are customers at its end too (D16).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.leavers import Leavers
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.totals import Totals
from loyaltysim.world import World

i8, u4 = np.int64, np.uint32

PASSES = 32
"""Segments × brands up to which passes over all rows take less time than one row after the other (measured)."""
COUNTS = ("customers_start", "customers_end", "customers_kept", "category_purchases")


@dataclass
class PeriodBook:
    """One bit a brand for this period and the one before, and purchases of the category in this period; one per row."""

    now: np.ndarray
    before: np.ndarray
    purchases: np.ndarray


def open_book(world: World) -> PeriodBook:
    """A book before the first step. Without a burn-in who bought before it was a customer of the period before."""
    rows, start = (world.customers.rows,), world.history.start_brand
    book = PeriodBook(
        world.own("period.now", rows, np.uint32),
        world.own("period.before", rows, np.uint32),
        world.own("period.purchases", rows, np.uint32),
    )
    if start is not None and not world.calendar.burn_in:
        bought = start >= 0
        book.before[bought] = u4(1) << start[bought].astype(u4)
    return book


def note(book: PeriodBook, shoppers: Shoppers) -> None:
    """Enter this round's purchases."""
    _note(shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers, book.now, book.purchases)


def note_first(shoppers: Shoppers, tried: np.ndarray, totals: Totals) -> tuple[np.ndarray, int]:
    """Count who buys a brand for the first time, and remember it; returns which shoppers do, and how many."""
    new = shoppers.ask("bought.new", dtype=np.int32)
    n_new = _note_first(
        shoppers.rows, shoppers.brand, shoppers.segment, shoppers.begins, shoppers.first_replication, shoppers.buyers,
        shoppers.n_buyers, tried, totals.joined, new,
    )  # fmt: skip
    return new, n_new


def close_period(book: PeriodBook, world: World) -> np.ndarray:
    """Count the period's customers and begin a new one: int64, `COUNTS` × replications × segments × brands."""
    shape = (len(COUNTS), world.n_replications, len(world.segments), len(world.brands))
    counts = np.zeros(shape, np.int64)
    _close(book.now, book.before, book.purchases, world.customers.segment, world.customers.n_customers, counts)
    return counts


def forget(book: PeriodBook, leavers: Leavers) -> None:
    """Those whose contract ended are no customers of this period any more, though they paid in it."""
    _forget(leavers.rows, leavers.brand, leavers.n, book.now)


@jit
def _forget(rows, brand, n, now):
    """Clear the bit of the brand left."""
    for k in range(n):
        now[rows[k]] &= ~(u4(1) << u4(brand[k]))


@jit
def _note(rows, brand, buyers, n_buyers, now, purchases):
    """Set the bit of the brand bought, and count the purchase."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        row = u4(rows[q])
        now[row] |= u4(1) << u4(brand[q])
        purchases[row] += u4(1)


@jit
def _note_first(rows, brand, segment, begins, first_replication, buyers, n_buyers, tried, joined, new):
    """Set the bit of the brand bought for ever; count and list those of whom it was not set, return how many."""
    r, found = 0, 0
    for k in range(n_buyers):
        q = u4(buyers[k])
        row, b = u4(rows[q]), brand[q]
        before, bit = tried[row], u4(1) << u4(b)
        if (before & bit) == u4(0):
            tried[row] = before | bit
            while q >= begins[r + 1]:
                r += 1
            joined[first_replication + r, segment[q], b] += 1
            new[found] = q
            found += 1
    return found


@jit
def _close(now, before, purchases, segment, n_customers, counts):
    """Count customers at the start, at the end, at both, and the category purchases of those at the end.

    Few segments and brands take one pass each, without a branch, which vectorizes; many are counted row by row.
    """
    n_segments, n_brands = counts.shape[2], counts.shape[3]
    for r in range(counts.shape[1]):
        here = slice(r * n_customers, (r + 1) * n_customers)
        is_now, was, bought, of = now[here], before[here], purchases[here], segment[here]
        if n_segments * n_brands > PASSES:
            for i in range(is_now.shape[0]):
                for b in range(n_brands if is_now[i] | was[i] else 0):
                    first, last = i8((was[i] >> u4(b)) & u4(1)), i8((is_now[i] >> u4(b)) & u4(1))
                    counts[0, r, of[i], b] += first
                    counts[1, r, of[i], b] += last
                    counts[2, r, of[i], b] += first * last
                    counts[3, r, of[i], b] += last * i8(bought[i])
            n_segments = 0
        for s in range(n_segments):
            for b in range(n_brands):
                start, end, kept, times = i8(0), i8(0), i8(0), i8(0)
                for i in range(is_now.shape[0]):
                    counts_here = u4(of[i] == s)
                    first, last = (was[i] >> u4(b)) & counts_here, (is_now[i] >> u4(b)) & counts_here
                    start += i8(first)
                    end += i8(last)
                    kept += i8(first & last)
                    times += i8(last * bought[i])
                counts[0, r, s, b] += start
                counts[1, r, s, b] += end
                counts[2, r, s, b] += kept
                counts[3, r, s, b] += times
        for i in range(is_now.shape[0]):
            was[i] = is_now[i]
            is_now[i] = u4(0)
            bought[i] = u4(0)
