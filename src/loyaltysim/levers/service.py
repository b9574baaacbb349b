"""Service: staff who answer sooner, more fairly and in person."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.belonging import Belonging, Members
from loyaltysim.levers.lever import Account
from loyaltysim.record import setting
from loyaltysim.world import World


class Service(Belonging):
    """While it lasts, service is better and complaints are answered sooner, more fairly and by a person (eq. E124).

    Each of the four closes a share of what lacks to the best. What good answers do is `behavior.recovery`'s to say,
    what good service does `behavior.experience`'s of kind "index". A target says who has a contact person (eq. E157):
    the other three are for everybody.
    """

    kind: Literal["service"] = "service"
    changes = ("service", "response_days", "distributive", "interaction")
    touches = ("contact_person",)
    of_all = ("service", "response_days", "distributive")

    better: float = setting(0.2, "Share of what the service lacks to 1 that it gains.", ge=0, le=1, unit="1")
    sooner: float = setting(0.5, "Share of the time to an answer that is saved.", ge=0, le=1, unit="1")
    fairer: float = setting(
        0.3, "Share of what is not made good of a complaint that it makes good.", ge=0, le=1, unit="1"
    )
    in_person: float = setting(
        0.3, "Share of what answers lack in fairness and kindness that a contact person adds.", ge=0, le=1, unit="1"
    )

    def show(self, own: Account, world: World, step: int) -> None:
        self._raise(own, world, "service", self.better)
        self._raise(own, world, "distributive", self.fairer)
        if self.target is None:
            self._raise(own, world, "interaction", self.in_person)
        days = self._fact(own, world, "response_days")
        days *= np.float32(1 - min(self.strength * self.sooner, 1))

    def give(self, own: Members, world: World) -> None:
        person = world.touches.arrays["contact_person"][own.brand]
        person += np.float32(min(self.strength * self.in_person, 1)) * own.members * (1 - person)
