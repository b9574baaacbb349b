"""The one ``@jit`` of the house: Numba with the settings all kernels share, and a cache that follows the sources.

Numba's own ``cache=True`` looks only at the file of the kernel itself, and so silently runs old code after a helper
in another file was edited. Kernels here may call functions of their own file and of floor 0 (``elementary``,
``draws``, ``pairs``), nothing else; the cache folder of a kernel is therefore named by a hash of exactly these files.
Editing a file compiles that file's kernels again and no others; editing floor 0 compiles all of them again.

No ``fastmath`` and no contraction: the same bits with Numba on and off, on every thread.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
import platformdirs

from loyaltysim.kernel import Kernel

log = logging.getLogger("loyaltysim")
quiet = False
"""Whether compiling is not spoken of; a command's ``--quiet`` sets it."""

GROUND = ("jit.py", "elementary.py", "draws.py", "pairs.py")
"""Files of floor 0 that kernels of every file may call."""


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` on its first call, or load it from the cache; it releases Python's lock while it runs.

    With ``NUMBA_DISABLE_JIT=1`` in the environment the function stays plain Python with the same results, bit for
    bit, and is as silent as compiled code where whole numbers wrap around.
    """
    if numba.config.DISABLE_JIT:
        return np.errstate(all="ignore")(function)
    kernel = numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)
    kernel.__class__ = Kernel
    folder = cache_folder() / _source_hash(function.__code__.co_filename, function.__module__)
    if not can_be_written(folder):  # asked first: else Numba writes beside the source, under no hash
        log.debug("no kernel cache for %s: %s cannot be written", function.__name__, folder)
        kernel.before_compiling = partial(
            _tell_once, f"compiling anew, since {cache_folder()} cannot be written: about half a minute"
        )
        return kernel
    kernel.folder = folder
    kernel.before_compiling = partial(
        _tell_once, "compiling for the first time: about half a minute, once (`loyaltysim warmup` does it beforehand)"
    )
    return kernel


@cache
def _tell_once(message: str) -> None:
    """A line for whoever waits at a terminal or a notebook; `loyaltysim --quiet` and files of output get none."""
    if not quiet and (sys.stderr.isatty() or "ipykernel" in sys.modules):
        print(f"loyaltysim: {message}", file=sys.stderr)


@cache
def cache_folder() -> Path:
    """Where compiled kernels are kept: ``NUMBA_CACHE_DIR`` if it is set, else the user's cache folder."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("loyaltysim")) / "kernels"


@cache
def can_be_written(folder: Path) -> bool:
    """Whether `folder` is there, or can be made, and takes a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _source_hash(file: str, module: str) -> str:
    """One text for the bytes of `file` and of floor 0, and for the Numba that compiles them.

    The name of the module is part of it, for by this name a kernel from the cache looks up its globals.
    """
    own = Path(file).read_bytes() if Path(file).exists() else b""
    return hashlib.blake2b(f"{numba.__version__} {module}".encode() + own + _ground(), digest_size=8).hexdigest()


@cache
def _ground() -> bytes:
    """The bytes of floor 0, read once as they are imported once."""
    here = Path(__file__).parent
    return b"".join((here / name).read_bytes() for name in GROUND)
