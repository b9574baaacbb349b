"""Store: a folder of finished runs, none of which is ever lost or computed twice.

A run is a replication of a scenario; its key is a hash of the scenario (with the files that it reads), the seed and the
number of the replication. Runs are rows of Parquet files, each written under a temporary name, brought to the disk and
renamed; its name holds the hash of its bytes, so a file that was damaged is found when the store is opened, set aside,
and its runs are missing again. Two processes may fill one store: they add files and never change one, and what each has
in hand is said beside them (`study.shared_work`). On closing, many small files are merged into few.

A store belongs to one version of the package: runs of another are not comparable.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout

import loyaltysim
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.results import source_hash
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

    from loyaltysim.scenario import Scenario

SCHEMA = 1
HEAD = "store.json"
LOCK = ".store.lock"
PART, DAMAGED = ".parquet", ".damaged"
MOST_PARTS = 12
"""Small files that are left as they are on closing, assumed; more are merged."""
MOST_BYTES = 50_000_000
"""Of a merged file, assumed: twenty thousand runs of a sweep, some hundred with all results."""
PIECE = 64
"""Rows whose numbers are unpacked at a time, assumed: some MB of runs with all results."""
LONGEST_LOCK = 30.0
"""Seconds after which a lock that is held for moments is passed over, assumed: its holder was stopped meanwhile."""
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}
"""What a file system without locks says."""
log = logging.getLogger("loyaltysim")


class Store:
    """A folder of runs.

    Parameters
    ----------
    folder : where it is, or is to be made
    only_read : leave damaged files where they are; they are told, and count for nothing

    Raises
    ------
    ScenarioError : if the folder holds something else, or runs of another version
    """

    def __init__(self, folder: str | Path, only_read: bool = False) -> None:
        self.folder, self._only_read = Path(folder), only_read
        self._known: set[Path] = set()
        mine = {"schema": SCHEMA, "version": loyaltysim.__version__, "source": source_hash()}
        head = self.folder / HEAD
        if not head.is_file():
            if self.folder.exists() and (not self.folder.is_dir() or any(map(_is_foreign, self.folder.iterdir()))):
                raise refused(self.folder, "is neither a store of runs nor an empty folder")
            self.folder.mkdir(parents=True, exist_ok=True)
            with whole_file(head) as temporary:
                temporary.write_text(json.dumps(mine, indent=2) + "\n", "utf-8")
            return
        try:
            made_by = json.loads(head.read_text("utf-8"))
            same = made_by["source"] == mine["source"] and made_by["schema"] == SCHEMA
        except (ValueError, KeyError, TypeError):
            raise refused(self.folder, f"has a {HEAD} that cannot be read") from None
        if not same:
            raise refused(
                self.folder,
                f"holds runs of loyaltysim {made_by.get('version')} (source {made_by.get('source')}), which those of "
                f"{mine['version']} (source {mine['source']}) cannot be compared with: take another folder",
            )

    def add(self, rows: pa.Table) -> Path:
        """Write rows as one more file, and return it: it is on the disk. Raises OSError if there is no room."""
        import pyarrow.parquet as pq
        from pyarrow import BufferOutputStream

        sink = BufferOutputStream()
        pq.write_table(rows, sink, compression="zstd")
        image = sink.getvalue().to_pybytes()
        part = self.folder / f"{len(rows)}-{_hash(image)}{PART}"
        with whole_file(part) as temporary, temporary.open("xb") as file:
            file.write(image)
            file.flush()
            os.fsync(file.fileno())
        self._known.add(part)
        return part

    def rows(self) -> pa.Table | None:
        """All rows, each run once; a failed run only if it has not been done since. None: there are none."""
        known: set[Path] = set()
        rows = self._unknown(known)
        self._known = known
        return rows

    def news(self) -> pa.Table | None:
        """All rows of files that others have added since `rows`, `done` or this was asked before; None: of none."""
        return self._unknown(self._known)

    def each(self, columns: Sequence[str] | None = None, known: set[Path] | None = None) -> Iterator[pa.Table]:
        """The rows of each file, one file at a time; of none that is known, and then it is. `columns`: all if None."""
        known = set() if known is None else known
        while new := [part for part in self._parts() if part not in known]:  # another process may merge meanwhile
            for part in new:
                if (table := self._read(part, columns)) is not None:
                    yield table
            known.update(new)

    def _unknown(self, known: set[Path], columns: Sequence[str] | None = None) -> pa.Table | None:
        """Rows of files that are not known yet; then they are."""
        tables = list(self.each(columns, known))
        return _once(tables) if tables else None

    def done(self) -> set[str]:
        """Keys of the runs that are there; those that failed are not."""
        known: set[Path] = set()
        keys = self._keys(failed=False, known=known)
        self._known = known
        return keys

    def rows_of(self, keys: Collection[str]) -> dict[str, dict[str, Any]]:
        """The rows of some runs by their keys, as far as they are there; of those of one key the one of `rows`."""
        import pyarrow as pa

        pieces = list(self._pieces(keys))
        return {row["key"]: row for row in _once([pa.Table.from_batches(pieces)]).to_pylist()} if pieces else {}

    def numbers(self, keys: Collection[str]) -> dict[str, np.ndarray]:
        """The numbers of runs that are done, by key; they are not made Python's own."""
        import pyarrow.compute as pc

        found: dict[str, np.ndarray] = {}
        for piece in self._pieces(keys, ["key", "error", "values"]):
            piece = piece.filter(pc.is_null(piece["error"]))
            lists = piece["values"]
            numbers, ends = lists.values.to_numpy(zero_copy_only=False), lists.offsets.to_numpy()
            for key, start, end in zip(piece["key"].to_pylist(), ends, ends[1:]):
                found[key] = numbers[start:end]
        return found

    def _pieces(self, keys: Collection[str], columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of some runs, a few at a time; no others are kept in memory."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted, seen = pa.array(list(keys), pa.string()), set[Path]()
        while new := [part for part in self._parts() if part not in seen]:  # another process may merge meanwhile
            seen.update(new)
            for image in filter(None, map(self._image, new)):
                file = pq.ParquetFile(pa.BufferReader(image))
                if pc.any(pc.is_in(file.read(["key"])["key"], wanted)).as_py():
                    for piece in file.iter_batches(PIECE, columns=columns):
                        piece = piece.filter(pc.is_in(piece["key"], wanted))
                        if len(piece):
                            yield piece

    def failed(self) -> set[str]:
        """Keys of the runs that failed and have not been done since."""
        return self._keys(failed=True, known=set())

    def _keys(self, failed: bool, known: set[Path]) -> set[str]:
        rows = self._unknown(known, ("key", "error"))
        if rows is None:
            return set()
        import pyarrow.compute as pc

        which = pc.is_valid if failed else pc.is_null
        return set(rows.filter(which(rows["error"]))["key"].to_pylist())

    def close(self) -> None:
        """Merge many small files into few, some megabytes at a time: a new one is whole before the old ones go."""
        if len(self._small_parts()) <= MOST_PARTS:  # without the lock, since the store may be for reading only
            return
        with one_at_a_time(self.folder):
            small = self._small_parts()
            if len(small) <= MOST_PARTS:  # another process was here first
                return
            for some in _in_groups(small):
                if len(some) == 1:  # nothing to merge it with
                    continue
                whole = [table for table in map(self._read, some) if table is not None]
                if whole:  # not all were damaged, and are set aside
                    merged = self.add(_once(whole))
                    for part in {*some} - {merged}:
                        part.unlink(missing_ok=True)

    def _small_parts(self) -> list[Path]:
        return [part for part in self._parts() if _size(part) < MOST_BYTES / 2]  # two of them fit into one

    def _parts(self) -> list[Path]:
        return sorted(path for path in self.folder.glob(f"*{PART}") if not path.name.startswith("."))

    def _read(self, part: Path, columns: Sequence[str] | None = None) -> pa.Table | None:
        """The rows of a file; None if it is damaged, or if another process has merged it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        image = self._image(part)
        if image is None:
            return None
        return pq.read_table(pa.BufferReader(image), columns=None if columns is None else list(columns))

    def _image(self, part: Path) -> bytes | None:
        """The bytes of a file; None if it is damaged, or if another process has merged it."""
        try:
            image = part.read_bytes()
        except FileNotFoundError:
            return None
        if part.stem.rpartition("-")[2] == _hash(image):
            return image
        self._set_aside(part)
        return None

    def _set_aside(self, part: Path) -> None:
        """Tell that a file is damaged, and give it another name, unless the store is only read."""
        aside, runs = part.with_suffix(DAMAGED), part.stem.partition("-")[0]
        said = "left where it is; its runs, %s, are not taken from it"
        if not self._only_read:
            try:
                part.rename(aside)
            except FileNotFoundError:  # another process did
                return
            said = f"set aside as {aside.name}; its runs, %s, are made again where they are asked for"
        log.warning(f'"%s" is damaged (its bytes are not those that were written): {said}', part, runs)


class Keys:
    """The keys of a scenario's runs; `measure` says what is kept of them, if not the summaries of metrics."""

    def __init__(self, scenario: Scenario, seed: int, measure: str = "") -> None:
        self.scenario, self.seed, self.measure = scenario, seed, measure

    @cached_property
    def _content(self) -> Any:
        """The hash of what all replications share."""
        digest = hashlib.blake2b(digest_size=16)
        document = json.dumps([self.scenario.document(), self.seed])  # the order of brands and segments counts
        files = [(file.name, file.read_bytes()) for file in sorted(self.scenario.files())]
        parts = [document.encode(), *(part for name, image in files for part in (name.encode(), image))]
        for part in [*parts, self.measure.encode()] if self.measure else parts:
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest

    def of(self, replication: int) -> str:
        """The key of a replication."""
        digest = self._content.copy()
        digest.update(str(replication).encode())
        return str(digest.hexdigest())


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Do a moment's work in a store while no other process does such; at once where there are no locks."""
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        lock.acquire(timeout=LONGEST_LOCK, poll_interval=0.002)
    except Timeout:
        pass
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    try:
        yield
    finally:
        lock.release()


def _once(tables: list[pa.Table]) -> pa.Table:
    """The rows of all tables, each run once; where one failed and was done later, the one that was done."""
    import pyarrow as pa

    table = pa.concat_tables(tables, promote_options="default").combine_chunks()
    frame = table.select(["key", "error"]).to_pandas()
    order = frame.assign(failed=frame["error"].notna(), row=range(len(frame))).sort_values(["failed", "row"])
    return table.take(order.drop_duplicates("key")["row"].sort_values().to_numpy())


def _in_groups(parts: Iterable[Path]) -> Iterator[list[Path]]:
    """Files in groups that are merged into one each."""
    group: list[Path] = []
    size = 0
    for part in parts:
        if group and size + _size(part) > MOST_BYTES:
            yield group
            group, size = [], 0
        group.append(part)
        size += _size(part)
    if group:
        yield group


def _size(part: Path) -> int:
    """Bytes of a file; those of a full one if another process has merged it."""
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return MOST_BYTES


def _is_foreign(path: Path) -> bool:
    """Whether a file is no store's; what another process writes just now, under a hidden name, may be one's."""
    return not path.name.startswith(".") and path.name != HEAD


def _hash(image: bytes) -> str:
    return hashlib.blake2b(image, digest_size=12).hexdigest()


def refused(folder: Path, message: str) -> ScenarioError:
    """The fault of a folder that cannot be taken as a store."""
    return ScenarioError([Fault(None, None, "store", f'"{folder}" {message}')])


def table_of(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table with the columns of a store."""
    import pyarrow as pa

    schema = pa.schema([
        ("key", pa.string()),
        ("replication", pa.int64()),
        ("seconds", pa.float64()),
        ("layout", pa.dictionary(pa.int32(), pa.string())),
        ("values", pa.list_(pa.float64())),
        ("error", pa.string()),
        ("command", pa.string()),
    ])  # fmt: skip
    return pa.Table.from_pylist(list(rows), schema)
