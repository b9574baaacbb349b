"""Side by side: several worlds at the same time, one thread each, with the same customers and luck.

Worlds do not touch each other, so their results do not depend on how many run at once. One thread a world beats several
threads a world: steps of small markets are too short to be shared out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from loyaltysim.runs import replicate
from loyaltysim.simulation import check_count

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


class _Stopped(Exception):
    """Another world failed, or the user stopped: this one ends at its next step."""


def side_by_side(
    worlds: Mapping[str, Scenario],
    *,
    replications: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, xr.Dataset]:
    """Replicate each world; `threads` is how many threads there are in all. Other arguments as `replicate`.

    `progress` is called with the world's name and its replications done so far, from several threads.
    """
    threads = os.cpu_count() or 1 if threads is None else check_count("threads", threads, 1024)
    at_once = min(threads, len(worlds))
    stop = Event()

    def run(name: str, world: Scenario) -> xr.Dataset:
        def tell(done: float) -> None:
            if stop.is_set():
                raise _Stopped
            if progress is not None:
                progress(name, done)

        return replicate(
            world, replications=replications, seed=seed, first=first, threads=threads // at_once, progress=tell
        )

    with ThreadPoolExecutor(at_once) as pool:
        try:
            waiting = {name: pool.submit(run, name, world) for name, world in worlds.items()}
            return {name: done.result() for name, done in waiting.items()}
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
