"""Reward: what a full balance is worth, to the customer and to the firm."""

from __future__ import annotations

from typing import Literal

from loyaltysim.record import Part, setting

_THRESHOLD = "Points for one reward; a stamp card ignores this."


class Reward(Part, room="reward"):
    """What is won."""

    threshold: float = setting(500.0, _THRESHOLD, ge=0.001, unit="points")

    @property
    def share_off(self) -> float:
        """Share taken off the price of one unit of the purchase that redeems."""
        return 0.0

    @property
    def amount_off(self) -> float:
        """Currency taken off the same."""
        return 0.0

    @property
    def payout(self) -> float:
        """What a reward that is handed out is worth to the customer, in currency."""
        return 0.0

    @property
    def bond_jump(self) -> float:
        """Share of what the bond lacks to 1 that the reward adds."""
        return 0.0

    @property
    def access_weeks(self) -> float:
        """How long the reward makes the brand more attractive."""
        return 0.0

    @property
    def access_utility(self) -> float:
        """How much more attractive, in logits."""
        return 0.0

    @property
    def pays_out(self) -> bool:
        """Whether the reward is handed out as soon as the balance is full; else it lowers the next price."""
        return not (self.share_off or self.amount_off)

    def worth(self, price: float) -> float:
        """What it is worth to the customer, in currency, at a usual price of the brand."""
        return self.payout + min(self.share_off * price + self.amount_off, price)

    def cost(self, unit_cost: float) -> float:
        """What handing it out costs the firm, in currency; `unit_cost` is the program's."""
        return self.payout * unit_cost


class Cash(Reward):
    """A sum of money, paid out as soon as the balance reaches the threshold."""

    kind: Literal["cash"] = "cash"
    value: float = setting(5.0, "Worth of one reward.", ge=0, unit="currency")

    @property
    def payout(self) -> float:
        return self.value


class PercentOff(Reward):
    """A share off one unit of the next purchase of the brand after the balance is full."""

    kind: Literal["percent_off"] = "percent_off"
    percent: float = setting(20.0, "Share off.", ge=0, le=100, unit="%")

    @property
    def share_off(self) -> float:
        return self.percent / 100

    @property
    def pays_out(self) -> bool:
        return self.percent == 0


class AmountOff(Reward):
    """Money off one unit of the next purchase of the brand after the balance is full; at most its price."""

    kind: Literal["amount_off"] = "amount_off"
    amount: float = setting(5.0, "Money off.", gt=0, le=1e9, unit="currency")

    @property
    def amount_off(self) -> float:
        return self.amount


class FreeUnit(Reward):
    """One unit of the next purchase of the brand after the balance is full is free."""

    kind: Literal["free_unit"] = "free_unit"

    @property
    def share_off(self) -> float:
        return 1.0


class GiftCard(Reward):
    """A gift card, of the own store or another: what it says, costs and is felt to be worth are three numbers."""

    kind: Literal["gift_card"] = "gift_card"
    face_value: float = setting(10.0, "What is printed on it.", ge=0, le=1e9, unit="currency")
    cost_share: float = setting(
        1.0, "What it costs the firm, per unit of face value: goods of the own store, or what another store asks.",
        ge=0, le=100, unit="1", source="assumed: 1",
    )  # fmt: skip
    perceived_share: float = setting(
        1.0, "What customers feel it is worth, per unit of face value.", ge=0, le=100, unit="1", source="assumed: 1"
    )

    @property
    def payout(self) -> float:
        return self.face_value * self.perceived_share

    def cost(self, unit_cost: float) -> float:
        return self.face_value * self.cost_share * unit_cost


class Experience(Reward):
    """Something to remember: it costs money and lets the bond jump (E57's law: bond += jump · (1 - bond))."""

    kind: Literal["experience"] = "experience"
    cost_each: float = setting(10.0, "What one costs the firm.", ge=0, le=1e9, unit="currency")
    jump: float = setting(
        0.1, "Share of what the bond lacks to 1 that it adds.", ge=0, le=1, unit="1", source="assumed"
    )
    perceived: float = setting(0.0, "What it is worth to the customer in money.", ge=0, le=1e9, unit="currency",
                               source="assumed: 0")  # fmt: skip

    @property
    def payout(self) -> float:
        return self.perceived

    @property
    def bond_jump(self) -> float:
        return self.jump

    def cost(self, unit_cost: float) -> float:
        return self.cost_each * unit_cost


class Access(Reward):
    """Access for a time to what others do not get: the brand is more attractive while it lasts."""

    kind: Literal["access"] = "access"
    cost_each: float = setting(1.0, "What one costs the firm.", ge=0, le=1e9, unit="currency")
    weeks: float = setting(13.0, "How long it lasts.", gt=0, unit="weeks", source="assumed")
    utility: float = setting(0.2, "How much more attractive.", ge=0, le=1e3, unit="logit", source="assumed")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("weeks",)

    @property
    def access_weeks(self) -> float:
        return self.weeks

    @property
    def access_utility(self) -> float:
        return self.utility

    def cost(self, unit_cost: float) -> float:
        return self.cost_each * unit_cost
