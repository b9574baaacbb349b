"""The twin's loyalty programs: what a program's rules come to (`Rules`), and one customer's account with it (`Card`).

Points and stamps are whole thousandths, money is whole 1/10,000 of the currency, as in the arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.programs.counting import Counting
from loyaltysim.programs.joining import ALWAYS, NEVER
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT

if TYPE_CHECKING:
    from loyaltysim.mesa.twin_person import Person


class Rules:
    """A program's settings in ledger units, and what the program handed out in this step."""

    def __init__(self, program: Counting, label: str, brand: int, list_price: float, weeks: float) -> None:
        self.brand, self.luck = brand, purpose(f"program.{label}.enroll")
        self.response = program.customer_response.weights
        count, worth = program.count(), program.worth_of(list_price) * self.response.worth
        self.chance, self.by_bond, self.by_satisfaction = program.enrollment.terms[:3]
        self.needed = round(count.needed * POINT_UNIT)
        self.points_per_money = count.per_currency * POINT_UNIT / MONEY_UNIT
        self.points_per_unit = round(count.per_unit * POINT_UNIT)
        self.redeeming_earns = count.redeeming_earns
        self.worth_per_currency, self.worth_per_unit = worth * count.per_currency, worth * count.per_unit
        self.share_off, self.unit_cost = program.reward.share_off, program.unit_cost
        self.payout = round(program.reward.payout * program.unit_cost * MONEY_UNIT)
        self.pays_out = program.reward.payout > 0 or not program.changes_price
        self.idle_steps = program.expiry.after_steps(weeks)
        self.date_steps = program.expiry.date_steps(weeks)


class Card:
    """One customer's account with one program: earned = redeemed + expired + balance, always (eq. E29)."""

    def __init__(self, rules: Rules, customer: Person) -> None:
        self.rules, self.customer = rules, customer
        self.counts = customer.model.counts
        self.member = False
        self.balance = self.earned = self.redeemed = self.expired = 0
        self.last_use = 0
        self.last_reward: int | None = None
        """Step of the last reward."""
        self.redeeming = False
        """Whether the next purchase of the brand uses up a full balance …"""
        self.off = 0
        """… and the money that this takes off its price."""

    def pace(self) -> float:
        """How much faster needs come as the reward comes near, and after it (eqs. E32, E111)."""
        response, model, lift = self.rules.response, self.customer.model, 0.0
        if self.member and self.balance and response.goal_gradient:
            lift += response.goal_gradient * self.progress() ** response.gradient_shape
        if self.last_reward is not None:
            since = (model.now - self.last_reward) * model.calendar.weeks
            lift += response.rewarded_lift * (since <= response.rewarded_weeks)
            lift -= response.reset * math.exp(-since / response.reset_weeks)
        return math.exp(lift)

    def progress(self) -> float:
        """The share of a reward that is in the balance."""
        return min(self.balance / self.rules.needed, 1.0)

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Show what the program makes of a purchase: what it is worth (eqs. E31–E32), and its price."""
        rules, b = self.rules, self.rules.brand
        rewards[b] += rules.response.progress * self.progress()
        self.redeeming = rules.share_off > 0 and self.balance >= rules.needed and prices[b] > 0
        if self.redeeming:
            # in float32, as in the arrays: the till might round 1.07625 of 64 bits to other money
            price = np.float32(prices[b])
            lowered = float(price - price * np.float32(rules.share_off))
            self.off, prices[b] = money(prices[b]) - money(lowered), lowered
        if self.member and (rules.redeeming_earns or not self.redeeming):
            worth = rules.worth_per_currency * prices[b] + rules.worth_per_unit
            rewards[b] += self.customer.price_sensitivity * worth

    def settle(self, occasion: int, paid: int, units: int, bond: float, satisfaction: float) -> None:
        """Enroll, take what is redeemed, credit what is earned, pay rewards: after a purchase (eqs. E29–E30)."""
        rules, counts, b = self.rules, self.counts, self.rules.brand
        if not self.member and self.enrolls(occasion, bond, satisfaction):
            self.member = True
            counts["enrolled"][b] += 1
        if self.redeeming:
            self.redeem(1)
            counts["program_cost"][b] += self.off
        if self.member:
            idle = self.redeeming and not rules.redeeming_earns  # then only further units earn
            points = 0 if idle else round(paid * rules.points_per_money)
            points += rules.points_per_unit * (units - idle)
            self.balance += points
            self.earned += points
            counts["points_earned"][b] += points
        if rules.pays_out and self.balance >= rules.needed:
            times = self.balance // rules.needed
            self.redeem(times)
            counts["program_cost"][b] += times * rules.payout
        self.last_use = self.customer.model.now

    def enrolls(self, occasion: int, bond: float, satisfaction: float) -> bool:
        """Whether a buyer becomes a member (eq. E30)."""
        rules = self.rules
        if not 0 < rules.chance < 1:
            return rules.chance == 1
        logit = math.log(max(rules.chance, NEVER)) - math.log(1 - min(rules.chance, ALWAYS))
        logit += rules.by_bond * bond + rules.by_satisfaction * (satisfaction - 0.5)
        logit += self.customer.program_affinity
        luck = self.customer.model.luck.uniform(self.customer.key, rules.luck, occasion)
        return luck < logistic(logit)

    def redeem(self, times: int) -> None:
        """Turn in points for rewards."""
        points = times * self.rules.needed
        self.balance -= points
        self.redeemed += points
        self.last_reward = self.customer.model.now
        self.counts["points_redeemed"][self.rules.brand] += points
        self.counts["rewards_redeemed"][self.rules.brand] += times

    def expire(self) -> None:
        """Lose the balance after a time without a purchase, or at a fixed date (eq. E33)."""
        rules, now = self.rules, self.customer.model.now
        measured = now + 1 - self.customer.model.calendar.burn_in
        due = rules.date_steps > 0 and measured % rules.date_steps == 0
        idle = rules.idle_steps > 0 and self.last_use <= now - rules.idle_steps
        if self.balance and (due or idle):
            self.counts["points_expired"][rules.brand] += self.balance
            self.expired += self.balance
            self.balance = 0


def money(price: float) -> int:
    """A price in whole 1/10,000 of the currency, half to even (eq. E35)."""
    return round(price * MONEY_UNIT)


def logistic(x: float) -> float:
    """1 / (1 + e**-x), written so that no power overflows."""
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
