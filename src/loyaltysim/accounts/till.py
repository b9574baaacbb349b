"""The till: what each purchase costs, in whole 1/10,000 of the currency (eq. E35).

Here the price, a float32 as customers see it, becomes money: one rounding, half to even, and exact sums ever after.
A reward of a program lowers the price of one unit; further units of the purchase cost what they cost on the shelf, less
what programs that lower every unit take off (`Program.ring_up`).
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.totals import MONEY_UNIT

f8, i8 = np.float64, np.int64
ROUND = 6755399441055744.0  # 1.5 · 2**52: adding and subtracting it rounds a float64 to a whole number, half to even


def ring_up(shoppers: Shoppers, price: np.ndarray, paid: np.ndarray) -> None:
    """Write the money of each purchase, one unit at `price`, brands × shoppers; 0 where nothing was bought."""
    _ring_up(
        price, shoppers.shelf, shoppers.brand, shoppers.units, shoppers.n, float(MONEY_UNIT),
        shoppers.ask("till.price"), shoppers.ask("till.shelf"), paid,
    )  # fmt: skip


@jit
def _ring_up(price, shelf, brand, units, n, money_unit, first, further, paid):
    """paid[q] = price of one unit and shelf price of the others, in whole ledger units; two columns are scratch."""
    for q in range(n):
        first[q] = price[max(brand[q], 0), q]
        further[q] = shelf[max(brand[q], 0), q]
    for q in range(n):
        money = (f8(first[q]) * money_unit + ROUND) - ROUND
        more = (f8(further[q]) * money_unit + ROUND) - ROUND
        paid[q] = (i8(money) + i8(more) * (i8(units[q]) - i8(1))) * i8(brand[q] >= 0)
