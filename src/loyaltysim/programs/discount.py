"""Member discount: members pay less for every unit, always."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.market.shoppers import Shoppers
from loyaltysim.programs import benefits
from loyaltysim.programs.program import Account, Program
from loyaltysim.record import setting
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World


class MemberDiscount(Program):
    """Members pay `percent` less (eq. E112). What that takes off the units bought is the program's cost."""

    kind: Literal["member_discount"] = "member_discount"

    percent: float = setting(5.0, "Share off every unit.", ge=0, le=100, unit="%")

    @property
    def changes_price(self) -> bool:
        return self.percent > 0

    def remarks(self) -> list[str]:
        return [] if self.percent else ["does nothing: a percent of 0 takes nothing off"]

    def offer(self, own: Account, world: World, shoppers: Shoppers, step: int) -> None:
        if self.percent:
            benefits.lower_prices(
                own.member, shoppers.rows, shoppers.n, self.percent / 100, float(MONEY_UNIT),
                shoppers.price[own.brand], shoppers.ask(own.off, dtype=np.int64),
            )  # fmt: skip

    def ring_up(self, own: Account, shoppers: Shoppers) -> None:
        if self.percent:
            benefits.lower_further_units(
                shoppers.columns[own.off], shoppers.brand, own.brand, shoppers.units, shoppers.n, shoppers.paid
            )

    def settle(self, own: Account, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        if self.percent:  # before enrolling: the purchase that enrolls paid the full price
            buyers, begins = shoppers.buyers_of(own.brand)
            benefits.charge_discounts(
                shoppers.columns[own.off], shoppers.units, buyers, shoppers.segment, begins,
                shoppers.first_replication, own.place, totals.program_cost, self._spent(shoppers),
            )  # fmt: skip
        self._enroll(own, world, shoppers, totals, step, occasion)
