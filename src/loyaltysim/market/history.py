"""The history board: what a firm can see of its customers, by brand. Targeting will read only this.

Columns exist only if a part asked for them; no part does yet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Seen(NamedTuple):
    """One column of the history: what it says, and its value before the first purchase."""

    says: str
    dtype: type
    start: int


COLUMNS = {
    "purchases": Seen("purchases of the brand since the start", np.int32, 0),
    "last_step": Seen("step of the last purchase of the brand, -1 never", np.int32, -1),
    "first_step": Seen("step of the first purchase of the brand, -1 never", np.int32, -1),
    "spend": Seen("money paid to the brand, in 1/10,000 of the currency", np.int64, 0),
}


class History:
    """Columns brands × rows, by name; see `COLUMNS`."""

    def __init__(self, rows: int, n_brands: int) -> None:
        self.rows, self.n_brands = rows, n_brands
        self.arrays: dict[str, np.ndarray] = {}

    def ask(self, name: str) -> np.ndarray:
        """The column of this name, made on the first call."""
        if name not in self.arrays:
            column = COLUMNS[name]
            self.arrays[name] = np.full((self.n_brands, self.rows), column.start, column.dtype)
        return self.arrays[name]
