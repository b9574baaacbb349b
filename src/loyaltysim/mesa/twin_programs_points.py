"""The twin's points and stamps: purchases fill a balance, rewards empty it, time may take it (eqs. E29–E34, E110–E111).

`CountRules` is what the settings come to in ledger units, `Card` is one customer's account.
"""

from __future__ import annotations

import math
from typing import Any

from loyaltysim.mesa.twin_program import Membership, Rules, money
from loyaltysim.programs import foresight
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT

TINY = 1e-30
"""What stands for no needs at all in a logarithm."""


class CountRules(Rules):
    """A program's settings in ledger units."""

    def __init__(self, program: Any, label: str, brand: int, list_price: float, weeks: float) -> None:
        super().__init__(program, label, brand)
        self.response, self.reward, self.count = program.customer_response.weights, program.reward, program.count()
        self.worth = program.worth_of(list_price) * self.response.worth
        self.needed: int = round(self.count.needed * POINT_UNIT)
        self.given = round(program.endowment * POINT_UNIT)
        self.goes_on = self.response.continue_endowed if self.given else self.response.continue_plain
        self.giving_up = self.purpose("give_up")
        self.payout = money(self.reward.cost(program.unit_cost))
        self.idle_steps = program.expiry.after_steps(weeks)
        self.date_steps = program.expiry.date_steps(weeks)
        self.plan = self.look_ahead(list_price)

    def look_ahead(self, list_price: float) -> foresight.Plan | None:
        """What a purchase is worth to members who look ahead to the reward: the solution is the arrays' (eq. E117)."""
        count, worth, response = self.count, self.reward.worth(list_price), self.response
        per_purchase = round((count.per_currency * list_price + count.per_unit) * POINT_UNIT)
        if not response.foresight or per_purchase <= 0 or worth <= 0:
            return None
        return foresight.plan(
            self.needed, per_purchase, worth, response.weekly_discount, response.usual_chance,
            not self.reward.pays_out, count.redeeming_earns,
        )  # fmt: skip

    def worth_now(self, balance: int, needs: float, sensitivity: float) -> float:
        """What a purchase is worth in money at a balance: read between nodes of needs and price sensitivity."""
        if self.plan is None or sensitivity <= 0:
            return 0.0
        lacks = max(-(-(self.needed - balance) // self.plan.per_purchase), 0)
        table = self.plan.worth[min(max(self.plan.purchases - lacks, 0), len(self.plan.worth) - 1)]
        x, y = math.log2(max(needs, TINY)) - foresight.LEAST_NEEDS, math.log2(sensitivity) + self.plan.offset
        places = [min(max(place * foresight.PER_OCTAVE, 0.0), nodes - 1.0) for place, nodes in zip((x, y), table.shape)]
        (i, right), (j, up) = ((low := min(int(p), n - 2), p - low) for p, n in zip(places, table.shape))
        below = table[i, j] * (1 - right) + table[i + 1, j] * right
        above = table[i, j + 1] * (1 - right) + table[i + 1, j + 1] * right
        return float(below * (1 - up) + above * up)

    def turn(self, model: Any) -> None:
        """Multiply what purchases earn in some weeks."""
        super().turn(model)
        factor = self.factor = self.program.accrual.factor(model.calendar, model.now)
        self.points_per_money = self.count.per_currency * factor * POINT_UNIT / MONEY_UNIT
        self.points_per_unit = round(self.count.per_unit * factor * POINT_UNIT)
        self.worth_per_currency = self.worth * factor * self.count.per_currency
        self.worth_per_unit = self.worth * factor * self.count.per_unit


class Card(Membership):
    """One customer's account with one program: earned = redeemed + expired + balance, always (eq. E29)."""

    takes_balances = True
    rules: CountRules

    def __init__(self, rules: CountRules, customer: Any) -> None:
        super().__init__(rules, customer)
        self.balance = self.earned = self.redeemed = self.expired = 0
        self.last_use = 0
        self.last_reward: int | None = None
        """Step of the last reward."""
        self.redeeming = False
        """Whether the next purchase of the brand uses up a full balance …"""
        self.off = 0
        """… and the money that this takes off the price of one unit."""

    def pace(self) -> float:
        """How much faster needs come as the reward comes near, and after it (eqs. E32, E111)."""
        response, lift, since = self.rules.response, 0.0, self.weeks_since_reward()
        if self.is_active and self.balance and response.goal_gradient:
            lift += response.goal_gradient * self.progress() ** response.gradient_shape
        if self.last_reward is not None:
            lift += response.rewarded_lift * (since <= response.rewarded_weeks)
            lift -= response.reset * math.exp(-since / response.reset_weeks)
        return math.exp(lift)

    def progress(self) -> float:
        """The share of a reward that is in the balance."""
        return min(self.balance / self.rules.needed, 1.0)

    def weeks_since_reward(self) -> float:
        """Time since the last reward; endless before the first."""
        model = self.customer.model
        return math.inf if self.last_reward is None else model.weeks * float(model.now - self.last_reward)

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Show what the program makes of a purchase: what it is worth (eqs. E31–E32), and its price."""
        rules, reward, b = self.rules, self.rules.reward, self.brand
        if self.is_active:
            rewards[b] += rules.response.progress * self.progress()
        self.redeeming = not reward.pays_out and self.balance >= rules.needed and prices[b] > 0
        if self.redeeming:
            self.off = self.lower(prices, reward.share_off, reward.amount_off)
        if self.is_active and (rules.count.redeeming_earns or not self.redeeming):
            worth = rules.worth_per_currency * prices[b] + rules.worth_per_unit
            rewards[b] += self.customer.price_sensitivity * worth
        if self.is_active and rules.plan is not None:
            sensitivity = self.customer.price_sensitivity
            ahead = rules.response.foresight * rules.factor * sensitivity
            rewards[b] += ahead * rules.worth_now(self.balance, self.customer.needs, sensitivity)
        if self.weeks_since_reward() <= reward.access_weeks:
            rewards[b] += reward.access_utility

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Enroll, take what is redeemed, credit what is earned, pay rewards: after a purchase (eqs. E29–E30)."""
        if self.enroll(occasion, felt):
            self.credit(self.rules.given)
        if self.redeeming:
            self.redeem(1)
            self.counts["program_cost"][self.brand] += self.off
        if self.is_active and self.gives_up(occasion):
            self.gave_up = True
        if self.is_active:
            self.credit(self.points_of(paid, units))
        if self.rules.reward.pays_out and self.balance >= self.rules.needed:
            times = self.balance // self.rules.needed
            self.redeem(times)
            self.counts["program_cost"][self.brand] += times * self.rules.payout
            self.please(self.rules.reward.bond_jump, times)
        self.last_use = self.customer.model.now

    def points_of(self, paid: int, units: int) -> int:
        """What a purchase earns; where the one that redeems earns nothing, only its further units do (eq. E34)."""
        idle = self.redeeming and not self.rules.count.redeeming_earns
        points = 0 if idle else round(paid * self.rules.points_per_money)
        return int(points + self.rules.points_per_unit * (units - idle))

    def gives_up(self, occasion: int) -> bool:
        """Whether the card is given up, before a stamp that is still needed (eq. E110)."""
        rules, customer = self.rules, self.customer
        if rules.goes_on == 1 or self.redeeming or self.balance >= rules.needed:
            return False
        return bool(customer.model.luck.uniform(customer.key, rules.giving_up, occasion) >= rules.goes_on)

    def credit(self, points: int) -> None:
        """Add points to the balance."""
        self.balance += points
        self.earned += points
        self.counts["points_earned"][self.brand] += points

    def redeem(self, times: int) -> None:
        """Turn in points for rewards."""
        points = times * self.rules.needed
        self.balance -= points
        self.redeemed += points
        self.last_reward = self.customer.model.now
        self.counts["points_redeemed"][self.brand] += points
        self.counts["rewards_redeemed"][self.brand] += times

    def close(self) -> None:
        """Lose the balance after a time without a purchase, or at a fixed date (eq. E33)."""
        rules, model = self.rules, self.customer.model
        due = rules.date_steps > 0 and (model.now + 1 - model.calendar.burn_in) % rules.date_steps == 0
        idle = rules.idle_steps > 0 and self.last_use <= model.now - rules.idle_steps
        if self.balance and (due or idle):
            self.counts["points_expired"][self.brand] += self.balance
            self.expired += self.balance
            self.balance = 0
