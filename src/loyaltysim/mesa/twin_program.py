"""The twin's loyalty programs: what all kinds share: who joins, and when the program begins (eqs. E30, E130–E131).

What members get is a kind of `Membership` of its own: points and stamps are in twin_programs_points.py, lower prices
and status in twin_programs_prices.py, gifts and games in twin_programs_gifts.py.
Points and stamps are whole thousandths, money is whole 1/10,000 of the currency, as in the arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.programs.joining import ALWAYS, NEVER
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_person import Person


class Rules:
    """A program of a brand: its settings, and whether it runs."""

    def __init__(self, program: Any, label: str, brand: int) -> None:
        self.program, self.label, self.brand = program, f"program.{label}", brand
        self.terms = program.enrollment.terms
        self.enrolling = self.purpose("enroll")
        self.is_copied = True
        """False: a rival might have copied the program, but did not; then nobody joins."""
        self.runs = True
        """Whether it has begun."""

    def purpose(self, name: str) -> Any:
        """The purpose of the program's draws of that name."""
        return purpose(f"{self.label}.{name}")

    def turn(self, model: TwinModel) -> None:
        """Begin in the week of the launch (eq. E130)."""
        self.runs = bool(model.calendar.within(model.now, self.program.from_week, None))


class Membership:
    """One customer and one program. A kind overrides what it does with offers, purchases and the end of a step."""

    takes_balances: ClassVar[bool] = False
    """Whether it takes what was collected for a lower price of one unit: after programs that lower every unit's."""

    def __init__(self, rules: Rules, customer: Person) -> None:
        self.rules, self.brand, self.customer = rules, rules.brand, customer
        self.counts = customer.model.counts
        self.member = False
        self.gave_up = False
        """Whether a member does not use the card any more."""
        self.off_each = 0
        """Money that the program takes off every unit of the next purchase."""

    @property
    def is_active(self) -> bool:
        """Whether the customer is a member who uses the card."""
        return self.member and not self.gave_up

    def pace(self) -> float:
        """How much faster needs come."""
        return 1.0

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Show what the program makes of a purchase: its price, and what it adds to the utility of the brand."""

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Enroll, give and take what is due after a purchase of the brand; `felt` is satisfaction with it."""
        self.enroll(occasion, felt)

    def close(self) -> None:
        """Do what is due at the end of a step."""

    def enroll(self, occasion: int, felt: float) -> bool:
        """Perhaps become a member; whether that happened."""
        joins = not self.member and self.may_join() and self.wants_to_join(occasion, felt)
        if joins:
            self.member = True
            self.counts["enrolled"][self.brand] += 1
            self.counts["program_fees"][self.brand] += money(self.rules.terms.fee)
        if self.member:
            self.customer.member_of[self.brand] = True
        return joins

    def may_join(self) -> bool:
        """Whether the program is for customers like this one."""
        segments = self.rules.program.segments
        return self.rules.is_copied and (not segments or self.customer.segment in segments)

    def wants_to_join(self, occasion: int, felt: float) -> bool:
        """Whether a buyer becomes a member (eq. E30)."""
        terms, customer, b = self.rules.terms, self.customer, self.brand
        if not 0 < terms.chance < 1:
            return bool(terms.chance == 1)
        logit = math.log(max(terms.chance, NEVER)) - math.log(1 - min(terms.chance, ALWAYS))
        logit += terms.by_bond * customer.bond[b] + terms.by_satisfaction * (felt - 0.5)
        logit += terms.by_taste * customer.taste[b] + terms.by_need * customer.needs
        logit += customer.program_affinity + self.lean_to_join()
        return customer.model.luck.uniform(customer.key, self.rules.enrolling, occasion) < logistic(logit)

    def lean_to_join(self) -> float:
        """What a kind adds to the logit of joining."""
        return 0.0

    def please(self, jump: float, times: int = 1) -> None:
        """Let the bond jump by a share of what it lacks to 1 (eq. E57's law)."""
        if self.customer.model.bond.kind != "none":
            for _ in range(times):
                self.customer.bond[self.brand] += jump * max(1 - self.customer.bond[self.brand], 0.0)

    def lower(self, prices: list[float], share: float, amount: float = 0.0) -> int:
        """Lower the brand's price by a share and an amount; returns the money that this takes off.

        In float32, as in the arrays: the till might round 1.07625 of 64 bits to other money.
        """
        before = np.float32(prices[self.brand])
        lowered = float(before - min(before * np.float32(share) + np.float32(amount), before))
        prices[self.brand] = lowered
        return money(float(before)) - money(lowered)


def money(price: float) -> int:
    """A price in whole 1/10,000 of the currency, half to even (eq. E35)."""
    return round(price * MONEY_UNIT)


def logistic(x: float) -> float:
    """1 / (1 + e**-x), written so that no power overflows."""
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
