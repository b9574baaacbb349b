"""Value: those who are expected to spend most from now on."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Target
from loyaltysim.market.seen import Seen
from loyaltysim.record import setting

MOST = 700.0
"""Log odds to have left above which e**odds nears the largest float64, about e**709."""
CDNOW = "Fader, Hardie and Lee 2005, CDNOW"


class Value(Target):
    """Expected spend a week: chance that the customer still buys · rate · mean spend a purchase (eq. E148).

    Chance and rate are those of BG/NBD (Fader, Hardie and Lee 2005), given the customer's purchases of the brand; that
    the customer may leave later on is left out, so the horizon does not change the order. The four parameters are the
    firm's belief about its market: they are not fitted here.
    """

    kind: Literal["value"] = "value"
    sees = ("purchases", "first_step", "spend")

    rate_shape: float = setting(
        0.243, "Shape of the gamma of rates of purchase (their r).", gt=0, le=1e6, unit="1", source=CDNOW
    )
    rate_weeks: float = setting(
        4.414, "Rate of that gamma (their α): prior weeks of observation.", gt=0, le=1e6, unit="weeks", source=CDNOW
    )
    leave_a: float = setting(
        0.793, "First parameter of the beta of chances to leave (their a); 0: nobody leaves.", ge=0, le=1e6, unit="1",
        source=CDNOW,
    )  # fmt: skip
    leave_b: float = setting(
        2.426, "Second parameter of that beta (their b).", gt=0, le=1e6, unit="1", source=CDNOW
    )  # fmt: skip

    def score(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        purchases, first = seen.purchases[rows], seen.first_step[rows]
        last = seen.last_step[rows]
        known = first >= 0  # else the history began with customers: then they count as new with their last purchase
        repeats = np.where(known, purchases - 1, 0)
        seen_for = (seen.step - np.where(known, first, last)) * seen.weeks
        bought_for = np.where(known, last - first, 0) * seen.weeks
        shape, weeks = self.rate_shape + repeats, self.rate_weeks
        alive = np.ones(len(rows))
        if self.leave_a:  # in logarithms, since a power of what a long absence comes to may be more than a number holds
            odds = np.log(self.leave_a) - np.log(self.leave_b + np.maximum(repeats - 1, 0))
            odds += shape * np.log((weeks + seen_for) / (weeks + bought_for))
            alive = np.where(repeats > 0, 1 / (1 + np.exp(np.minimum(odds, MOST))), 1)
        spend = seen.spend[rows] / np.maximum(purchases, 1)
        return np.asarray(alive * shape / (weeks + seen_for) * spend)
