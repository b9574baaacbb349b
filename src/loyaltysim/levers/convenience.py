"""Convenience: a brand that is easy to reach and deal with, and the same in all its channels."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.lever import Account, Lever
from loyaltysim.record import setting
from loyaltysim.world import World


class Convenience(Lever):
    """While it lasts, the brand costs less effort, is easier to deal with and to complain to, and is of one piece.

    Each closes a share of what lacks to the best (eq. E134). What effort does is the choice's to say, what ease and
    consistency do `behavior.experience`'s of kind "index", whom an easy complaint makes speak up
    `behavior.recovery`'s.
    """

    kind: Literal["convenience"] = "convenience"
    changes = ("effort", "ease", "complaint_ease", "consistency")

    nearer: float = setting(0.3, "Share of the effort of getting there that is saved.", ge=0, le=1, unit="1")
    easier: float = setting(0.3, "Share of what the ease of dealing with it lacks to 1.", ge=0, le=1, unit="1")
    open_to_complaints: float = setting(0.3, "Share of what the ease of complaining lacks to 1.", ge=0, le=1, unit="1")
    alike: float = setting(0.3, "Share of what consistency over channels lacks to 1.", ge=0, le=1, unit="1")

    def show(self, own: Account, world: World, step: int) -> None:
        effort = self._fact(own, world, "effort")
        effort *= np.float32(1 - min(self.strength * self.nearer, 1))
        self._raise(own, world, "ease", self.easier)
        self._raise(own, world, "complaint_ease", self.open_to_complaints)
        self._raise(own, world, "consistency", self.alike)
