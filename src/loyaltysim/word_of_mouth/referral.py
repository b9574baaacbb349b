"""Referral: customers invite friends who are not in the market yet, and brands reward it (eqs. E82–E86).

Once a step, before anybody shops: customers of a brand that rewards invitations send some, each to one friend; a friend
who is a prospect may accept, comes into the market, and buys the brand at the first occasion, whatever it offers. Those
who came so are like those who brought them, leave more rarely while these stay, and buy more at first (Schmitt, Skiera
and Van den Bulte 2011 found all three for a bank). Rewards attract frauds: friends who do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.customers.neighbors import EQUAL, STRENGTH_ONE, Neighbors
from loyaltysim.draws import purpose, salt
from loyaltysim.market.newcomers import Newcomers, nobody
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import Part, Record, setting
from loyaltysim.totals import INVITATION, MONEY_UNIT, Totals
from loyaltysim.word_of_mouth import inviting
from loyaltysim.world import World

INVITE = purpose("referral.invite")
WHOM = purpose("referral.whom")
ACCEPT = purpose("referral.accept")
FRAUD = purpose("referral.fraud")
EXTRA = purpose("referral.extra")

NO_TIES = np.empty(0, np.int64)  # what kernels get where everybody knows everybody
NO_TRAIT = np.empty(0, np.float32)  # … for states that nobody keeps
NO_STATUS = np.empty(0, np.uint32)


class ReferralReward(Record):
    """What a brand pays for invitations."""

    reward: float = setting(0.0, "Paid to a customer for each friend who comes.", ge=0, le=1e9, unit="currency")
    friend_reward: float = setting(0.0, "Paid to the friend.", ge=0, le=1e9, unit="currency")
    fraud_chance: float = setting(
        0.0, "Chance that who brought a friend is paid for another one who does not exist.", ge=0, le=1, unit="1",
        source="assumed: 0",
    )  # fmt: skip


@dataclass
class Invited:
    """What referral keeps besides shared states."""

    reward: np.ndarray
    """Float32, one per brand; below 0 for a brand without invitations."""
    friend_reward: np.ndarray
    fraud_chance: np.ndarray
    pledge: np.ndarray
    """int8, one per row: brand to be bought at the next occasion, -1 none."""
    inviters: World | None = None
    """Whose customers invite, to their brands, as they are before this step: another world's; None: this one's."""


class Referral(Part, room="referral model"):
    """How customers bring others on a brand's invitation."""

    def open(self, world: World, rewards: list[ReferralReward | None]) -> Any:
        """Ask for what is needed; `rewards` is what each brand pays, None for brands without invitations."""
        return None

    def invite(self, own: Any, world: World, totals: Totals, step: int) -> Newcomers:
        """Send invitations, and say who accepts."""
        return nobody()

    def bind(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """After the choice: who accepted an invitation buys that brand."""

    def enrich(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """After the basket: those who were brought buy more at first."""


class NoReferral(Referral):
    """Nobody invites."""

    kind: Literal["none"] = "none"


class Invitations(Referral):
    """Invitations at a rate that follows reward, bond and satisfaction, to one friend each."""

    kind: Literal["invitations"] = "invitations"
    reads = ("last_brand", "satisfaction", "bond", "talkativeness", "status", "entered", "referrer", "taste")
    writes = ("referred", "hold", "taste")

    rate: float = setting(
        0.02, "Invitations of a customer with a reward of 0, at the reference bond and satisfaction.", ge=0, le=1e3,
        unit="1/week", source="assumed",
    )  # fmt: skip
    by_reward: float = setting(
        0.0,
        "How much a unit of reward makes customers invite: added to the logarithm.",
        ge=0,
        unit="1/currency",
        source="assumed: 0",
    )
    by_bond: float = setting(
        1.0, "How much a bond makes customers invite: added to the logarithm per unit.", unit="1", source="assumed"
    )
    by_satisfaction: float = setting(
        1.0,
        "How much satisfaction makes customers invite: added to the logarithm per unit.",
        unit="1",
        source="assumed",
    )
    bond_reference: float = setting(
        0.0, "Level of bond that is neutral in inviting: above it more are invited.", unit="1"
    )
    satisfaction_reference: float = setting(
        0.5, "Level of satisfaction that is neutral in inviting: above it more are invited.", unit="1"
    )
    accept: float = setting(
        0.1, "Chance that a prospect accepts, times the strength of the tie.", ge=0, le=1, unit="1", source="assumed"
    )
    match: float = setting(
        0.3, "How alike friends are: correlation of the newcomer's tastes with those of who invited.", ge=0, le=1,
        unit="1", source="assumed",
    )  # fmt: skip
    hazard_factor: float = setting(
        0.82, "What the chance to leave the brand is multiplied by while who invited stays.", ge=0, le=1, unit="1",
        source="Schmitt, Skiera and Van den Bulte 2011",
    )  # fmt: skip
    more_units: float = setting(
        0.25, "Mean extra units of a purchase, at first.", ge=0, le=100, unit="units",
        source="Schmitt, Skiera and Van den Bulte 2011: margin 25 % above that of others at first",
    )  # fmt: skip
    erosion_weeks: float = setting(
        78.0, "Time in which the extra units fall to 1/e.", gt=0, unit="weeks", source="assumed: 12 to 24 months"
    )

    def open(self, world: World, rewards: list[ReferralReward | None]) -> Invited:
        customers = world.customers
        for name in ("entered", "referrer", "referred", "last_brand"):
            customers.ask(name)
        if self.hazard_factor < 1 and "status" in world.kept:
            customers.ask("hold")

        def by_brand(name: str, none: float) -> np.ndarray:
            return np.array([none if paid is None else getattr(paid, name) for paid in rewards], np.float32)

        return Invited(
            by_brand("reward", -1.0), by_brand("friend_reward", 0.0), by_brand("fraud_chance", 0.0),
            world.own("referral.pledge", (customers.rows,), np.int8, -1),
        )  # fmt: skip

    def invite(self, own: Invited, world: World, totals: Totals, step: int) -> Newcomers:
        self._hold(world)
        inviters = world if own.inviters is None else own.inviters
        sender, number = self._who_invites(own, inviters, step)
        if not len(sender):
            return nobody()
        brand = inviters.customers.arrays["last_brand"][sender].astype(np.int64)
        _add(totals.invitations, world, sender, brand, 1)
        if world.silent is not None or not world.praised:
            silent = np.full(len(sender), not world.praised) if world.silent is None else world.silent[sender] != 0
            heard = ~silent & world.praised
            sender, brand, number = sender[heard], brand[heard], number[heard]
        sender, brand, friend = self._who_accepts(world, sender, brand, number, step)
        self._bring(own, world, sender, brand, friend)
        fraud = inviting.by_chance(
            world.customers.key[friend], np.uint64(salt(FRAUD, step, 0, 0)), own.fraud_chance[brand]
        )
        _add(totals.frauds, world, sender[fraud], brand[fraud], 1)
        _add(totals.referral_cost, world, sender[fraud], brand[fraud], _money(own.reward[brand[fraud]]))
        _add(totals.referral_cost, world, sender, brand, _money(own.reward[brand]))
        _add(totals.referral_cost, world, friend, brand, _money(own.friend_reward[brand]))
        return Newcomers(friend, np.full(len(friend), INVITATION, np.int8), sender.astype(np.int32))

    def bind(self, own: Invited, world: World, shoppers: Shoppers) -> None:
        inviting.bind(own.pledge, shoppers.rows, shoppers.n, shoppers.brand)

    def enrich(self, own: Invited, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        if self.more_units:
            arrays = world.customers.arrays
            inviting.enrich(
                arrays["referred"], arrays["entered"], shoppers.rows, shoppers.brand, shoppers.key, shoppers.n, step,
                occasion, EXTRA, world.calendar.weeks / self.erosion_weeks, self.more_units, shoppers.units,
            )  # fmt: skip

    def _hold(self, world: World) -> None:
        """Those who were brought are held while the friend who brought them has not left the brand (eq. E85)."""
        arrays = world.customers.arrays
        if "hold" in arrays:
            inviting.hold_by_friends(
                arrays["referred"], arrays["referrer"], arrays["status"], self.hazard_factor, arrays["hold"]
            )

    def _rates(self, own: Invited, world: World, start: int, stop: int, mean: np.ndarray) -> None:
        arrays = world.customers.arrays

        def kept(name: str) -> np.ndarray:
            return arrays[name] if name in world.kept else NO_TRAIT.reshape(0, 0)

        inviting.rates(
            arrays["last_brand"], arrays.get("status", NO_STATUS), own.reward, kept("bond"), kept("satisfaction"),
            arrays.get("talkativeness", NO_TRAIT), start, stop, self.rate * world.calendar.weeks, self.by_reward,
            self.by_bond, self.bond_reference, self.by_satisfaction, self.satisfaction_reference, mean,
        )  # fmt: skip

    def _who_invites(self, own: Invited, world: World, step: int) -> tuple[np.ndarray, np.ndarray]:
        """A row for each invitation, and which of the row's invitations it is."""
        mean, luck = world.workers[0].shoppers.ask("referral.mean"), np.uint64(salt(INVITE, step, 0, 0))
        found = []
        for block in world.blocks:
            self._rates(own, world, block.start, block.stop, mean)
            found.append(inviting.who_invites(mean, world.customers.key, block.start, block.stop, luck))
        return np.concatenate([rows for rows, _ in found]), np.concatenate([number for _, number in found])

    def _who_accepts(
        self, world: World, sender: np.ndarray, brand: np.ndarray, number: np.ndarray, step: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Who invited, to what, and who accepts; nobody accepts twice, and only prospects do (eq. E83)."""
        customers, network = world.customers, world.neighbors
        first, neighbor, ties = NO_TIES, EQUAL, EQUAL
        if isinstance(network, Neighbors):
            first, neighbor = network.first, network.neighbor
            ties = network.weights
        friend, strength = inviting.whom(
            sender, number, first, neighbor, ties, customers.key, WHOM, step, customers.n_customers
        )
        pair = inviting.pairs(friend, sender, number, customers.key, ACCEPT, step)
        likes = inviting.uniforms(pair) < self.accept * strength / STRENGTH_ONE
        order = np.lexsort((pair, friend))  # of several that a friend would accept, the smallest number counts
        order = order[likes[order] & (friend[order] >= 0)]
        order = order[customers.arrays["entered"][friend[order]] < 0]
        order = order[np.diff(friend[order], prepend=-1) != 0]
        return sender[order], brand[order], friend[order]

    def _bring(self, own: Invited, world: World, sender: np.ndarray, brand: np.ndarray, friend: np.ndarray) -> None:
        """What an accepted invitation makes of a friend (eqs. E84–E86)."""
        arrays = world.customers.arrays
        arrays["referred"][friend] = brand
        own.pledge[friend] = brand
        if "hold" in arrays:
            arrays["hold"][friend] = self.hazard_factor
        if "taste" in arrays and self.match:
            taste, alone = arrays["taste"], np.float32(np.sqrt(1 - self.match**2))
            taste[:, friend] = np.float32(self.match) * taste[:, sender] + alone * taste[:, friend]


def _add(total: np.ndarray, world: World, rows: np.ndarray, brand: np.ndarray, what: np.ndarray | int) -> None:
    """Add to a total, replications × segments × brands."""
    np.add.at(total, (rows // world.customers.n_customers, world.customers.segment[rows], brand), what)


def _money(amounts: np.ndarray) -> np.ndarray:
    """Ledger units of amounts in the currency."""
    return np.rint(amounts.astype(float) * MONEY_UNIT).astype(np.int64)
