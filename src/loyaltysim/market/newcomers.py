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
