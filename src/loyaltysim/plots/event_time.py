"""Event time: all promotions of a brand laid over each other, step 0 the start of each.

A promotion lends the steps since the end of the promotion before it and until the start of the next. The window is what
the better half of the promotions have; those that do not fill it are left out, so every offset averages the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.plots.run import promotion_steps, stretches

if TYPE_CHECKING:
    import xarray as xr

WEEKS_BEFORE, WEEKS_AFTER = 4, 8
"""The widest window: before the start and after the end of a promotion; assumed."""
STEPS_BEFORE, STEPS_AFTER = 2, 4
"""The same where steps are longer than weeks; assumed."""


class Window(NamedTuple):
    """Promotions laid over each other."""

    offsets: np.ndarray
    """Steps from the start of a promotion, in a row; -1 and 0 are among them."""
    steps: np.ndarray
    """promotions × offsets: the step of the run."""
    length: int
    """Steps that a promotion lasts, the median."""

    @property
    def start(self) -> int:
        """Where offset 0 stands."""
        return int(np.searchsorted(self.offsets, 0))


def window(ds: xr.Dataset, brand: str) -> Window | None:
    """The steps around the brand's promotions; None if no promotion begins inside the run.

    A promotion that is on in the first step may have begun before it, so it is left out.
    """
    spans = stretches(promotion_steps(ds, brand))
    inside = [place for place, (begin, _) in enumerate(spans) if begin > 0]
    if not inside:
        return None
    days = float(ds.attrs.get("step_days", DAYS_PER_WEEK))
    most_before = max(STEPS_BEFORE, round(WEEKS_BEFORE * DAYS_PER_WEEK / days))
    most_after = max(STEPS_AFTER, round(WEEKS_AFTER * DAYS_PER_WEEK / days))
    begins, before, after = [], [], []
    for place in inside:
        begin, end = spans[place]
        since = spans[place - 1][1] if place else 0
        until = spans[place + 1][0] if place + 1 < len(spans) else ds.sizes["step"]
        begins.append(begin)
        before.append(min(begin - since, most_before))
        after.append(min(until, end + most_after) - begin)
    better_half = np.argsort(-np.add(before, after), kind="stable")[: (len(begins) + 1) // 2]
    first, last = min(np.take(before, better_half)), min(np.take(after, better_half))
    fills = (np.array(before) >= first) & (np.array(after) >= last)
    offsets = np.arange(-first, last)
    length = int(np.median([spans[place][1] - spans[place][0] for place in inside]))
    return Window(offsets, np.array(begins)[fills, None] + offsets, length)


def rate_around(above: np.ndarray, below: np.ndarray, around: Window) -> np.ndarray:
    """A rate by offset, Σ over promotions / Σ over promotions. Flows are replications × steps."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above[:, around.steps].sum(1) / below[:, around.steps].sum(1))


def gained_around(flow: np.ndarray, around: Window) -> np.ndarray:
    """A flow, replications × steps, added up from the start of a promotion, mean over promotions.

    Replications × (offsets + 1): at the beginning of the window and at the end of every offset. It is 0 when the
    promotion starts; before that, what is still to come, with the sign turned.
    """
    added = np.cumsum(flow[:, around.steps].mean(1), 1)
    added = np.concatenate([np.zeros((len(flow), 1)), added], 1)
    return np.asarray(added - added[:, around.start, None])


def in_most(on: np.ndarray, around: Window) -> np.ndarray:
    """Whether something, one bool a step, is so at an offset for more than half of the promotions."""
    return np.asarray(on[around.steps].mean(0) > 0.5)
