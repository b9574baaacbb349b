"""Lesson: a question on a market, a prediction to make first, what to change, and what happens then, with its source.

Every claim is tested: the page's own two worlds are run, and the change must come out as told, beyond its interval.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson."""

    title: str
    market: str
    question: str
    choices: tuple[str, ...]
    right: int
    """Which of the choices happens."""
    changes: Mapping[str, float]
    """What is changed in the second world; sliders of them are shown."""
    look: str
    """Where to look."""
    happens: str
    why: str
    source: str
    claims: Mapping[tuple[str, str], int]
    """By measure and brand, whether it rises (1), falls (-1) or stays within the interval (0)."""
    hidden: tuple[str, str] | None = None
    """A measure and brand whose change is clear between the worlds, and within the interval of each alone."""
    also: tuple[str, ...] = ()
    """More sliders that it shows, to try out afterwards."""
    picture: str = ""
    """Which picture of `closer.PICTURES` is shown with it; empty: none."""

    @property
    def name(self) -> str:
        """Its title as links have it: small letters with hyphens."""
        return re.sub("[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def sliders(self) -> tuple[str, ...]:
        """Paths of all sliders that it shows."""
        return (*self.changes, *self.also)
