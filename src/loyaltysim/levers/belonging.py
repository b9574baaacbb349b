"""Levers for everybody or, with a target, for those whom it chooses: who belongs does so until the next choice.

Without a target such a lever is a fact of the brand, which costs nothing more. With one, what it does is written for
each who belongs to the board of touches, every step (eq. E157).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loyaltysim.levers.lever import Around, Lever, Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.levers.targets.target import Target
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

OF_A_TARGET = ("every_weeks", "cost_each")
"""Settings that mean nothing where nobody is chosen."""


@dataclass
class Members(Reach):
    """What a lever keeps to which some belong."""

    members: np.ndarray
    """1 for who belongs, uint8."""


class Belonging(Reaching):
    """A lever that may be for some alone. To write another: a `kind`, `show` for all, and `give` for who belongs."""

    of_all: ClassVar[tuple[str, ...]] = ()
    """Those of `changes` that are for everybody with a target too."""

    target: Target | None = setting(None, "Who belongs; none: everybody.")  # type: ignore[assignment]
    every_weeks: float = setting(
        13.0, "Time from one choice of who belongs to the next, where there is a target.", gt=0, le=5200, unit="weeks"
    )
    cost_each: float = setting(
        0.0, "What each costs who belongs, from one choice to the next, where there is a target.", ge=0, le=1e9,
        unit="currency",
    )  # fmt: skip

    @property
    def felt(self) -> tuple[str, ...]:
        return self.changes if self.target is None else (*self.of_all, *self.touches)

    @property
    def lengths(self) -> tuple[str, ...]:
        return () if self.target is None else super().lengths

    def open(self, world: World, brand: int, number: Number) -> Any:
        if self.target is None:
            return Lever.open(self, world, brand, number)
        reach = self._reach(world, brand, number)
        return Members(**reach, members=world.own(f"{reach['label']}.members", (world.customers.rows,), np.uint8))

    def act(self, own: Any, world: World, totals: Totals, step: int) -> None:
        super().act(own, world, totals, step)
        if self.target is not None:
            if self.runs(world, step):
                self.give(own, world)
            else:
                own.members[:] = 0

    def work(self, own: Any, world: World, totals: Totals, step: int) -> None:
        if self.target is not None:
            super().work(own, world, totals, step)

    def reach(self, own: Members, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        own.members[:] = 0
        own.members[rows] = 1

    def give(self, own: Members, world: World) -> None:
        """Write what it does in a step for who belongs to the board of touches."""
        raise NotImplementedError

    def check(self, weeks: float) -> list[str]:
        if self.target is not None:
            return super().check(weeks)
        unread = [name for name in OF_A_TARGET if name in self.given()]
        return [*Lever.check(self, weeks), *(f"nobody is chosen without a target: leave {one} out" for one in unread)]

    def remarks(self, around: Around) -> list[str]:
        if self.target is not None:
            return super().remarks(around)
        return Lever.remarks(self, around)

    def _add(self, own: Members, world: World, kind: str, more: float) -> None:
        """Add as much, times strength, to a column of touches for who belongs."""
        column = world.touches.arrays[kind][own.brand]
        column += np.float32(self.strength * more) * own.members
