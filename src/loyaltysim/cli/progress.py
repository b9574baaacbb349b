"""Progress: a bar with the time left, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(total: float, quiet: bool = False) -> Iterator[Callable[..., None] | None]:
    """Give a function that is told what is being done and how much of it is done so far; None where nobody watches.

    `total` is the sum over all things to be done, told apart by name; a third argument is shown in a name's place.
    """
    if quiet:
        from loyaltysim import jit

        jit.quiet = True
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("opening", total=total)
        done: dict[str, float] = {}

        def tell(what: str, so_far: float, shown: str = "") -> None:
            done[what] = so_far
            progress.update(task, completed=sum(done.values()), description=shown or what)

        yield tell


def of_runs(tell: Callable[..., None] | None) -> Callable[[float, float], None] | None:
    """What a study tells, runs done and runs in all, for a bar whose total is 1."""
    if tell is None:
        return None
    return lambda done, total: tell("runs", done / total, f"{done:,.0f} of {total:,} runs")
