"""Points on what is spent: the balance grows with the money paid, and a full balance is a reward."""

from __future__ import annotations

from typing import Literal

from loyaltysim.programs.counting import Count, Counting
from loyaltysim.programs.parts.reward import Cash, Reward
from loyaltysim.record import setting


class Points(Counting):
    """`earn_rate` points per unit of currency paid; `reward.threshold` points are one reward (eq. E29)."""

    kind: Literal["points"] = "points"

    earn_rate: float = setting(1.0, "Points per unit of currency paid.", ge=0, unit="points/currency")
    reward: Reward = setting(Cash(), "What the threshold of points is worth.")

    def remarks(self) -> list[str]:
        idle = self.kind == "points" and not self.earn_rate
        return [*super().remarks(), *(["does nothing: an earn_rate of 0 earns no points"] if idle else [])]

    def count(self) -> Count:
        return Count(self.earn_rate, 0.0, self.reward.threshold, redeeming_earns=True)
