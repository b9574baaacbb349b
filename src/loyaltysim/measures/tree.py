"""Tree: who brought whom into the market, how many, and through which channel it began (docs/model.md (E92)–(E94)).

    came = simulation.newcomers()
    ls.measures.reproduction_number(came, weeks=13, within=26)

The traps: whoever came late had little time to bring others, so numbers of the last cohorts fall, and the mean over all
is too low; `within` counts everybody for equally long. And a tree tells who spoke last, not what would have happened:
many whom a friend brought would have come by themselves a little later. What a channel is worth is told by a comparison
with the market without it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyaltysim.measures.columns import CUSTOMER, HAIR, need
from loyaltysim.totals import CHANNELS

NAMES = [*CUSTOMER, "weeks", "channel", "referrer"]
"""What these measures ask of a frame of newcomers."""
START = CHANNELS[0]


def offspring(
    came: pd.DataFrame, *, by: Sequence[str] = (), within: float | None = None, until: float | None = None
) -> pd.DataFrame:
    """How many customers brought none, one, two … others, also ``by=["channel"]`` (eq. E92).

    It misleads where few bring many: the mean hangs on them, and differs from sample to sample more than its size
    suggests. A customer whose friends had all come already could bring nobody.

    Parameters
    ----------
    came : what `Simulation.newcomers` gives
    by : columns of it by which to tell customers apart, besides replications
    within : weeks since a customer's own coming in which others are counted; who was not seen for so long is left out.
        Not given: everybody, and all whom they have brought so far
    until : week of the last step that was observed; that of the latest coming if not given

    Returns
    -------
    One row for each replication, group and number from 0 to the largest of the group: offspring, customers (who brought
    so many), share (of the group).

    Raises
    ------
    ValueError : for missing columns, or customers brought by somebody who is not in the frame
    """
    need(came, by, "the frame of newcomers")
    people = _with_offspring(came, within, until)
    group = ["replication", *by]
    parts = []
    for values, own in people.groupby(group, observed=True, sort=True):
        count = np.bincount(own["offspring"])
        part = pd.DataFrame({"offspring": np.arange(len(count)), "customers": count, "share": count / len(own)})
        for place, (name, value) in enumerate(zip(group, values)):
            part.insert(place, name, value)
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=[*group, "offspring", "customers", "share"])
    whole = pd.concat(parts, ignore_index=True)
    if "channel" in by:
        whole["channel"] = pd.Categorical(whole["channel"], categories=CHANNELS)
    return whole


def reproduction_number(
    came: pd.DataFrame, *, weeks: float | None = None, within: float | None = None, until: float | None = None
) -> pd.DataFrame:
    """How many others a cohort's customers brought, on average: above 1, generations grow (eq. E93).

    It misleads in the last cohorts, which were seen for too short a time (`seen`): there it falls though nothing
    changed, unless `within` is given. And it falls as the market fills, since few friends are left to be brought. So a
    number of 0.5 late in a run does not say that word of mouth is weak.

    Parameters
    ----------
    came, within, until : as for `offspring`
    weeks : length of a cohort; one step if not given

    Returns
    -------
    One row for each replication and cohort in which somebody came: cohort (number of the step or stretch, from the
    first measured step), begin (its first week), start (true for those who were in the market before the first step, a
    cohort of their own), size, offspring (brought by all of it), reproduction_number (offspring / size), seen (weeks
    for which its last comers were observed), within (as given, else NaN).

    Raises
    ------
    ValueError : as `offspring`, or for a cohort without length
    """
    if weeks is not None and not weeks > 0:
        raise ValueError(f"a cohort must have weeks above 0, had {weeks}")
    if weeks is None:
        need(came, ["step"], "the frame of newcomers")
    people = _with_offspring(came, within, until)
    cohort = people["step"] if weeks is None else np.floor((people["weeks"] + HAIR) / weeks).astype(int)
    people = people.assign(cohort=cohort, start=people["channel"] == START)
    table = people.groupby(["replication", "start", "cohort"], as_index=False).agg(
        size=("offspring", "size"), offspring=("offspring", "sum"), begin=("weeks", "min"), last=("weeks", "max")
    )
    if weeks is not None:
        table["begin"] = np.where(table["start"], table["begin"], table["cohort"] * weeks)
    table["reproduction_number"] = table["offspring"] / table["size"]
    table["seen"] = np.maximum(_end(came, until) - table["last"], 0.0)
    table["within"] = np.nan if within is None else float(within)
    order = ["replication", "cohort", "begin", "start", "size", "offspring", "reproduction_number", "seen", "within"]
    ranked = table.sort_values(["replication", "start", "cohort"], ascending=[True, False, True], ignore_index=True)
    return ranked[order]


def generations(came: pd.DataFrame) -> pd.DataFrame:
    """How far from the start of their line customers are: generation 0 came by themselves, 1 were brought by these.

    It misleads as a sign of strong word of mouth: where little is advertised and few are there at the start, the same
    friends make a deeper tree; and a generation is no time, as a friend may bring another after a week or years.

    Returns
    -------
    One row for each replication and generation up to its deepest: generation, customers, share (of all who came).

    Raises
    ------
    ValueError : as `offspring`
    """
    steps = _lines(came)[1]
    people = came.assign(generation=steps)
    table = people.groupby(["replication", "generation"]).size().rename("customers").reset_index()
    table["share"] = table["customers"] / table.groupby("replication")["customers"].transform("sum")
    return table


def attribution(came: pd.DataFrame) -> pd.DataFrame:
    """What each channel brought: newcomers themselves, and everybody who descends from them (eq. E94).

    It misleads as a sum of effects: who came through a channel is not who would be missing without it, since friends
    and advertising stand in for each other. Compare with ``word_of_mouth.acquisition.p`` at 0 for that. And those who
    were there at the start have had the longest time to bring others.

    Returns
    -------
    One row for each replication and channel: replication, channel, customers (who came through it), share (of those
    who came after the start; NaN for "start"), brought (by them directly), descendants (whose line began with one of
    them: 0 for friends and invitation, which begin no line), share_of_descendants (NaN where nobody was brought).

    Raises
    ------
    ValueError : as `offspring`
    """
    root, steps = _lines(came)
    channel = came["channel"].astype(str).to_numpy()
    people = pd.DataFrame({"replication": came["replication"].to_numpy(), "channel": channel, "root": channel[root]})
    people["brought"], people["descends"] = _with_offspring(came)["offspring"].to_numpy(), steps > 0
    rows = []
    for replication, own in people.groupby("replication"):
        new, descends = own[own["channel"] != START], own[own["descends"]]
        for name in CHANNELS:
            here = own[own["channel"] == name]
            descendants = int((descends["root"] == name).sum())
            rows.append(
                {
                    "replication": replication,
                    "channel": name,
                    "customers": len(here),
                    "share": np.nan if name == START or new.empty else len(here) / len(new),
                    "brought": int(here["brought"].sum()),
                    "descendants": descendants,
                    "share_of_descendants": descendants / len(descends) if len(descends) else np.nan,
                }
            )
    names = ["replication", "channel", "customers", "share", "brought", "descendants", "share_of_descendants"]
    table = pd.DataFrame(rows, columns=names)
    table["channel"] = pd.Categorical(table["channel"], categories=CHANNELS)
    return table


def _with_offspring(came: pd.DataFrame, within: float | None = None, until: float | None = None) -> pd.DataFrame:
    """The frame with how many each brought, as `offspring`; without those who were not seen for `within` weeks."""
    parent = _parents(came)
    if within is not None and not within > 0:
        raise ValueError(f"within must be weeks above 0, was {within}")
    when = came["weeks"].to_numpy(float)
    counted = parent >= 0
    if within is not None:
        counted &= when - when[parent] <= within + HAIR
    people = came.assign(offspring=np.bincount(parent[counted], minlength=len(came)).astype(np.int64))
    return people if within is None else people[when + within <= _end(came, until) + HAIR]


def _end(came: pd.DataFrame, until: float | None) -> float:
    """The week of the last step that was observed."""
    if until is not None:
        return float(until)
    return float(came["weeks"].max()) if len(came) else 0.0


def _parents(came: pd.DataFrame) -> np.ndarray:
    """The place in the frame of who brought each customer, -1 nobody."""
    need(came, NAMES, "the frame of newcomers")
    index = pd.MultiIndex.from_frame(came[CUSTOMER])
    if not index.is_unique:
        raise ValueError("a customer came twice: each may be in the frame once")
    wanted = pd.MultiIndex.from_arrays([came["replication"], came["referrer"]])
    place = index.get_indexer(wanted).astype(np.int64)
    brought = came["referrer"].to_numpy() >= 0
    missing = int((brought & (place < 0)).sum())
    if missing:
        raise ValueError(f"{missing} customers were brought by somebody who is not in the frame: give all who came")
    return np.where(brought, place, -1)


def _lines(came: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where each customer's line began, as a place in the frame, and how many steps of it lie between."""
    parent = _parents(came)
    root, steps = np.arange(len(came)), np.zeros(len(came), np.int64)
    while (further := parent[root] >= 0).any():
        if steps.max() > len(came):
            raise ValueError("customers brought each other in a circle")
        steps += further
        root = np.where(further, parent[root], root)
    return root, steps
