"""Online reviews: everybody reads what others say of brands, a share of it, without any tie (eq. E89).

A mean field: of everything that the others of the replication say, each customer hears the share
readers / (n − 1), so that a message reaches as many customers as with `readers` neighbors, spread evenly over all. A
review is read by many also where only one friend hears what is said (`audience = "one"`). Praise and blame are added up
apart, and what is less than 1/1024 of a message is cut off, of the sum and of what a customer said itself. Assumed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.customers.neighbors import Neighbors
from loyaltysim.customers.network import Network, too_many_neighbors
from loyaltysim.record import setting

MOST_READERS = 1000
"""Keeps sums of messages far from the limits of int32 (assumed)."""


class ReviewsNetwork(Network):
    """Everybody reads a share of what all the others say; no ties."""

    kind: Literal["reviews"] = "reviews"
    readers: float = setting(
        10.0, "How many read a message, in full strength.", unit="customers", ge=0, le=MOST_READERS
    )

    def check(self, n_customers):
        """Say that there are too few customers, if so."""
        return [text.replace("mean_degree", "readers") for text in too_many_neighbors(self.readers, n_customers)]

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the memory of rows without neighbors, in bytes."""
        return 8 * (n_customers * replications + 1)

    def make(self, stack):
        """Make rows without neighbors, and tell the share."""
        share = self.readers / max(stack.n_customers - 1, 1)
        return Neighbors(
            stack.n_customers, np.zeros(stack.rows + 1, np.int64), np.empty(0, np.int32), None, reviews=share
        )
