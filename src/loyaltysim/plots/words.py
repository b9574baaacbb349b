"""Words: what pictures say. English, unless `spoken` lends them a language: then sentences and numbers are its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Speaker(Protocol):
    """A language."""

    def say(self, sentence: str, **values: Any) -> str:
        """The sentence, with values where it has names in braces."""

    def known(self, sentence: str) -> str:
        """The sentence, as it is where the language lacks it."""

    def pointed(self, text: str) -> str:
        """A number that is written the English way."""


_NOW: ContextVar[Speaker | None] = ContextVar("speaker", default=None)


@contextmanager
def spoken(speaker: Speaker) -> Iterator[None]:
    """Pictures drawn inside speak like this."""
    before = _NOW.set(speaker)
    try:
        yield
    finally:
        _NOW.reset(before)


def word(sentence: str, **values: Any) -> str:
    """A sentence in the language of the picture, with values where it has names in braces."""
    speaker = _NOW.get()
    return sentence.format(**values) if speaker is None else speaker.say(sentence, **values)


def called(sentence: str) -> str:
    """What may be a user's own name, or a word that the language knows."""
    speaker = _NOW.get()
    return sentence if speaker is None else speaker.known(sentence)


def numeral(text: str) -> str:
    """A number that is written the English way, "-1,234.5", with a true minus and as the language points it."""
    speaker = _NOW.get()
    return text.replace("-", "−") if speaker is None else speaker.pointed(text)


def tick(value: float, _: object = None) -> str:
    """A number on an axis."""
    return numeral(f"{value:,.10g}")
