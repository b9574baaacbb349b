"""Tiers: what members spend in a window makes their status, and the status has benefits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import benefits
from loyaltysim.programs.program import Account, Program, ledger_money
from loyaltysim.record import Record, setting
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World


class Tier(Record):
    """One status."""

    name: str = setting("", "What it is called.")
    threshold: float = setting(..., "Spending in a window from which one has it.", ge=0, le=1e9, unit="currency")
    percent_off: float = setting(0.0, "Share off every unit.", ge=0, le=100, unit="%")
    utility: float = setting(
        0.0, "What comforts and recognition add to the utility of the brand.", ge=-1e3, le=1e3, unit="logit"
    )
    cost_each: float = setting(0.0, "What the comforts cost the firm, per unit bought.", ge=0, le=1e9, unit="currency")


@dataclass
class Status(Account):
    """What tiers keep besides."""

    tier: np.ndarray
    """int8, -1 none."""
    spent: np.ndarray
    """Money spent in this window, in ledger units."""
    of_each: dict[str, np.ndarray]
    """Of each tier its threshold and cost in ledger units, the share that it takes off, and its utility."""


class Tiers(Program):
    """Members with enough spending in a window rise to a tier at once, and keep it to the end of the next (eq. E113).

    Windows are the same for all, counted from the first measured step, before it too. At the end of a window the tier
    is what the window's spending earns; with `soft_landing` nobody falls by more than one tier.
    """

    kind: Literal["tiers"] = "tiers"

    tiers: tuple[Tier, ...] = setting(
        (Tier(threshold=50.0, percent_off=2.0), Tier(threshold=150.0, percent_off=5.0)),
        "From the lowest to the highest.", min_length=1, max_length=100,
    )  # fmt: skip
    window_weeks: float = setting(52.0, "Length of a window.", gt=0, unit="weeks")
    soft_landing: bool = setting(True, "Whether nobody falls by more than one tier at a time.")
    jump: float = setting(
        0.0, "Share of what the bond lacks to 1 that rising by a tier adds.", ge=0, le=1, unit="1", source="assumed: 0"
    )

    @property
    def changes_price(self) -> bool:
        return any(tier.percent_off for tier in self.tiers)

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Status:
        account = self._account(world, brand, number, place)
        if self.jump and "bond" in world.kept:
            world.stage("bond")
        return Status(
            **account,
            tier=self._own(world, account["label"], "tier", np.int8, True, -1),
            spent=self._own(world, account["label"], "spent", np.int64),
            of_each={
                "threshold": np.array([ledger_money(tier.threshold) for tier in self.tiers], np.int64),
                "cost": np.array([ledger_money(tier.cost_each) for tier in self.tiers], np.int64),
                "off": np.array([tier.percent_off for tier in self.tiers], np.float32) / np.float32(100),
                "utility": np.array([tier.utility for tier in self.tiers], np.float32),
            },
        )

    def offer(self, own: Status, world: World, shoppers: Shoppers, step: int) -> None:
        if self.changes_price:
            benefits.lower_prices_by_tier(
                own.tier, shoppers.rows, shoppers.n, own.of_each["off"], float(MONEY_UNIT),
                shoppers.price[own.brand], shoppers.ask(own.off, dtype=np.int64),
            )  # fmt: skip
        if any(tier.utility for tier in self.tiers):
            reward = shoppers.ask("reward", True)[own.brand]
            benefits.add_by_tier(own.tier, shoppers.rows, shoppers.n, own.of_each["utility"], reward)

    def ring_up(self, own: Status, shoppers: Shoppers) -> None:
        if self.changes_price:
            benefits.lower_further_units(
                shoppers.columns[own.off], shoppers.brand, own.brand, shoppers.units, shoppers.n, shoppers.paid
            )

    def settle(self, own: Status, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        buyers, begins = shoppers.buyers_of(own.brand)
        shared = (buyers, shoppers.segment, begins, shoppers.first_replication, own.place)
        charged = (totals.program_cost, self._spent(shoppers))
        if self.changes_price:
            benefits.charge_discounts(shoppers.columns[own.off], shoppers.units, *shared, *charged)
        each = own.of_each["cost"]
        if each.any():
            benefits.charge_each(each, own.tier, shoppers.rows, shoppers.units, *shared, *charged)
        self._enroll(own, world, shoppers, totals, step, occasion)
        benefits.collect(shoppers.paid, own.member, shoppers.rows, buyers, begins, own.spent)
        rose = shoppers.ask(f"{own.label}.rose", dtype=np.int32)
        benefits.climb(own.spent, own.member, own.of_each["threshold"], shoppers.rows, buyers, begins, own.tier, rose)
        if self.jump and "bond" in shoppers.columns:
            benefits.please(rose, buyers, begins, self.jump, shoppers.columns["bond"][own.brand])

    def close(self, own: Status, world: World, block: Block, totals: Totals, step: int) -> None:
        steps = max(1, round(self.window_weeks / world.calendar.weeks))
        if (step + 1 - world.calendar.burn_in) % steps == 0:
            benefits.close_window(
                own.spent, own.member, own.of_each["threshold"], self.soft_landing, block.start, block.stop, own.tier
            )

    def take_over(self, own: Status) -> None:
        np.minimum(own.tier, len(self.tiers) - 1, out=own.tier)  # there may be fewer

    def columns(self, own: Status) -> dict[str, np.ndarray]:
        return {**super().columns(own), "tier": own.tier, "spent": own.spent / MONEY_UNIT}

    def check(self, price: float, weeks: float) -> list[str]:
        faults = super().check(price, weeks)
        for place, (lower, upper) in enumerate(zip(self.tiers, self.tiers[1:])):
            high, low = self._called(place + 1), self._called(place)
            more = [upper.percent_off - lower.percent_off, upper.utility - lower.utility]
            if min(more) < 0 and max(more) <= 0:
                faults.append(f"{high} gives its members less than {low} does")
            if upper.threshold <= lower.threshold:
                faults.append(
                    f"{high} must begin above {low}, which begins at {lower.threshold:g}, was {upper.threshold:g}"
                )
        return faults

    def remarks(self) -> list[str]:
        gives = [(tier.percent_off, tier.utility, tier.cost_each) for tier in self.tiers]
        if self.jump:
            return []
        if not any(map(any, gives)):
            return ["does nothing: no tier gives its members anything: set percent_off or utility"]
        return [
            f"has one tier too many: {self._called(place + 1)} gives its members what {self._called(place)} does"
            for place, (lower, upper) in enumerate(pairwise(gives))
            if lower == upper
        ]

    def cost_of_a_unit(self, price: float) -> float:
        return max(price * tier.percent_off / 100 + tier.cost_each for tier in self.tiers)

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("window_weeks",)

    def _called(self, place: int) -> str:
        """A tier in words: its name, or its number, counted from 1."""
        name = self.tiers[place].name
        return f'tier "{name}"' if name else f"tier {place + 1}"
