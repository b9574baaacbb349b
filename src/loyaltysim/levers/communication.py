"""Communication: news by mail, app or letter, which keep a brand in mind until they tire."""

from __future__ import annotations

from typing import Literal

from loyaltysim.levers.contacting import Contacting
from loyaltysim.record import setting


class Communication(Contacting):
    """News for customers, the same for all: they keep the brand in mind, tire, and some opt out (eqs. E125, E126)."""

    kind: Literal["communication"] = "communication"

    cost_each: float = setting(0.02, "What a contact costs; a letter costs about 1.", ge=0, le=1e9, unit="currency")
