"""The leavers board: who left a brand just now, and what made it likely. A scratch that one worker owns."""

from __future__ import annotations

import numpy as np

TERMS = ("satisfaction", "service", "bond", "membership")
"""What may move the chance to leave, in the order of `Leavers.terms`."""


class Leavers:
    """Those who decide, and then those who left, in one call: the first `n` entries of each column.

    Attributes
    ----------
    rows : int32, the customer's row; key : uint64, the luck, of those who decide
    brand : int32, the brand left
    base : float32, the chance of the customer to leave when nothing moves it; where reasons are told, what the chance
        was at the last decision
    chance : float32, the chance to leave that there is now
    terms : float32 [term, k], what each of `TERMS` adds to the logit of the chance; where reasons are told, what it has
        added since the last decision
    again : float32, what a second life added
    failed : bool, whether there was a failure since the last decision
    over : bool, whether the customer has left the whole category
    """

    def __init__(self, capacity: int) -> None:
        self.n = 0
        self.rows = np.empty(capacity, np.int32)
        self.key = np.empty(capacity, np.uint64)
        self.brand = np.empty(capacity, np.int32)
        self.base = np.empty(capacity, np.float32)
        self.chance = np.empty(capacity, np.float32)
        self.again = np.empty(capacity, np.float32)
        self.failed = np.zeros(capacity, np.bool_)
        self.over = np.zeros(capacity, np.bool_)
        self.terms = np.zeros((len(TERMS), capacity), np.float32)
