"""Programs that count: a balance per member that purchases fill, rewards empty and time may take.

Balances are whole thousandths of a point or stamp, so that

    earned = redeemed + expired + outstanding                                                       (eq. E29)

holds exactly for every customer at every step; what is given at enrollment counts as earned.

To write another: a `Counting` with a `kind` and `count`, which says what a purchase earns and what a reward needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.faults import Fault, ScenarioError, path_text
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import benefits, foresight, ledger
from loyaltysim.programs.parts.accrual import Accrual, Plain
from loyaltysim.programs.parts.expiry import Expiry, NoExpiry
from loyaltysim.programs.parts.response import NoResponse, Response, Weights
from loyaltysim.programs.parts.reward import Reward
from loyaltysim.programs.program import IF_MEANT, NO_LOG, OVER, Account, Program, ledger_money
from loyaltysim.record import setting
from loyaltysim.routine import known
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT, Totals
from loyaltysim.world import World

NO_STEPS = np.empty(0, np.int32)
NEVER_YET = -(2**30)
"""Step of the last reward of those who had none: so long ago that nothing of it is felt."""


@dataclass
class Count:
    """How a program counts: what a purchase earns, and how much a reward needs. All in points or stamps."""

    per_currency: float
    per_unit: float
    needed: float
    redeeming_earns: bool
    """Whether a purchase at which a reward lowers the price earns too; if not, units beyond the rewarded one do."""


@dataclass(frozen=True)
class Asks:
    """What a step asks of the settings, worked out once."""

    count: Count
    needed: int
    """Thousandths of a point that a reward needs."""
    changes_price: bool
    pays_out: bool
    payout: int
    """What paying a reward out costs the firm, in ledger units."""
    response: Weights
    after: int
    """Steps without a purchase after which a balance is lost; 0 never."""
    dates: int
    """All balances are lost every so many steps; 0 never."""


@dataclass
class Ledger(Account):
    """The arrays of a program that counts: one per row, in thousandths of a point; some only when asked for."""

    asks: Asks
    balance: np.ndarray
    last_use: np.ndarray | None
    last_reward: np.ndarray
    """Step of the last reward; none if nothing looks at it."""
    earned: np.ndarray
    redeemed: np.ndarray
    expired: np.ndarray
    plan: foresight.Plan | None
    """What a purchase is worth to members who look ahead; None if none does."""


class Counting(Program):
    """A program with points or stamps."""

    counts = True

    expiry: Expiry = setting(NoExpiry(), "When balances are lost.")
    accrual: Accrual = setting(Plain(), "When purchases earn more than usual.")
    customer_response: Response = setting(NoResponse(), "What members make of the program.")
    reward: Reward
    endowment: float = setting(0.0, "Points or stamps given at enrollment.", ge=0, le=1e9, unit="points")
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
        return self.reward.worth(price) / self.count().needed

    @property
    def changes_price(self) -> bool:
        return self.reward.share_off > 0 or self.reward.amount_off > 0

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Ledger:
        account, asks = self._account(world, brand, number, place), self._asks(world.calendar.weeks)
        label, response = account["label"], asks.response
        minds_prices = (response.worth > 0 or response.foresight > 0) and world.customers.has("price_sensitivity")
        if minds_prices:
            world.stage("price_sensitivity")
        if response.quickens:
            world.customers.ask("pace")
        if self.reward.bond_jump and "bond" in world.kept:
            world.stage("bond")
        expires, rewarded = asks.after > 0, response.looks_back or self.reward.access_weeks > 0
        return Ledger(
            **account,
            asks=asks,
            balance=self._own(world, label, "balance", np.int64),
            last_use=world.own(f"{label}.last_use", (world.customers.rows,), np.int32, clock=True) if expires else None,
            last_reward=self._own(world, label, "last_reward", np.int32, rewarded, NEVER_YET),
            earned=self._own(world, label, "earned", np.int64, by_customer),
            redeemed=self._own(world, label, "redeemed", np.int64, by_customer),
            expired=self._own(world, label, "expired", np.int64, by_customer),
            plan=self._plan(world, brand, number) if response.foresight and minds_prices else None,
        )

    def phase(self, own: Ledger, world: World, step: int) -> float:
        return self.accrual.factor(world.calendar, step)

    def pace(self, own: Ledger, world: World, block: Block, step: int) -> None:
        response, pace = own.asks.response, world.customers.arrays.get("pace")
        if response.goal_gradient and pace is not None:
            ledger.hurry(
                own.balance, own.member, block.start, block.stop, own.asks.needed, response.goal_gradient,
                response.gradient_shape, pace,
            )  # fmt: skip
        if response.looks_back and pace is not None:
            ledger.look_back(
                own.last_reward, block.start, block.stop, step, world.calendar.weeks, response.rewarded_lift,
                response.rewarded_weeks, response.reset, response.reset_weeks, pace,
            )  # fmt: skip

    def offer(self, own: Ledger, world: World, shoppers: Shoppers, step: int) -> None:
        needed, response, n, brand = own.asks.needed, own.asks.response, shoppers.n, own.brand
        if response.progress:
            reward = shoppers.ask("reward", True)
            ledger.add_progress(own.balance, own.member, shoppers.rows, n, needed, response.progress, reward[brand])
        if own.asks.changes_price:
            ledger.lower_price(
                own.balance, shoppers.rows, n, needed, self.reward.share_off, self.reward.amount_off,
                float(MONEY_UNIT), shoppers.price[brand], shoppers.ask(own.redeeming, dtype=np.int32),
                shoppers.ask(own.off, dtype=np.int64),
            )  # fmt: skip
        if response.worth and "price_sensitivity" in shoppers.columns:
            count, price = own.asks.count, float(world.market.plan.list_price[0, brand])
            worth = response.worth * self.worth_of(price) * self.accrual.factor(world.calendar, known(step))
            ledger.add_worth(
                own.member, shoppers.rows, n, worth * count.per_currency, worth * count.per_unit,
                shoppers.price[brand], shoppers.ask(own.redeeming, dtype=np.int32), count.redeeming_earns,
                shoppers.columns["price_sensitivity"], shoppers.ask("reward", True)[brand],
            )  # fmt: skip
        if own.plan is not None:
            weight = response.foresight * self.accrual.factor(world.calendar, known(step))
            foresight.add_foresight(
                own.balance, own.member, shoppers.rows, n, needed, own.plan.per_purchase, own.plan.purchases,
                own.plan.worth, own.plan.offset, weight, world.customers.arrays["needs"],
                shoppers.columns["price_sensitivity"], shoppers.ask("reward", True)[brand],
            )  # fmt: skip
        if self.reward.access_weeks:
            ledger.add_access(
                own.last_reward, shoppers.rows, n, step, self.reward.access_weeks / world.calendar.weeks,
                self.reward.access_utility, shoppers.ask("reward", True)[brand],
            )  # fmt: skip

    def settle(self, own: Ledger, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        asks, columns, reward = own.asks, shoppers.columns, self.reward
        count, needed, response = asks.count, asks.needed, asks.response
        joined_before = None
        if self.endowment:
            joined_before = shoppers.ask(f"{own.label}.before", dtype=np.uint8)
            ledger.membership(own.member, shoppers.rows, shoppers.n, joined_before)
        buyers, begins = self._enroll(own, world, shoppers, totals, step, occasion)
        shared = (shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication, own.place)
        credited = columns.get("points_credited", NO_LOG)
        if joined_before is not None:
            ledger.endow(
                *shared, joined_before, own.member, round(self.endowment * POINT_UNIT), own.balance, own.earned,
                totals.points_earned, credited,
            )  # fmt: skip
        redeeming = shoppers.ask(own.redeeming, dtype=np.int32)
        if asks.changes_price:
            ledger.redeem_at_till(
                redeeming, *shared, needed, columns[own.off], own.balance, own.redeemed, totals.points_redeemed,
                totals.rewards_redeemed, totals.program_cost, self._spent(shoppers),
            )  # fmt: skip
        goes_on = response.continue_endowed if self.endowment else response.continue_plain
        if goes_on < 1:
            ledger.give_up(
                shoppers.rows, shoppers.key, buyers, begins, redeeming, own.balance, needed, goes_on,
                purpose(f"{own.label}.give_up"), step, occasion, own.member,
            )  # fmt: skip
        factor = self.accrual.factor(world.calendar, known(step))
        ledger.credit(
            *shared, count.per_currency * factor * POINT_UNIT / MONEY_UNIT, round(count.per_unit * factor * POINT_UNIT),
            redeeming, count.redeeming_earns, shoppers.paid, shoppers.units, own.member, own.balance, own.earned,
            totals.points_earned, credited,
        )  # fmt: skip
        got = shoppers.ask(f"{own.label}.got", dtype=np.int32)
        if asks.pays_out:
            ledger.pay_out(
                *shared, needed, asks.payout, own.balance, own.redeemed,
                totals.points_redeemed, totals.rewards_redeemed, totals.program_cost, got, self._spent(shoppers),
            )  # fmt: skip
            if reward.bond_jump and "bond" in columns:
                benefits.please(got, buyers, begins, reward.bond_jump, columns["bond"][own.brand])
        if len(own.last_reward):
            ledger.mark_reward(
                shoppers.rows, buyers, begins, got if asks.pays_out else redeeming, step, own.last_reward
            )
        if own.last_use is not None:
            ledger.mark_use(shoppers.rows, buyers, begins, step, own.last_use)

    def close(self, own: Ledger, world: World, block: Block, totals: Totals, step: int) -> None:
        after, dates = own.asks.after, own.asks.dates
        due = dates > 0 and (step + 1 - world.calendar.burn_in) % dates == 0
        if after > 0 or due:
            ledger.expire(
                own.last_use if own.last_use is not None else own.member, block.start, block.stop,
                world.customers.n_customers, world.customers.segment, own.place, step - after, due,
                own.balance, own.expired, totals.points_expired,
            )  # fmt: skip

    def take_over(self, own: Ledger) -> None:
        if len(own.earned):  # where flows of customers were not kept before, what they hold is all that is known
            own.earned[:] = own.redeemed + own.expired + own.balance

    def columns(self, own: Ledger) -> dict[str, np.ndarray]:
        kept = {name: getattr(own, name) for name in ("earned", "redeemed", "expired")}
        flows = {f"points_{name}": array / POINT_UNIT for name, array in kept.items() if len(array)}
        return {**super().columns(own), "points": own.balance / POINT_UNIT, **flows}

    def liability_of_a_point(self, price: float) -> float:
        return self._cost_of_one(price) / self.count().needed * (1 - self.expected_breakage)

    def remarks(self) -> list[str]:
        owes_nothing = self.expected_breakage == 1 and self.expiry.kind == "none"
        said = "owes nothing: expected_breakage is 1, though balances are never lost: set expiry, or expect less"
        return [said] if owes_nothing else []

    def check(self, price: float, weeks: float) -> list[str]:
        faults = super().check(price, weeks)
        if self.changes_price and self.unit_cost != 1:
            faults.append("unit_cost is for what is paid out: a reward that lowers the price costs what it takes off")
        if self.endowment >= self.count().needed > 0:
            faults.append(
                f"endowment {self.endowment:g} is a reward already: it must be below the {self.count().needed:g} that "
                "one needs"
            )
        cost, spent = self._cost_of_one(price), self._spent_for_one(price)
        if not self.generous and cost > spent * (1 + OVER):
            faults.append(
                f"a reward costs {cost:g}, more than the {spent:g} for which it is earned at the list price, "
                f"in currency: {IF_MEANT}"
            )
        if not self.generous and self.reward.amount_off > price:
            faults.append(
                f"reward.amount of {self.reward.amount_off:g} is more than the list price of {price:g}, which is all "
                f"that can be taken off: {IF_MEANT}"
            )
        return faults

    def _cost_of_one(self, price: float) -> float:
        """What a reward costs the firm, in currency, at a usual price of the brand."""
        return self.reward.cost(self.unit_cost) if self.reward.pays_out else self.reward.worth(price)

    def _spent_for_one(self, price: float) -> float:
        """What the purchases that earn a reward cost the customer, at a usual price and when they earn most."""
        count = self.count()
        earned = (count.per_currency * price + count.per_unit) * max(1.0, self.accrual.most)
        return count.needed / earned * price if earned > 0 else math.inf

    def _plan(self, world: World, brand: int, number: int) -> foresight.Plan | None:
        """Solve what lies ahead of members; None if they have nothing to look forward to.

        Raises ScenarioError if a reward needs more purchases than anybody looks ahead.
        """
        count, price = self.count(), float(world.market.plan.list_price[0, brand])
        per_purchase = round((count.per_currency * price + count.per_unit) * POINT_UNIT)
        worth, response = self.reward.worth(price), self.customer_response.weights
        if per_purchase <= 0 or worth <= 0:
            return None
        needed = round(count.needed * POINT_UNIT)
        if needed > per_purchase * foresight.MOST_PURCHASES:
            message = (
                f"customers who look ahead see at most {foresight.MOST_PURCHASES} purchases; a reward needs "
                f"{-(-needed // per_purchase):,}"
            )
            where = path_text(("brands", world.brands[brand], "programs", number, "customer_response"))
            raise ScenarioError([Fault(None, None, where, message)])
        return foresight.plan(
            needed, per_purchase, worth, response.weekly_discount, response.usual_chance, self.changes_price,
            count.redeeming_earns,
        )  # fmt: skip

    def _asks(self, weeks: float) -> Asks:
        """What a step of so many weeks asks of the settings."""
        count, reward = self.count(), self.reward
        return Asks(
            count, round(count.needed * POINT_UNIT), self.changes_price, reward.pays_out,
            ledger_money(reward.cost(self.unit_cost)), self.customer_response.weights,
            self.expiry.after_steps(weeks), self.expiry.date_steps(weeks),
        )  # fmt: skip
