"""Visitors: how many may use the page at once, and tidying up after those who left."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable

import solara

from loyaltysim.app.limits import MOST_VISITORS

LATER = 5.0
"""Seconds after which what a visitor had is surely let go; assumed."""
_due = threading.Event()
_door = threading.Lock()
_inside: set[str] = set()


@solara.component
def Served(page: Callable[[], object]) -> None:
    """A page for a visitor who is let in; one too many is asked to come back."""
    solara.use_effect(lambda: tidy_up, [])  # when the visitor leaves
    if told := solara.use_memo(too_many, []):
        solara.Text(told)
    else:
        page()


def too_many() -> str:
    """What to tell the visitor who comes, if there is no room; else it is let in, and the text is empty.

    Those who were told so take no room, though their pages are still open.
    """
    from solara.server import kernel_context

    visitor = kernel_context.get_current_context().id
    with _door:
        _inside.intersection_update(list(kernel_context.contexts))
        if visitor in _inside or len(_inside) < MOST_VISITORS:
            _inside.add(visitor)
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
