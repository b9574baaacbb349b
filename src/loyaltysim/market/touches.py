"""The touches board: what a brand does to a customer besides offers: contact, event, gift, survey, win-back offer.

Columns brands × rows in whole numbers, asked for by the levers that write them; no lever does so yet, so none exist.
"""

from __future__ import annotations

import numpy as np

KINDS = ("contact", "event", "gift", "survey", "win_back")


class Touches:
    """Columns brands × rows, by the kind of touch: how many at this step."""

    def __init__(self, rows: int, n_brands: int) -> None:
        self.rows, self.n_brands = rows, n_brands
        self.arrays: dict[str, np.ndarray] = {}

    def clear(self) -> None:
        """Forget them, at the end of the step."""
        for array in self.arrays.values():
            array[:] = 0

    def ask(self, kind: str) -> np.ndarray:
        """The column of a kind of touch, made on the first call."""
        if kind not in KINDS:
            raise KeyError(kind)
        return self.arrays.setdefault(kind, np.zeros((self.n_brands, self.rows), np.uint8))
