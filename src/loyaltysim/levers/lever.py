"""The base of all levers: when it is pulled, how strongly, and what a week of it costs.

A lever acts at the beginning of a step (stage 2), before anybody shops, and sees only what a firm can see. There are
two shapes:

- one that changes what the brand is to everybody overrides `show` and changes facts of the market board, named in
  `changes`; the next step begins with the usual facts again;
- one that reaches single customers is a `levers.reaching.Reaching`, which chooses them by its `target`.

What a lever does to the offer of single shoppers stands in `offer` (stage 7). To write another: a `Lever` with a `kind`
that overrides some of these; every term must be multiplied by `strength`. One of strength 0 is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World


class Number(NamedTuple):
    """Which lever it is."""

    of_kind: int
    """Among the brand's levers of its kind, from 0 on."""
    lucky: int
    """Among those of them of a strength above 0, from 0 on: luck hangs on no lever of another kind or of strength 0."""
    place: int
    """Among the levers of all brands, from 0 on: where it is counted."""


class Around(NamedTuple):
    """What there is around a lever, for `remarks`; prices in currency."""

    price: float
    """The brand's list price."""
    lowest: float
    """The lowest price that its pricing may put on the shelf."""
    unit_cost: float
    step_weeks: float
    """Length of a step."""
    pulled_weeks: float
    """How long it is pulled, weeks that are not measured included."""
    left_weeks: float
    """Time from when it is pulled first to the end of the run; 0: it never is."""


def numbered(brands: Iterable[Iterable[Lever]]) -> Iterator[tuple[int, Lever, Number]]:
    """The levers of all brands above strength 0: the brand's number, the lever, and its own."""
    place = 0
    for brand, levers in enumerate(brands):
        every: Counter[str] = Counter()
        pulled: Counter[str] = Counter()
        for lever in levers:
            if lever.strength > 0:
                yield brand, lever, Number(every[lever.kind], pulled[lever.kind], place)
                pulled[lever.kind] += 1
            every[lever.kind] += 1
            place += 1


@dataclass
class Account:
    """What every lever keeps."""

    label: str
    """Brand, kind and number among the brand's levers of that kind: no other lever changes its arrays."""
    lucky: str
    """The same, without counting those of strength 0: they change no draws."""
    brand: int
    place: int
    """Among the levers of all brands: where it is counted."""
    heads: np.ndarray
    """int64, replications × (segments + 1): customers of all segments before each; they share the cost of a week."""

    def luck(self, name: str) -> np.uint64:
        """The purpose of one of its draws."""
        return purpose(f"{self.lucky}.{name}")

    def pay(self, totals: Totals, money: np.ndarray) -> None:
        """Charge ledger units, replications × segments, to the lever and its brand."""
        totals.lever_cost[:, :, self.brand] += money
        totals.cost_of_lever[:, :, self.place] += money


class Lever(Part, room="lever"):
    """Something a brand does to its customers or to itself, seeing only what a firm can see."""

    changes: ClassVar[tuple[str, ...]] = ()
    """Facts of the market board (`market.FACTS`, `quality`, `appeal`) that it changes for its brand."""
    touches: ClassVar[tuple[str, ...]] = ()
    """What it writes to the board of touches: "contact", "win_back", "jump"; "attention" if it just adds to that."""

    from_week: float | None = setting(
        None, "Week from which it is pulled, from the first measured step on; none: always.", unit="weeks"
    )
    until_week: float | None = setting(None, "Week from which it is no longer pulled; none: for ever.", unit="weeks")
    strength: float = setting(
        1.0, "Factor of everything it does, but not of its costs; 0: as if left out.", ge=0, le=1e3, unit="1"
    )
    cost_a_week: float = setting(0.0, "What a week of it costs.", ge=0, le=1e9, unit="currency/week")

    @property
    def felt(self) -> tuple[str, ...]:
        """By what of `changes` and `touches`, with these settings, customers may feel it."""
        return (*self.changes, *self.touches)

    @model_validator(mode="after")
    def _in_order(self) -> Lever:
        if self.from_week is not None and self.until_week is not None and self.from_week >= self.until_week:
            raise ValueError(f"from_week ({self.from_week:g}) must be before until_week ({self.until_week:g})")
        return self

    def open(self, world: World, brand: int, number: Number) -> Any:
        """Make the arrays of the brand's lever `number`."""
        return Account(**self._account(world, brand, number))

    def runs(self, world: World, step: int) -> bool:
        """Whether it is pulled in a step."""
        return bool(world.calendar.within(step, self.from_week, self.until_week))

    def acts(self, own: Any, world: World, step: int) -> bool:
        """Whether customers feel it in a step: by default while it is pulled; some levers work on for a while."""
        return self.runs(world, step)

    def phase(self, own: Any, world: World, step: int) -> Hashable:
        """What of a step, beside its number, changes what `offer` calls (`routine.known`)."""
        return None

    def act(self, own: Any, world: World, totals: Totals, step: int) -> None:
        """Pull it, if it is time (stage 2): pay what a week costs, and do the work."""
        if not self.runs(world, step):
            return
        if self.cost_a_week:
            self._pay_by_heads(own, totals, round(self.cost_a_week * world.calendar.weeks * MONEY_UNIT))
        self.work(own, world, totals, step)

    def work(self, own: Any, world: World, totals: Totals, step: int) -> None:
        """What it does at a step at which it is pulled, but for what it shows."""

    def show(self, own: Any, world: World, step: int) -> None:
        """Change the brand's facts on the market board (stage 2). Changes nothing else; may be called again."""

    def offer(self, own: Any, world: World, shoppers: Shoppers, step: int) -> None:
        """Change what this round's shoppers are offered, or what they attend to (stage 7)."""

    def close(self, own: Any, world: World, totals: Totals, step: int) -> None:
        """At the end of a step, pulled or not: see what became of what it did (stage 12)."""

    def check(self, weeks: float) -> list[str]:
        """What contradicts itself in the settings, with steps of so many weeks; defaults may be shorter than one."""
        return self.shorter_than(weeks, [name for name in self.lengths if name in self.given()])

    @property
    def takes_off(self) -> float:
        """The largest share that it takes off the price of a unit."""
        return 0.0

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing, revenue included."""
        return not self.cost_a_week and not self.takes_off

    def remarks(self, around: Around) -> list[str]:
        """What its settings come to that may not be meant."""
        said = []
        left, least = (price * (1 - self.takes_off) for price in (around.price, around.lowest))
        if self.takes_off and left < around.unit_cost:
            gives = f"lets units go for {left:g}" if left else "gives units away"
            said.append(f"{gives}, and each costs {around.unit_cost:g}: a loss on every one")
        elif self.takes_off and least < around.unit_cost:
            when = f"while the shelf is at its lowest, {around.lowest:g}"
            said.append(f"lets units go for {least:g} {when}, and each costs {around.unit_cost:g}: a loss on every one")
        if self.is_free and self.strength:
            said.append("costs nothing: set what it costs, or its gain is told without its cost")
        said += [f"{short}: it counts as a step" for short in self.shorter_than(around.step_weeks)]
        return said

    def _account(self, world: World, brand: int, number: Number) -> dict[str, Any]:
        """The columns of `Account`, for kinds that keep more."""
        before = np.pad(world.heads.cumsum(axis=1), ((0, 0), (1, 0)))
        for name in self.changes:
            world.market.lend(name)
        label, lucky = (f"lever.{world.brands[brand]}.{self.kind}.{n}" for n in (number.of_kind, number.lucky))
        named = {"label": label, "lucky": lucky, "brand": brand, "place": number.place}
        return {**named, "heads": before}

    def _pay_by_heads(self, own: Account, totals: Totals, money: int) -> None:
        """Charge a sum in ledger units to each replication, divided among the segments by their customers."""
        whole, rest = np.divmod(money, own.heads[:, -1:])  # money · heads may be more than int64 holds
        share = whole * own.heads + rest * own.heads // own.heads[:, -1:]
        own.pay(totals, np.diff(share, axis=1))

    def _fact(self, own: Account, world: World, name: str) -> np.ndarray:
        """A fact of the brand at this step, one per replication, to be changed in place."""
        return world.market.lend(name)[:, own.brand]

    def _raise(self, own: Account, world: World, name: str, share: float | np.ndarray) -> None:
        """Close a share, times strength, of what a fact of the brand lacks to 1; what is above 1 stays."""
        fact = self._fact(own, world, name)
        fact += np.minimum(self.strength * share, 1).astype(np.float32) * np.maximum(
            np.float32(1) - fact, np.float32(0)
        )
