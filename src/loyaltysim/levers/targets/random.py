"""Random: the same customers each time, drawn by luck once."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen
from loyaltysim.record import setting


class Random(Target):
    """A share drawn once: as long as the same may be chosen, the same are reached each time.

    `everybody` with a share draws anew each time. To tell what another target gains, compare it with the one that
    comes back to the same customers as it does.
    """

    kind: Literal["random"] = "random"

    share: float = setting(0.2, "Share of those who may be chosen that is.", ge=0, le=1, unit="1")

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        return own.uniforms(rows, 0, "once")
