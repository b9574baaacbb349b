"""Recovery: failures at purchases, complaints about them, and what the brand's answer mends (eqs. E58–E63).

A kind writes the incidents board (`market.incidents`), changes satisfaction with the brand that failed, and adds to
`strain`, which weighs when the customer next decides to stay.

To write another: a `Recovery` with a `kind`, whose `handle` writes all columns of the incidents board for everybody of
the round, zeros where nothing went wrong; one that lets others see complaints says so in `is_public` and adds to
the pile's `public`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import model_validator
from scipy import special

from loyaltysim.behavior import justice
from loyaltysim.draws import purpose
from loyaltysim.market import incidents
from loyaltysim.market.messages import STRENGTH_UNIT, MessagePile
from loyaltysim.market.shoppers import Shoppers, fill
from loyaltysim.record import Part, setting
from loyaltysim.routine import is_zero
from loyaltysim.totals import Totals
from loyaltysim.world import World

FAILURE = purpose("recovery.failure")
SEVERITY = purpose("recovery.severity")
COMPLAINT = purpose("recovery.complaint")
RESPONSE = purpose("recovery.response")
PUBLIC = purpose("recovery.public")

CELLS = 1024
"""Cells of the table of severities; a share of failures below any severity is met within 1/1024 (assumed: enough)."""
LEAST = 2.0**-20
"""Smallest severity, so that a failure is told from none."""
CERTAIN = 1e-12
"""Chances 0 and 1 count as this close to them, so that their logits are finite: never and always, at 23 bits."""


class Recovery(Part, room="recovery model"):
    """What goes wrong, and what is made of it."""

    @property
    def is_public(self) -> bool:
        """Whether others may see complaints."""
        return False

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def handle(
        self, own: Any, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int, occasion: int
    ) -> None:
        """Let some of this round's purchases fail, and work through what follows."""


class NoRecovery(Recovery):
    """Nothing ever goes wrong."""

    kind: Literal["none"] = "none"


@dataclass
class Memory:
    """What `Justice` keeps: severities by equal shares of failures, and what customers remember of failures."""

    severity: np.ndarray
    """Quantiles of the severity at 0, 1/1024, … 1."""
    audience: float
    """Customers whom a public complaint reaches; at most everybody."""
    failures: np.ndarray
    """Failures of the brand remembered at the last one, brands × rows; 0: there was none."""
    failed_at: np.ndarray
    """Step of the last failure, brands × rows."""


class Justice(Recovery):
    """Complaints are answered more or less justly: in outcome, in time and in manner (eqs. E58–E63).

    A failure of some severity lowers satisfaction at once, as far as the answer does not mend it; whoever does not
    complain gets no answer. How long the answer takes counts in what it mends; that it comes later than the purchase
    does not. A well answered first failure may leave a customer more satisfied than none: the recovery paradox, which
    holds for satisfaction, not for repurchase (de Matos, Henrique and Rossi 2007), so it has no term in the strain.
    """

    kind: Literal["justice"] = "justice"
    reads = ("satisfaction", "bond", "online", "strain")
    writes = ("strain",)
    alters = ("satisfaction",)

    severity_a: float = setting(2.0, "First shape of the beta distribution of severities.", ge=0.05, le=1e4, unit="1")
    severity_b: float = setting(
        2.0,
        "Second shape of the beta distribution of severities; equal shapes: mean one half.",
        ge=0.05,
        le=1e4,
        unit="1",
    )
    complain_minor: float = setting(
        0.05, "Chance to complain about a failure of severity 0.", ge=0, le=1, unit="1 a failure"
    )
    complain_severe: float = setting(
        0.3, "Chance to complain about a failure of severity 1.", ge=0, le=1, unit="1 a failure"
    )
    by_bond: float = setting(
        0.5, "How much more a full bond makes a customer complain.", ge=-100, le=100, unit="logit",
        source="assumed: who is attached speaks up",
    )  # fmt: skip
    by_ease: float = setting(
        1.0, "How much more, the easier it is to complain, per unit of `complaints.ease` above .5.", ge=0, le=100,
        unit="logit",
    )  # fmt: skip
    weight_distributive: float = setting(
        0.4, "Share of the recovery that lies in how far the complaint is made good.", ge=0, le=1, unit="1"
    )
    weight_speed: float = setting(0.3, "Share that lies in how fast the answer is.", ge=0, le=1, unit="1")
    weight_interaction: float = setting(
        0.3, "Share that lies in how fair and friendly the answer is.", ge=0, le=1, unit="1"
    )
    patience_days: float = setting(
        3.0, "Time to the answer after which its speed is worth 1/e of an answer at once.", ge=1e-3, unit="days"
    )
    paradox: float = setting(
        0.05, "Satisfaction that a well answered first failure adds.", ge=0, le=1, unit="1",
        source="sign: de Matos, Henrique and Rossi 2007, satisfaction only; size assumed",
    )  # fmt: skip
    paradox_above: float = setting(0.8, "Recovery from which a failure is well answered.", ge=0, le=1, unit="1")
    offset: float = setting(
        0.7, "Share of a failure's strain that a full recovery takes away.", ge=0, lt=1, unit="1",
        source="below 1: Knox and van Oest 2014; size assumed",
    )  # fmt: skip
    repeat_hazard: float = setting(
        0.5, "How much more a failure strains for each one remembered.", ge=0, le=1e3, unit="1 a failure",
        source="sign: Knox and van Oest 2014; size assumed",
    )  # fmt: skip
    shield: float = setting(
        0.2, "How far earlier purchases of the brand lessen strain: (1 + purchases) to the power of minus this.", ge=0,
        le=100, unit="1", source="sign: Knox and van Oest 2014; size assumed",
    )  # fmt: skip
    memory_weeks: float = setting(
        26.0, "Time in which half of the failures are forgotten.", ge=1e-3, unit="weeks",
        source="short-lived: Knox and van Oest 2014; size assumed",
    )  # fmt: skip
    public_chance: float = setting(0.1, "Chance that others see a complaint.", ge=0, le=1, unit="1 a complaint")
    public_audience: float = setting(
        50.0, "Customers, of any brand or none, who see a public complaint and its answer.", ge=0, le=1e7,
        unit="customers",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Justice:
        total = self.weight_distributive + self.weight_speed + self.weight_interaction
        if abs(total - 1) > 1e-9:  # rounding of decimal fractions
            raise ValueError(
                f"weight_distributive, weight_speed and weight_interaction must add up to 1, not to {total:g}"
            )
        return self

    @property
    def is_public(self) -> bool:
        return self.public_chance > 0 and self.public_audience > 0

    def open(self, world: World) -> Memory:
        world.customers.ask("strain")
        world.history.ask("purchases")
        shape = (world.customers.n_brands, world.customers.rows)
        return Memory(
            severities(self.severity_a, self.severity_b),
            float(min(self.public_audience, world.customers.n_customers)),
            world.own("recovery.failures", shape, np.float32),
            world.own("recovery.failed_at", shape, np.int32, clock=True),
        )

    def handle(
        self, own: Memory, world: World, shoppers: Shoppers, pile: MessagePile, totals: Totals, step: int, occasion: int
    ) -> None:
        failure, complaint, recovery, public = (incidents.column(shoppers, name) for name in incidents.COLUMNS)
        for column in (failure, complaint, recovery, public):
            fill(column, shoppers.n, 0.0)
        market, brand, key, columns = world.market, shoppers.brand, shoppers.key, shoppers.columns
        failing, of = shoppers.ask("recovery.failing", dtype=np.int32), shoppers.ask("recovery.of", dtype=np.int32)
        online = columns["online"] if "online" in columns else shoppers.ask("recovery.in_store")
        n = justice.fail(
            brand, key, online, shoppers.begins, shoppers.first_replication, market.failure_chance,
            market.online_failure_chance, FAILURE, step, occasion, failing, of,
        )  # fmt: skip
        if is_zero(n):
            return
        justice.hurt(failing, n, key, own.severity, SEVERITY, step, occasion, failure)
        bond = columns["bond"] if "bond" in world.kept else shoppers.ask("recovery.no_bond", True)
        justice.complain(
            failing, n, of, brand, key, failure, bond, market.complaint_ease, _logit(self.complain_minor),
            _logit(self.complain_severe), self.by_bond, self.by_ease, COMPLAINT, step, occasion, complaint,
        )  # fmt: skip
        manner, person = shoppers.ask("recovery.manner"), world.touches.arrays.get("contact_person")
        justice.meet(failing, n, of, brand, market.interaction, manner)
        if person is not None:
            justice.meet_in_person(failing, n, shoppers.rows, brand, person, manner)
        justice.answer(
            failing, n, of, brand, key, complaint, market.distributive, market.response_days, manner,
            self.weight_distributive, self.weight_speed, self.weight_interaction, self.patience_days, RESPONSE, step,
            occasion, recovery,
        )  # fmt: skip
        justice.publish(
            failing, n, of, brand, key, complaint, recovery, market.moderation, self.public_chance,
            own.audience * STRENGTH_UNIT, PUBLIC, step, occasion, public, pile.public,
        )  # fmt: skip
        if "satisfaction" in world.kept:
            justice.disappoint(
                failing, n, shoppers.rows, brand, failure, complaint, recovery, own.failures, self.paradox,
                self.paradox_above, world.customers.arrays["satisfaction"], shoppers.ask("bought.satisfaction"),
            )  # fmt: skip
        justice.weigh(
            failing, n, shoppers.rows, brand, failure, recovery, world.history.arrays["purchases"], step,
            world.calendar.weeks / self.memory_weeks, self.offset, self.repeat_hazard, self.shield, own.failures,
            own.failed_at, world.customers.arrays["strain"],
        )  # fmt: skip
        justice.count(
            failing, n, of, shoppers.segment, brand, complaint, public, totals.failures, totals.complaints,
            totals.complaints_public,
        )  # fmt: skip


def severities(a: float, b: float) -> np.ndarray:
    """The quantiles of a beta distribution at 0, 1/1024, … 1, float32, between which a line is drawn."""
    quantiles = special.betaincinv(a, b, np.linspace(0, 1, CELLS + 1))
    return np.clip(quantiles, LEAST, 1).astype(np.float32)


def _logit(chance: float) -> float:
    chance = min(max(chance, CERTAIN), 1 - CERTAIN)
    return float(np.log(chance / (1 - chance)))
