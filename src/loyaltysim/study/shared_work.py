"""Shared work: the jobs of a study, handed out so that no two processes on one store do the same.

Whoever takes jobs says in the store which runs it has in hand, and first reads what others have in hand and have done
since. Jobs are taken by one process at a time, under a lock of the file system. Another lock is held while a process
works, so what a killed one had in hand is free again at once. Results depend on none of this: were there no locks, some
runs would be made twice.
"""

from __future__ import annotations

import errno
import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from loyaltysim.study.store import NO_LOCKS, one_at_a_time
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    from loyaltysim.study.fill import Job, Row
    from loyaltysim.study.store import Store

IN_HAND, AT_WORK = ".in_hand.json", ".{}.at_work"
PATIENCE = 60.0
"""Seconds without news, and this many times the longest batch here, until what another process has in hand is done here
too: it may be stopped, or hang. Assumed."""
TIMES_LONGEST = 10
LONGEST_START = 30.0
"""Seconds until a lock of one's own that cannot be had is a fault of the file system. Assumed."""


class SharedWork:
    """Jobs that are to be done, by this process or by others on the same store.

    Parameters
    ----------
    jobs : all that is missing
    store : where others may be at work too; None: nobody is

    Raises
    ------
    OSError : here and later, if the store cannot be written
    """

    def __init__(self, jobs: Sequence[Job], store: Store | None) -> None:
        self._jobs: deque[Job] = deque(jobs)
        self._held: deque[Job] = deque()
        self._wanted = {key for job in jobs for key in job.keys}
        self._done: set[str] = set()
        self._mine: set[str] = set()
        self._found: list[Row] = []
        self._folder = None if store is None else store.folder
        self._store, self._name, self._guard = store, token_hex(8), Lock()
        self._longest, self._news = 0.0, time.monotonic()
        self._given_up: set[tuple[str, str]] = set()
        """Whom one has waited for long enough, with each key that it had in hand."""
        self.by_others = 0
        """Runs that others have done since."""
        self._failed: set[str] = set()
        self._at_work: FileLock | None = None
        if store is not None and jobs:  # else nothing is written, and the store may be for reading only
            self._failed = store.failed()
            self._at_work = _held(self._at_work_file(self._name))

    @property
    def left(self) -> int:
        """Jobs that nobody here has taken; others may have them in hand."""
        return len(self._jobs) + len(self._held)

    def take(self, most: int = 1) -> list[Job]:
        """About so many jobs that nobody has in hand; none if others have in hand all that is left."""
        with self._guard:
            if self._folder is None or self._at_work is None:
                self._look()
                return self._choose(most, {})
            with one_at_a_time(self._folder):
                others = self._others()  # first: what somebody has no longer in hand is in the store
                self._look()
                chosen = self._choose(most, others)
                self._write({**others, self._name: sorted(self._mine)})
            return chosen

    def wrote(self, rows: Sequence[Row]) -> None:
        """Say that rows are safe in the store."""
        with self._guard:
            keys = {row["key"] for row in rows}
            self._done |= keys
            self._mine -= keys
            self._longest = max(self._longest, sum(row["seconds"] for row in rows))

    def from_others(self) -> list[Row]:
        """Rows that others have written since this was asked before."""
        with self._guard:
            self._look()
            found, self._found = self._found, []
            return found

    def close(self) -> None:
        """Give back what is in hand."""
        if self._folder is None or self._at_work is None:
            return
        self._at_work.release()
        self._at_work_file(self._name).unlink(missing_ok=True)
        with one_at_a_time(self._folder):
            if not self._others():
                (self._folder / IN_HAND).unlink(missing_ok=True)

    def _choose(self, most: int, others: dict[str, list[str]]) -> list[Job]:
        """Jobs of which nothing is in hand or done; a job that is done in part is cut."""
        if not self._jobs:
            self._jobs, self._held = self._held, self._jobs
        theirs = {(name, key) for name, keys in others.items() for key in keys} - self._given_up
        if theirs and time.monotonic() - self._news > max(PATIENCE, TIMES_LONGEST * self._longest):
            self._given_up |= theirs
            theirs = set()
        in_hand = {key for _, key in theirs}
        chosen: list[Job] = []
        while self._jobs and len(chosen) < most:
            job = self._jobs.popleft()
            for part in [job] if self._done.isdisjoint(job.keys) else self._cut(job):
                (chosen if in_hand.isdisjoint(part.keys) else self._held).append(part)
        if chosen:
            self._mine.update(key for job in chosen for key in job.keys)
            self._news = time.monotonic()
        return chosen

    def _cut(self, job: Job) -> Iterator[Job]:
        """What of a job is not done."""
        for some in missing(job.keys, range(len(job.keys)), self._done):
            places = slice(some.start, some.stop)
            yield replace(job, replications=job.replications[places], keys=job.keys[places])

    def _look(self) -> None:
        """Read what others have written since; a run that failed elsewhere is not tried once more here."""
        new = None if self._store is None else self._store.news()
        if new is None:
            return
        self._news = time.monotonic()
        for row in new.to_pylist():
            again = row["error"] is not None and row["key"] in self._failed  # an old failure, in a file merged since
            if row["key"] in self._wanted and row["key"] not in self._done and not again:
                self._done.add(row["key"])
                if row["key"] not in self._mine:
                    self._found.append(row)
                    self.by_others += 1

    def _others(self) -> dict[str, list[str]]:
        """Keys that others have in hand who are at work."""
        assert self._folder is not None
        try:
            said = json.loads((self._folder / IN_HAND).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return {name: keys for name, keys in said.items() if name != self._name and _is_held(self._at_work_file(name))}

    def _at_work_file(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / AT_WORK.format(name)

    def _write(self, in_hand: dict[str, list[str]]) -> None:
        assert self._folder is not None
        with whole_file(self._folder / IN_HAND) as temporary:
            temporary.write_text(json.dumps(in_hand), "utf-8")


def _held(path: Path) -> FileLock | None:
    """A lock that is held until it is released, or the process ends; None where the file system has no locks.

    Raises OSError if it cannot be had, though nobody else can want it.
    """
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=LONGEST_START)
    except Timeout:
        message = f"no lock can be had there in {LONGEST_START:g} seconds: take a store on another disk"
        raise OSError(errno.EDEADLK, message, str(path.parent)) from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            return None
        raise
    return lock


def _is_held(path: Path) -> bool:
    """Whether the process that made a lock is at work; the lock of a dead one is taken away."""
    if not path.exists():
        return False
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, PermissionError):  # another user's, say, which one may not open
        return True
    lock.release()
    with suppress(PermissionError):  # another user's, in a folder where each removes only what is his
        path.unlink(missing_ok=True)
    return False


def missing(keys: Sequence[str], stack: range, done: set[str]) -> Iterator[range]:
    """Runs of numbers of a stack whose keys are not done."""
    start: int | None = None
    for number in range(stack.start, stack.stop + 1):
        wanted = number < stack.stop and keys[number] not in done
        if start is not None and not wanted:
            yield range(start, number)
            start = None
        if wanted and start is None:
            start = number
