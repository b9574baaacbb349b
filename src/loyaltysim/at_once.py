"""At once: pieces of long work, one after the other here, and meanwhile in other processes.

Threads of one process hold each other up where Python's lock is handed over: between rounds, and all the time where
Python makes a round itself, as with a log of purchases. (Measured with `grocery`, thirty replications of 10,000
customers, on two idle cores, two threads of one processor: two threads that share each step take .77 times as long as
one, two processes .68 times; ten of 2,000 customers are no faster in two threads, and slower with half in each.
`benchmarks/processes.py` measures it.) So pieces are done here, by one thread, and where it is worth the second or two
that a process takes to begin, by other processes too. They stay for a minute, in case more comes.

What a scenario is made of travels to them as it is; kinds that somebody else wrote stay here, since another process may
not know them.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from loyaltysim import jit
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
LOST = object()
"""What came back from a process that died."""
DIED = ("TerminatedWorkerError", "BrokenProcessPool", "ShutdownExecutorError", "PicklingError")
OURS = __name__.partition(".")[0]
log = logging.getLogger("loyaltysim")


def at_once(
    do: Callable[..., T],
    pieces: Sequence[tuple[Any, ...]],
    *,
    hands: int,
    scenarios: Iterable[Any],
    tell: Tell | None = None,
) -> list[T]:
    """Do all pieces; the results stand in their order and do not depend on who did what.

    Parameters
    ----------
    do : a function, called with what is in a piece and, here, with `tell=` a function of what is done of it
    pieces : the longest ones first: the last ones are done here
    hands : how many are done at a time at most
    scenarios : what the pieces, and `do`, are about; see `is_ours`
    tell : called here with a piece's place and how much of it is done, 0 to 1

    Raises
    ------
    Exception : what `do` raised
    """
    found: dict[int, T] = {}
    left = deque(range(len(pieces)))
    others = Others(hands if len(pieces) > 2 else 1, scenarios)
    began = time.monotonic()

    def here(place: int) -> T:
        return do(*pieces[place], tell=_ignore if tell is None else partial(tell, place))

    def note(place: int, result: Any) -> None:
        found[place] = here(place) if result is LOST else result
        if tell is not None:
            tell(place, 1.0)

    with others:
        while left or others.running:
            if left:
                place = left.pop()
                note(place, here(place))
            else:
                others.wait()
            for place, result in others.back():
                note(place, result)
            others.call_in((time.monotonic() - began) / len(found) * len(left))
            while others.idle and len(left) > 1:
                if not others.hand_out(left[0], do, *pieces[left[0]], tell=_ignore):
                    break
                left.popleft()
    return [found[place] for place in range(len(pieces))]


class Others:
    """Other processes that do pieces for one call: none until it is worth it. Leaving it by an error ends them."""

    def __init__(self, hands: int, scenarios: Iterable[Any]) -> None:
        self._hands = hands if hands > 1 and may_begin_processes(scenarios) else 1
        self._pool: Any = None
        self._size = 0
        self.running: dict[Future[Any], Any] = {}
        """Pieces that they have, by what will come back."""

    def __enter__(self) -> Others:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._pool is not None:
            _end(self._pool)

    def call_in(self, seconds: float) -> None:
        """Begin processes if so much work is left that they are worth it."""
        if self._hands > 1 and self._pool is None and seconds > (WORTH_SECONDS * WARM if _warm() else WORTH_SECONDS):
            try:
                self._pool, self._size = _begin(self._hands)
            except Exception as error:  # no room for another process, say
                self._go_on_alone(error)

    @property
    def idle(self) -> bool:
        """Whether they could do with another piece."""
        return self._pool is not None and len(self.running) < PIECES_A_PROCESS * self._size

    def hand_out(self, piece: Any, do: Callable[..., Any], *what: Any, **how: Any) -> bool:
        """Give them a piece; False if they are gone, and it is to be done here."""
        global _last_used
        try:
            with _ctrl_c_waits():  # it may begin a process
                self.running[self._pool.submit(do, *what, **how)] = piece
        except Exception as error:  # of whatever kind: the piece has not been looked at
            self._go_on_alone(error)
            return False
        _last_used = time.monotonic()
        return True

    def wait(self, seconds: float | None = None) -> None:
        """Wait until a piece is done, at most so long."""
        wait(list(self.running), timeout=seconds, return_when=FIRST_COMPLETED)

    def back(self) -> list[tuple[Any, Any]]:
        """Pieces that are done, each with its result; LOST if it is to be done here."""
        global _last_used
        found: list[tuple[Any, Any]] = []
        for future in [future for future in self.running if future.done()]:
            _last_used = time.monotonic()
            piece = self.running.pop(future)
            try:
                found.append((piece, future.result()))
            except Exception as error:
                self._lost(error)
                found.append((piece, LOST))
        return found

    def _lost(self, error: Exception) -> None:
        """Go on alone if a process died or could not be told; raise what went wrong in a piece."""
        if type(error).__name__ not in DIED:
            raise error
        self._go_on_alone(error)

    def _go_on_alone(self, error: Exception) -> None:
        ended, self._pool = self._pool, None
        if type(error).__name__ == "ShutdownExecutorError":  # another call has ended them, and there may be new ones
            return
        if self._hands > 1:
            log.warning("another process died, or could not answer (%s): going on with one", type(error).__name__)
        self._hands = 1
        if ended is not None:
            _end(ended)


def is_ours(value: Any) -> bool:
    """Whether a record and all that it holds are of kinds of this package."""
    if isinstance(value, Record):
        return type(value).__module__.partition(".")[0] == OURS and all(is_ours(one) for _, one in value)
    if isinstance(value, dict):
        return all(map(is_ours, value.values()))
    return all(map(is_ours, value)) if isinstance(value, (tuple, list)) else True


def held_by(function: Callable[..., Any]) -> list[Any]:
    """What a function that was made in another one knows from there."""
    return [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]


def may_begin_processes(scenarios: Iterable[Any]) -> bool:
    """Whether processes may be begun: not by one that was itself begun so, nor where each would compile anew."""
    alone = multiprocessing.parent_process() is None and not multiprocessing.current_process().daemon
    return alone and jit.can_be_written(jit.cache_folder()) and all(map(is_ours, scenarios))


def _ignore(done: float) -> None:
    """Nobody wants to know."""


_lock = threading.RLock()
_pool: Any = None
_size = 0
_where = ""
_last_used = -math.inf


def _forget() -> None:
    """In a process that was forked: those begun are the other one's, whose threads speak to them and are not here."""
    global _lock, _pool, _theirs
    _lock, _pool, _theirs = threading.RLock(), None, _pool  # kept: letting go of it would tell them to end
    for process in multiprocessing.active_children() if _theirs is not None else ():  # none of them is this one's
        multiprocessing.process._children.discard(process)  # type: ignore[attr-defined]  # else waited for at the end


_theirs: Any = None
if hasattr(os, "register_at_fork"):  # not on Windows, which knows no fork
    os.register_at_fork(after_in_child=_forget)


def _warm() -> bool:
    """Whether processes are there."""
    return _pool is not None and time.monotonic() - _last_used < IDLE_SECONDS


def _begin(hands: int) -> tuple[Any, int]:
    """Processes, and how many: one less than there are hands, cores or room in memory for.

    Those of the last time, if there are enough of them; not where files lie elsewhere now.
    """
    global _pool, _size, _where, _last_used
    from loky import ProcessPoolExecutor, cpu_count

    # markets fill a process, which loky takes for a leak: it begins another, and whoever waits need not hear of it
    warnings.filterwarnings("ignore", "A worker was restarted", UserWarning, "loky")
    free = available_bytes()
    room = hands if free is None else free // BYTES_A_PROCESS
    most = min(hands, cpu_count(), room) - 1  # of what a container allows
    if most < 1:
        return None, 0
    with _lock:
        if _pool is not None and (_size < most or _where != os.getcwd() or _is_over(_pool)):
            _pool.shutdown(wait=False)  # whoever has pieces there gets them back
            _pool = None
        if _pool is None:
            with _ctrl_c_waits():
                about = (os.getpid(), jit.quiet)
                _pool = ProcessPoolExecutor(most, timeout=IDLE_SECONDS, initializer=_begun, initargs=about)
                _size, _where, _last_used = most, os.getcwd(), time.monotonic()
        return _pool, min(most, _size)


def _is_over(pool: Any) -> bool:
    """Whether processes died since, or were ended: then they take nothing more."""
    try:
        with _ctrl_c_waits():
            pool.submit(_ignore, 1.0)
    except Exception:  # of whatever kind: others are begun
        return True
    return False


def _begun(parent: int, quiet: bool) -> None:
    """In a process that was begun: end when the one that began it is gone, however that ended."""
    jit.quiet = quiet

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _end(pool: Any) -> None:
    """End processes at once, whatever they are doing."""
    global _pool
    with _lock:
        if _pool is pool:
            _pool = None
    pool.shutdown(kill_workers=True)


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Begin processes: Ctrl-C is this one's to hear, and not before they can be ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    masks = hasattr(signal, "pthread_sigmask")  # not on Windows; what is begun is as deaf as who begins it
    if masks:
        _start_trackers()
    before = signal.getsignal(signal.SIGINT)
    if before is not None:  # else a host's own, which could not be set again
        signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if before is not None:
            signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _start_trackers() -> None:
    """Start what begins with the first process and would let Ctrl-C through to it."""
    from loky.backend import resource_tracker as own

    resource_tracker.ensure_running()
    own.ensure_running()
