"""Influence: what messages do to those who hear them.

A kind delivers the last step's messages to inboxes it owns, and shows their effect to this round's shoppers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from loyaltysim.jit import jit
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.word_of_mouth.delivery import deliver
from loyaltysim.world import World

f4, u4 = np.float32, np.uint32


@dataclass
class Inbox:
    """Messages heard and not yet worked in: whole numbers, (signs ·) brands × rows."""

    heard: np.ndarray


class Influence(Part, room="influence model"):
    """What hearing a message does."""

    hears_public: ClassVar[bool] = False
    """Whether it lets customers hear of public complaints too: `public` of the messages board."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def hear(self, own: Any, world: World, audience: str, step: int) -> None:
        """Deliver the messages of the last step."""

    def read(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Let this round's shoppers feel what they heard."""

    def settle(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Forget what entered a state that was written back."""

    def forget(self, own: Any, world: World, rows: np.ndarray) -> None:
        """Let these rows have heard nothing."""


class NoInfluence(Influence):
    """Messages change nobody."""

    kind: Literal["none"] = "none"


def _open_inbox(world: World, signs: int) -> Inbox:
    # where everybody hears everybody the sums can leave the range of int32
    dtype = np.int64 if world.neighbors is not None and not hasattr(world.neighbors, "neighbor") else np.int32
    return Inbox(world.own("influence.inbox", (signs * world.customers.n_brands, world.customers.rows), dtype))


class OnSatisfaction(Influence):
    """Each message moves the hearer's satisfaction with the brand, up or down (eq. E26).

    Messages heard between two purchases add up; they enter satisfaction for good with the next purchase of the brand.
    """

    kind: Literal["satisfaction"] = "satisfaction"
    reads = ("satisfaction",)
    writes = ("satisfaction",)

    shift: float = setting(0.02, "Satisfaction that one full message adds or takes.", ge=0, unit="1")

    def open(self, world: World) -> Inbox:
        world.stage("satisfaction")
        return _open_inbox(world, 1)

    def hear(self, own: Inbox, world: World, audience: str, step: int) -> None:
        deliver(world, audience, own.heard, False)

    def forget(self, own: Inbox, world: World, rows: np.ndarray) -> None:
        own.heard[:, rows] = 0

    def read(self, own: Inbox, world: World, shoppers: Shoppers) -> None:
        column = shoppers.columns["satisfaction"]
        _add_heard(own.heard.T, shoppers.rows, shoppers.n, self.shift / STRENGTH_UNIT, column, shoppers.brands)

    def settle(self, own: Inbox, world: World, shoppers: Shoppers) -> None:
        _forget_bought(own.heard.T, shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers)


class OnHeard(Influence):
    """Messages shift the utility of the brand for a while (eqs. E27–E28): `heard`, a bounded sum with a half-life.

    Choices of the step after the message read it before it fades. A customer whose last brand is blamed discounts the
    blame by `resist_hearing`. Of public complaints everybody of the replication, customer or not, hears the expected
    amount, and judges by the answer (eq. E63).
    """

    kind: Literal["heard"] = "heard"
    hears_public = True
    reads = ("heard", "last_brand")
    writes = ("heard",)

    shift: float = setting(
        0.8,
        "Utility that one full message adds or takes.",
        ge=0,
        unit="logit",
        source="East, Hammond and Lomax 2008: about .2 in choice probability",
    )
    half_life_days: float = setting(21.0, "Time in which half of what was heard is forgotten.", gt=0, unit="days")
    heard_max: float = setting(3.0, "Most that what was heard can weigh, either way.", gt=0, unit="logit")
    resist_hearing: float = setting(0.5, "Share of blame of the own brand that is not believed.", ge=0, le=1, unit="1")

    def open(self, world: World) -> Inbox:
        world.stage("heard")
        world.stage("last_brand")
        return _open_inbox(world, 2)

    def forget(self, own: Inbox, world: World, rows: np.ndarray) -> None:
        world.customers.arrays["heard"][:, rows] = 0

    def hear(self, own: Inbox, world: World, audience: str, step: int) -> None:
        deliver(world, audience, own.heard, True)
        kept = 0.5 ** (world.calendar.weeks * DAYS_PER_WEEK / self.half_life_days)
        n_customers = world.customers.n_customers
        public = world.messages.public() * (self.shift / STRENGTH_UNIT / n_customers)
        _hear(
            own.heard, world.customers.arrays["last_brand"], public.astype(np.float32), n_customers,
            self.shift / STRENGTH_UNIT, kept, self.heard_max, self.resist_hearing, world.customers.arrays["heard"],
        )  # fmt: skip


@jit
def _add_heard(inbox, rows, n, shift, column, brands):
    """column[b, q] += shift · inbox[rows[q], b]."""
    shift = f4(shift)
    for q in range(n):
        row = rows[q]
        for b in range(len(brands)):
            column[b, q] += shift * f4(inbox[row, b])


@jit
def _forget_bought(inbox, rows, brand, buyers, n_buyers):
    """Empty the inbox of the brand bought: it entered satisfaction."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        inbox[u4(rows[q]), u4(brand[q])] = 0


@jit
def _hear(inbox, last, public, n_customers, shift, kept, heard_max, resist_hearing, heard):
    """heard ← clip(kept · heard + shift · (praise + blame · (1 - resist_hearing if the own brand)) + public).

    Blame is the second half of the inbox and at most 0; `public` is one number per replication and brand. Empties the
    inbox.
    """
    shift, kept, heard_max, believed = f4(shift), f4(kept), f4(heard_max), f4(1.0) - f4(resist_hearing)
    one = f4(1.0)
    n_brands = heard.shape[0]
    for b in range(n_brands):
        for r in range(public.shape[0]):
            begin, end = r * n_customers, (r + 1) * n_customers
            own, praise, blame = heard[b, begin:end], inbox[b, begin:end], inbox[n_brands + b, begin:end]
            of, seen = last[begin:end], public[r, b]
            for i in range(own.shape[0]):
                weight = believed if of[i] == b else one
                change = shift * (f4(praise[i]) + f4(blame[i]) * weight) + seen
                own[i] = min(max(kept * own[i] + change, -heard_max), heard_max)
                praise[i] = 0
                blame[i] = 0
