"""Expiry: when balances are lost."""

from __future__ import annotations

from typing import Literal

from loyaltysim.record import Part, setting


class Expiry(Part, room="expiry"):
    """When balances are lost (eq. E33)."""

    kind: str = "none"

    def after_steps(self, weeks: float) -> int:
        """Steps without a purchase after which a balance is lost; 0 never."""
        return 0

    def date_steps(self, weeks: float) -> int:
        """All balances are lost every so many steps; 0 never."""
        return 0


class NoExpiry(Expiry):
    """Balances are kept for ever."""

    kind: Literal["none"] = "none"


class Inactivity(Expiry):
    """A balance is lost after a time without a purchase of the brand."""

    kind: Literal["inactivity"] = "inactivity"
    weeks: float = setting(52.0, "Time without a purchase.", gt=0, unit="weeks")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("weeks",)

    def after_steps(self, weeks: float) -> int:
        return max(1, round(self.weeks / weeks))


class FixedDates(Expiry):
    """All balances are lost at fixed dates, counted from the first measured step, before it too."""

    kind: Literal["fixed_dates"] = "fixed_dates"
    every_weeks: float = setting(52.0, "Time from one date to the next.", gt=0, unit="weeks")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks",)

    def date_steps(self, weeks: float) -> int:
        return max(1, round(self.every_weeks / weeks))
