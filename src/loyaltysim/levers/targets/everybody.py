"""Everybody: a lever without targeting; with a share, by chance."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen


class Everybody(Target):
    """Whoever may be chosen; if only a share or some are wanted, those are drawn by luck, anew each time."""

    kind: Literal["everybody"] = "everybody"

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        return np.zeros(len(rows))
