"""Targets: whom a lever reaches, chosen from what the firm has seen (docs/model.md, eq. E122).

A target gives those who may be chosen a score and takes the highest, in each replication by itself; equal scores are
ordered by luck. It is given a `market.seen.Seen`, the firm's own history, and cannot ask for more: it never meets the
world.

To write another: a `Target` with a `kind`, the columns of the history that it `sees`, and a `score`. One that learns
says in `keeps` what it remembers, and fills it in `learn`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import purpose, salt, uniform_double
from loyaltysim.jit import jit
from loyaltysim.market.history import COLUMNS
from loyaltysim.market.seen import Seen
from loyaltysim.record import ROUNDING, Part, setting

Kept = tuple[tuple[int, ...], Any, float]
"""Shape, type and start of an array that a target remembers."""


@dataclass
class Chooser:
    """What a target keeps: the customers' luck, which rows are whose market, and what it remembers."""

    label: str
    _key: np.ndarray
    n_customers: int
    arrays: dict[str, np.ndarray]

    def uniforms(self, rows: np.ndarray, step: int, name: str = "target") -> np.ndarray:
        """One float64 in (0, 1) for each row, for a step and a name."""
        u = np.empty(len(rows))
        _uniforms(self._key, rows, np.uint64(salt(purpose(f"{self.label}.{name}"), step, 0, 0)), u)
        return u

    def markets(self, rows: np.ndarray) -> Iterator[slice]:
        """Where each replication's customers are among ascending rows, one after the other."""
        bounds = np.searchsorted(rows, np.arange(0, len(self._key) + 1, self.n_customers))
        return (slice(begin, end) for begin, end in pairwise(bounds))


class Target(Part, room="target"):
    """Whom a lever reaches."""

    sees: ClassVar[tuple[str, ...]] = ()
    """Columns of the history that it looks at, `last_step` aside."""

    share: float = setting(1.0, "Share of those who may be chosen that is.", ge=0, le=1, unit="1")
    most: int | None = setting(None, "At most so many of a market at a time; none: no limit.", ge=0, unit="customers")
    bought_within_weeks: float | None = setting(
        None, "Only who bought the brand within so many weeks; none: whoever did.", gt=0, unit="weeks"
    )
    not_within_weeks: float | None = setting(
        None, "Only who has not bought the brand for so many weeks; none: others too.", ge=0, unit="weeks"
    )

    @model_validator(mode="after")
    def _a_firm_sees_it(self) -> Target:
        for name in self.sees:
            if name not in COLUMNS:
                raise ValueError(f'a firm does not see "{name}"; it sees {", ".join(COLUMNS)}')
        return self

    @model_validator(mode="after")
    def _some_are_between(self) -> Target:
        within, after = self.bought_within_weeks, self.not_within_weeks
        if within is not None and after is not None and within < after:
            raise ValueError(
                f"bought_within_weeks ({within:g}) is below not_within_weeks ({after:g}): nobody is between"
            )
        return self

    def remarks(self, weeks: float) -> list[str]:
        """What its settings come to that may not be meant, where the lever is pulled for so many weeks."""
        return []

    def keeps(self, rows: int, markets: int) -> dict[str, Kept]:
        """Arrays that it remembers, by name, for so many rows in so many markets; they are in `Chooser.arrays`."""
        return {}

    def learn(self, own: Chooser, seen: Seen) -> None:
        """Look at what has become of customers, at every step at which the lever is pulled."""

    def choose(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        """Those of the rows that are reached, ascending (eq. E122)."""
        rows = self._may_be_chosen(seen, rows)
        score = self.score(own, seen, rows)
        if self.share >= 1 and self.most is None:
            return rows[score > -np.inf]
        luck, chosen = own.uniforms(rows, seen.step), np.empty(len(rows), bool)
        for here in own.markets(rows):
            chosen[here] = highest(score[here], luck[here], self._wanted(here.stop - here.start))
        return rows[chosen]

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        """How much the firm wants to reach each of the rows: the highest are chosen, those at -∞ never."""
        raise NotImplementedError

    def _wanted(self, size: int) -> int:
        """How many of so many are to be reached."""
        wanted = int(np.floor(size * self.share + 0.5))
        return wanted if self.most is None else min(wanted, self.most)

    def _may_be_chosen(self, seen: Seen, rows: np.ndarray) -> np.ndarray:
        if self.bought_within_weeks is None and self.not_within_weeks is None:
            return rows
        away = seen.since("last_step")[rows]
        within, after = self.bought_within_weeks, self.not_within_weeks
        fits = np.ones(len(rows), bool)
        if within is not None:
            fits &= away <= within + ROUNDING
        if after is not None:
            fits &= away >= after - ROUNDING
        return rows[fits]


def highest(score: np.ndarray, luck: np.ndarray, k: int) -> np.ndarray:
    """Which are the k highest scores; of equal ones those of the lowest luck, and never one at -∞."""
    k = min(k, int(np.count_nonzero(score > -np.inf)))
    if k <= 0:
        return np.zeros(len(score), bool)
    least = np.partition(score, len(score) - k)[len(score) - k]  # sorting all would take ten times as long
    chosen = score > least
    tied, missing = np.flatnonzero(score == least), k - int(np.count_nonzero(chosen))
    if missing < len(tied):
        tied = tied[np.argpartition(luck[tied], missing - 1)[:missing]]
    chosen[tied] = True
    return chosen


def classes(own: Chooser, rows: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """In which n-th of its market each value is, 0 the lowest; equal values are in one class, the highest of theirs."""
    out = np.zeros(len(values), np.int16)
    for here in own.markets(rows):
        size = here.stop - here.start
        if size:
            for cut in np.sort(values[here])[np.arange(1, n) * size // n]:
                out[here] += values[here] >= cut
    return out


@jit
def _uniforms(key, rows, luck, u):
    """u[k] = a uniform of 52 bits for the row rows[k]."""
    for k in range(rows.shape[0]):
        u[k] = uniform_double(key[rows[k]], luck)
