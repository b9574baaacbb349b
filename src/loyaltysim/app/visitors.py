"""Visitors: how many may use the page at once, and tidying up after those who left."""

from __future__ import annotations

import ctypes
import gc
import threading

from loyaltysim.app.limits import MOST_VISITORS

LATER = 5.0
"""Seconds after which what a visitor had is surely let go; assumed."""
_due = threading.Event()


def too_many() -> str:
    """What to tell a visitor for whom there is no room; empty if there is."""
    from solara.server import kernel_context

    if len(kernel_context.contexts) <= MOST_VISITORS:
        return ""
    return f"{MOST_VISITORS} visitors are here already, which is as many as this page serves. Come back in a while."


def tidy_up() -> None:
    """A visitor has left: soon give the memory back, once for all who leave meanwhile."""
    if not _due.is_set():
        _due.set()
        timer = threading.Timer(LATER, give_back)
        timer.daemon = True
        timer.start()


def give_back() -> None:
    """Let go what nobody holds any more, and return it to the system, which C libraries do not do by themselves."""
    _due.clear()
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # not GNU's
        pass
