"""Match: the price of the cheapest rival is answered with the same price."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.pricing.answering import Answering


class Match(Answering):
    """The cheapest rival's price, as it was seen, down to the floor (eq. E127)."""

    kind: Literal["match"] = "match"

    def answer(self, price: np.ndarray) -> np.ndarray:
        return price
