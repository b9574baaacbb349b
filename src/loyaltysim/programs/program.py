"""The base of all programs: a balance per member that purchases fill, rewards empty and time may take.

A kind says how it counts. Balances are whole thousandths of a point or stamp, so that

    earned = redeemed + expired + outstanding                                                       (eq. E29)

holds exactly for every customer at every step. Enrollment, reward, expiry and customer response are parts.

To write another: a `Program` with a `kind` and `count`, which says what a purchase earns and what a reward needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import ledger
from loyaltysim.programs.parts.enrollment import Automatic, Enrollment
from loyaltysim.programs.parts.expiry import Expiry, NoExpiry
from loyaltysim.programs.parts.response import NoResponse, Response
from loyaltysim.programs.parts.reward import Reward
from loyaltysim.record import Part, setting
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT, Totals
from loyaltysim.world import World

NO_LOG = np.empty(0, np.int64)


@dataclass
class Count:
    """How a program counts: what a purchase earns, and how much a reward needs. All in points or stamps."""

    per_currency: float
    per_unit: float
    needed: float
    redeeming_earns: bool
    """Whether a purchase at which a reward lowers the price earns too; if not, units beyond the rewarded one do."""


@dataclass
class Ledger:
    """The arrays of one program: one per row, in thousandths of a point; the last three only when asked for."""

    place: int
    """The program's number among all programs of the scenario, by which totals are kept."""
    luck: np.uint64
    """The purpose of its draws, by brand and number within the brand: no other program changes them."""
    brand: int
    balance: np.ndarray
    member: np.ndarray
    last_use: np.ndarray | None
    earned: np.ndarray
    redeemed: np.ndarray
    expired: np.ndarray
    redeeming: str
    """The name of the column that marks who redeems at this purchase …"""
    off: str
    """… and of the one with the money that the reward takes off a unit."""


class Program(Part, room="program"):
    """A loyalty program of a brand."""

    reads = ("bond", "satisfaction", "price_sensitivity")
    writes = ("pace", "member")

    name: str = setting("", "What the program is called in results; empty: its brand and kind.")
    enrollment: Enrollment = setting(Automatic(), "Who becomes a member.")
    expiry: Expiry = setting(NoExpiry(), "When balances are lost.")
    customer_response: Response = setting(NoResponse(), "What members make of the program.")
    reward: Reward
    unit_cost: float = setting(
        1.0, "What a unit of reward costs the firm, as a share of its worth to the customer.", ge=0, unit="1"
    )
    expected_breakage: float = setting(
        0.0, "Share of balances expected never to be redeemed; lowers the liability.", ge=0, le=1, unit="1"
    )

    def count(self) -> Count:
        """How this kind counts."""
        raise NotImplementedError

    def worth_of(self, price: float) -> float:
        """Currency that one point is worth to the customer, at a usual price of the brand."""
        return (self.reward.payout + self.reward.share_off * price) / self.count().needed

    @property
    def changes_price(self) -> bool:
        """Whether the reward lowers the price of the purchase that redeems it."""
        return self.reward.share_off > 0

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Ledger:
        """Make the ledger of the brand's program `number`; `by_customer` keeps each customer's flows beside totals."""
        label = f"program.{world.brands[brand]}.{number}"
        rows = world.customers.rows

        def own(name: str, dtype: type, wanted: bool = True, start: int = 0) -> np.ndarray:
            return world.own(f"{label}.{name}", (rows if wanted else 0,), dtype, start)

        response = self.customer_response.weights
        if response.worth and world.customers.has("price_sensitivity"):
            world.stage("price_sensitivity")
        if response.goal_gradient:
            world.customers.ask("pace")
        expires = self.expiry.after_steps(world.calendar.weeks) > 0
        return Ledger(
            place=place,
            luck=purpose(f"{label}.enroll"),
            brand=brand,
            balance=own("balance", np.int64),
            member=own("member", np.uint8),
            last_use=world.own(f"{label}.last_use", (rows,), np.int32, clock=True) if expires else None,
            earned=own("earned", np.int64, by_customer),
            redeemed=own("redeemed", np.int64, by_customer),
            expired=own("expired", np.int64, by_customer),
            redeeming=f"{label}.redeeming",
            off=f"{label}.off",
        )

    def pace(self, own: Ledger, world: World, block: Block) -> None:
        """Multiply the pace of the block's members (stage 5)."""
        response = self.customer_response.weights
        if response.goal_gradient:
            ledger.hurry(
                own.balance, own.member, block.start, block.stop, round(self.count().needed * POINT_UNIT),
                response.goal_gradient, response.gradient_shape, world.customers.arrays["pace"],
            )  # fmt: skip

    def offer(self, own: Ledger, world: World, shoppers: Shoppers) -> None:
        """Show members what the program makes of this purchase: its price and its worth (stage 7)."""
        needed = round(self.count().needed * POINT_UNIT)
        response, n, brand = self.customer_response.weights, shoppers.n, own.brand
        if response.progress:
            reward = shoppers.ask("reward", True)
            ledger.add_progress(own.balance, shoppers.rows, n, needed, response.progress, reward[brand])
        if self.changes_price:
            ledger.lower_price(
                own.balance, shoppers.rows, n, needed, self.reward.share_off, float(MONEY_UNIT), shoppers.price[brand],
                shoppers.ask(own.redeeming, dtype=np.int32), shoppers.ask(own.off, dtype=np.int64),
            )  # fmt: skip
        if response.worth and "price_sensitivity" in shoppers.columns:
            count, price = self.count(), float(world.market.plan.list_price[0, brand])
            worth = response.worth * self.worth_of(price)
            ledger.add_worth(
                own.member, shoppers.rows, n, worth * count.per_currency, worth * count.per_unit,
                shoppers.price[brand], shoppers.ask(own.redeeming, dtype=np.int32), count.redeeming_earns,
                shoppers.columns["price_sensitivity"], shoppers.ask("reward", True)[brand],
            )  # fmt: skip

    def settle(self, own: Ledger, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        """Enroll, pay rewards and credit this round's buyers (stage 9)."""
        count, columns = self.count(), shoppers.columns
        buyers, begins = shoppers.buyers_of(own.brand)
        chance, by_bond, by_satisfaction = self.enrollment.terms
        if chance < 1:
            logit = shoppers.ask("enrollment.logit")
            ledger.start_logit(chance, shoppers.n, logit)
            if by_bond and "bond" in columns:
                ledger.add_term(columns["bond"][own.brand], by_bond, 0.0, shoppers.n, logit)
            if by_satisfaction and "satisfaction" in columns:
                ledger.add_term(columns["satisfaction"][own.brand], by_satisfaction, 0.5, shoppers.n, logit)
            ledger.enroll(
                logit, shoppers.key, shoppers.rows, buyers, shoppers.segment, begins,
                shoppers.first_replication, own.place, own.luck, step, occasion, own.member, totals.enrolled,
            )  # fmt: skip
        else:
            ledger.enroll_all(
                shoppers.rows, buyers, shoppers.segment, begins,
                shoppers.first_replication, own.place, own.member, totals.enrolled,
            )  # fmt: skip
        if world.customers.has("member"):
            ledger.mark_members(own.member, shoppers.rows, buyers, begins, own.brand, world.customers.arrays["member"])
        needed = round(count.needed * POINT_UNIT)
        if self.changes_price:
            ledger.redeem_at_till(
                columns[own.redeeming], shoppers.rows, buyers, shoppers.segment, begins,
                shoppers.first_replication, own.place, needed, columns[own.off], own.balance,
                 own.redeemed, totals.points_redeemed, totals.rewards_redeemed, totals.program_cost,
            )  # fmt: skip
        ledger.credit(
            shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication,
            own.place, count.per_currency * POINT_UNIT / MONEY_UNIT, round(count.per_unit * POINT_UNIT),
            shoppers.ask(own.redeeming, dtype=np.int32), count.redeeming_earns, shoppers.paid, shoppers.units,
            own.member, own.balance, own.earned, totals.points_earned, columns.get("points_credited", NO_LOG),
        )  # fmt: skip
        if self.reward.payout or not self.changes_price:
            ledger.pay_out(
                shoppers.rows, buyers, shoppers.segment, begins,
                shoppers.first_replication, own.place, needed, round(self.reward.payout * self.unit_cost * MONEY_UNIT),
                own.balance, own.redeemed, totals.points_redeemed, totals.rewards_redeemed, totals.program_cost,
            )  # fmt: skip
        if own.last_use is not None:
            ledger.mark_use(shoppers.rows, shoppers.brand, own.brand, shoppers.n, step, own.last_use)

    def close(self, own: Ledger, world: World, block: Block, totals: Totals, step: int) -> None:
        """Let balances expire (stage 12)."""
        after = self.expiry.after_steps(world.calendar.weeks)
        dates = self.expiry.date_steps(world.calendar.weeks)
        due = dates > 0 and (step + 1 - world.calendar.burn_in) % dates == 0
        if after > 0 or due:
            ledger.expire(
                own.last_use if own.last_use is not None else own.member, block.start, block.stop,
                world.customers.n_customers, world.customers.segment, own.place, step - after, due,
                own.balance, own.expired, totals.points_expired,
            )  # fmt: skip

    def liability_of_a_point(self, price: float) -> float:
        """Expected cost of one outstanding point, in currency."""
        return self.worth_of(price) * self.unit_cost * (1 - self.expected_breakage)

    def check(self) -> list[str]:
        """What contradicts itself in the settings."""
        if self.changes_price and self.unit_cost != 1:
            return ["unit_cost is for what is paid out: a reward that lowers the price costs what it takes off"]
        return []

    def describe(self, brand: str) -> str:
        """The program's name in results."""
        return self.name or f"{brand} {self.kind}"
