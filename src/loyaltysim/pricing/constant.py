"""The list price, always."""

from __future__ import annotations

from typing import Literal

from loyaltysim.pricing.pricing import Pricing


class Constant(Pricing):
    """The list price, always: the same as no pricing at all."""

    kind: Literal["constant"] = "constant"
