"""Choice: which brand a shopper buys, or none.

A kind fills `shoppers.brand` from what is offered and what the customer feels. The logit adds one term after another to
`shoppers.utility`; terms that are switched off cost nothing.

To write another: a `Choice` with a `kind`, whose `choose` writes `shoppers.brand`, -1 for no purchase.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.elementary import exp
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers, put_by_brand, spread
from loyaltysim.record import Part, setting
from loyaltysim.world import World

CHOICE = purpose("choice.brand")

f4, i4 = np.float32, np.int32


class Choice(Part, room="choice model"):
    """How a shopper comes to a brand."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def choose(self, own: Any, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Write the brand that each shopper buys, -1 for none."""
        raise NotImplementedError

    def remember(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Write back what the customer remembers of the offers."""


class Logit(Choice):
    """Multinomial logit over the brands and, if it is on, no purchase (eqs. E9–E12)."""

    kind: Literal["logit"] = "logit"
    reads = ("price_sensitivity", "inertia", "taste", "last_brand", "satisfaction", "bond", "heard", "reference_price")
    writes = ("reference_price",)

    outside_option: bool = setting(True, "Whether a shopper may buy nothing; its utility is 0.")
    satisfaction_weight: float = setting(1.0, "Utility per unit of satisfaction.", unit="logit")
    satisfaction_reference: float = setting(0.5, "Satisfaction that adds nothing.", unit="1")
    bond_weight: float = setting(1.0, "Utility per unit of bond.", unit="logit")
    bond_reference: float = setting(0.0, "Bond that adds nothing.", unit="1")
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

    @property
    def has_reference_price(self) -> bool:
        """Whether prices are judged against those seen before."""
        return self.loss != 0 or self.gain != 0

    def open(self, world: World) -> None:
        for name in ("price_sensitivity", "inertia", "taste"):
            if world.customers.has(name):
                world.stage(name)
        world.stage("last_brand")
        if self.has_reference_price:
            world.stage("reference_price", world.market.plan.list_price[0])

    def choose(self, own: None, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        self.value(world, shoppers)
        _decide(
            shoppers.utility, shoppers.key, shoppers.n, CHOICE, step, occasion, self.outside_option,
            shoppers.ask("choice.top"), shoppers.ask("choice.total"), shoppers.brand,
        )  # fmt: skip

    def value(self, world: World, shoppers: Shoppers) -> None:
        """Write the utility of every brand for every shopper (eq. E9)."""
        u, n, columns, market = shoppers.utility, shoppers.n, shoppers.columns, world.market
        spread(market.appeal, shoppers.first_replication, shoppers.begins, u)
        if "price_sensitivity" in columns:
            _subtract_price(columns["price_sensitivity"], shoppers.price, n, u)
            if self.has_reference_price:
                _compare_price(
                    columns["price_sensitivity"], shoppers.shelf, columns["reference_price"], n, self.loss, self.gain, u
                )
        if "taste" in columns:
            _add(columns["taste"], n, 1.0, 0.0, u)
        if "inertia" in columns:
            _add_inertia(columns["inertia"], columns["last_brand"], n, u)
        if "satisfaction" in world.kept:
            _add(columns["satisfaction"], n, self.satisfaction_weight, self.satisfaction_reference, u)
        if "bond" in world.kept:
            _add(columns["bond"], n, self.bond_weight, self.bond_reference, u)
        if "heard" in world.kept:
            _add(columns["heard"], n, 1.0, 0.0, u)
        if "reward" in columns:
            _add(columns["reward"], n, 1.0, 0.0, u)
        if "feature" in columns and self.feature_weight:
            _add(columns["feature"], n, self.feature_weight, 0.0, u)
        if "display" in columns and self.display_weight:
            _add(columns["display"], n, self.display_weight, 0.0, u)

    def chances(self, world: World, shoppers: Shoppers) -> np.ndarray:
        """The chance of each brand and, last, of no purchase, (shoppers, brands + 1) in float64, at present states."""
        self.value(world, shoppers)
        u = np.zeros((shoppers.n, shoppers.n_brands + 1))
        u[:, :-1] = shoppers.utility[:, : shoppers.n].T
        if not self.outside_option:
            u[:, -1] = -np.inf
        weight = np.exp(u - u.max(1, keepdims=True))
        return weight / weight.sum(1, keepdims=True)

    def remember(self, own: None, world: World, shoppers: Shoppers) -> None:
        if self.has_reference_price:
            column = shoppers.columns["reference_price"]
            _see_prices(shoppers.shelf, shoppers.n, self.reference_memory, column)
            put_by_brand(
                world.customers.arrays["reference_price"].T, shoppers.rows, shoppers.n, column, shoppers.brands
            )


class Switching(Choice):
    """A brand is drawn from the row of a matrix that belongs to the brand last bought: a Markov chain (eq. E13)."""

    kind: Literal["switching"] = "switching"
    reads = ("last_brand",)

    matrix: tuple[tuple[float, ...], ...] = setting(
        ...,
        "Chances from the brand last bought (row) to the brand bought now (column), in the order of the brands.",
        unit="1",
    )

    @model_validator(mode="after")
    def _check(self) -> Switching:
        faults = []
        for number, row in enumerate(self.matrix):
            if len(row) != len(self.matrix):
                entries = f"row {number} has {len(row)} entries, and there are {len(self.matrix)} rows"
                faults.append(f"the matrix must be square: {entries}")
            elif min(row) < 0 or abs(sum(row) - 1) > 1e-9:  # rounding of decimal fractions
                faults.append(f"row {number} of the matrix must be chances that add up to 1, was {list(row)}")
        if faults:
            raise ScenarioError(Fault(None, None, "matrix", message) for message in faults)
        return self

    def check_brands(self, n_brands: int) -> list[str]:
        """What is wrong with the matrix for this number of brands."""
        if len(self.matrix) == n_brands:
            return []
        return [f"the matrix has {len(self.matrix)} rows, and there are {n_brands} brands"]

    def open(self, world: World) -> np.ndarray:
        """Cumulative chances: rows for each last brand, and one more, uniform, for who has bought nothing yet."""
        world.stage("last_brand")
        none_yet = np.full(world.customers.n_brands, 1 / world.customers.n_brands)
        cumulative = np.cumsum([*self.matrix, none_yet], axis=1).astype(np.float32)
        cumulative[:, -1] = 1.0
        return cumulative

    def choose(self, own: np.ndarray, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        _switch(own, shoppers.columns["last_brand"], shoppers.key, shoppers.n, CHOICE, step, occasion, shoppers.brand)


@jit
def _subtract_price(sensitivity, price, n, utility):
    """utility[b, q] -= sensitivity[q] · price[b, q]."""
    for b in range(utility.shape[0]):
        own, paid = utility[b], price[b]
        for q in range(n):
            own[q] -= sensitivity[q] * paid[q]


@jit
def _compare_price(sensitivity, price, reference, n, loss, gain, utility):
    """utility[b, q] -= sensitivity · (loss · (price - reference)⁺ - gain · (reference - price)⁺)  (eq. E10)."""
    loss, gain, zero = f4(loss), f4(gain), f4(0.0)
    for b in range(utility.shape[0]):
        own, paid, usual = utility[b], price[b], reference[b]
        for q in range(n):
            more = paid[q] - usual[q]
            own[q] -= sensitivity[q] * (loss * max(more, zero) - gain * max(-more, zero))


@jit
def _add(column, n, weight, reference, utility):
    """utility[b, q] += weight · (column[b, q] - reference)."""
    weight, reference = f4(weight), f4(reference)
    for b in range(utility.shape[0]):
        own, term = utility[b], column[b]
        for q in range(n):
            own[q] += weight * (term[q] - reference)


@jit
def _add_inertia(inertia, last, n, utility):
    """utility[last[q], q] += inertia[q]  (eq. E11)."""
    for b in range(utility.shape[0]):
        own = utility[b]
        for q in range(n):
            own[q] += inertia[q] * f4(last[q] == b)


@jit
def _decide(utility, key, n, purpose, step, occasion, outside, top, total, brand):
    """Draw a brand by logit (eq. E12): the first whose cumulative weight is above a uniform share of the whole.

    Leaves the cumulative weights in `utility`.
    """
    luck = salt(purpose, step, occasion, 0)
    n_brands = utility.shape[0]
    nothing, none, first = f4(outside), f4(0.0), utility[0]
    for q in range(n):
        top[q] = none if outside else first[q]
        total[q] = none
        brand[q] = 0
    for b in range(n_brands):
        own = utility[b]
        for q in range(n):
            top[q] = max(top[q], own[q])
    for b in range(n_brands):
        own = utility[b]
        for q in range(n):
            total[q] += exp(own[q] - top[q])
            own[q] = total[q]
    for q in range(n):
        total[q] += nothing * exp(-top[q])
    for q in range(n):
        total[q] *= uniform(key[q], luck)
    for b in range(n_brands):
        own = utility[b]
        for q in range(n):
            brand[q] += i4(own[q] <= total[q])
    last, past = i4(n_brands if outside else n_brands - 1), i4(n_brands)
    for q in range(n):
        place = min(brand[q], last)
        brand[q] = place if place < past else i4(-1)


@jit
def _see_prices(price, n, memory, reference):
    """reference[b, q] += memory · (price[b, q] - reference[b, q])."""
    memory = f4(memory)
    for b in range(price.shape[0]):
        own, paid = reference[b], price[b]
        for q in range(n):
            own[q] += memory * (paid[q] - own[q])


@jit
def _switch(cumulative, last, key, n, purpose, step, occasion, brand):
    """Draw a brand from the row of the last one; who has none takes the last row."""
    luck = salt(purpose, step, occasion, 0)
    n_brands = cumulative.shape[1]
    for q in range(n):
        row = cumulative[last[q] if last[q] >= 0 else n_brands]
        u = uniform(key[q], luck)
        place = i4(0)
        for b in range(n_brands - 1):
            place += i4(row[b] <= u)
        brand[q] = place
