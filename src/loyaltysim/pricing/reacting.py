"""The base of pricing that answers to the market: when a brand decides, between which prices, and how that is shown.

What is decided in `react` stands in `own.price` and is shown as a discount off the list price, which stays. To write
another: a `Reacting` with a `kind` that overrides `react`, and `watch` or `count` for what it notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import model_validator

from loyaltysim.faults import Fault
from loyaltysim.pricing import rivals
from loyaltysim.pricing.spell import Spell
from loyaltysim.record import setting
from loyaltysim.world import World


@dataclass
class Notes:
    """What a brand keeps that reacts."""

    label: str
    """Brand and kind: no other part has its draws and arrays."""
    rivals: list[int]
    """Whom it looks at."""
    least: np.ndarray
    """float64, one per replication: the price below which it does not go."""
    price: np.ndarray
    """float32, one per replication: what it decided to ask; infinite: the list price."""


class Reacting(Spell):
    """Pricing that is decided again and again, from what a firm sees on the shelf and in the category's sales."""

    rivals: tuple[str, ...] = setting((), "Brands that it looks at; none: all others.")
    every_weeks: float = setting(1.0, "Time from one decision to the next.", gt=0, le=5200, unit="weeks")
    floor: float | None = setting(
        None, "Price below which it never goes; none: unit cost · (1 + least_margin).", ge=0, unit="currency"
    )
    least_margin: float = setting(0.0, "Share of the unit cost that is earned at the floor.", ge=0, unit="1")
    below_cost: bool = setting(False, "Whether the floor may be below the unit cost.")

    @model_validator(mode="after")
    def _one_floor(self) -> Reacting:
        if self.floor is not None and self.least_margin:
            raise ValueError(f"floor ({self.floor:g}) and least_margin ({self.least_margin:g}) both set the floor")
        if self.floor is None and self.below_cost:
            raise ValueError("below_cost says nothing without a floor")
        return self

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks",)

    def check(self, brand: str, brands: Mapping[str, Any], weeks: float) -> Iterator[Fault]:
        yield from super().check(brand, brands, weeks)
        yield from rivals.faults(self.rivals, brand, tuple(brands))
        price, cost = brands[brand].price, brands[brand].unit_cost
        least = float(self.least(cost))
        if least > price:
            what = "floor" if self.floor is not None else f"unit cost of {cost:g}, with its least margin,"
            message = f"the {what} of {least:g} is above the list price of {price:g}"
            yield Fault(None, None, "floor" if self.floor is not None else "least_margin", message)
        if least < cost and not self.below_cost:
            message = f"{least:g} is below the unit cost of {cost:g}: raise it, or set below_cost = true"
            yield Fault(None, None, "floor", message)

    def least(self, cost: Any) -> Any:
        """The price below which it does not go, at a unit cost or one per replication."""
        return cost * (1 + self.least_margin) if self.floor is None else cost * 0 + self.floor

    def lowest(self, price: float, unit_cost: float) -> float:
        return float(self.least(unit_cost))

    def open(self, world: World, brand: int, number: int) -> Any:
        return Notes(**self._notes(world, brand))

    def _notes(self, world: World, brand: int) -> dict[str, Any]:
        """The columns of `Notes`, for kinds that keep more."""
        label = f"pricing.{world.brands[brand]}.{self.kind}"
        return {
            "label": label,
            "rivals": rivals.places(self.rivals, brand, world.brands),
            "least": self.least(world.market.cost[:, brand]),
            "price": world.own(f"{label}.price", (world.n_replications,), np.float32, np.inf),
        }

    def is_due(self, world: World, step: int) -> bool:
        """Whether a decision is due at a step, if the pricing holds then."""
        return bool(world.calendar.recurs(step, self.every_weeks, self.from_week or 0.0))

    def asked(self, own: Any, step: int) -> np.ndarray:
        """The price that it asks at a step, one per replication; infinite: the list price."""
        price: np.ndarray = own.price
        return price

    def show(self, own: Any, world: World, brand: int, step: int) -> None:
        if self.runs(world, step):
            market, asked = world.market, self.asked(own, step)
            np.minimum(market.price[:, brand], asked, out=market.price[:, brand])
            market.on_promotion[:, brand] |= asked < market.list_price[:, brand]
