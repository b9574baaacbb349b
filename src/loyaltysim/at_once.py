"""At once: pieces of long work, one after the other here, and meanwhile in other processes.

Threads of one process hold each other up: a step is hundreds of kernels of some microseconds, and before and after each
Python's lock is handed over. (Measured with `grocery`, 10,000 customers and ten replications, on two idle cores: two
threads take 1.2 times as long as one, with 1,000 customers 2.5 times; two processes take half as long as one.) So
pieces are done here, by one thread, and where it is worth the second or two that a process takes to begin, by other
processes too. They stay for a minute, in case more comes.

What a scenario is made of travels to them as it is; kinds that somebody else wrote stay here, since another process may
not know them.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from loyaltysim.jit import cache_folder, can_be_written
from loyaltysim.memory import available_bytes
from loyaltysim.record import Record

T = TypeVar("T")
Tell = Callable[[int, float], None]

WORTH_SECONDS = 3.0
"""Work left from which on processes are begun: each takes one to two seconds of a processor to begin (measured)."""
WARM = 0.1
"""The share of that if they are there; assumed."""
PIECES_A_PROCESS = 2
"""So that a process need not wait for its next piece."""
IDLE_SECONDS = 60
"""How long processes wait for more, each with some 250 megabytes; assumed."""
BYTES_A_PROCESS = 600_000_000
"""Memory that must be free for each, with the customers of a usual piece; assumed."""
_last_used = -math.inf
_pool: Any = None
OURS = __name__.partition(".")[0]
log = logging.getLogger("loyaltysim")


def at_once(
    do: Callable[..., T],
    pieces: Sequence[tuple[Any, ...]],
    *,
    hands: int,
    scenarios: Iterable[Record],
    tell: Tell | None = None,
) -> list[T]:
    """Do all pieces; the results stand in their order and do not depend on who did what.

    Parameters
    ----------
    do : a function of a module, called with what is in a piece and, here, with `tell=` a function of what is done of it
    pieces : the longest ones first: the last ones are done here
    hands : how many are done at a time at most
    scenarios : what the pieces are about; see `is_ours`
    tell : called here with a piece's place and how much of it is done, 0 to 1

    Raises
    ------
    Exception : what `do` raised
    """
    found: dict[int, T] = {}
    running: dict[Future[T], int] = {}
    left, pool, others = deque(range(len(pieces))), None, 0
    may = hands > 1 and len(pieces) > 2 and may_begin_processes(scenarios)
    began = time.monotonic()

    def collect(futures: Iterable[Future[T]]) -> None:
        for future in futures:
            place = running.pop(future)
            found[place] = future.result()
            if tell is not None:
                tell(place, 1.0)

    try:
        while left or running:
            if left:
                place = left.pop()
                found[place] = do(*pieces[place], tell=_ignore if tell is None else partial(tell, place))
                if tell is not None:
                    tell(place, 1.0)
                collect([future for future in running if future.done()])
            else:
                collect(wait(list(running), return_when=FIRST_COMPLETED).done)
            if may and pool is None and is_worth_it((time.monotonic() - began) / len(found) * len(left)):
                pool, others = begin_processes(min(hands, len(left)))
            while pool is not None and len(left) > 1 and len(running) < PIECES_A_PROCESS * others:
                place = left.popleft()
                running[submit(pool, do, *pieces[place], tell=_ignore)] = place
    except BaseException as error:
        end_processes()
        if not process_died(error):
            raise
        log.warning("a process died, of too little memory perhaps: going on with one")
        for place in {*range(len(pieces))} - {*found}:
            found[place] = do(*pieces[place], tell=_ignore if tell is None else partial(tell, place))
    return [found[place] for place in range(len(pieces))]


def is_ours(value: Any) -> bool:
    """Whether a record and all that it holds are of kinds of this package."""
    if isinstance(value, Record):
        return type(value).__module__.partition(".")[0] == OURS and all(is_ours(one) for _, one in value)
    if isinstance(value, dict):
        return all(map(is_ours, value.values()))
    return all(map(is_ours, value)) if isinstance(value, (tuple, list)) else True


def _ignore(done: float) -> None:
    """Nobody wants to know."""


def may_begin_processes(scenarios: Iterable[Record]) -> bool:
    """Whether processes may be begun: not by one that was itself begun so, nor where each would compile anew."""
    alone = multiprocessing.parent_process() is None and not multiprocessing.current_process().daemon
    return alone and can_be_written(cache_folder()) and all(map(is_ours, scenarios))


def is_worth_it(seconds: float) -> bool:
    """Whether so much work is worth other processes: less if they are there."""
    global _last_used
    warm = time.monotonic() - _last_used < IDLE_SECONDS
    worth = seconds > (WORTH_SECONDS * WARM if warm else WORTH_SECONDS)
    if worth:
        _last_used = time.monotonic()
    return worth


def process_died(error: BaseException) -> bool:
    """Whether an error says that a process died, rather than what it was doing went wrong."""
    return type(error).__name__ in ("TerminatedWorkerError", "BrokenProcessPool")


def begin_processes(hands: int) -> tuple[Any, int]:
    """Processes that do pieces, and how many: one less than there are hands, cores or room in memory for.

    Those of the last time, if they are still there.
    """
    global _pool
    from loky import cpu_count, get_reusable_executor

    free = available_bytes()
    room = hands if free is None else free // BYTES_A_PROCESS
    most = min(hands, cpu_count(), room) - 1  # of what a container allows
    if most < 1:
        return None, 0
    with _ctrl_c_waits():
        _pool = get_reusable_executor(most, timeout=IDLE_SECONDS)
    return _pool, most


def end_processes() -> None:
    """End them at once, whatever they are doing."""
    global _pool, _last_used
    ended, _pool, _last_used = _pool, None, -math.inf
    if ended is not None:
        ended.shutdown(kill_workers=True)


def submit(pool: Any, do: Callable[..., T], *what: Any, **how: Any) -> Future[T]:
    """Have something done by a process."""
    with _ctrl_c_waits():  # it may begin a process
        future: Future[T] = pool.submit(do, *what, **how)
    return future


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Begin processes: Ctrl-C is this one's to hear, and not before they can be ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    masks = hasattr(signal, "pthread_sigmask")  # not on Windows; what is begun is as deaf as who begins it
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)
