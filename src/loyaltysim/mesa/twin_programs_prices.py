"""The twin's programs that lower every unit's price: discounts, status and clubs (eqs. E112, E113, E115)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from loyaltysim.mesa.twin_program import Membership, Rules, logistic, money
from loyaltysim.programs.joining import ALWAYS, NEVER
from loyaltysim.totals import MONEY_UNIT


class Discount(Membership):
    """Members pay less for every unit (eq. E112)."""

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Lower the price."""
        self.off_each = self.lower(prices, self.rules.program.percent / 100) if self.is_active else 0

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Charge what was taken off, then enroll: the purchase that enrolls paid the full price."""
        self.counts["program_cost"][self.brand] += self.off_each * units
        self.enroll(occasion, felt)


class Status(Membership):
    """What members spend in a window makes their tier, and the tier has benefits (eq. E113)."""

    def __init__(self, rules: Rules, customer: Any) -> None:
        super().__init__(rules, customer)
        self.tier, self.spent = -1, 0
        """The tier, -1 for none, and the money spent in this window."""
        self.thresholds = [money(tier.threshold) for tier in rules.program.tiers]

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Lower the price and comfort, each by the tier."""
        self.off_each = 0
        if self.tier >= 0:
            tier = self.rules.program.tiers[self.tier]
            self.off_each = self.lower(prices, float(np.float32(tier.percent_off) / np.float32(100)))
            rewards[self.brand] += tier.utility

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Charge what the tier costs, enroll, and rise at once with enough spending; that pleases."""
        comforts = money(self.rules.program.tiers[self.tier].cost_each) if self.tier >= 0 else 0
        self.counts["program_cost"][self.brand] += (self.off_each + comforts) * units
        self.enroll(occasion, felt)
        if self.member:
            self.spent += paid
            rises = self.deserved() - self.tier
            if rises > 0:
                self.tier += rises
                self.please(self.rules.program.jump, rises)

    def deserved(self) -> int:
        """The tier that this window's spending makes."""
        return sum(self.spent >= threshold for threshold in self.thresholds) - 1

    def close(self) -> None:
        """At the end of a window have the tier that it made, or softly one less than before."""
        if self.member and ends_window(self, self.rules.program.window_weeks):
            self.tier = max(self.deserved(), self.tier - 1 if self.rules.program.soft_landing else -1)
            self.spent = 0


class ClubMember(Membership):
    """Members pay a fee a term, and less for every unit (eq. E115)."""

    def __init__(self, rules: Rules, customer: Any) -> None:
        super().__init__(rules, customer)
        self.joined = 0
        """Step of joining."""
        self.spent = self.before = 0
        """Money spent in this window and in that before, without the discount; kept of everybody."""
        self.renewing = rules.purpose("renew")

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Lower the price."""
        self.off_each = self.lower(prices, self.rules.program.percent / 100) if self.is_active else 0

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Charge what was taken off, perhaps join for a fee, and remember the spending."""
        self.counts["program_cost"][self.brand] += self.off_each * units
        if self.enroll(occasion, felt):
            self.joined = self.customer.model.now
            self.pay_fee()
        self.spent += paid + self.off_each * units

    def pay_fee(self) -> None:
        """Pay for a term."""
        self.counts["program_fees"][self.brand] += money(self.rules.program.fee)

    def lean_to_join(self) -> float:
        """Rather join, and stay, the more is saved beyond the fee."""
        club = self.rules.program
        saving = club.percent / 100 * self.before - money(club.fee)
        return float(club.by_saving * saving / MONEY_UNIT)

    def close(self) -> None:
        """End the window; at the end of the own term, pay for the next or leave."""
        model, club = self.customer.model, self.rules.program
        if ends_window(self, club.term_weeks):
            self.before, self.spent = self.spent, 0
        held = model.now + 1 - self.joined
        if self.member and held > 0 and held % window_steps(self, club.term_weeks) == 0:
            stay = min(max(club.stay, NEVER), ALWAYS)
            logit = math.log(stay / (1 - stay)) + self.lean_to_join()
            if model.luck.uniform(self.customer.key, self.renewing) < logistic(logit):
                self.pay_fee()
            else:
                self.member = self.customer.member_of[self.brand] = False
                self.counts["enrolled"][self.brand] -= 1


def window_steps(membership: Membership, weeks: float) -> int:
    """Steps in a window of so many weeks."""
    return max(1, round(weeks / membership.customer.model.weeks))


def ends_window(membership: Membership, weeks: float) -> bool:
    """Whether a window of so many weeks ends with this step; they are counted from the first measured step."""
    model = membership.customer.model
    return (model.now + 1 - model.calendar.burn_in) % window_steps(membership, weeks) == 0
