"""Win-back: how those who left a brand answer its offers to come back (eq. E67).

Offers are on the board of touches, column `win_back`: `touches.DISCOUNT`, `UPGRADE` or a `BUNDLE` of both, 0 none. A
kind clears the bit in `status` of those who accept, marks them in the column `won_back` where a lever asked for it, and
writes `second_life`, by which they stay shorter or longer.

To write another: a `WinBack` with a `kind`, whose `answer` does this for a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.elementary import log, logistic
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Block
from loyaltysim.record import Part, setting
from loyaltysim.totals import Totals
from loyaltysim.world import World

ANSWER = purpose("win_back.answer")
NO_COLUMN = np.empty((0, 0), np.uint8)

f4, i8, u4 = np.float32, np.int64, np.uint32


class WinBack(Part, room="win-back model"):
    """How those who left answer an offer."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def answer(self, own: Any, world: World, block: Block, totals: Totals, step: int) -> None:
        """Once a step: open the brands whose offers are accepted."""


class NoWinBack(WinBack):
    """Nobody answers."""

    kind: Literal["none"] = "none"


@dataclass
class Lost:
    """What is known of those who left, brands × rows; what nobody keeps has no rows."""

    bond: np.ndarray
    second_life: np.ndarray
    purchases: np.ndarray
    after_failure: np.ndarray
    """One bit for each brand that was left after a failure, one per row."""


class LogitWinBack(WinBack):
    """An offer is accepted the likelier the stronger the first life was, the less likely after a failure.

    The signs are those of Kumar, Bhagwat and Zhang (2015): who had more of a relation comes back more often; who left
    for the service comes back less often than who left for the price, and stays shorter. All sizes are assumed. The
    bond is that at the customer's last occasion: since then nothing has reached the customer. The hazards are added
    to the logit of the chance to leave again, for good: a second life is not like a first one.
    """

    kind: Literal["logit"] = "logit"
    reads = ("bond", "status", "second_life")
    writes = ("second_life",)
    alters = ("status",)

    accept: float = setting(-1.5, "Logit of accepting, before all else.", unit="logit")
    by_bond: float = setting(1.0, "What a unit of bond adds.", ge=0, unit="logit")
    by_purchases: float = setting(0.3, "What the logarithm of 1 + purchases adds.", ge=0, unit="logit")
    service_leaver: float = setting(0.7, "What is lost with those who left after a failure.", ge=0, unit="logit")
    discount: float = setting(0.3, "What a discount adds.", unit="logit")
    upgrade: float = setting(0.3, "What an upgrade adds.", unit="logit")
    bundle: float = setting(0.5, "What both together add.", unit="logit")
    discount_hazard: float = setting(0.4, "Hazard of a second life that a discount began.", unit="logit")
    upgrade_hazard: float = setting(0.0, "The same for an upgrade.", unit="logit")
    bundle_hazard: float = setting(0.2, "The same for a bundle.", unit="logit")
    service_hazard: float = setting(0.3, "Hazard added for those who had left after a failure.", ge=0, unit="logit")

    def open(self, world: World) -> Lost:
        has_bond = "bond" in world.kept and self.by_bond
        world.customers.ask("status")
        return Lost(
            bond=world.customers.ask("bond") if has_bond else np.empty((0, 0), np.float32),
            second_life=world.customers.ask("second_life"),
            purchases=world.history.ask("purchases") if self.by_purchases else np.empty((0, 0), np.int32),
            after_failure=world.arrays.get("lapse.after_failure", np.empty(0, np.uint32)),
        )

    def answer(self, own: Lost, world: World, block: Block, totals: Totals, step: int) -> None:
        offers = world.touches.arrays.get("win_back")
        if offers is None:
            return
        customers = world.customers
        _answer(
            offers, customers.key, customers.segment, customers.n_customers, block.start, block.stop, own.bond,
            own.purchases, own.after_failure, self.accept, self.by_bond, self.by_purchases, self.service_leaver,
            (0.0, self.discount, self.upgrade, self.bundle),
            (0.0, self.discount_hazard, self.upgrade_hazard, self.bundle_hazard), self.service_hazard, ANSWER, step,
            customers.arrays["status"], own.second_life, world.touches.arrays.get("won_back", NO_COLUMN),
            totals.won_back,
        )  # fmt: skip


@jit
def _answer(
    offers, keys, segment, n_customers, start, stop, bond, purchases, after_failure, accept, by_bond, by_purchases,
    service_leaver, by_offer, hazard_by_offer, service_hazard, purpose, step, status, second_life, accepted, won_back,
):  # fmt: skip
    """Draw the answer of each customer to each brand that was left and makes an offer."""
    accept, by_bond, by_purchases, one = f4(accept), f4(by_bond), f4(by_purchases), f4(1.0)
    service_leaver, service_hazard = f4(service_leaver), f4(service_hazard)
    for b in range(offers.shape[0]):
        luck, bit = salt(purpose, step, 0, b), u4(1) << u4(b)
        own = offers[b, start:stop]
        for i in range(own.shape[0]):
            row = start + i
            if own[i] != 0 and (status[row] & bit) != u4(0):
                logit = accept + f4(by_offer[own[i]])
                if bond.shape[0] > 0:
                    logit += by_bond * bond[b, row]
                if purchases.shape[0] > 0:
                    logit += by_purchases * log(one + f4(purchases[b, row]))
                failed = f4(0.0)
                if after_failure.shape[0] > 0:
                    failed = f4((after_failure[row] & bit) != u4(0))
                logit -= service_leaver * failed
                if uniform(keys[row], luck) < logistic(logit):
                    status[row] &= ~bit
                    second_life[b, row] = f4(hazard_by_offer[own[i]]) + service_hazard * failed
                    if accepted.shape[0] > 0:
                        accepted[b, row] = 1
                    won_back[row // n_customers, segment[row], b] += i8(1)
