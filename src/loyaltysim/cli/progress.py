"""Progress: a bar with the time left, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(total: float, quiet: bool = False) -> Iterator[Callable[[str, float], None] | None]:
    """Give a function that is told what is being done and how much of it is done so far; None where nobody watches.

    `total` is the sum over all things to be done.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("opening", total=total)
        done: dict[str, float] = {}

        def tell(what: str, so_far: float) -> None:
            done[what] = so_far
            progress.update(task, completed=sum(done.values()), description=what)

        yield tell
