"""The touches board: what brands do to single customers besides offers, written by levers, forgotten with the step.

Columns, brands × rows, for what many parts look up by row; lists, for what one part works through.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

KINDS = {
    "contact": np.float32,
    "offered": np.uint8,
    "win_back": np.uint8,
    "won_back": np.uint8,
    "growth": np.float32,
    "praise": np.float32,
    "contact_person": np.float32,
}
"""Columns: contacts, each as strong as its lever; 1 for who is made an offer to come back; which one is noticed, by its
number; 1 for who has accepted it. And what a brand is to some besides what it is to everybody (eq. E157): more growth
of bonds a week, more praise with a full bond, the share of what answers lack that a contact person adds."""
DISCOUNT, UPGRADE, BUNDLE = 1, 2, 3
"""Kinds of offers, as they stand in the column `win_back`; a bundle is both."""


class Jump(NamedTuple):
    """What bonds with a brand are to jump by."""

    brand: int
    rows: np.ndarray
    share: np.ndarray
    """float32, one per row: share of what the bond lacks to 1; below 0 a share of the bond itself is lost."""


class Tiring(NamedTuple):
    """What a lever's contacts leave that tires, for the brand's other levers to see."""

    label: str
    fatigue: np.ndarray
    """float32, one per row: contacts that still tire, as of the last."""
    last: np.ndarray
    """Step of the last contact."""
    recovering: float
    """Rate at which they cease to, a step."""
    strength: float


class Touches:
    """Columns brands × rows, by the kind of touch, and the jumps of bonds at this step."""

    def __init__(self, rows: int, n_brands: int) -> None:
        self.rows, self.n_brands = rows, n_brands
        self.arrays: dict[str, np.ndarray] = {}
        self.jumps: list[Jump] = []
        self.tiring: dict[int, list[Tiring]] = {}
        """By brand, for the whole run: they are the levers' own arrays."""

    def clear(self) -> None:
        """Forget them, at the end of the step."""
        self.jumps.clear()
        for array in self.arrays.values():
            array[:] = 0

    def ask(self, kind: str) -> np.ndarray:
        """The column of a kind of touch, made on the first call."""
        if kind not in KINDS:
            raise KeyError(kind)
        return self.arrays.setdefault(kind, np.zeros((self.n_brands, self.rows), KINDS[kind]))
