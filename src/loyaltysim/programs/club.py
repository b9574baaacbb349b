"""Club: members pay a fee for lower prices; who expects to save more than the fee rather joins, and stays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.draws import purpose, salt
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import benefits, fees, ledger
from loyaltysim.programs.joining import ALWAYS, NEVER
from loyaltysim.programs.parts.enrollment import Enrollment, OptIn
from loyaltysim.programs.program import Account, Program, ledger_money
from loyaltysim.record import setting
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World


@dataclass
class Membership(Account):
    """What a club keeps besides."""

    joined: np.ndarray
    """Step of joining."""
    spent: np.ndarray
    """Money spent on the brand in this window, before the discount, in ledger units."""
    before: np.ndarray
    """The same in the window before: what customers expect of the next."""


class Club(Program):
    """Members pay `fee` for each term and `percent` less for every unit (eq. E115).

    Customers expect to spend what they spent in the last window of a term's length, before the club's discount; windows
    are the same for all, counted from the first measured step, before it too. What they would save beyond the fee moves
    the chance to join at a purchase, and to stay at the end of the own term. Fees are income of the program.
    """

    kind: Literal["club"] = "club"

    enrollment: Enrollment = setting(OptIn(chance=0.05), "Who becomes a member.")
    fee: float = setting(20.0, "Price of a term.", ge=0, le=1e9, unit="currency")
    term_weeks: float = setting(52.0, "Length of a term.", gt=0, unit="weeks")
    percent: float = setting(10.0, "Share off every unit.", ge=0, le=100, unit="%")
    by_saving: float = setting(
        0.1, "Added to the logits of joining and staying per unit of currency saved beyond the fee.", ge=0,
        unit="logit/currency", source="assumed",
    )  # fmt: skip
    stay: float = setting(
        0.8, "Chance to stay at the end of a term, for who saves what the fee costs.", ge=0, le=1, unit="1",
        source="assumed",
    )  # fmt: skip

    @property
    def changes_price(self) -> bool:
        return self.percent > 0

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("term_weeks",)

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Membership:
        account = self._account(world, brand, number, place)
        label, rows = account["label"], (world.customers.rows,)
        return Membership(
            **account,
            joined=world.own(f"{label}.joined", rows, np.int32, clock=True),
            spent=self._own(world, label, "spent", np.int64),
            before=self._own(world, label, "before", np.int64),
        )

    def offer(self, own: Membership, world: World, shoppers: Shoppers, step: int) -> None:
        if self.percent:
            benefits.lower_prices(
                own.member, shoppers.rows, shoppers.n, self.percent / 100, float(MONEY_UNIT),
                shoppers.price[own.brand], shoppers.ask(own.off, dtype=np.int64),
            )  # fmt: skip

    def ring_up(self, own: Membership, shoppers: Shoppers) -> None:
        if self.percent:
            benefits.lower_further_units(
                shoppers.columns[own.off], shoppers.brand, own.brand, shoppers.units, shoppers.n, shoppers.paid
            )

    def settle(
        self, own: Membership, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int
    ) -> None:
        buyers, begins = shoppers.buyers_of(own.brand)
        shared = (buyers, shoppers.segment, begins, shoppers.first_replication, own.place)
        if self.percent:
            benefits.charge_discounts(
                shoppers.columns[own.off], shoppers.units, *shared, totals.program_cost, self._spent(shoppers)
            )
        was = shoppers.ask(f"{own.label}.was", dtype=np.uint8)
        ledger.membership(own.member, shoppers.rows, shoppers.n, was)
        self._enroll(own, world, shoppers, totals, step, occasion)
        fees.charge_new(
            was, own.member, shoppers.rows, *shared, ledger_money(self.fee), step, own.joined, totals.program_fees
        )
        benefits.collect_all(
            shoppers.paid, shoppers.ask(own.off, dtype=np.int64), shoppers.units, shoppers.rows, buyers, begins,
            own.spent,
        )  # fmt: skip

    def close(self, own: Membership, world: World, block: Block, totals: Totals, step: int) -> None:
        steps, customers = self._steps(world), world.customers
        if (step + 1 - world.calendar.burn_in) % steps == 0:  # first: who renews now knows the window that has ended
            own.before[block.start : block.stop] = own.spent[block.start : block.stop]
            own.spent[block.start : block.stop] = 0
        fees.renew(
            own.member, own.joined, own.before, customers.key, customers.segment, block.start, block.stop, step, steps,
            self._share, ledger_money(self.fee), self.by_saving / MONEY_UNIT, self._stay_logit,
            np.uint64(salt(purpose(f"{own.label}.renew"), step, 0, 0)), customers.n_customers, own.place,
            customers.arrays.get("member", NO_BITS), own.brand, totals.enrolled, totals.program_fees,
        )  # fmt: skip

    def columns(self, own: Membership) -> dict[str, np.ndarray]:
        return {**super().columns(own), "spent_before": own.before / MONEY_UNIT}

    def _more_terms(self, own: Any, world: World, shoppers: Shoppers, logit: np.ndarray) -> None:
        fees.add_saving(
            own.before, shoppers.rows, shoppers.n, self._share, ledger_money(self.fee), self.by_saving / MONEY_UNIT,
            logit,
        )  # fmt: skip

    def _steps(self, world: World) -> int:
        return max(1, round(self.term_weeks / world.calendar.weeks))

    @property
    def _stay_logit(self) -> float:
        chance = min(max(self.stay, NEVER), ALWAYS)
        return math.log(chance) - math.log(1 - chance)

    @property
    def _share(self) -> float:
        return self.percent / 100


NO_BITS = np.empty(0, np.uint32)
