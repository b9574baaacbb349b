"""Lapse: when customers leave a brand, and when it is open to them again (eqs. E64–E66).

A brand that was left is not considered (bit in `status`) until the customer returns to it or is won back. A kind
either decides after each repeat purchase, or when contracts are due, and writes who left to the board of leavers.

The chance to leave is a trait of the customer. Satisfaction, bond and membership lower it and failures raise it, each
as a factor of the odds; where nothing does so it is the trait itself, bit for bit, and a trait of 0 or 1 stays what it
is. So with everything else off these kinds are the models of Fader and Hardie: BG/NBD (with Lee, 2005) and shifted
beta-geometric (2007), if the trait has a beta distribution.

To write another: a `Lapse` with a `kind`, whose `renew` or `after_purchase` sets bits of `status` and fills `leavers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.behavior.needs import EXIT, exit_weeks
from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.leavers import Leavers
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

LEAVE, RENEW, RETURN = purpose("lapse.leave"), purpose("lapse.renew"), purpose("lapse.return")

f4, i4, i8, u4 = np.float32, np.int32, np.int64, np.uint32

NOBODY_BY_BRAND = np.empty((0, 0), np.float32)
"""Stands for a state by brand that does not count: kernels see that it has no rows."""
NOBODY = np.empty(0, np.uint32)
NO_STEPS = np.empty((0, 0), np.int32)


class Lapse(Part, room="lapse model"):
    """When customers leave a brand."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def renew(self, own: Any, world: World, block: Block, leavers: Leavers, totals: Totals, step: int) -> None:
        """Before anybody shops: end the contracts of the block that are due and not renewed."""

    def come_back(self, own: Any, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        """Before the choice: open brands that were left to some of this round's shoppers again."""

    def after_purchase(
        self, own: Any, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int, occasion: int
    ) -> None:
        """After the purchase: let some of this round's buyers leave the brand."""


class NoLapse(Lapse):
    """Nobody ever leaves for good."""

    kind: Literal["none"] = "none"


@dataclass
class Gone:
    """What lapse keeps, and the states that move the chance to leave: those that do not count have no rows."""

    base: np.ndarray
    """The chance to leave when nothing moves it, one per row."""
    satisfaction: np.ndarray
    strain: np.ndarray
    bond: np.ndarray
    second_life: np.ndarray
    member: np.ndarray
    status: np.ndarray
    left_step: np.ndarray
    """Step of the first leaving of each brand, -1 never: brands × rows."""
    latest_step: np.ndarray
    """Step of the latest leaving, for contracts, which may end between two occasions; none if nobody returns."""
    after_failure: np.ndarray
    """One bit for each brand that was left after a failure; none where nothing fails."""

    @property
    def moving(self) -> tuple[np.ndarray, ...]:
        """The states that move the chance, in the order in which kernels take them."""
        return self.satisfaction, self.strain, self.bond, self.member, self.second_life

    @property
    def written(self) -> tuple[np.ndarray, ...]:
        """What is written when somebody leaves."""
        return self.status, self.left_step, self.latest_step, self.after_failure


class Leaving(Lapse):
    """What the kinds of lapse share: what moves the chance to leave, and the return."""

    by_satisfaction: float = setting(
        2.0, "What the logit of the chance to leave loses per unit of satisfaction above 0.5.", ge=0, unit="logit"
    )
    by_bond: float = setting(2.0, "The same per unit of bond above the reference.", ge=0, unit="logit")
    bond_reference: float = setting(0.0, "Bond that changes nothing.", unit="1")
    by_membership: float = setting(0.5, "The same for members of a program of the brand.", ge=0, unit="logit")
    failure_hazard: float = setting(
        2.0, "What the logit gains per unit of what failures weigh, if behavior.recovery is on.", ge=0, unit="logit"
    )
    return_rate: float = setting(
        0.0, "Rate at which a brand that was left is open again.", ge=0, unit="1/week", source="0: who leaves is lost"
    )

    def _open(self, world: World, chance: str, *, between_occasions: bool) -> Gone:
        """The arrays; `between_occasions` says that customers may leave at other times than when they buy."""
        customers, kept = world.customers, world.kept
        shape = (customers.n_brands, customers.rows)
        returns, fails = self.return_rate > 0, "strain" in kept
        world.stage("status")
        customers.ask("tried")
        world.history.ask("first_step")
        if returns:
            customers.ask("seen")

        def counted(name: str, weight: float = 1.0) -> np.ndarray:
            return customers.ask(name) if weight and name in kept else NOBODY_BY_BRAND

        latest = world.own("lapse.latest_step", shape, np.int32, -1) if returns and between_occasions else NO_STEPS
        return Gone(
            base=customers.ask(chance),
            satisfaction=counted("satisfaction", self.by_satisfaction),
            strain=counted("strain"),
            bond=counted("bond", self.by_bond),
            second_life=counted("second_life"),
            member=customers.ask("member") if self.by_membership else NOBODY,
            status=customers.arrays["status"],
            left_step=world.own("lapse.left_step", shape, np.int32, -1),
            latest_step=latest,
            after_failure=world.own("lapse.after_failure", (customers.rows,), np.uint32) if fails else NOBODY,
        )

    @property
    def _weights(self) -> tuple[float, ...]:
        return self.by_satisfaction, self.failure_hazard, self.by_bond, self.bond_reference, self.by_membership

    def come_back(self, own: Gone, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        if self.return_rate:
            _come_back(
                shoppers.rows, shoppers.key, shoppers.segment, shoppers.begins, shoppers.first_replication,
                shoppers.columns["elapsed"], own.latest_step, world.calendar.weeks, self.return_rate, RETURN, step,
                occasion, shoppers.columns["status"], own.status, totals.returned,
            )  # fmt: skip


class Dropout(Leaving):
    """After each repeat purchase of a brand the customer leaves it with a chance (eq. E64).

    The first purchase of a brand is no repeat purchase, and nobody leaves after it.
    """

    kind: Literal["dropout"] = "dropout"
    reads = (
        "dropout_chance", "satisfaction", "bond", "strain", "member", "second_life", "tried", "seen", "status",
    )  # fmt: skip
    writes = ("status",)

    def open(self, world: World) -> Gone:
        return self._open(world, "dropout_chance", between_occasions=False)

    def after_purchase(
        self, own: Gone, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int, occasion: int
    ) -> None:
        leavers.n = _drop_out(
            shoppers.rows, shoppers.brand, shoppers.key, shoppers.segment, shoppers.begins,
            shoppers.first_replication, world.customers.arrays["tried"], own.base, *own.moving, self._weights, LEAVE,
            step, occasion, *own.written, totals.lapsed, leavers.rows, leavers.brand, leavers.base, leavers.chance,
            leavers.terms,
        )  # fmt: skip


@dataclass
class Cancelled(Gone):
    """The same, with contracts."""

    contract: np.ndarray
    signed: np.ndarray
    """Step in which the customer's contract began."""
    category_exit: np.ndarray


class Contract(Leaving):
    """A contract that is due is not renewed with a chance (eq. E65); needs of kind contract make the contracts.

    Satisfaction and bond are as the customer's last occasion left them, the step before. Whoever leaves the whole
    category lets the contract run to its end.
    """

    kind: Literal["contract"] = "contract"
    reads = (
        "cancel_chance", "satisfaction", "bond", "strain", "member", "second_life", "tried", "seen", "status",
        "contract", "category_exit",
    )  # fmt: skip
    writes = ("status", "contract")

    term_steps: int = setting(1, "Steps from the beginning of a contract, and from a renewal, to the next.", ge=1,
                              le=1_000_000, unit="steps")  # fmt: skip

    def open(self, world: World) -> Cancelled:
        gone = self._open(world, "cancel_chance", between_occasions=True)
        world.stage("contract")
        return Cancelled(
            **vars(gone),
            contract=world.customers.arrays["contract"],
            signed=world.own("lapse.signed", (world.customers.rows,), np.int32, clock=True),
            category_exit=world.customers.arrays.get("category_exit", np.empty(0, np.float32)),
        )

    def renew(self, own: Cancelled, world: World, block: Block, leavers: Leavers, totals: Totals, step: int) -> None:
        customers = world.customers
        leavers.n = _renew(
            customers.key, customers.segment, customers.n_customers, block.start, block.stop, own.contract, own.signed,
            self.term_steps, own.category_exit, exit_weeks(world, step), EXIT, own.base, *own.moving,
            self._weights, RENEW, step, *own.written, totals.lapsed, leavers.rows, leavers.brand, leavers.base,
            leavers.chance, leavers.terms,
        )  # fmt: skip

    def after_purchase(
        self, own: Cancelled, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int,
        occasion: int,
    ) -> None:  # fmt: skip
        _sign(shoppers.columns["contract"], shoppers.brand, shoppers.rows, shoppers.n, step, own.signed)


@jit
def _moved(base, shift):
    """The chance whose odds are those of `base` times e**shift; `base` itself where the shift is 0."""
    odds = base * exp(shift)
    return base if shift == f4(0.0) else odds / ((f4(1.0) - base) + odds)


@jit
def _terms(row, b, satisfaction, strain, bond, member, second_life, weights):
    """What each term adds to the logit of the chance to leave, and last the whole."""
    zero, half = f4(0.0), f4(0.5)
    by_satisfaction, service, by_bond, membership, again = zero, zero, zero, zero, zero
    if satisfaction.shape[0] > 0:
        by_satisfaction = -f4(weights[0]) * (satisfaction[b, row] - half)
    if strain.shape[0] > 0:
        service = f4(weights[1]) * strain[b, row]
    if bond.shape[0] > 0:
        by_bond = -f4(weights[2]) * (bond[b, row] - f4(weights[3]))
    if member.shape[0] > 0:
        membership = -f4(weights[4]) * f4((u4(member[row] >> u4(b)) & u4(1)) != u4(0))
    if second_life.shape[0] > 0:
        again = second_life[b, row]
    return by_satisfaction, service, by_bond, membership, by_satisfaction + service + by_bond + membership + again


@jit
def _decide(
    row, b, u, certain, base, satisfaction, strain, bond, member, second_life, weights, step,
    status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base, to_chance, to_terms,
):  # fmt: skip
    """Let the customer leave the brand if `u` is below the chance, or stay; returns 1 or 0. Strain is over."""
    by_satisfaction, service, by_bond, membership, shift = _terms(
        row, b, satisfaction, strain, bond, member, second_life, weights
    )
    own = f4(1.0) if certain else base[row]
    chance = _moved(own, shift)
    failed = False
    if strain.shape[0] > 0:
        failed = strain[b, row] > f4(0.0)
        strain[b, row] = f4(0.0)
    if not u < chance:
        return i8(0)
    bit = u4(1) << u4(b)
    status[row] |= bit
    if left_step[b, row] < 0:
        left_step[b, row] = step
    if latest_step.shape[0] > 0:
        latest_step[b, row] = step
    if after_failure.shape[0] > 0:
        after_failure[row] = (after_failure[row] | bit) if failed else (after_failure[row] & ~bit)
    to_rows[k], to_brand[k], to_base[k], to_chance[k] = row, b, own, chance
    to_terms[0, k], to_terms[1, k], to_terms[2, k], to_terms[3, k] = by_satisfaction, service, by_bond, membership
    return i8(1)


@jit
def _drop_out(
    rows, brand, key, segment, begins, first_replication, tried, base, satisfaction, strain, bond, member, second_life,
    weights, purpose, step, occasion, status, left_step, latest_step, after_failure, lapsed, to_rows, to_brand, to_base,
    to_chance, to_terms,
):  # fmt: skip
    """Each repeat buyer decides; returns how many left."""
    luck = salt(purpose, step, occasion, 0)
    k = i8(0)
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            b, row = brand[q], rows[q]
            if b >= 0 and (u4(tried[row] >> u4(b)) & u4(1)) != u4(0):
                left = _decide(
                    row, b, uniform(key[q], luck), False, base, satisfaction, strain, bond, member, second_life,
                    weights, step, status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base,
                    to_chance, to_terms,
                )  # fmt: skip
                lapsed[first_replication + r, segment[q], b] += left
                k += left
    return k


@jit
def _renew(
    keys, segment, n_customers, start, stop, contract, signed, term, category_exit, weeks, exit_purpose, base,
    satisfaction, strain, bond, member, second_life, weights, purpose, step, status, left_step, latest_step,
    after_failure, lapsed, to_rows, to_brand, to_base, to_chance, to_terms,
):  # fmt: skip
    """Each customer whose contract is due decides; contracts that are not renewed end. Returns how many do."""
    luck, exit_luck = salt(purpose, step, 0, 0), salt(exit_purpose, 0, 0, 0)
    weeks, k = f4(weeks), i8(0)
    for row in range(start, stop):
        b, age = contract[row], i4(step) - signed[row]
        if b >= 0 and age > 0 and age % term == 0:
            over = False
            if category_exit.shape[0] > 0:
                over = not uniform(keys[row], exit_luck) < exp(-category_exit[row] * weeks)
            left = _decide(
                row, b, uniform(keys[row], luck), over, base, satisfaction, strain, bond, member, second_life,
                weights, step, status, left_step, latest_step, after_failure, k, to_rows, to_brand, to_base,
                to_chance, to_terms,
            )  # fmt: skip
            if left:
                contract[row] = -1
                lapsed[row // n_customers, segment[row], b] += left
                k += left
    return k


@jit
def _sign(before, brand, rows, n, step, signed):
    """signed[row] = step for those who buy and had no contract before."""
    for q in range(n):
        if before[q] < 0 and brand[q] >= 0:
            signed[rows[q]] = step


@jit
def _come_back(
    rows, key, segment, begins, first_replication, elapsed, latest_step, weeks, rate, purpose, step, occasion, left,
    status, returned,
):  # fmt: skip
    """Clear the bits of brands that are open again; `left` is the staged status.

    Time counts from the last occasion, or from the end of a contract if that came later.
    """
    rate, weeks = f4(rate), f4(weeks)
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            if left[q] != u4(0):
                for b in range(returned.shape[2]):
                    bit = u4(1) << u4(b)
                    if (left[q] & bit) != u4(0):
                        time = elapsed[q]
                        if latest_step.shape[0] > 0:
                            time = min(time, f4(i4(step) - latest_step[b, rows[q]]) * weeks)
                        if uniform(key[q], salt(purpose, step, occasion, b)) > exp(-rate * time):
                            left[q] &= ~bit
                            status[rows[q]] &= ~bit
                            returned[first_replication + r, segment[q], b] += i8(1)
