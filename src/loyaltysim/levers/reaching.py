"""Levers that reach single customers: every so often, those whom a target chooses, at a cost each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loyaltysim.levers.lever import Account, Around, Lever, Number
from loyaltysim.levers.targets.everybody import Everybody
from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen
from loyaltysim.market.touches import Jump
from loyaltysim.record import setting
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World


@dataclass
class Reach(Account):
    """What a lever keeps that reaches single customers."""

    chooser: Chooser
    """What its target keeps."""
    reached: np.ndarray | None = field(default=None, kw_only=True)
    """How often it has reached each row, int32; none: nobody asks (`study.moved` does)."""


class Reaching(Lever):
    """A lever whose `work` is to choose customers and `reach` them."""

    target: Target = setting(Everybody(), "Who is reached.")
    every_weeks: float = setting(4.0, "Time from one time to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(0.0, "What it costs to reach one customer.", ge=0, le=1e9, unit="currency")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks",)

    def open(self, world: World, brand: int, number: Number) -> Any:
        return Reach(**self._reach(world, brand, number))

    def _reach(self, world: World, brand: int, number: Number) -> dict[str, Any]:
        """The columns of `Reach`, for kinds that keep more."""
        account = self._account(world, brand, number)
        for name in ("last_step", *self.target.sees):
            world.history.ask(name)
        for kind in self.touches:
            if kind != "jump":
                world.touches.ask(kind)
        return {**account, "chooser": self._chooser(world, account["label"], account["lucky"])}

    def _chooser(self, world: World, label: str, lucky: str) -> Chooser:
        """What the target is given to keep: nothing that leads to the world."""
        customers = world.customers
        kept = self.target.keeps(customers.rows, world.n_replications)
        learner = f"{label}.target.{self.target.kind}"  # what is learned of one kind says nothing of another
        arrays = {
            name: world.own(f"{learner}.{name}", shape, dtype, start) for name, (shape, dtype, start) in kept.items()
        }
        return Chooser(lucky, customers.key, customers.n_customers, arrays)

    def check(self, weeks: float) -> list[str]:
        given = [name for name in self.target.lengths if name in self.target.given()]
        return [*super().check(weeks), *(f"target.{message}" for message in self.target.shorter_than(weeks, given))]

    @property
    def is_free(self) -> bool:
        return super().is_free and not self.cost_each

    def remarks(self, around: Around) -> list[str]:
        said = super().remarks(around)
        if not self.target.share or self.target.most == 0:
            said.append("reaches nobody: its target's share, or the most that it may reach, is 0")
        return said + self.target.remarks(around.pulled_weeks)

    def due(self, world: World, step: int) -> bool:
        """Whether customers are reached in a step: the first of each `every_weeks`, or a step (eq. E22)."""
        calendar = world.calendar
        return bool(calendar.recurs(step, max(self.every_weeks, calendar.weeks), self.from_week or 0.0))

    def work(self, own: Reach, world: World, totals: Totals, step: int) -> None:
        seen = Seen(world.history, own.brand, step, world.calendar.weeks, self.target.sees)
        self.target.learn(own.chooser, seen)
        if not self.due(world, step):
            return
        rows = self.target.choose(own.chooser, seen, self.among(own, world, seen))
        self._charge(own, world, totals, rows)
        world.history.note_contacts(own.brand, rows)
        self.reach(own, world, rows, totals, step)

    def among(self, own: Any, world: World, seen: Seen) -> np.ndarray:
        """Rows of those who may be chosen, ascending: who ever bought the brand."""
        return seen.customers

    def reach(self, own: Any, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        """Do to these customers what the lever does."""
        raise NotImplementedError

    def _jump(self, own: Reach, world: World, rows: np.ndarray, share: float | np.ndarray) -> None:
        """Let the bonds of these rows jump by a share of what they lack to 1 (eq. E121)."""
        if "bond" in world.kept:
            shares = np.broadcast_to(np.asarray(share, np.float32), rows.shape)
            world.touches.jumps.append(Jump(own.brand, rows, np.clip(shares, -1, 1)))

    def _charge(self, own: Reach, world: World, totals: Totals, rows: np.ndarray) -> None:
        """Count whom the lever reached, and what it cost."""
        if own.reached is not None:
            own.reached[rows] += 1
        contacts = world.by_segment(rows)
        totals.contacts[:, :, own.brand] += contacts
        totals.contacts_of_lever[:, :, own.place] += contacts
        self._pay(own, world, totals, rows, self.cost_each)

    def _pay(self, own: Reach, world: World, totals: Totals, rows: np.ndarray, cost: float) -> None:
        """Charge a cost in currency for each of the rows, in whole ledger units."""
        own.pay(totals, world.by_segment(rows) * round(cost * MONEY_UNIT))
