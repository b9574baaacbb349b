"""Folder: all results of a run together, or nothing: written beside under a temporary name, then renamed.

The manifest lists what was written, each file with a hash: only such files, unchanged, are ever removed or replaced.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from loyaltysim.faults import Fault, ScenarioError

MANIFEST = "manifest.json"
"""Written last into a folder that is replaced, so that a folder with one is whole."""
REPORT = "report"
"""Where `report` goes, in the folder that it is about, unless `--out` says otherwise."""
TERMINATED = 128 + signal.SIGTERM


def check_folder(out: Path | None, overwrite: bool) -> None:
    """Make sure that results may go there. Raises ScenarioError if not."""
    if out is None:
        return
    try:
        if out.is_dir() and any(out.iterdir()):
            if not (out / MANIFEST).is_file():  # --overwrite is for results, not for what else a folder has
                raise refused(f'"{out}" is not empty, and has no {MANIFEST} of results to replace: name a new folder')
            if not overwrite:
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

    Where `out` is there already, what the folder holds is moved into it, and the files that the old manifest lists go.
    All others stay; one that is in the way is kept as NAME.old. If that fails, what is not in its place yet is kept.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    temporary, kept = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=_nearest(out))), ""
    try:
        yield temporary
        with _undisturbed():
            _share(temporary)
            out.parent.mkdir(parents=True, exist_ok=True)
            if out.is_dir():
                kept = f'; results that are not in their place yet are in "{temporary}"'
                _replace(temporary, out)
                kept = ""
            else:
                os.replace(temporary, out)
    except OSError as error:
        raise OSError(error.errno, f"{out}: {error.strerror or error}{kept}") from None
    finally:
        if not kept:
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


def hashes(folder: Path) -> dict[str, str]:
    """A hash of every file of a folder, by its path in there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _hash(path) for path in files}


def _hash(file: Path) -> str:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()


def _replace(new: Path, old: Path) -> None:
    """Move what is in `new` into `old`, the manifest last, in place of what the manifest of `old` lists."""
    made = sorted((path for path in new.rglob("*") if path.is_file()), key=lambda path: (path.name == MANIFEST, path))
    for place in sorted({(old / path.relative_to(new)).parent for path in made}):
        _make_room(place)  # whatever may be refused is, before anything is removed
    for folder in (old / REPORT, old):  # a report of the old results would be wrong
        _clear(folder)
    for path in made:
        target = old / path.relative_to(new)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            os.replace(target, _aside(target))
        os.replace(path, target)


def _make_room(place: Path) -> None:
    """Make a folder that can be written to; a file that is in the way is kept under another name."""
    if place.exists() and not place.is_dir():
        os.replace(place, _aside(place))
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place):
        pass


def _clear(folder: Path) -> None:
    """Remove the files that the manifest of a folder lists, as far as nobody changed them since, or holds them open."""
    listed = _manifest(folder).get("files", {})
    ours = [folder / name for name, told in listed.items() if _is_own(folder, folder / name, told)]
    for path in (folder / MANIFEST, *ours):
        with suppress(OSError):  # as one that a spreadsheet shows, on Windows
            path.unlink()
    for place in sorted({folder, *(path.parent for path in ours)}, reverse=True):
        with suppress(OSError):  # of others' files in it
            place.rmdir()


def written_by(folder: Path) -> str | None:
    """The command that wrote the results of a folder; None without a manifest, "" where it does not tell."""
    return str(_manifest(folder).get("command", "")) if (folder / MANIFEST).exists() else None


def _manifest(folder: Path) -> dict[str, Any]:
    """What the manifest tells; nothing where it cannot be read."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) and isinstance(told.get("files", {}), dict) else {}


def _is_own(folder: Path, path: Path, told: str) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve()) and _hash(path) == told


def _aside(path: Path) -> Path:
    """A name beside a file that nothing has yet."""
    names = (path.with_name(f"{path.name}.old{n or ''}") for n in range(sys.maxsize))
    return next(name for name in names if not name.exists())
