"""Folder: all results of a run together, or nothing: written beside under a temporary name, then renamed."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from loyaltysim.faults import Fault, ScenarioError

MANIFEST = "manifest.json"
"""Written last into a folder that is replaced, so that a folder with one is whole."""
TERMINATED = 128 + signal.SIGTERM


def check_folder(out: Path | None, overwrite: bool) -> None:
    """Make sure that results may go there. Raises ScenarioError if not."""
    if out is None:
        return
    try:
        if out.is_dir() and not overwrite and any(out.iterdir()):
            raise refused(f'"{out}" is not empty; --overwrite replaces the results that it holds')
        if not out.is_dir() and (out.exists() or out.is_symlink()):
            raise refused(f'"{out}" is no folder')
        with tempfile.TemporaryDirectory(dir=_nearest(out)):
            pass
    except OSError as error:
        raise refused(f'cannot write to "{out}": {error.strerror}') from None


def refused(message: str) -> ScenarioError:
    """The fault of a folder that results cannot go to."""
    return ScenarioError([Fault(None, None, "--out", message)])


def _nearest(out: Path) -> Path:
    """Where the temporary folder is made, on the same disk: inside `out` if that is there, else beside it or above."""
    folder = next(above for above in (out, *out.absolute().parents) if above.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return folder


@contextmanager
def writing(out: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; in the end it becomes `out`, or, if anything goes wrong, nothing of it is left.

    Where `out` is there already, what the folder holds is moved into it, and files of other names stay.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=_nearest(out)))
    try:
        yield temporary
        with _undisturbed():
            _share(temporary)
            out.parent.mkdir(parents=True, exist_ok=True)
            if out.is_dir():
                _replace(temporary, out)
            else:
                os.replace(temporary, out)
    except OSError as error:
        raise OSError(error.errno, f"{out}: {error.strerror or error}") from None
    finally:
        with _undisturbed():
            shutil.rmtree(temporary, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Do a few quick things without Ctrl-C in between."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _share(folder: Path) -> None:
    """Give files the usual permissions: temporary ones are their owner's alone."""
    hidden = os.umask(0)
    os.umask(hidden)
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~hidden)


def _replace(new: Path, old: Path) -> None:
    """Move what is in `new` over what is in `old`, the manifest last; results of the old run that the new lacks go."""
    if (new / MANIFEST).exists():
        (old / MANIFEST).unlink(missing_ok=True)
    for made in ("figures", "report"):  # a report of the old results would be wrong
        shutil.rmtree(old / made, ignore_errors=True)
    (old / "log.parquet").unlink(missing_ok=True)
    for path in sorted(new.iterdir(), key=lambda path: path.name == MANIFEST):
        os.replace(path, old / path.name)
