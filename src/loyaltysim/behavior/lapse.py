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

from loyaltysim.behavior import leaving
from loyaltysim.behavior.needs import EXIT
from loyaltysim.draws import purpose
from loyaltysim.market.leavers import TERMS, Leavers
from loyaltysim.market.shoppers import Block, Shoppers, fill, fill_by_brand
from loyaltysim.record import Part, setting
from loyaltysim.routine import is_zero
from loyaltysim.totals import Totals
from loyaltysim.world import World

LEAVE, RENEW, RETURN = purpose("lapse.leave"), purpose("lapse.renew"), purpose("lapse.return")

NO_STEPS = np.empty((0, 0), np.int32)
"""Stands for `latest_step` where brands are left at occasions only."""


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
    """What lapse keeps, and the states that move the chance to leave: None where they do not count."""

    base: np.ndarray
    """The chance to leave when nothing moves it, one per row."""
    satisfaction: np.ndarray | None
    strain: np.ndarray | None
    bond: np.ndarray | None
    second_life: np.ndarray | None
    member: np.ndarray | None
    hold: np.ndarray | None
    """What the friend who brought a customer leaves of the chance."""
    referred: np.ndarray | None
    status: np.ndarray
    left_step: np.ndarray
    """Step of the first leaving of each brand, -1 never: brands × rows."""
    latest_step: np.ndarray
    """Step of the latest leaving, for contracts, which may end between two occasions; none if nobody returns."""
    after_failure: np.ndarray | None
    """One bit for each brand that was left after a failure; None where nothing fails."""
    before: np.ndarray | None
    """What each term added at the last decision, terms × brands × rows; None where nobody asks for reasons."""
    known: np.ndarray | None
    """One bit for each brand about which there was a decision."""


class Leaving(Lapse):
    """What the kinds of lapse share: what moves the chance to leave, and the return."""

    by_satisfaction: float = setting(
        2.0, "How much satisfaction keeps from leaving: what its logit loses per unit above the reference.",
        ge=0, unit="logit",
    )  # fmt: skip
    satisfaction_reference: float = setting(
        0.5, "Level of satisfaction that is neutral in leaving: above it fewer leave.", unit="1"
    )
    by_bond: float = setting(
        2.0,
        "How much a bond keeps from leaving: what its logit loses per unit above the reference.",
        ge=0,
        unit="logit",
    )
    bond_reference: float = setting(0.0, "Level of bond that is neutral in leaving: above it fewer leave.", unit="1")
    by_membership: float = setting(
        0.0, "How much membership keeps from leaving, beside what the program pays.", ge=0, unit="logit",
        source="assumed: a card alone keeps nobody",
    )  # fmt: skip
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

        def counted(name: str, weight: float = 1.0) -> np.ndarray | None:
            return customers.ask(name) if weight and name in kept else None

        latest = world.own("lapse.latest_step", shape, np.int32, -1) if returns and between_occasions else NO_STEPS
        return Gone(
            base=customers.ask(chance),
            satisfaction=counted("satisfaction", self.by_satisfaction),
            strain=counted("strain"),
            bond=counted("bond", self.by_bond),
            second_life=counted("second_life"),
            member=customers.ask("member") if self.by_membership else None,
            hold=customers.arrays.get("hold"),
            referred=customers.arrays.get("referred"),
            status=customers.arrays["status"],
            left_step=world.own("lapse.left_step", shape, np.int32, -1),
            latest_step=latest,
            after_failure=world.own("lapse.after_failure", (customers.rows,), np.uint32) if fails else None,
            before=world.own("lapse.before", (len(TERMS), *shape), np.float32, order="F") if world.explains else None,
            known=world.own("lapse.known", (customers.rows,), np.uint32) if world.explains else None,
        )

    def _decide(
        self, own: Gone, world: World, leavers: Leavers, totals: Totals, purpose: np.uint64, step: int, occasion: int
    ) -> None:
        """Those listed on the board stay or leave; it keeps those who leave."""
        rows, brand, m, terms = leavers.rows, leavers.brand, leavers.n, leavers.terms
        if is_zero(m):
            return
        fill_by_brand(terms, m, 0.0)
        fill(leavers.again, m, 0.0)
        if own.hold is not None:
            leaving.held_by_friends(own.hold, own.referred, rows, brand, leavers.over, m, leavers.base)
        if own.satisfaction is not None:
            leaving.weigh(
                own.satisfaction, rows, brand, m, -self.by_satisfaction, self.satisfaction_reference, terms[0]
            )
        if own.strain is not None:
            leaving.weigh_strain(own.strain, rows, brand, m, self.failure_hazard, terms[1], leavers.failed)
        if own.bond is not None:
            leaving.weigh(own.bond, rows, brand, m, -self.by_bond, self.bond_reference, terms[2])
        if own.member is not None:
            leaving.weigh_members(own.member, rows, brand, m, -self.by_membership, terms[3])
        if own.second_life is not None:
            leaving.weigh(own.second_life, rows, brand, m, 1.0, 0.0, leavers.again)
        leaving.chances(leavers.base, terms, leavers.again, m, leavers.chance)
        if own.before is not None:
            leaving.since_last(own.before, own.known, rows, brand, m, leavers.again, leavers.base, terms)
        customers = world.customers
        leavers.n = leaving.leave(
            rows, leavers.key, brand, leavers.base, terms, leavers.chance, leavers.failed, leavers.over, m,
            customers.segment, customers.n_customers, purpose, step, occasion, own.status, own.left_step, totals.lapsed,
        )  # fmt: skip
        if own.after_failure is not None:
            leaving.mark_failure(rows, brand, leavers.failed, leavers.n, own.after_failure)
        if len(own.latest_step):
            leaving.mark_step(rows, brand, leavers.n, step, own.latest_step)

    def come_back(self, own: Gone, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        if self.return_rate:
            leaving.come_back(
                shoppers.rows, shoppers.key, shoppers.segment, shoppers.begins, shoppers.first_replication,
                shoppers.columns["elapsed"], own.latest_step, world.calendar.weeks, self.return_rate, RETURN, step,
                occasion, shoppers.ask("lapse.gone", dtype=np.int32), shoppers.ask("lapse.might", dtype=np.int32),
                shoppers.columns["status"], own.status, totals.returned,
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
    alters = ("strain",)

    def open(self, world: World) -> Gone:
        world.stage("tried")
        return self._open(world, "dropout_chance", between_occasions=False)

    def after_purchase(
        self, own: Gone, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int, occasion: int
    ) -> None:
        leavers.n = leaving.repeat_buyers(
            shoppers.rows, shoppers.key, shoppers.brand, shoppers.buyers, shoppers.n_buyers,
            shoppers.columns["tried"], own.base, leavers.rows, leavers.key, leavers.brand, leavers.base,
        )  # fmt: skip
        self._decide(own, world, leavers, totals, LEAVE, step, occasion)


@dataclass
class Cancelled(Gone):
    """The same, with contracts."""

    contract: np.ndarray
    signed: np.ndarray
    """Step in which the customer's contract began."""
    category_exit: np.ndarray | None


class ContractLapse(Leaving):
    """A contract that is due is not renewed with a chance (eq. E65); needs of kind contract make the contracts.

    Satisfaction and bond are as the customer's last occasion left them, the step before. Whoever leaves the whole
    category lets the contract run to its end.
    """

    kind: Literal["contract"] = "contract"
    reads = (
        "cancel_chance", "satisfaction", "bond", "strain", "member", "second_life", "tried", "seen", "status",
        "contract", "category_exit",
    )  # fmt: skip
    writes = ("status",)
    alters = ("strain", "contract")

    term_steps: int = setting(1, "Steps from the beginning of a contract, and from a renewal, to the next.", ge=1,
                              le=1_000_000, unit="steps")  # fmt: skip

    def open(self, world: World) -> Cancelled:
        gone = self._open(world, "cancel_chance", between_occasions=True)
        world.stage("contract")
        return Cancelled(
            **vars(gone),
            contract=world.customers.arrays["contract"],
            signed=world.own("lapse.signed", (world.customers.rows,), np.int32, clock=True),
            category_exit=world.customers.arrays.get("category_exit"),
        )

    def renew(self, own: Cancelled, world: World, block: Block, leavers: Leavers, totals: Totals, step: int) -> None:
        leavers.n = leaving.due(
            own.contract, own.signed, block.start, block.stop, step, self.term_steps, own.base, world.customers.key,
            leavers.rows, leavers.key, leavers.brand, leavers.base,
        )  # fmt: skip
        if own.category_exit is not None:
            leaving.out_of_category(
                leavers.rows, leavers.key, leavers.n, own.category_exit, step, world.calendar.burn_in,
                world.calendar.weeks, EXIT, leavers.base, leavers.over,
            )  # fmt: skip
        self._decide(own, world, leavers, totals, RENEW, step, 0)
        leaving.end_contracts(leavers.rows, leavers.n, own.contract)

    def after_purchase(
        self, own: Cancelled, world: World, shoppers: Shoppers, leavers: Leavers, totals: Totals, step: int,
        occasion: int,
    ) -> None:  # fmt: skip
        leaving.sign(shoppers.columns["contract"], shoppers.brand, shoppers.rows, shoppers.n, step, own.signed)
