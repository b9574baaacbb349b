"""Lasting: while imports and kernels are made, all of which stays, Python need not look for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """Let Python's search for garbage rest, and go on as before afterwards.

    While objects become many and none goes, the search walks through all of them again and again (measured: .3 s of
    the 1.8 s from the start of Python to the first results).
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
