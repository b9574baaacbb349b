"""Logit: the choice model of brands with utilities.

It adds one term after another to `shoppers.utility` (kernels in `utility.py`); what a bond does against rivals is in
`resistance.py`, chances without a draw in `chances.py`. Terms that are switched off cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from loyaltysim.behavior import resistance, utility
from loyaltysim.behavior.chances import chances
from loyaltysim.behavior.choice import CHOICE, Choice
from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import EVERY_BRAND, Shoppers, copy_by_brand, fill, fill_by_brand, put_by_brand
from loyaltysim.record import setting
from loyaltysim.totals import REASONS
from loyaltysim.world import World

SEARCH = purpose("choice.search")
CHANNEL = purpose("choice.channel")

f4, i4 = np.float32, np.int32

SOME = 1024
"""Shoppers who choose together: what is worked out for them stays near."""


class Logit(Choice):
    """Multinomial logit over the brands considered and, if it is on, no purchase (eqs. E9–E12, E46–E51)."""

    kind: Literal["logit"] = "logit"
    reads = (
        "price_sensitivity", "inertia", "taste", "values_weight", "online", "last_brand", "satisfaction",
        "expectation", "bond", "heard", "reference_price", "habit", "status",
    )  # fmt: skip
    writes = ("reference_price", "habit")

    outside_option: bool = setting(True, "Whether a shopper may buy nothing; its utility is 0.")
    satisfaction_weight: float = setting(
        1.0, "How much satisfaction counts in the choice: utility per unit of it.", unit="logit"
    )
    satisfaction_reference: float = setting(
        0.5, "Level of satisfaction that is neutral in the choice: more speaks for a brand, less against it.", unit="1"
    )
    expectation_weight: float = setting(
        0.0, "How much expected quality counts in the choice: utility per unit of it.", unit="logit"
    )
    expectation_reference: float = setting(
        0.5, "Expected quality that is neutral in the choice: more speaks for a brand, less against it.", unit="1"
    )
    bond_weight: float = setting(1.0, "How much a bond counts in the choice: utility per unit of it.", unit="logit")
    bond_reference: float = setting(
        0.0, "Level of bond that is neutral in the choice: more speaks for a brand, less against it.", unit="1"
    )
    feature_weight: float = setting(0.0, "Utility of a brand in the leaflet.", unit="logit")
    display_weight: float = setting(0.0, "Utility of a brand on display in the store.", unit="logit")
    loss: float = setting(
        0.0,
        "Extra weight of a price above the reference price; 0: no reference price.",
        ge=0,
        unit="1",
        source="0: the promotion limit",
    )
    gain: float = setting(
        0.0, "Extra weight of a price below the reference price.", ge=0, unit="1", source="0: the promotion limit"
    )
    reference_memory: float = setting(
        0.3, "Share of the price seen that enters the reference price at an occasion.", gt=0, le=1, unit="1"
    )
    habit_weight: float = setting(
        0.0, "Utility of a brand that was all that was ever bought; an alternative to the trait inertia.", unit="logit"
    )
    habit_memory: float = setting(
        0.875, "Share of the habit that a purchase leaves.", ge=0, le=1, unit="1 a purchase",
    )  # fmt: skip
    resist_discount: float = setting(
        0.0, "Share of a rival's discount that does not count at a full bond with another brand.", ge=0, le=1, unit="1"
    )
    resist_search: float = setting(
        0.0, "Chance that a rival is not even looked at, at a full bond with another brand.", ge=0, le=1, unit="1"
    )
    resist_price: float = setting(
        0.0, "Share of price sensitivity that a full bond with the brand last bought takes away.", ge=0, le=1, unit="1"
    )

    @property
    def has_reference_price(self) -> bool:
        """Whether prices are judged against those seen before."""
        return self.loss != 0 or self.gain != 0

    def open(self, world: World) -> None:
        for name in ("price_sensitivity", "inertia", "taste", "values_weight", "online"):
            if world.customers.has(name):
                world.stage(name)
        world.stage("last_brand")
        if self.has_reference_price:
            world.stage("reference_price", world.market.plan.list_price[0])
        if self.habit_weight:
            world.stage("habit", 1 / world.customers.n_brands)

    def choose(self, own: None, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        if "online" in shoppers.columns:
            _pick_channel(shoppers.columns["online"], shoppers.key, shoppers.n, CHANNEL, step, occasion)
        self.value(world, shoppers)
        considered = self.open_set(world, shoppers)
        if self.searches(world):
            if considered is None:
                considered = shoppers.ask("considered", dtype=np.uint32)
                fill(considered, shoppers.n, EVERY_BRAND)
            resistance.search(
                *self.bonds(shoppers), shoppers.columns["last_brand"], shoppers.key, shoppers.n, shoppers.n_brands,
                SEARCH, step, occasion, self.resist_search, considered,
            )  # fmt: skip
        if considered is not None:
            resistance.leave_out(considered, shoppers.n, shoppers.utility)
        _decide(
            shoppers.utility, shoppers.key, shoppers.n, CHOICE, step, occasion, self.outside_option,
            shoppers.brand,
        )  # fmt: skip
        if considered is not None:
            resistance.nothing_left(considered, shoppers.n, shoppers.brand)

    def value(self, world: World, shoppers: Shoppers) -> None:
        """Write the utility of every brand for every shopper (eq. E9).

        Where reasons are asked for, the column `why`, reasons × brands × shoppers, says what it is made of.
        """
        u, n, market = shoppers.utility, shoppers.n, world.market
        self._weigh_bonds(world, shoppers)
        at_home = "online" not in shoppers.columns  # else `add_channel` adds what the channel is worth
        utility.begin(
            market.appeal, market.effort, market.store_appeal, at_home, shoppers.first_replication, shoppers.begins, u
        )
        if not world.explains:
            for _, (add, *to) in self.terms(world, shoppers):
                add(*to, u)
            return
        why, one = _why(shoppers), shoppers.ask("why.term", True)
        for reason in why:
            fill_by_brand(reason, n, 0.0)
        copy_by_brand(u, n, why[REASONS.index("brand")])
        fill_by_brand(one, n, 0.0)
        for reason, (add, *to) in self.terms(world, shoppers):
            add(*to, one)
            utility.move(one, n, why[REASONS.index(reason)], u)

    def terms(self, world: World, shoppers: Shoppers) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """What is added to the utility, one after the other: the reason that it is counted as, and the addition."""
        n, columns, market, kept = shoppers.n, shoppers.columns, world.market, world.kept
        replications = (shoppers.first_replication, shoppers.begins)
        price, shelf = self._prices(world, shoppers)
        if "price_sensitivity" in columns:
            sensitivity = self._sensitivity(world, shoppers)
            yield "price", (utility.subtract_price, sensitivity, price, n)
            if self.has_reference_price:
                usual = columns["reference_price"]
                yield "price", (utility.compare_price, sensitivity, shelf, usual, n, self.loss, self.gain)
        if "taste" in columns:
            yield "brand", (utility.add, columns["taste"], n, 1.0, 0.0)
        if "inertia" in columns:
            yield "habit", (utility.add_inertia, columns["inertia"], columns["last_brand"], n)
        for name, weight, reference in (
            ("satisfaction", self.satisfaction_weight, self.satisfaction_reference),
            ("bond", self.bond_weight, self.bond_reference),
            ("expectation", self.expectation_weight, self.expectation_reference),
        ):
            if name in kept and (weight or name != "expectation"):
                yield name, (utility.add, columns[name], n, weight, reference)
        if "heard" in kept:
            yield "word_of_mouth", (utility.add, columns["heard"], n, 1.0, 0.0)
        if "reward" in columns:
            yield "program", (utility.add, columns["reward"], n, 1.0, 0.0)
        if "attention" in columns:
            yield "contact", (utility.add, columns["attention"], n, 1.0, 0.0)
        for name, weight in (("feature", self.feature_weight), ("display", self.display_weight)):
            if name in columns and weight:
                yield "leaflet", (utility.add, columns[name], n, weight, 0.0)
        if self.habit_weight:
            yield "habit", (utility.add, columns["habit"], n, self.habit_weight, 0.0)
        if "values_weight" in columns:
            yield "brand", (utility.add_values, columns["values_weight"], market.ethics, *replications)
        if "online" in columns:
            appeals = market.store_appeal, market.online_appeal
            yield "channel", (utility.add_channel, columns["online"], *appeals, *replications)

    def chances(self, world: World, shoppers: Shoppers) -> np.ndarray:
        """The chance of each brand and, last, of no purchase, (shoppers, brands + 1) in float64, at present states."""
        return chances(self, world, shoppers)

    def remember(self, own: None, world: World, shoppers: Shoppers) -> None:
        if self.has_reference_price:
            column = shoppers.columns["reference_price"]
            shelf = shoppers.columns["perceived.shelf"] if self._resists_discounts(world) else shoppers.shelf
            utility.see_prices(shelf, shoppers.n, self.reference_memory, column)
            put_by_brand(
                world.customers.arrays["reference_price"].T, shoppers.rows, shoppers.n, column, shoppers.brands
            )
        if self.habit_weight:
            utility.form_habit(
                world.customers.arrays["habit"].T, shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers,
                self.habit_memory, shoppers.brands,
            )  # fmt: skip

    def searches(self, world: World) -> bool:
        """Whether bonds may keep brands from being looked at."""
        return self.resist_search > 0 and "bond" in world.kept

    def _resists_discounts(self, world: World) -> bool:
        return self.resist_discount > 0 and "bond" in world.kept

    def bonds(self, shoppers: Shoppers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each shopper's strongest bond, the next strongest, and the brand of the first, as `value` found them."""
        return shoppers.ask("bond.first"), shoppers.ask("bond.second"), shoppers.ask("bond.favorite", dtype=np.int32)

    def _weigh_bonds(self, world: World, shoppers: Shoppers) -> None:
        """Find the bonds that hold these shoppers, and which is the strongest, where that counts for anything."""
        ranked = self.resist_discount > 0 or self.resist_search > 0
        if "bond" not in world.kept or not (ranked or self.resist_price):
            return
        if "status" in shoppers.columns:
            status, held = shoppers.columns["status"], shoppers.ask("bond.held", True)
            resistance.hold(shoppers.columns["bond"], status, shoppers.n, held)
        if ranked:
            resistance.rank_bonds(self._held(shoppers), shoppers.n, *self.bonds(shoppers))

    def _held(self, shoppers: Shoppers) -> np.ndarray:
        """Bonds with the brands that the shoppers have not left."""
        return shoppers.columns["bond.held" if "status" in shoppers.columns else "bond"]

    def open_set(self, world: World, shoppers: Shoppers) -> np.ndarray | None:
        """Bits of the brands that each shopper has not left; None if nobody can leave one."""
        if "status" not in shoppers.columns:
            return None
        considered = shoppers.ask("considered", dtype=np.uint32)
        resistance.open_set(shoppers.columns["status"], shoppers.n, considered)
        return considered

    def _prices(self, world: World, shoppers: Shoppers) -> tuple[np.ndarray, np.ndarray]:
        """Price and shelf price as they count for customers with bonds (eq. E49)."""
        if not self._resists_discounts(world):
            return shoppers.price, shoppers.shelf
        price, shelf = shoppers.ask("perceived.price", True), shoppers.ask("perceived.shelf", True)
        resistance.perceive(
            shoppers.price, shoppers.shelf, shoppers.columns["list_price"], *self.bonds(shoppers), shoppers.n,
            self.resist_discount, price, shelf,
        )  # fmt: skip
        return price, shelf

    def _sensitivity(self, world: World, shoppers: Shoppers) -> np.ndarray:
        """Price sensitivity as a bond with the brand last bought leaves it (eq. E51)."""
        n, columns = shoppers.n, shoppers.columns
        if not (self.resist_price > 0 and "bond" in world.kept):
            return columns["price_sensitivity"]
        softened = shoppers.ask("softened")
        resistance.soften(
            columns["price_sensitivity"], self._held(shoppers), columns["last_brand"], n, self.resist_price, softened
        )
        return softened


def _why(shoppers: Shoppers) -> np.ndarray:
    """The column `why`, reasons × brands × shoppers, made on the first call."""
    if "why" not in shoppers.columns:
        shoppers.columns["why"] = np.zeros((len(REASONS), shoppers.n_brands, shoppers.capacity), np.float32)
    return shoppers.columns["why"]


@jit
def _pick_channel(online, key, n, purpose, step, occasion):
    """online[q] ← 1 if the occasion is online, with the chance that stood there, else 0."""
    luck = salt(purpose, step, occasion, 0)
    for q in range(n):
        online[q] = f4(uniform(key[q], luck) < online[q])


@jit
def _decide(utility, key, n, purpose, step, occasion, outside, brand):
    """Draw a brand by logit (eq. E12): the first whose cumulative weight is above a uniform share of the whole.

    Leaves the cumulative weights in `utility`.
    """
    luck = salt(purpose, step, occasion, 0)
    n_brands = utility.shape[0]
    nothing, none = f4(outside), f4(0.0)
    last, past = i4(n_brands if outside else n_brands - 1), i4(n_brands)
    top, total = np.empty(SOME, np.float32), np.empty(SOME, np.float32)
    for start in range(0, n, SOME):
        some = slice(start, min(start + SOME, n))
        bought, theirs, first = brand[some], key[some], utility[0, some]
        for q in range(bought.shape[0]):
            top[q] = none if outside else first[q]
            total[q] = none
            bought[q] = 0
        for b in range(n_brands):
            own = utility[b, some]
            for q in range(own.shape[0]):
                top[q] = max(top[q], own[q])
        for b in range(n_brands):
            own = utility[b, some]
            for q in range(own.shape[0]):
                total[q] += exp(own[q] - top[q])
                own[q] = total[q]
        for q in range(bought.shape[0]):
            total[q] += nothing * exp(-top[q])
        for q in range(bought.shape[0]):
            total[q] *= uniform(theirs[q], luck)
        for b in range(n_brands):
            own = utility[b, some]
            for q in range(own.shape[0]):
                bought[q] += i4(own[q] <= total[q])
        for q in range(bought.shape[0]):
            place = min(bought[q], last)
            bought[q] = place if place < past else i4(-1)
