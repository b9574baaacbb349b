"""Surprise: members get something now and then that nobody announced, so it cannot be bought for."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.programs import benefits
from loyaltysim.programs.program import Account, Program, ledger_money
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World


class Surprise(Program):
    """Each purchase of a member brings a gift with a chance; the bond jumps (eq. E114). It moves no choice itself."""

    kind: Literal["surprise"] = "surprise"

    chance: float = setting(0.05, "Chance of a gift at a purchase.", ge=0, le=1, unit="1 a purchase", source="assumed")
    cost_each: float = setting(2.0, "What one costs the firm.", ge=0, le=1e9, unit="currency", source="assumed")
    jump: float = setting(
        0.1, "Share of what the bond lacks to 1 that a gift adds.", ge=0, le=1, unit="1 a gift", source="assumed"
    )

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Any:
        if self.jump and "bond" in world.kept:
            world.stage("bond")
        return super().open(world, brand, number, place, by_customer)

    def cost_of_a_unit(self, price: float) -> float:
        return self.chance * self.cost_each

    def settle(self, own: Account, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        self._enroll(own, world, shoppers, totals, step, occasion)
        buyers, begins = shoppers.buyers_of(own.brand)
        got = shoppers.ask(f"{own.label}.got", dtype=np.int32)
        benefits.surprise(
            own.member, shoppers.key, shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication,
            own.place, purpose(f"{own.label}.surprise"), step, occasion, self.chance, ledger_money(self.cost_each), got,
            totals.rewards_redeemed, totals.program_cost, self._spent(shoppers),
        )  # fmt: skip
        if self.jump and "bond" in shoppers.columns:
            benefits.please(got, buyers, begins, self.jump, shoppers.columns["bond"][own.brand])
