"""Targets: whom a lever reaches, chosen from what the firm has seen (docs/model.md, eq. E122).

A target gives those who may be chosen a score and takes the highest, in each replication by itself; equal scores are
ordered by luck. It is given a `market.seen.Seen`, the firm's own history, and cannot ask for more.

To write another: a `Target` with a `kind`, the columns of the history that it `sees`, and a `score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loyaltysim.draws import purpose, salt, uniform_double
from loyaltysim.jit import jit
from loyaltysim.market.seen import Seen
from loyaltysim.record import Part, setting
from loyaltysim.world import World


@dataclass
class Chooser:
    """What a target keeps: the customers' luck, and which rows are whose replication."""

    label: str
    key: np.ndarray
    n_customers: int

    def uniforms(self, rows: np.ndarray, step: int, name: str = "target") -> np.ndarray:
        """One float64 in (0, 1) for each row, for a step and a name."""
        u = np.empty(len(rows))
        _uniforms(self.key, rows, np.uint64(salt(purpose(f"{self.label}.{name}"), step, 0, 0)), u)
        return u


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

    def open(self, world: World, brand: int, label: str) -> Any:
        """Make what the target keeps for a brand's lever of this label."""
        return Chooser(label, world.customers.key, world.customers.n_customers)

    def learn(self, own: Any, seen: Seen) -> None:
        """Look at what has become of customers, at every step at which the lever is pulled."""

    def choose(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        """Those of the rows that are reached, ascending (eq. E122)."""
        rows = self._may_be_chosen(seen, rows)
        if self.share >= 1 and self.most is None:
            return rows
        score, luck = self.score(own, seen, rows), own.uniforms(rows, seen.step)
        market = rows // own.n_customers
        order = np.lexsort((luck, -score, market))
        sizes = np.bincount(market)
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        rank = np.arange(len(rows)) - begins[market[order]]
        wanted = np.floor(sizes * self.share + 0.5).astype(np.int64)
        if self.most is not None:
            wanted = np.minimum(wanted, self.most)
        return np.sort(rows[order[rank < wanted[market[order]]]])

    def score(self, own: Any, seen: Seen, rows: np.ndarray) -> np.ndarray:
        """How much the firm wants to reach each of the rows: the highest are chosen."""
        raise NotImplementedError

    def _may_be_chosen(self, seen: Seen, rows: np.ndarray) -> np.ndarray:
        if self.bought_within_weeks is None and self.not_within_weeks is None:
            return rows
        away = seen.since("last_step")[rows]
        within, after = self.bought_within_weeks, self.not_within_weeks
        fits = np.ones(len(rows), bool)
        if within is not None:
            fits &= away <= within + 5e-4  # as the calendar forgives
        if after is not None:
            fits &= away >= after - 5e-4
        return rows[fits]


@jit
def _uniforms(key, rows, luck, u):
    """u[k] = a uniform of 52 bits for the row rows[k]."""
    for k in range(rows.shape[0]):
        u[k] = uniform_double(key[rows[k]], luck)
