"""Play: streaks that break, badges for so many purchases, and a lottery with every purchase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import benefits, playing
from loyaltysim.programs.program import Account, Program, ledger_money
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World


@dataclass
class Game(Account):
    """What a game keeps besides."""

    streak: np.ndarray
    """int32: windows in a row with a purchase."""
    bought: np.ndarray
    """uint8: whether there was one in this window."""
    purchases: np.ndarray
    """int32: purchases as a member, for badges."""


class Play(Program):
    """Members play (eq. E116); each of three games may be off, and is by default.

    Streak: who has bought in so many windows in a row is drawn to buy in this one too, until done: utility
    `streak_utility` · min(streak, streak_full) / streak_full. Badge: every `badge_every`-th purchase lets the bond
    jump. Lottery: every purchase may win a prize; members value the chance like money times `lottery_weight`.
    A progress bar is a program of points or stamps with the response `progress`.
    """

    kind: Literal["play"] = "play"

    streak_weeks: float = setting(1.0, "Length of a window.", gt=0, unit="weeks")
    streak_full: int = setting(4, "Windows in a row from which a streak draws fully.", ge=1, le=1000, unit="windows")
    streak_utility: float = setting(
        0.0, "Utility of keeping a full streak.", ge=0, le=1e3, unit="logit", source="assumed: 0"
    )
    badge_every: int = setting(0, "Purchases for a badge; 0: none.", ge=0, le=1_000_000, unit="purchases")
    badge_jump: float = setting(
        0.02, "Share of what the bond lacks to 1 that a badge adds.", ge=0, le=1, unit="1", source="assumed"
    )
    lottery_chance: float = setting(0.0, "Chance to win at a purchase.", ge=0, le=1, unit="1 a purchase")
    prize: float = setting(10.0, "What a prize is worth and costs.", ge=0, le=1e9, unit="currency")
    lottery_weight: float = setting(
        1.0, "How much of the expected prize counts in the choice; above 1: people like to play.", ge=0, le=1e3,
        unit="1", source="assumed",
    )  # fmt: skip

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("streak_weeks",) if self.streak_utility else ()

    def remarks(self) -> list[str]:
        games = {"streak_utility": self.streak_utility, "badge_every": self.badge_every and self.badge_jump}
        games["lottery_chance"] = self.lottery_chance
        return [] if any(games.values()) else [f"does nothing: no game is on: set {' or '.join(games)}"]

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Game:
        account = self._account(world, brand, number, place)
        label = account["label"]
        if self.badge_every and self.badge_jump and "bond" in world.kept:
            world.stage("bond")
        if self.lottery_chance and world.customers.has("price_sensitivity"):
            world.stage("price_sensitivity")
        streaks = self.streak_utility > 0
        return Game(
            **account,
            streak=self._own(world, label, "streak", np.int32, streaks),
            bought=self._own(world, label, "bought", np.uint8, streaks),
            purchases=self._own(world, label, "purchases", np.int32, self.badge_every > 0),
        )

    def offer(self, own: Game, world: World, shoppers: Shoppers, step: int) -> None:
        if self.streak_utility:
            playing.add_streak(
                own.member, own.streak, own.bought, shoppers.rows, shoppers.n, self.streak_full, self.streak_utility,
                shoppers.ask("reward", True)[own.brand],
            )  # fmt: skip
        if self.lottery_chance and "price_sensitivity" in shoppers.columns:
            playing.add_lottery(
                own.member, shoppers.rows, shoppers.n, self.lottery_weight * self.lottery_chance * self.prize,
                shoppers.columns["price_sensitivity"], shoppers.ask("reward", True)[own.brand],
            )  # fmt: skip

    def settle(self, own: Game, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        self._enroll(own, world, shoppers, totals, step, occasion)
        buyers, begins = shoppers.buyers_of(own.brand)
        got = shoppers.ask(f"{own.label}.got", dtype=np.int32)
        if self.lottery_chance:
            benefits.surprise(
                own.member, shoppers.key, shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication,
                own.place, purpose(f"{own.label}.lottery"), step, occasion, self.lottery_chance,
                ledger_money(self.prize), got, totals.rewards_redeemed, totals.program_cost, self._spent(shoppers),
            )  # fmt: skip
        if self.badge_every:
            playing.badges(own.member, shoppers.rows, buyers, begins, self.badge_every, own.purchases, got)
            if self.badge_jump and "bond" in shoppers.columns:
                benefits.please(got, buyers, begins, self.badge_jump, shoppers.columns["bond"][own.brand])
        if self.streak_utility:
            playing.mark_bought(own.member, shoppers.rows, buyers, begins, own.bought)

    def cost_of_a_unit(self, price: float) -> float:
        return self.lottery_chance * self.prize

    def close(self, own: Game, world: World, block: Block, totals: Totals, step: int) -> None:
        steps = max(1, round(self.streak_weeks / world.calendar.weeks))
        if self.streak_utility and (step + 1 - world.calendar.burn_in) % steps == 0:
            playing.close_window(block.start, block.stop, own.bought, own.streak)

    def columns(self, own: Game) -> dict[str, np.ndarray]:
        kept = {"streak": own.streak, "purchases": own.purchases}
        return {**super().columns(own), **{name: array for name, array in kept.items() if len(array)}}
