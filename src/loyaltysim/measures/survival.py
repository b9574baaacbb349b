"""Survival: how long customers stay with a brand, by tenure (docs/model.md (E69), (E70)).

The trap: a cohort's hazard falls with tenure though nobody becomes more loyal, since those likely to leave leave first
(Vaupel and Yashin 1985). A falling hazard is no proof that loyalty grows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyaltysim.measures.columns import HAIR, need

WHOSE = ("replication", "brand")
"""Whose curves, unless others are asked for."""


def survival(lifetimes: pd.DataFrame, by: Sequence[str] = WHOSE) -> pd.DataFrame:
    """Kaplan–Meier's curve (1958; E69): who is still there at each tenure, lives that go on taken for what they are.

    Parameters
    ----------
    lifetimes : one row a life, with `weeks` (its length so far) and `left` (whether it ended; else it is censored)
    by : columns, one curve for each of their combinations; () for one curve of all

    Returns
    -------
    One row for each curve and each length at which a life ended or was censored, tenure 0 first: the columns of `by`,
    weeks, at_risk (lives that lasted until then), left (that ended then), hazard (left / at_risk, at this one tenure),
    survival (share that outlives it). Nothing is NaN. Nothing is known after the last row unless survival is 0 there.

    Raises
    ------
    ValueError : for missing columns, or lengths that are negative or NaN
    """
    by = list(by)
    need(lifetimes, [*by, "weeks", "left"], "the lifetimes")
    if not (lifetimes["weeks"] >= 0).all():
        raise ValueError("weeks must be 0 or more in all lifetimes")
    lives = lifetimes[[*by, "weeks"]].assign(left=lifetimes["left"].astype(np.int64), ended=np.int64(1))
    start = lives[by].drop_duplicates() if by else pd.DataFrame(index=range(min(len(lives), 1)))
    start = start.assign(weeks=0.0, left=np.int64(0), ended=np.int64(0))
    lives["weeks"] = lives["weeks"].astype(float)
    curve = pd.concat([start, lives], ignore_index=True)
    curve = curve.groupby([*by, "weeks"], observed=True, as_index=False, dropna=False)[["left", "ended"]].sum()
    groups = curve.groupby(by, observed=True, dropna=False) if by else curve.groupby(np.zeros(len(curve), int))
    curve["at_risk"] = groups["ended"].transform("sum") - groups["ended"].cumsum() + curve["ended"]
    curve["hazard"] = curve["left"] / curve["at_risk"]
    stays = (curve["at_risk"] - curve["left"]) / curve["at_risk"]
    curve["survival"] = stays.groupby(groups.ngroup().to_numpy()).cumprod()
    return curve[[*by, "weeks", "at_risk", "left", "hazard", "survival"]]


def survival_at(curves: pd.DataFrame, weeks: Sequence[float] | np.ndarray, by: Sequence[str] = WHOSE) -> pd.DataFrame:
    """Curves read at chosen tenures: the columns of `by`, weeks, survival.

    A curve is a staircase, so it is never interpolated; who left at that very tenure has left. After its last row
    survival is NaN: nobody was seen for so long (and 0 if everybody had left).

    Parameters
    ----------
    curves : what `survival` gives for the same `by`
    weeks : tenures, 0 or more
    """
    by, when = list(by), np.asarray(weeks, float)
    need(curves, [*by, "weeks", "survival"], "the curves")
    parts = []
    for whose, curve in curves.groupby(by, observed=True, dropna=False) if by else [((), curves)]:
        step, level = curve["weeks"].to_numpy(), curve["survival"].to_numpy()
        read = level[np.searchsorted(step, when + HAIR, side="right") - 1]
        read = np.where((when > step[-1] + HAIR) & (level[-1] > 0), np.nan, read)
        parts.append(pd.DataFrame({**dict(zip(by, whose)), "weeks": when, "survival": read}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*by, "weeks", "survival"])


def hazard(lifetimes: pd.DataFrame, weeks: float = 13, by: Sequence[str] = WHOSE) -> pd.DataFrame:
    """Hazard by tenure as a rate (E70): those who left in a stretch of tenure per customer-week lived in it.

    Parameters
    ----------
    lifetimes : as for `survival`
    weeks : length of a stretch
    by : as for `survival`

    Returns
    -------
    One row for each group and stretch that somebody lived in: the columns of `by`, tenure (weeks at its beginning),
    at_risk (lives that went on after its beginning), left (in it, or at its very end), exposure (customer-weeks),
    hazard (per week; NaN where lives of 0 weeks are all there is).

    Raises
    ------
    ValueError : for missing columns, negative lengths, or weeks that are not above 0
    """
    by = list(by)
    need(lifetimes, [*by, "weeks", "left"], "the lifetimes")
    length, left = lifetimes["weeks"].to_numpy(float), lifetimes["left"].to_numpy(bool)
    if not (length >= 0).all() or not weeks > 0:
        raise ValueError("lifetimes must be 0 weeks or more, and a stretch of tenure longer than 0")
    last = np.maximum(np.ceil((length - HAIR) / weeks).astype(int) - 1, 0)  # the stretch in which a life ends
    parts = []
    for stretch in range(int(last.max(initial=-1)) + 1):
        reached = last >= stretch
        part = lifetimes.loc[reached, by].assign(
            tenure=stretch * weeks,
            at_risk=1,
            left=(left & (last == stretch))[reached].astype(np.int64),
            exposure=np.minimum(length[reached] - stretch * weeks, weeks),
        )
        keys = [*by, "tenure"]
        parts.append(part.groupby(keys, observed=True, as_index=False, dropna=False).sum())
    if not parts:
        return pd.DataFrame(columns=[*by, "tenure", "at_risk", "left", "exposure", "hazard"])
    whole = pd.concat(parts, ignore_index=True).sort_values([*by, "tenure"], kind="stable", ignore_index=True)
    whole["hazard"] = np.where(
        whole["exposure"] > 0, whole["left"] / whole["exposure"].where(whole["exposure"] > 0), np.nan
    )
    return whole
