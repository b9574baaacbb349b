"""Levers that send customers something to read: contacts are remembered, tire, and make some opt out for good.

Who is tired is tired of the brand, whichever lever sent what: each lever of this shape puts what still tires of its
contacts on the board of touches, and looks at that of the brand's others (eq. E141).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.levers.lever import Number
from loyaltysim.levers.reaching import Reach, Reaching
from loyaltysim.market.seen import Seen
from loyaltysim.market.shoppers import Shoppers, fill
from loyaltysim.market.touches import Tiring
from loyaltysim.record import setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

LN_2 = float(np.log(2.0))
NEVER = -1

f4, u4 = np.float32, np.uint32


@dataclass
class Reminded(Reach):
    """What is left of earlier contacts, one per row, as of the last one."""

    recent: np.ndarray
    """Contacts that are still in mind."""
    fatigue: np.ndarray
    """Contacts that still tire."""
    last: np.ndarray
    """Step of the last contact, -1 never."""
    out: np.ndarray
    """1 for who wants to hear no more."""
    others: list[Tiring]
    """What the brand's levers sent, this one's included."""
    aversion: np.ndarray | None = None
    """How much each customer minds that the brand knows it; None: nobody minds."""


class Contacting(Reaching):
    """Each contact adds to the utility of the brand, less with every one that still tires, and some opt out for good.

    Contacts are remembered with a half-life and tire for a while (eqs. E125, E141); each may make the customer opt out,
    the rather the more it tires (eq. E126). `behavior.needs` says whether contacts also bring needs forward
    (`contact_lift`). To write another: a subclass with a `kind`.
    """

    touches = ("contact", "jump")

    relevance: float = setting(
        0.1, "Utility that a contact in mind adds, as long as none tires.", ge=-10, le=10, unit="logit"
    )
    half_life_weeks: float = setting(2.0, "Time after which half of a contact is forgotten.", gt=0, unit="weeks")
    tiring: float = setting(0.2, "How far a contact that tires lowers the logarithm of the effect.", ge=0, unit="1")
    recovery_weeks: float = setting(8.0, "Time after which a contact tires 1/e as much.", gt=0, unit="weeks")
    opt_out: float = setting(
        0.001, "Hazard to opt out at a contact, per contact that tires, this one included.", ge=0, le=10,
        unit="1 a contact",
    )  # fmt: skip
    jump: float = setting(
        0.0, "Share of what the bond lacks to 1 that a contact adds, as far as it does not tire.", ge=0, le=1,
        unit="1 a contact", source="assumed: 0",
    )  # fmt: skip

    @property
    def felt(self) -> tuple[str, ...]:
        attracts, binds = ("attention",) * bool(self.relevance), ("jump",) * bool(self.jump)
        return ("contact", *attracts, *binds)

    @property
    def minded(self) -> float:
        """What a unit of aversion takes from the effect: nothing, unless a kind knows more of the customer."""
        return 0.0

    def open(self, world: World, brand: int, number: Number) -> Reminded:
        reach, rows = self._reach(world, brand, number), world.customers.rows
        label, others = reach["label"], world.touches.tiring.setdefault(brand, [])
        own = Reminded(
            **reach,
            recent=world.own(f"{label}.recent", (rows,), np.float32),
            fatigue=world.own(f"{label}.fatigue", (rows,), np.float32),
            last=world.own(f"{label}.last", (rows,), np.int32, NEVER),
            out=world.own(f"{label}.out", (rows,), np.uint8),
            others=others,
        )
        others.append(
            Tiring(own.label, own.fatigue, own.last, world.calendar.weeks / self.recovery_weeks, self.strength)
        )
        return own

    def among(self, own: Reminded, world: World, seen: Seen) -> np.ndarray:
        """Who ever bought the brand and has not opted out."""
        rows = seen.customers
        return rows[own.out[rows] == 0]

    def reach(self, own: Reminded, world: World, rows: np.ndarray, totals: Totals, step: int) -> None:
        tired = self._tired(own, rows, len(rows), step, np.empty(len(rows), np.float32))
        if self.jump:
            effect = np.empty(len(rows), np.float32)
            _effects(tired, rows, len(rows), self.tiring, *self._mind(own), effect)
            self._jump(own, world, rows, np.float32(self.strength * self.jump) * effect)
        weeks = world.calendar.weeks
        _contact(
            rows, world.customers.key, own.luck("opt_out"), step, weeks / self.half_life_weeks * LN_2,
            weeks / self.recovery_weeks, self.opt_out * self.strength, tired, own.recent, own.fatigue, own.last,
            own.out, self.strength, world.touches.arrays["contact"][own.brand],
        )  # fmt: skip
        totals.opted_out[:, :, own.brand] += world.by_segment(rows[own.out[rows] != 0])

    def offer(self, own: Reminded, world: World, shoppers: Shoppers, step: int) -> None:
        if self.relevance:
            rows, n, effect = shoppers.rows, shoppers.n, shoppers.ask("contact.effect")
            tired = self._tired(own, rows, n, step, shoppers.ask("contact.tired"))
            _effects(tired, rows, n, self.tiring, *self._mind(own), effect)
            _attend(
                rows, n, step, world.calendar.weeks / self.half_life_weeks * LN_2, self.strength * self.relevance,
                own.recent, own.last, effect, shoppers.ask("attention", True)[own.brand],
            )  # fmt: skip

    def _mind(self, own: Reminded) -> tuple[float, np.ndarray]:
        """What a unit of aversion takes from the effect, and each row's; any numbers where nobody minds."""
        return (0.0, own.recent) if own.aversion is None else (self.minded, own.aversion)

    def _tired(self, own: Reminded, rows: np.ndarray, n: int, step: int, tired: np.ndarray) -> np.ndarray:
        """Write how many contacts tire each of the rows now, others' as strongly as they are sent (eq. E141)."""
        fill(tired, n, 0.0)
        for one in own.others:
            weight = 1.0 if one.label == own.label else one.strength
            _tire(rows, n, step, one.recovering, weight, one.fatigue, one.last, tired)
        return tired


@jit
def _tire(rows, n, step, recovering, weight, fatigue, last, tired):
    """tired[q] += weight · what still tires of a lever's contacts, as of this step."""
    recovering, weight, step = f4(recovering), f4(weight), np.int32(step)
    for q in range(n):
        row = u4(rows[q])
        tired[q] += weight * (fatigue[row] * exp(-recovering * f4(step - last[row])))


@jit
def _effects(tired, rows, n, tiring, minded, aversion, effect):
    """effect[q] = e**(-tiring · contacts that tire) - minded · aversion (eqs. E125, E140)."""
    tiring, minded = f4(tiring), f4(minded)
    for q in range(n):
        effect[q] = exp(-tiring * tired[q]) - minded * aversion[u4(rows[q])]


@jit
def _contact(
    rows, key, luck, step, forgetting, recovering, opt_out, tired, recent, fatigue, last, out, strength, contacts
):
    """Each row is contacted: what is left of earlier contacts plus one; some opt out (eqs. E125, E126)."""
    forgetting, recovering, opt_out = f4(forgetting), f4(recovering), f4(opt_out)
    strength, one, chance = f4(strength), f4(1.0), salt(luck, step, 0, 0)
    for k in range(rows.shape[0]):
        row = rows[k]
        steps = f4(step - last[row])  # before the first contact nothing is there to fade
        recent[row] = recent[row] * exp(-forgetting * steps) + one
        fatigue[row] = fatigue[row] * exp(-recovering * steps) + one
        last[row] = step
        contacts[row] += strength
        out[row] = np.uint8(uniform(key[row], chance) >= exp(-opt_out * (tired[k] + one)))


@jit
def _attend(rows, n, step, forgetting, relevance, recent, last, effect, attention):
    """attention[q] += relevance · contacts in mind · effect, as of now (eq. E125)."""
    forgetting, relevance, step = f4(forgetting), f4(relevance), np.int32(step)
    for q in range(n):
        row = u4(rows[q])
        attention[q] += relevance * (recent[row] * exp(-forgetting * f4(step - last[row]))) * effect[q]
