"""What a firm can see: its own till and its cards. Estimators read this and nothing else (docs/model.md, eq. E170).

Weeks are counted from the first one of the records. The program is launched at week `launch`; it can be joined until
week `joined_by`; what is told of it is told of the weeks from there to `end`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("customer", "week")
"""What a till records of a purchase: whose it is, and when."""


@dataclass(frozen=True)
class Seen:
    """The records of one brand.

    Attributes
    ----------
    purchases : one row a purchase of the brand, by customer and week: `COLUMNS`
    members : numbers of the customers who joined
    launch, joined_by, end : weeks
    period : weeks by which customers are called active, and cohorts are counted
    held_out : numbers of the customers who might not join, drawn by luck; None: there is no trial
    """

    purchases: pd.DataFrame
    members: np.ndarray
    launch: float
    joined_by: float
    end: float
    period: float
    held_out: np.ndarray | None = None

    @cached_property
    def before(self) -> pd.DataFrame:
        """The purchases before the launch: all that a forecast may know."""
        return self.purchases[self.purchases["week"] < self.launch]

    @cached_property
    def customers(self) -> pd.DataFrame:
        """One row a customer known at the launch, who bought before it; index: the customer's number.

        before, recent, after : purchases before the launch, in the last period before it, and from `joined_by` on
        · first, last : weeks of the first and last purchase before the launch · active : whether anything was bought in
        the last period · member · may_join : whether the customer was not held out
        """
        import pandas as pd

        log, known = self.purchases, self.before.groupby("customer")["week"]
        frame = pd.DataFrame({"before": known.size(), "first": known.min(), "last": known.max()})

        def bought(since: float, until: float) -> pd.Series[int]:
            inside = log[(log["week"] >= since) & (log["week"] < until)]
            return inside.groupby("customer").size().reindex(frame.index, fill_value=0)

        frame["recent"] = bought(self.launch - self.period, self.launch)
        frame["after"] = bought(self.joined_by, self.end)
        frame["active"] = bought(self.end - self.period, self.end) > 0
        frame["member"] = frame.index.isin(self.members)
        frame["may_join"] = True if self.held_out is None else ~frame.index.isin(self.held_out)
        return frame

    @property
    def weeks_before(self) -> float:
        """Weeks of the records before the launch."""
        return self.launch

    @property
    def weeks_after(self) -> float:
        """Weeks of which effects are told."""
        return self.end - self.joined_by
