"""Advertising: levers that are remembered for a while, so that they build up and fade (eq. E136)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from loyaltysim.levers.lever import Account, Lever, Number
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World


@dataclass
class Remembered(Account):
    """What is left of advertising so far, as a share of what it comes to if it never stops."""

    adstock: np.ndarray
    """float64, one number: as of the step before `until`."""
    until: np.ndarray
    """Up to which step it is worked out, exclusive."""


class Advertising(Lever):
    """A lever whose `adstock` rises toward 1 while it is pulled, and halves in each half-life afterwards (eq. E136)."""

    half_life_weeks: float = setting(4.0, "Time after which half of it is forgotten.", gt=0, unit="weeks")

    def open(self, world: World, brand: int, number: Number) -> Remembered:
        account = self._account(world, brand, number)
        name = account["label"]
        return Remembered(
            **account,
            adstock=world.own(f"{name}.adstock", (1,), np.float64),
            until=world.own(f"{name}.until", (1,), np.int64, clock=True),
        )

    def acts(self, own: Remembered, world: World, step: int) -> bool:
        return self.adstock(own, world, step) > 0

    def act(self, own: Remembered, world: World, totals: Totals, step: int) -> None:
        super().act(own, world, totals, step)
        own.adstock[0] = self.adstock(own, world, step)
        own.until[0] = step + 1

    def adstock(self, own: Any, world: World, step: int) -> float:
        """What of it is in mind in a step: this one's advertising, and what is left of that before."""
        stock = float(own.adstock[0])
        if own.until[0] > step:
            return stock
        left = 2 ** (-world.calendar.weeks / self.half_life_weeks)
        stock = left * stock + (1 - left) * self.runs(world, step)
        return stock if stock > FORGOTTEN else 0.0


FORGOTTEN = 1e-6
"""What is less has been forgotten for good (assumed): so bonds need not be followed for ever after."""
