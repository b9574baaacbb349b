"""Recorded prices: each purchase of a panel household meets the prices, leaflets and displays that it really met."""

from __future__ import annotations

from typing import Literal

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.pricing.pricing import Pricing
from loyaltysim.world import World


class PanelPrices(Pricing):
    """The price, feature and display recorded for the household's purchase; needs of kind `panel` go with it."""

    kind: Literal["panel"] = "panel"

    def offer(self, own: None, world: World, brand: int, shoppers: Shoppers, step: int) -> None:
        panel, n = world.panel, shoppers.n
        for name in ("price", "feature", "display"):
            column = shoppers.price if name == "price" else shoppers.ask(name, True)
            _recorded(
                getattr(panel, name), panel.first, step, world.customers.n_customers, shoppers.rows, n, brand, column
            )


@jit
def _recorded(value, first, step, n_customers, rows, n, brand, column):
    """column[brand, q] = what the panel has in the household's row of this step; `value` is purchases × brands.

    A household that has no more shows its last row; it shops no more, but may be asked what it would choose.
    """
    own = column[brand]
    for q in range(n):
        household = rows[q] % n_customers
        row = min(first[household] + step, first[household + 1] - 1)
        own[q] = value[max(row, 0), brand]
