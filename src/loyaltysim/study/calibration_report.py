"""Calibration in sentences: settings, what is not pinned down and why, whether the market fits and foretells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from loyaltysim.study.calibration import Calibration

UNLIKELY = 0.01
"""Below this chance the market does not fit; assumed."""
DOUBTFUL = 0.1
"""Below this chance it is in doubt whether the market fits; assumed."""


def report_of(found: Calibration) -> list[str]:
    """Lines of the report; the first one and one a setting come before all others."""
    return [
        f"Calibrated by {found.method} with {found.runs:,} runs; 90 % intervals.",
        *(_setting(row) for row in found.settings.itertuples()),
        *_ridges(found),
        _fit(found),
        *_targets(found),
        *([f"{found.left_out} candidates were left out: some number is not known there."] if found.left_out else []),
        *found.notes,
    ]


def _setting(row: Any) -> str:
    """A setting, and why it is not pinned down."""
    told = f"{row.path} = {row.estimate:.4g} ({row.ci_low:.4g} to {row.ci_high:.4g})"
    luck = f", luck alone by up to {row.by_luck:.2g}" if row.by_luck > row.moves else ""
    why = {
        "wide": f"sd {row.shrinkage:.0%} of that before the data",
        "unmoved": f"the fitted numbers move by {row.moves:.2g} errors over its range{luck}",
        "unread": "no fitted number moves with it, so that the market keeps what it had",
        "failed": "the runs at the ends of its range failed",
        "at low": f"its interval ends at the bound {row.low:.4g}: let the range begin lower",
        "at high": f"its interval ends at the bound {row.high:.4g}: let the range reach higher",
        "out of reach": "since a number is out of reach",
    }
    return told if row.pinned else f"{told}: not pinned down, {why[row.status]}"


def _ridges(found: Calibration) -> Iterator[str]:
    for row in found.ridges.itertuples():
        told = "more of one from more of the other" if row.correlation < 0 else "more of both from less of both"
        pair = f"{row.path} and {row.other} trade off (correlation {row.correlation:+.2f})"
        yield f"{pair}: the data cannot tell {told}."


def _fit(found: Calibration) -> str:
    """Whether the market fits, where numbers are to spare."""
    if not np.isfinite(found.p):
        numbers = int(found.targets["fitted"].sum())
        settings = numbers - found.free
        told = f"{numbers} fitted number{'s' * (numbers > 1)} for {settings} setting{'s' * (settings > 1)}"
        return f"{told}: none is to spare, so that nothing says whether the market fits."
    said = "it is in doubt whether the market fits" if found.p < DOUBTFUL else "the market fits"
    said = "the market does not fit" if found.p < UNLIKELY else said
    return f"Misfit {found.misfit:.1f} with {found.free} to spare (p = {found.p:.2g}): {said}."


def _targets(found: Calibration) -> Iterator[str]:
    """How many numbers lie where they are predicted, and those that do not."""
    for fitted, what in ((True, "fitted"), (False, "held-out")):
        some = found.targets[found.targets["fitted"] == fitted]
        if some["predicted"].isna().any():
            yield f"The {what} numbers could not be predicted: runs at the estimate failed or do not know them."
        elif len(some) == 1:
            yield f"The one {what} number lies {'in' if some['inside'].all() else 'outside'} its predicted interval."
        elif len(some):
            yield f"{int(some['inside'].sum())} of {len(some)} {what} numbers lie in their predicted intervals."
    outside = found.targets[~found.targets["inside"] & found.targets["predicted"].notna()]
    for row in outside.itertuples():
        name = row.name.removesuffix(", held out") + ("" if row.fitted else ", held out")
        told = f"  {name}: observed {row.observed:.4g}, predicted {row.predicted:.4g}"
        yield f"{told} ({row.ci_low:.4g} to {row.ci_high:.4g})"
    if not (~found.targets["fitted"]).any():
        yield "Nothing was held out: the targets have no periods."
