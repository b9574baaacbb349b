"""The history board: what a firm can see of its customers, by brand. Targeting reads only this (`seen.py`).

Columns exist only if somebody asked for them. Whoever bought a brand before a column begins is in it as somebody who
bought once, in the step in which it begins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers

i4, u4 = np.int32, np.uint32


class Column(NamedTuple):
    """One column of the history: what it says, and its value before the first purchase."""

    says: str
    dtype: type
    start: int


NEVER, UNKNOWN = -1, -2
COLUMNS = {
    "purchases": Column("purchases of the brand; all before the column began count as one", np.int32, 0),
    "last_step": Column(
        "step of the last purchase of the brand, or of the column's beginning, -1 never", np.int32, NEVER
    ),
    "first_step": Column(
        "step of the first purchase of the brand (0: then or before), -1 never, -2 not known when", np.int32, NEVER
    ),
    "spend": Column("money paid to the brand since the column began, in 1/10,000 of the currency", np.int64, 0),
    "contacts": Column("contacts by the brand's levers", np.int32, 0),
    "complaints": Column("complaints to the brand", np.int32, 0),
}


class History:
    """Columns brands × rows, by name; see `COLUMNS`."""

    def __init__(self, rows: int, n_brands: int) -> None:
        self.rows, self.n_brands = rows, n_brands
        self.start_brand: np.ndarray | None = None
        """Brand that each row bought before the first step, -1 none; None: nobody bought any."""
        self.tried: np.ndarray | None = None
        """The state of this name, once there is one: brands that each row ever bought, one bit each."""
        self.arrays: dict[str, np.ndarray] = {}

    def ask(self, name: str) -> np.ndarray:
        """The column of this name, made on the first call; first purchases before that are told as `UNKNOWN`."""
        if name not in self.arrays:
            column = COLUMNS[name]
            self.arrays[name] = np.full((self.n_brands, self.rows), column.start, column.dtype)
            if name == "first_step" and self.tried is not None:
                self._enter(name, self._bought(self.tried), step=1)  # some step: nobody knows which
            if self.start_brand is not None:
                self._enter(name, self.start_brand == np.arange(self.n_brands)[:, None], 0)
        return self.arrays[name]

    def begin(self, name: str, tried: np.ndarray, step: int) -> None:
        """Begin a column at a step, for customers of whom only the brands they ever bought are known, one bit each."""
        self.arrays[name][:] = COLUMNS[name].start
        self._enter(name, self._bought(tried), step)

    def _bought(self, tried: np.ndarray) -> np.ndarray:
        """Who ever bought which brand: a mask, brands × rows, of one bit each."""
        mask: np.ndarray = tried >> np.arange(self.n_brands, dtype=np.uint32)[:, None] & 1 == 1
        return mask

    def _enter(self, name: str, bought: np.ndarray, step: int) -> None:
        """Enter who bought before a column begins: a mask, brands × rows."""
        values = {"purchases": 1, "last_step": step, "first_step": UNKNOWN if step else 0}
        self.arrays[name][bought] = values.get(name, 0)

    def note(self, shoppers: Shoppers, step: int, new: np.ndarray, n_new: int) -> None:
        """Enter this round's purchases into the columns that exist; `new` are the buyers who never bought the brand."""
        if not self.arrays:
            return
        bought = (shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers)
        if "purchases" in self.arrays:
            _add_one(*bought, self.arrays["purchases"])
        if "first_step" in self.arrays:
            _write(shoppers.rows, shoppers.brand, new, n_new, step, self.arrays["first_step"])
        if "last_step" in self.arrays:
            _write(*bought, step, self.arrays["last_step"])
        if "spend" in self.arrays:
            _add_paid(*bought, shoppers.paid, self.arrays["spend"])
        if "complaints" in self.arrays and "incident.complaint" in shoppers.columns:
            _add_complaint(*bought, shoppers.columns["incident.complaint"], self.arrays["complaints"])

    def note_contacts(self, brand: int, rows: np.ndarray) -> None:
        """Enter that a brand has been in contact with these rows, each once."""
        if "contacts" in self.arrays:
            self.arrays["contacts"][brand, rows] += 1


@jit
def _add_one(rows, brand, buyers, n_buyers, count):
    """count[brand, row] += 1 for each purchase."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        count[u4(brand[q]), u4(rows[q])] += 1


@jit
def _write(rows, brand, buyers, n_buyers, step, last):
    """last[brand, row] = step for each purchase."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        last[u4(brand[q]), u4(rows[q])] = step


@jit
def _add_paid(rows, brand, buyers, n_buyers, paid, spend):
    """spend[brand, row] += paid for each purchase."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        spend[u4(brand[q]), u4(rows[q])] += paid[q]


@jit
def _add_complaint(rows, brand, buyers, n_buyers, complaint, count):
    """count[brand, row] += 1 for each purchase about which the customer complained."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        count[u4(brand[q]), u4(rows[q])] += i4(complaint[q])
