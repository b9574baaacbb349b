"""Feedback: asking customers what they need, and making the product fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.jit import jit
from loyaltysim.levers.lever import Around, Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.market.seen import Seen
from loyaltysim.record import ROUNDING, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

NOTHING = -1

f4 = np.float32


@dataclass
class Answers(Reach):
    """What customers told, and what has come of it."""

    answered: np.ndarray
    """Step of an answer of which nothing has come yet, -1 none; one per row."""
    known: np.ndarray
    """Answers to which the product is made, one per replication, float64: as of the step before `until`."""
    until: np.ndarray
    """Up to which step `known` is worked out, exclusive."""


class Feedback(Reaching):
    """Every so often customers are asked what they need; some answer, and after a lag the product fits better.

    The more answers, the better the firm's estimate of needs, up to a limit: with n of them the product's quality gains
    closes · n / (n + answers_needed) of what it lacks to 1 (eq. E132). Whoever answered feels heard when the product
    changes; if the firm asks and does nothing, the bond suffers instead. Who waits for an answer is not asked again.
    """

    kind: Literal["feedback"] = "feedback"
    changes = ("quality",)
    touches = ("jump",)

    every_weeks: float = setting(26.0, "Time from one time to the next.", gt=0, le=5200, unit="weeks")
    cost_each: float = setting(0.2, "What it costs to ask one customer.", ge=0, le=1e9, unit="currency")
    answers: float = setting(0.2, "Chance that a customer who is asked answers.", ge=0, le=1, unit="1")
    answers_needed: float = setting(
        100.0, "Answers that tell half of what there is to know, in the market as simulated.", gt=0, le=1e9,
        unit="answers",
    )  # fmt: skip
    acted_on: bool = setting(True, "Whether the firm makes the product fit better; else it just asks.")
    lag_weeks: float = setting(13.0, "Time from the answers to the better product.", ge=0, le=5200, unit="weeks")
    closes: float = setting(
        0.3, "Share of what quality lacks to 1 that the product gains if all is known.", ge=0, le=1, unit="1"
    )
    wears_off_weeks: float | None = setting(
        None, "Time after which answers tell 1/e as much, since needs change; none: they hold.", gt=0, unit="weeks"
    )
    jump: float = setting(
        0.02, "Share of what the bond lacks to 1 that being heard adds.", ge=0, le=1, unit="1 an answer"
    )
    loss: float = setting(
        0.02, "Share of the bond that is lost where nothing comes of an answer.", ge=0, le=1, unit="1 an answer"
    )

    @property
    def felt(self) -> tuple[str, ...]:
        binds = self.jump if self.acted_on else self.loss
        return ("quality",) * bool(self.acted_on and self.closes) + ("jump",) * bool(binds)

    def check(self, weeks: float) -> list[str]:
        needed = "closes or jump above 0" if self.acted_on else "loss above 0, or acted_on = true"
        return [*super().check(weeks), *[f"changes nothing: set {needed}"] * (not self.felt)]

    def remarks(self, around: Around) -> list[str]:
        late = 0 < around.left_weeks <= self.lag_weeks
        ends = f"the run ends {around.left_weeks:g} weeks after it begins"
        return [
            *super().remarks(around),
            *[f"changes nothing: its lag_weeks are {self.lag_weeks:g}, and {ends}"] * late,
        ]

    def open(self, world: World, brand: int, number: Number) -> Answers:
        reach = self._reach(world, brand, number)
        label = reach["label"]
        return Answers(
            **reach,
            answered=world.own(f"{label}.answered", (world.customers.rows,), np.int32, NOTHING),
            known=world.own(f"{label}.known", (world.n_replications,), np.float64),
            until=world.own(f"{label}.until", (1,), np.int64, clock=True),
        )

    def among(self, own: Answers, world: World, seen: Seen) -> np.ndarray:
        """Who ever bought the brand and does not wait for what comes of an answer."""
        rows = seen.customers
        return rows[own.answered[rows] == NOTHING]

    def reach(self, own: Answers, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        _ask(rows, world.customers.key, own.luck("answer"), step, self.answers, own.answered)

    def act(self, own: Answers, world: World, totals: Totals, step: int) -> None:
        super().act(own, world, totals, step)
        rows = self._due(own, world, step)
        own.known[:] = self._learned(own, world, rows)
        own.until[0] = step + 1
        if len(rows):
            self._jump(own, world, rows, self.strength * (self.jump if self.acted_on else -self.loss))
        own.answered[rows] = NOTHING

    def acts(self, own: Answers, world: World, step: int) -> bool:
        return bool(self.known(own, world, step).any())

    def known(self, own: Any, world: World, step: int) -> np.ndarray:
        """Answers to which the product is made in a step, as far as they still tell something."""
        if own.until[0] > step:
            known: np.ndarray = own.known
            return known
        return self._learned(own, world, self._due(own, world, step))

    def show(self, own: Answers, world: World, step: int) -> None:
        known = self.known(own, world, step)
        self._raise(own, world, "quality", self.closes * known / (known + self.answers_needed))

    def _learned(self, own: Answers, world: World, rows: np.ndarray) -> np.ndarray:
        """What is left of what was known a step ago, and what these rows have told."""
        wears_off = self.wears_off_weeks
        left = own.known if wears_off is None else own.known * np.exp(-world.calendar.weeks / wears_off)
        if not self.acted_on:
            return left
        return left + np.bincount(rows // world.customers.n_customers, minlength=world.n_replications)

    def _due(self, own: Answers, world: World, step: int) -> np.ndarray:
        """Rows of those of whose answers something comes in a step, ascending."""
        lag = (self.lag_weeks - ROUNDING) / world.calendar.weeks
        return np.flatnonzero((own.answered != NOTHING) & (step - own.answered >= lag))


@jit
def _ask(rows, key, luck, step, answers, answered):
    """answered[row] = step for those who answer, by chance."""
    chance, answers = salt(luck, step, 0, 0), f4(answers)
    for k in range(rows.shape[0]):
        row = rows[k]
        if uniform(key[row], chance) < answers:
            answered[row] = step
