"""The till: one rounding, half to even, to 1/10,000 of the currency (eq. E35)."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from loyaltysim.accounts.till import ring_up
from loyaltysim.market.shoppers import Shoppers

price = st.floats(0, 1e6, width=32)
purchase = st.tuples(st.lists(price, min_size=3, max_size=3), st.integers(-1, 2), st.integers(1, 9))


def rung_up(purchases) -> list[int]:
    shoppers = Shoppers(max(len(purchases), 1), 3, 1)
    shoppers.n = len(purchases)
    for q, (prices, brand, units) in enumerate(purchases):
        shoppers.price[:, q], shoppers.brand[q], shoppers.units[q] = prices, brand, units
    ring_up(shoppers, shoppers.price, shoppers.paid)
    return shoppers.paid[: shoppers.n].tolist()


def by_decimal(price: float) -> int:
    """A price, as a float32 has it exactly, in 1/10,000."""
    exact = Decimal(float(np.float32(price))) * 10_000
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


@given(st.lists(purchase, max_size=5))
def test_till__rounds_as_decimal_does_and_takes_nothing_where_nothing_was_bought(purchases):
    expected = [by_decimal(prices[brand]) * units * (brand >= 0) for prices, brand, units in purchases]
    assert rung_up(purchases) == expected


@given(st.integers(0, 2**19))
@example(0)
@example(1)
def test_till__halves_go_to_the_even_neighbor(n):
    # (2n + 1)/32 in 1/10,000 is a whole number and a half: 312.5 · (2n + 1)
    half = (2 * n + 1) / 32
    (paid,) = rung_up([([half] * 3, 1, 1)])
    assert paid % 2 == 0 and abs(paid - half * 10_000) == 0.5


def test_till__by_hand():
    assert rung_up([([1.99, 0, 0], 0, 1), ([0, 2.5, 0], 1, 3), ([5, 5, 5], -1, 1)]) == [19_900, 75_000, 0]
