"""The base of all programs: who is a member, and what a program may do in a step.

A kind says what members get. To write another: a `Program` with a `kind` that overrides some of `open`, `pace`,
`offer`, `settle` and `close`; one that counts points or stamps is a `programs.counting.Counting` and says only how it
counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from loyaltysim.draws import purpose
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.programs import joining
from loyaltysim.programs.parts.enrollment import Automatic, Enrollment, Terms
from loyaltysim.record import ROUNDING, Part, setting, weeks_text
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.world import World

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


IF_MEANT = "if that is meant, set generous = true"
OVER = 1e-9
"""By how much of it a cost may be above its limit through rounding."""
NO_LOG = np.empty(0, np.int64)
"""The column of a round of which nothing is logged."""


@dataclass
class Account:
    """What every program keeps: arrays of one per row."""

    place: int
    """The program's number among all programs of the scenario, by which totals are kept."""
    label: str
    """Brand and number within the brand: no other program changes its draws and arrays."""
    luck: np.uint64
    """The purpose of its draws at enrollment."""
    brand: int
    member: np.ndarray
    """uint8: 0 no member, 1 member, 2 a member who has given up the card, 3 held out by a study: may not join."""
    may_join: np.ndarray
    """uint8, replications × segments."""
    terms: Terms
    """Who becomes a member."""

    @property
    def redeeming(self) -> str:
        """The name of the column that marks who redeems at this purchase …"""
        return f"{self.label}.redeeming"

    @property
    def off(self) -> str:
        """… and of the one with the money that the program takes off a unit."""
        return f"{self.label}.off"


class Program(Part, room="program"):
    """A loyalty program of a brand."""

    reads = ("bond", "satisfaction", "price_sensitivity", "needs", "taste", "program_affinity")
    writes = ("pace", "member")
    alters = ("bond",)
    counts: ClassVar[bool] = False
    """Whether it has balances that purchases fill."""

    name: str = setting("", "What the program is called in results; empty: its brand and kind.")
    enrollment: Enrollment = setting(Automatic(), "Who becomes a member.")
    segments: tuple[str, ...] = setting((), "Segments whose customers may join; none: all.")
    from_week: float | None = setting(
        None, "Week of its launch, from the first measured step on; none: it was always there.", unit="weeks"
    )
    generous: bool = setting(
        False, "Whether what it gives may cost the firm more than the purchases that bring it cost the customer."
    )

    @property
    def changes_price(self) -> bool:
        """Whether it lowers the price of a purchase."""
        return False

    def unfold(self, brands: Mapping[str, Any], focal: str) -> Program:
        """What it is, among all brands' tables: itself, or what it copies."""
        return self

    def launch(self, own: Any, world: World) -> None:
        """Let nobody join where it is not launched at all."""

    def runs(self, world: World, step: int) -> bool:
        """Whether it has begun; before that it does nothing (eq. E130)."""
        return self.from_week is None or bool(world.calendar.within(step, self.from_week, None))

    def phase(self, own: Any, world: World, step: int) -> Hashable:
        """What of a step, beside its number, changes what `offer`, `ring_up` and `settle` call (`routine.known`)."""
        return None

    def open(self, world: World, brand: int, number: int, place: int, by_customer: bool) -> Any:
        """Make the arrays of the brand's program `number`; `by_customer` keeps each customer's flows beside totals."""
        return Account(**self._account(world, brand, number, place))

    def pace(self, own: Any, world: World, block: Block, step: int) -> None:
        """Multiply the pace of the block's members (stage 5)."""

    def offer(self, own: Any, world: World, shoppers: Shoppers, step: int) -> None:
        """Show members what the program makes of this purchase: its price and its worth (stage 7)."""

    def ring_up(self, own: Any, shoppers: Shoppers) -> None:
        """Take off what further units of a purchase cost less: the till has lowered the price of one (stage 9)."""

    def settle(self, own: Any, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int) -> None:
        """Enroll, give and take this round's buyers what they are due (stage 9)."""
        self._enroll(own, world, shoppers, totals, step, occasion)

    def close(self, own: Any, world: World, block: Block, totals: Totals, step: int) -> None:
        """Do what is due once a step (stage 12)."""

    def take_over(self, own: Any) -> None:
        """Fit to these settings what the program kept under others, after a branch."""

    def columns(self, own: Any) -> dict[str, np.ndarray]:
        """What a table of customers shows of it, by name: one number per row."""
        return {"member": (own.member != 0) & (own.member != joining.HELD_OUT)}

    def liability_of_a_point(self, price: float) -> float:
        """Expected cost of one outstanding point, in currency."""
        return 0.0

    def check(self, price: float, weeks: float) -> list[str]:
        """What contradicts itself in the settings, at a list price and with steps of so many weeks."""
        parts = {"": self, **{f"{name}.": part for name, part in self if isinstance(part, Part)}}
        times = {path + name: getattr(part, name) for path, part in parts.items() for name in part.lengths}
        faults = [
            f"{name} of {weeks_text(time)} is shorter than a step of {weeks_text(weeks)}"
            for name, time in times.items()
            if time < weeks - ROUNDING
        ]
        cost = self.cost_of_a_unit(price)
        if not self.generous and cost > price * (1 + OVER):
            faults.append(
                f"a unit sells at {price:g}, and what the program gives with it costs {cost:g} on average: {IF_MEANT}"
            )
        return faults

    def remarks(self) -> list[str]:
        """What of these settings does nothing, though it may be meant: a line each, that goes on from its path."""
        return []

    def cost_of_a_unit(self, price: float) -> float:
        """What the program gives with a purchase of one unit at most, in currency, on average over its luck.

        Rewards that take several purchases are not in it.
        """
        return 0.0

    def describe(self, brand: str) -> str:
        """The program's name in results."""
        return self.name or f"{brand} {self.kind}"

    def _account(self, world: World, brand: int, number: int, place: int) -> dict[str, Any]:
        """The columns of `Account`, for kinds that keep more."""
        label = f"program.{world.brands[brand]}.{number}"
        may_join = [not self.segments or name in self.segments for name in world.segments]
        return {
            "place": place,
            "label": label,
            "luck": purpose(f"{label}.enroll"),
            "brand": brand,
            "member": self._own(world, label, "member", np.uint8),
            "may_join": np.tile(np.array(may_join, np.uint8), (world.n_replications, 1)),
            "terms": self.enrollment.terms,
        }

    def _own(
        self, world: World, label: str, name: str, dtype: DTypeLike, wanted: bool = True, start: float = 0
    ) -> np.ndarray:
        """An array of one per row that this program alone owns; an empty one if it is not wanted."""
        return world.own(f"{label}.{name}", (world.customers.rows if wanted else 0,), np.dtype(dtype).type, start)

    @staticmethod
    def _spent(shoppers: Shoppers) -> np.ndarray:
        """Where to note what each shopper costs the programs, in ledger units; empty if purchases are not logged."""
        return shoppers.columns.get("program_cost", NO_LOG)

    def _more_terms(self, own: Any, world: World, shoppers: Shoppers, logit: np.ndarray) -> None:
        """Add to the logit of the chance to join what this kind knows of besides."""

    def _enroll(
        self, own: Account, world: World, shoppers: Shoppers, totals: Totals, step: int, occasion: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Some of this round's buyers become members (eq. E30); returns who bought, as `shoppers.buyers_of` does."""
        buyers, begins = shoppers.buyers_of(own.brand)
        terms, columns = own.terms, shoppers.columns
        fee = ledger_money(terms.fee)
        if fee:
            joining.charge(totals.enrolled, own.place, -fee, totals.program_fees)
        if terms.chance < 1:
            logit = shoppers.ask("enrollment.logit")
            joining.start_logit(terms.chance, shoppers.n, logit)
            felt = (("bond", terms.by_bond, 0.0), ("satisfaction", terms.by_satisfaction, 0.5))
            for state, weight, reference in (*felt, ("taste", terms.by_taste, 0.0)):
                if weight and state in columns:
                    joining.add_term(columns[state][own.brand], weight, reference, shoppers.n, logit)
            if terms.by_need:
                needs = world.customers.arrays["needs"]
                joining.add_of_row(needs, shoppers.rows, terms.by_need, shoppers.n, logit)
            if world.customers.has("program_affinity"):
                affinity = world.customers.arrays["program_affinity"]
                joining.add_of_row(affinity, shoppers.rows, 1.0, shoppers.n, logit)
            self._more_terms(own, world, shoppers, logit)
            joining.enroll(
                logit, shoppers.key, shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication,
                own.place, own.luck, step, occasion, own.may_join, own.member, totals.enrolled,
            )  # fmt: skip
        else:
            joining.enroll_all(
                shoppers.rows, buyers, shoppers.segment, begins, shoppers.first_replication, own.place, own.may_join,
                own.member, totals.enrolled,
            )  # fmt: skip
        if fee:
            joining.charge(totals.enrolled, own.place, fee, totals.program_fees)
        if world.customers.has("member"):
            joining.mark_members(own.member, shoppers.rows, buyers, begins, own.brand, world.customers.arrays["member"])
        return buyers, begins


def ledger_money(amount: float) -> int:
    """An amount of the currency in whole 1/10,000, half to even."""
    return round(amount * MONEY_UNIT)
