"""Show: the answer on stdout, notes on stderr."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from loyaltysim.cli.told import plain

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 120
"""Columns of tables that no terminal bounds (assumed: as wide as they get)."""


def answer_console() -> Console:
    """The console of answers: names in them are never taken for markup, and in a pipe there are no colors."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, markup=False, highlight=False, emoji=False)


class _Notes(logging.Handler):
    """What the package logs, as lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        note(plain(self.format(record)))


def announce() -> None:
    """Let the package say what it does beside the answer: which files a scenario makes it import."""
    log = logging.getLogger("loyaltysim")
    if not any(isinstance(handler, _Notes) for handler in log.handlers):
        log.addHandler(_Notes())


def note(text: str, quiet: bool = False) -> None:
    """Tell something beside the answer."""
    if not quiet:
        print(text, file=sys.stderr)
