"""Reproduce: a saved run made again from its folder, and held against what the folder has, bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from loyaltysim import results
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.loading import load
from loyaltysim.runs import replicate

if TYPE_CHECKING:
    import xarray as xr

MANIFEST, RESULTS, SCENARIO = "manifest.json", "results.nc", "scenario.toml"


@dataclass(frozen=True)
class Finding:
    """What came of one thing that was looked at.

    Attributes
    ----------
    what : a file of the folder, or "versions"
    same : whether it is as it was; None: something to know that decides nothing
    says : what differs
    """

    what: str
    same: bool | None
    says: str


def reproduce(
    folder: str | Path, *, threads: int | None = None, progress: Callable[[str, float], None] | None = None
) -> Iterator[Finding]:
    """Make the runs of a folder that `run --out` or `compare --out` wrote again, and compare every number.

    `progress` is called with the file that is made again and the share of all work that is done of it. Yields a Finding
    for what is not as the manifest says, and one for each file of results. Raises ScenarioError if the folder is none
    of these, or its scenario cannot be read.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            yield Finding(name, False, "is missing")
        elif hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() != digest:
            yield Finding(name, False, "was changed since it was written")
    if manifest["source_hash"] != results.source_hash():
        yield Finding("versions", None, f"written by {manifest['versions']}, made again by {results.versions()}")
    names = sorted(name for name in manifest["files"] if name.endswith(".nc") and (folder / name).is_file())
    for name in names:

        def tell(done: float, name: str = name) -> None:
            if progress is not None:
                progress(name, done / len(names))

        yield _made_again(folder, name, threads, tell)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if {"files", "source_hash", "versions"} <= manifest.keys():
            return dict(manifest)
    except (OSError, ValueError, AttributeError):
        pass
    message = (
        f'"{folder}" has no {MANIFEST} that can be read: it is no folder that `run --out` or `compare --out` wrote'
    )
    raise ScenarioError([Fault(None, None, "", message)])


def _made_again(folder: Path, name: str, threads: int | None, tell: Callable[[float], None]) -> Finding:
    """One file of results, held against a new run of its scenario."""
    try:
        before = results.load(folder / name)
    except (OSError, ValueError, KeyError) as error:
        return Finding(name, False, f"cannot be read: {error}")
    scenario = load(folder / (SCENARIO if name == RESULTS else f"{unquote(Path(name).stem)}.toml"))
    numbers = before["replication"].values
    again = replicate(
        scenario, replications=len(numbers), seed=int(before.attrs["seed"]), first=int(numbers[0]), threads=threads,
        progress=lambda done: tell(done / len(numbers)),
    )  # fmt: skip
    different = differences(before, again)
    if different:
        return Finding(name, False, f"{len(different)} results differ: {', '.join(different)}")
    return Finding(name, True, f"{len(before.data_vars)} results are the same, bit for bit")


def differences(before: xr.Dataset, again: xr.Dataset) -> list[str]:
    """Names of the results that are not the same to the bit, or are in one of the two alone."""
    names = dict.fromkeys((*map(str, before.data_vars), *map(str, again.data_vars)))
    return [name for name in names if not _same(before.get(name), again.get(name))]


def _same(one: xr.DataArray | None, other: xr.DataArray | None) -> bool:
    """Whether both are there, with the same coordinates and the same bits; any NaN is like any other."""
    if one is None or other is None or one.dims != other.dims or one.dtype != other.dtype:
        return False
    if not all(np.array_equal(one[dim].values, other[dim].values) for dim in one.dims if dim in one.coords):
        return False
    first, second = np.ascontiguousarray(one.values), np.ascontiguousarray(other.values)
    if first.shape != second.shape:
        return False
    if first.dtype.kind != "f":
        return bool(np.array_equal(first, second))
    nothing = np.isnan(first) & np.isnan(second)
    return bool((nothing | (first.view(np.int64) == second.view(np.int64))).all())
