"""Reward: what a full balance is worth, to the customer and to the firm."""

from __future__ import annotations

from typing import Literal

from loyaltysim.record import Part, setting


class Reward(Part, room="reward"):
    """What is won."""

    @property
    def payout(self) -> float:
        """Currency handed out when the balance is full."""
        return 0.0

    @property
    def share_off(self) -> float:
        """Share taken off the price of one unit of the purchase that redeems."""
        return 0.0


class Cash(Reward):
    """A sum of money, paid out as soon as the balance reaches the threshold."""

    kind: Literal["cash"] = "cash"
    value: float = setting(5.0, "Worth of one reward.", ge=0, unit="currency")
    threshold: float = setting(500.0, "Points for one reward; a stamp card ignores this.", ge=0.001, unit="points")

    @property
    def payout(self) -> float:
        return self.value


class PercentOff(Reward):
    """A share off one unit of the next purchase of the brand after the balance is full."""

    kind: Literal["percent_off"] = "percent_off"
    percent: float = setting(20.0, "Share off.", ge=0, le=100, unit="%")
    threshold: float = setting(500.0, "Points for one reward; a stamp card ignores this.", ge=0.001, unit="points")

    @property
    def share_off(self) -> float:
        return self.percent / 100


class FreeUnit(Reward):
    """One unit of the next purchase of the brand after the balance is full is free."""

    kind: Literal["free_unit"] = "free_unit"
    threshold: float = setting(500.0, "Points for one reward; a stamp card ignores this.", ge=0.001, unit="points")

    @property
    def share_off(self) -> float:
        return 1.0
