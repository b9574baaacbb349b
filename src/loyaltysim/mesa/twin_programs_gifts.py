"""The twin's programs of gifts and games: surprises, streaks, badges and a lottery (eqs. E114, E116)."""

from __future__ import annotations

from typing import Any

from loyaltysim.mesa.twin_program import Membership, Rules, money
from loyaltysim.mesa.twin_programs_prices import ends_window


class Surprised(Membership):
    """Each purchase of a member brings a gift with a chance, and lets the bond jump (eq. E114)."""

    def __init__(self, rules: Rules, customer: Any) -> None:
        super().__init__(rules, customer)
        self.luck_of = rules.purpose("surprise")

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Enroll, and perhaps get a gift."""
        self.enroll(occasion, felt)
        gifts = self.rules.program
        if wins(self, self.luck_of, occasion, gifts.chance, gifts.cost_each):
            self.please(gifts.jump)


class Player(Membership):
    """Members keep a streak, collect badges and play a lottery; each game may be off (eq. E116)."""

    def __init__(self, rules: Rules, customer: Any) -> None:
        super().__init__(rules, customer)
        self.streak, self.bought = 0, False
        """Windows in a row with a purchase, and whether there was one in this."""
        self.purchases = 0
        """As a member."""
        self.luck_of = rules.purpose("lottery")

    def offer(self, prices: list[float], rewards: list[float]) -> None:
        """Draw who has a streak to keep, and let members value their chance to win like money."""
        game, b = self.rules.program, self.brand
        if self.is_active and not self.bought:
            rewards[b] += game.streak_utility * min(self.streak / game.streak_full, 1.0)
        if self.is_active:
            expected = game.lottery_chance * game.prize
            rewards[b] += self.customer.price_sensitivity * game.lottery_weight * expected

    def settle(self, occasion: int, paid: int, units: int, felt: float) -> None:
        """Enroll, perhaps win, and count towards a badge; each badge pleases."""
        self.enroll(occasion, felt)
        game = self.rules.program
        wins(self, self.luck_of, occasion, game.lottery_chance, game.prize)
        if self.is_active:
            self.bought = True
            self.purchases += 1
            if game.badge_every and self.purchases % game.badge_every == 0:
                self.please(game.badge_jump)

    def close(self) -> None:
        """A streak goes on with a window in which something was bought, else it breaks."""
        if ends_window(self, self.rules.program.streak_weeks):
            self.streak = self.streak + 1 if self.bought else 0
            self.bought = False


def wins(membership: Membership, purpose: Any, occasion: int, chance: float, cost: float) -> bool:
    """Whether a member gets something by chance at a purchase, which costs the firm so much."""
    customer, b = membership.customer, membership.brand
    won = membership.is_active and customer.model.luck.uniform(customer.key, purpose, occasion) < chance
    membership.counts["rewards_redeemed"][b] += won
    membership.counts["program_cost"][b] += won * money(cost)
    return won
