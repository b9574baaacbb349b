"""Everybody hears everybody: full mixing, as in the equations of diffusion (Bass 1969, Management Science 15:215).

No tie is kept: what is said is added up by replication, and each customer hears the sum without its own part.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from loyaltysim.customers.neighbors import Totals
from loyaltysim.customers.network import Network


class CompleteNetwork(Network):
    """Everybody hears everybody; costs no memory."""

    as_totals: ClassVar[bool] = True

    kind: Literal["complete"] = "complete"

    def make(self, stack):
        """Mark the stack as heard in totals."""
        return Totals(stack.n_customers, stack.replications)
