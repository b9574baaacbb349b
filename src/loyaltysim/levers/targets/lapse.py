"""Lapse: those who have been away for longest, by their own measure."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen
from loyaltysim.record import setting


class Lapse(Target):
    """Time since the last purchase in mean gaps between the customer's own purchases, highest first (eq. E149).

    That firms take who has been away for long for lost: hiatus heuristics, Wübben and von Wangenheim 2008. Whose gap is
    not known (one purchase, or a history that began later) has the mean gap of the market.
    """

    kind: Literal["lapse"] = "lapse"
    sees = ("purchases", "first_step")

    gone_after: float | None = setting(
        None, "Mean gaps after which a customer counts as gone and is not reached; none: never.", gt=0, unit="gaps"
    )

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        purchases, first = seen.purchases[rows], seen.first_step[rows]
        last = seen.last_step[rows]
        several = (purchases > 1) & (first >= 0)
        between = np.where(several, last - first, 0)
        gaps = np.where(several, purchases - 1, 0)
        gap = between / np.maximum(gaps, 1)
        for here in own.markets(rows):
            gap[here][~several[here]] = between[here].sum() / max(gaps[here].sum(), 1)
        away = (seen.step - last) / np.maximum(gap, 1)  # what happens within a step is not known
        return away if self.gone_after is None else np.where(away <= self.gone_after, away, -np.inf)
