"""Merging: the runs of several stores are put into one, as after computing shards on machines without a common disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loyaltysim.study.store import HEAD, Store, refused


def merge_stores(into: str | Path, others: Iterable[str | Path]) -> int:
    """Add the runs of other stores to one, as after computing shards apart; runs that failed stay where they are.

    Parameters
    ----------
    into : the store that gets them, made if it is not there
    others : those that have them; nothing is written there, and what is damaged counts for nothing

    Returns
    -------
    How many runs were added

    Raises
    ------
    ScenarioError : for a folder that is no store, or one of another version
    """
    sources = [_there(folder) for folder in others]
    target = Store(into)
    done, added = target.done(), 0
    for store in sources:
        for rows in store.each():
            pairs = zip(rows["key"].to_pylist(), rows["error"].to_pylist())
            wanted = [key not in done and error is None for key, error in pairs]
            if any(wanted):
                new = rows.filter(wanted)
                target.add(new)
                done.update(new["key"].to_pylist())
                added += len(new)
    target.close()
    return added


def _there(folder: str | Path) -> Store:
    """A store that is there already, to read from: none is made."""
    if not (Path(folder) / HEAD).is_file():
        raise refused(Path(folder), "is no store of runs")
    return Store(folder, only_read=True)
