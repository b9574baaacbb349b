"""The messages board: what customers say in a step, heard in the next.

A message is a sender's row, a brand, a sign and a whole strength in 1/1024 of a full message (tie × expression ×
credibility come as factors of it). Whole numbers make the sum over many senders independent of their order, so any
number of threads gives the same bits. Each block writes into a pile of its own.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit

STRENGTH_UNIT = 1024
"""A full message."""


class MessagePile:
    """Messages of one block, or of one worker's round: the first `n` entries of four columns, which grow when needed.

    `public` is what all who may see complaints see of them together: whole strengths in 1/1024 times people,
    replications × brands, positive where the answers were good. It is spread evenly over everybody.
    """

    def __init__(self, replications: int = 1, n_brands: int = 1) -> None:
        self.public = np.zeros((replications, n_brands), np.int64)
        self.n = 0
        self.sender = np.empty(0, np.int32)
        self.brand = np.empty(0, np.int8)
        self.strength = np.empty(0, np.int32)
        """Positive for praise, negative for blame."""
        self.luck = np.empty(0, np.uint64)
        """Which friend hears it, where not all do."""

    def room_for(self, more: int) -> None:
        """Make sure that `more` messages fit."""
        need = self.n + more
        if need > len(self.sender):
            size = max(need, 2 * len(self.sender))
            for name in ("sender", "brand", "strength", "luck"):
                old = getattr(self, name)
                new = np.empty(size, old.dtype)
                new[: self.n] = old[: self.n]
                setattr(self, name, new)

    def add(self, sender: np.ndarray, brand: int, strength: int, luck: np.ndarray) -> None:
        """Append messages of one brand and strength."""
        self.room_for(len(sender))
        end = self.n + len(sender)
        self.sender[self.n : end], self.luck[self.n : end] = sender, luck
        self.brand[self.n : end], self.strength[self.n : end] = brand, strength
        self.n = end

    def append(self, other: MessagePile) -> None:
        """Take over what another pile holds, which is empty afterwards."""
        self.room_for(other.n)
        self.n = _append(
            other.n, other.sender, other.brand, other.strength, other.luck, other.public, self.n, self.sender,
            self.brand, self.strength, self.luck, self.public,
        )  # fmt: skip
        other.n = 0

    def take(self, other: MessagePile) -> None:
        """Hold what another pile holds, and nothing else."""
        self.n = 0
        self.room_for(other.n)
        for name in ("sender", "brand", "strength", "luck"):
            getattr(self, name)[: other.n] = getattr(other, name)[: other.n]
        self.n = other.n
        self.public[:] = other.public


class Messages:
    """All messages of a step, a pile a block."""

    def __init__(self, n_blocks: int, replications: int = 1, n_brands: int = 1) -> None:
        self.piles = [MessagePile(replications, n_brands) for _ in range(n_blocks)]

    def public(self) -> np.ndarray:
        """Public strengths of all piles together, replications × brands."""
        return np.sum([pile.public for pile in self.piles], axis=0)

    def clear(self) -> None:
        """Forget them, after they were delivered."""
        for pile in self.piles:
            pile.n = 0
            pile.public[:] = 0


@jit
def _append(m, sender, brand, strength, luck, public, n, to_sender, to_brand, to_strength, to_luck, to_public):
    """Append m messages to n others, and move what the public sees; returns how many there are."""
    for k in range(m):
        to_sender[n + k], to_brand[n + k] = sender[k], brand[k]
        to_strength[n + k], to_luck[n + k] = strength[k], luck[k]
    for r in range(public.shape[0]):
        for b in range(public.shape[1]):
            to_public[r, b] += public[r, b]
            public[r, b] = 0
    return n + m
