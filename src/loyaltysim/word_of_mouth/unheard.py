"""Unheard: what is said and reaches nobody, so that what it is worth can be told by its absence.

Customers who are unheard talk as before, and their messages are counted; but nobody hears them, they bring nobody into
the market, and their invitations reach nobody. Blame or praise alone may go unheard; friends who bring others do it by
their good word, so without praise they bring nobody. Public complaints are unheard with blame and praise alike only if
both are: what the public sees is the sum of good and bad answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import field_validator

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.jit import jit
from loyaltysim.record import Record, setting

if TYPE_CHECKING:
    from loyaltysim.world import World

SILENT = purpose("unheard.customer")

u8 = np.uint64


class Unheard(Record):
    """Whose word reaches nobody."""

    sign: Literal["none", "praise", "blame", "both"] = setting("none", "Which messages of everybody reach nobody.")
    segments: tuple[str, ...] = setting((), "Segments whose customers reach nobody.")
    share: float = setting(0.0, "Share of customers, drawn one by one, who reach nobody.", ge=0, le=1, unit="1")
    customers: tuple[int, ...] = setting((), "Numbers of customers who reach nobody, in every replication.")

    @field_validator("customers")
    @classmethod
    def _check(cls, customers: tuple[int, ...]) -> tuple[int, ...]:
        if customers and min(customers) < 0:
            raise ValueError(f"customers have numbers from 0 on, was {min(customers)}")
        return customers

    @property
    def on(self) -> bool:
        """Whether anything goes unheard."""
        return self.sign != "none" or bool(self.segments) or self.share > 0 or bool(self.customers)

    @property
    def praises(self) -> bool:
        """Whether good words are heard."""
        return self.sign not in ("praise", "both")

    def open(self, world: World) -> np.ndarray | None:
        """uint8, one per row: 1 for those who reach nobody; None if everybody is heard."""
        customers = world.customers
        if not (self.segments or self.share or self.customers):
            return None
        numbers = [world.segments.index(name) for name in self.segments]
        silent = np.isin(customers.segment, numbers).astype(np.uint8)
        silent.reshape(-1, customers.n_customers)[:, list(self.customers)] = 1
        _draw(customers.key, np.uint64(salt(SILENT, 0, 0, 0)), self.share, silent)
        return silent

    def hush(self, world: World) -> None:
        """Take what goes unheard out of the messages that are about to be delivered."""
        if not self.on:
            return
        if self.sign == "both":
            world.messages.clear()
            return
        silent = np.empty(0, np.uint8) if world.silent is None else world.silent
        for pile in world.messages.piles:
            pile.n = _keep_heard(
                pile.n, pile.sender, pile.brand, pile.strength, pile.luck, silent, self.praises, self.sign != "blame"
            )


@jit
def _draw(key, luck, share, silent):
    """silent[row] = 1 with a chance, beside those who are already."""
    for row in range(key.shape[0]):
        if uniform(key[row], luck) < share:
            silent[row] = 1


@jit
def _keep_heard(n, sender, brand, strength, luck, silent, praise, blame):
    """Move the messages that are heard to the front; returns how many."""
    kept, some_silent = u8(0), silent.shape[0] > 0
    for m in range(n):
        heard = praise if strength[m] > 0 else blame
        if heard and not (some_silent and silent[sender[m]] != 0):
            sender[kept], brand[kept], strength[kept], luck[kept] = sender[m], brand[m], strength[m], luck[m]
            kept += u8(1)
    return np.int64(kept)
