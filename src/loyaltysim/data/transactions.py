"""The transaction log: every purchase of a run, in the columns that purchase models read.

Columns: replication, customer, time (days since the first measured step, a float), occasion (number of the purchase
occasion within the step), brand, units, price_paid (currency, of the whole purchase), list_price (of a unit),
shelf_price (of a unit, before programs lower it), points (credited by all programs of the brand), program_cost
(currency, of what they gave at this purchase), deal (bought below the list price on the shelf), failure (severity of
what went wrong, 0 nothing), complaint (about it), recovery (quality of the answer, 0 … 1).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.market.shoppers import Shoppers
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT
from loyaltysim.whole_file import whole_file
from loyaltysim.world import World

if TYPE_CHECKING:
    import pandas as pd

NOTHING: dict[str, np.ndarray] = {
    "replication": np.empty(0, np.int32),
    "customer": np.empty(0, np.int32),
    "time": np.empty(0),
    "occasion": np.empty(0, np.int32),
    "brand": np.empty(0, np.int32),
    "units": np.empty(0, np.int32),
    "price_paid": np.empty(0),
    "list_price": np.empty(0),
    "shelf_price": np.empty(0),
    "points": np.empty(0),
    "program_cost": np.empty(0),
    "deal": np.empty(0, bool),
    "failure": np.empty(0, np.float32),
    "complaint": np.empty(0, bool),
    "recovery": np.empty(0, np.float32),
}
"""A round without purchases: the columns and their types."""


class TransactionLog:
    """Purchases of measured steps, collected round by round."""

    def __init__(self) -> None:
        self._rounds: list[dict[str, np.ndarray]] = []
        self._brands: tuple[str, ...] = ()

    def write(self, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Add this round's purchases."""
        calendar = world.calendar
        if step < calendar.burn_in:
            return
        self._brands = world.brands
        bought = np.flatnonzero(shoppers.brand[: shoppers.n] >= 0)
        rows, brand = shoppers.rows[bought], shoppers.brand[bought]
        list_price = shoppers.columns["list_price"][brand, bought].astype(np.float64)
        shelf = shoppers.shelf[brand, bought]
        paid = shoppers.paid[bought] / MONEY_UNIT
        units = shoppers.units[bought]
        first = world.customers.replications.start
        nothing = np.zeros(len(bought), np.float32)
        incidents = {
            name: shoppers.columns[f"incident.{name}"][bought] if f"incident.{name}" in shoppers.columns else nothing
            for name in ("failure", "complaint", "recovery")
        }
        self._rounds.append(
            {
                "replication": first + rows // world.customers.n_customers,
                "customer": rows % world.customers.n_customers,
                "time": (step - calendar.burn_in + shoppers.time[bought].astype(np.float64)) * calendar.step_days,
                "occasion": np.full(len(bought), occasion, np.int32),
                "brand": brand.copy(),
                "units": units.copy(),
                "price_paid": paid,
                "list_price": list_price,
                "shelf_price": shelf.astype(np.float64),
                "points": shoppers.ask("points_credited", dtype=np.int64)[bought] / POINT_UNIT,
                "program_cost": shoppers.ask("program_cost", dtype=np.int64)[bought] / MONEY_UNIT,
                "deal": shelf < shoppers.columns["list_price"][brand, bought],
                "failure": incidents["failure"].copy(),
                "complaint": incidents["complaint"] > 0,
                "recovery": incidents["recovery"].copy(),
            }
        )

    def frame(self) -> pd.DataFrame:
        """All purchases, by replication, customer and time; the brand by its name."""
        import pandas as pd

        rounds = self._rounds or [NOTHING]
        columns = {name: np.concatenate([some[name] for some in rounds]) for name in NOTHING}
        # rounds were written one after the other, so a stable sort by customer leaves time and occasion in order
        customer = columns["replication"].astype(np.int64) << 32 | columns["customer"]
        order = np.argsort(customer, kind="stable")
        frame = pd.DataFrame({name: column[order] for name, column in columns.items()})
        frame["brand"] = pd.Categorical.from_codes(frame["brand"], categories=list(self._brands))
        return frame

    def save(self, path: str | Path) -> None:
        """Write a Parquet file, under a temporary name first."""
        with whole_file(path) as temporary:
            self.frame().to_parquet(temporary)
