"""Moderation: being there where customers talk in public, and answering their complaints for all to see."""

from __future__ import annotations

from typing import Literal

from loyaltysim.levers.lever import Account, Lever
from loyaltysim.record import setting
from loyaltysim.world import World


class Moderation(Lever):
    """While it lasts, others see answers to complaints that are better than those the customers got (eq. E133).

    What the customer thinks of the answer stays as it is: to make that better is the lever "service"'s. Where a brand
    is there to be asked, complaining is easier, so more of what went wrong is told to it (eq. E59).
    """

    kind: Literal["moderation"] = "moderation"
    changes = ("moderation", "complaint_ease")

    in_public: float = setting(
        0.5, "Share of what an answer lacks to 1 that it makes up where others see it.", ge=0, le=1, unit="1"
    )
    easier: float = setting(0.2, "Share of what the ease of complaining lacks to 1.", ge=0, le=1, unit="1")

    def show(self, own: Account, world: World, step: int) -> None:
        self._raise(own, world, "moderation", self.in_public)
        self._raise(own, world, "complaint_ease", self.easier)
