"""Newcomers: who comes into the market in a step, through which channel, and who brought them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Newcomers:
    """Rows that come, ascending, and what is remembered of each."""

    rows: np.ndarray
    """int64."""
    channel: np.ndarray
    """int8, by `totals.CHANNELS`."""
    referrer: np.ndarray
    """int32: row of the customer who brought them, -1 nobody."""

    def __len__(self) -> int:
        return len(self.rows)

    def joined_by(self, others: Newcomers) -> Newcomers:
        """Both, in the order of rows; nobody may be in both."""
        rows = np.concatenate((self.rows, others.rows))
        order = np.argsort(rows, kind="stable")
        channel = np.concatenate((self.channel, others.channel))[order]
        return Newcomers(rows[order], channel, np.concatenate((self.referrer, others.referrer))[order])


def nobody() -> Newcomers:
    """No newcomers."""
    return Newcomers(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))


def generations(referrer: np.ndarray) -> np.ndarray:
    """How many customers lie between each row and the start of its line: 0 for those whom nobody brought, int64.

    `referrer` holds, for each row, the row of who brought it, -1 nobody. Raises ValueError for rows that brought each
    other in a circle.
    """
    above = np.asarray(referrer, np.int64)
    generation = np.zeros(len(above), np.int64)
    ancestor = above
    while (ancestor >= 0).any():
        if generation.max() > len(above):
            raise ValueError("customers brought each other in a circle")
        generation += ancestor >= 0
        ancestor = np.where(ancestor >= 0, above[ancestor], -1)
    return generation
