"""Recency, frequency, money: those who bought lately, often and for much."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target, classes
from loyaltysim.market.seen import Seen
from loyaltysim.record import setting


class RFM(Target):
    """Points for recency, frequency and money spent, each by fifths of the market, added up with weights (eq. E123).

    Coding by fifths: Hughes, Strategic Database Marketing. He then tests cells; adding points up is common practice,
    and equal weights are assumed. Equal values share a fifth here, where he divides a sorted list.
    """

    kind: Literal["rfm"] = "rfm"
    sees = ("purchases", "spend")

    groups: int = setting(5, "Groups into which each of the three divides customers.", ge=2, le=100, source="Hughes")
    recency: float = setting(1.0, "Weight of how lately the customer bought.", ge=-1e3, le=1e3, unit="1")
    frequency: float = setting(1.0, "Weight of how often the customer has bought.", ge=-1e3, le=1e3, unit="1")
    money: float = setting(1.0, "Weight of how much the customer has spent.", ge=-1e3, le=1e3, unit="1")

    def remarks(self, weeks: float) -> list[str]:
        weightless = not (self.recency or self.frequency or self.money)
        chooses = 0 < self.share < 1 or bool(self.most)
        return ["reaches whom luck picks: all three weights of its target are 0"] * (weightless and chooses)

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        score = np.zeros(len(rows))
        columns = ((self.recency, "last_step"), (self.frequency, "purchases"), (self.money, "spend"))
        for weight, name in columns:
            if weight:
                score += weight * (1 + classes(own, rows, getattr(seen, name)[rows], self.groups))
        return score
