"""Whole files: written under a temporary name beside the file, then renamed, so that there is never half a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give the temporary path to write to; it takes the place of `path` at the end, or is removed if anything fails.

    An OSError names `path`, also where it comes without a name, as that of a full disk does.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{token_hex(4)}.part")  # `tempfile` would hide it from other users
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None and error.filename in (None, str(temporary)):
            error.filename = str(path)
        raise
