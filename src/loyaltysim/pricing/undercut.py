"""Undercut: the price of the cheapest rival is answered with a lower one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.pricing.answering import Answering
from loyaltysim.record import setting


class Undercut(Answering):
    """Below the cheapest rival's price, as it was seen, down to the floor (eq. E127)."""

    kind: Literal["undercut"] = "undercut"

    by: float = setting(0.05, "Share by which it goes below the rival's price …", ge=0, le=1, unit="1")
    by_amount: float = setting(0.0, "… and money besides.", ge=0, unit="currency")

    def answer(self, price: np.ndarray) -> np.ndarray:
        return price * (1 - self.by) - self.by_amount
