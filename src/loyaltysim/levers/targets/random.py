"""Random: the same customers each time, drawn by luck once."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen
from loyaltysim.record import setting


class Random(Target):
    """A share drawn once: the same are reached each time, and tire; `everybody` with a share is drawn anew each time.

    To tell what a target gains by whom it chooses, compare it with the one that comes back to the same customers as it
    does: `uplift`, where all are alike, beats this one by not tiring the same, and `everybody` not at all.
    """

    kind: Literal["random"] = "random"

    share: float = setting(0.2, "Share of those who may be chosen that is.", ge=0, le=1, unit="1")

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        return own.uniforms(rows, 0, "once")
