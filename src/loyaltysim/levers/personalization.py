"""Personalization: recommendations and offers made for the one customer, which please most and put some off."""

from __future__ import annotations

from typing import Literal

from loyaltysim.levers.contacting import Contacting, Reminded
from loyaltysim.levers.lever import Number
from loyaltysim.record import setting
from loyaltysim.world import World


class Personalization(Contacting):
    """Contacts that fit the customer weigh more than news, and backfire with those who mind being known (eq. E140).

    How much somebody minds is the trait `privacy_aversion`, which no firm sees. Whoever minds enough is less drawn to
    the brand than without, and the bond loses. That personal messages may put off, the more the less they are
    justified: White, Zahay, Thorbjørnsen and Shavitt 2008; Aguirre et al. 2015.
    """

    kind: Literal["personalization"] = "personalization"
    reads = ("privacy_aversion",)

    cost_each: float = setting(0.05, "What a contact costs.", ge=0, le=1e9, unit="currency")
    relevance: float = setting(
        0.3, "Utility that a contact in mind adds for whom nothing tires or puts off.", ge=-10, le=10, unit="logit"
    )
    jump: float = setting(
        0.01, "Share of what the bond lacks to 1 that a contact adds for whom nothing tires or puts off.", ge=0, le=1,
        unit="1 a contact",
    )  # fmt: skip
    intrusiveness: float = setting(
        1.0, "Share of the effect that a unit of privacy_aversion takes away; where more than all, the rest is harm.",
        ge=0, le=1e3, unit="1",
    )  # fmt: skip

    @property
    def minded(self) -> float:
        return self.intrusiveness

    def open(self, world: World, brand: int, number: Number) -> Reminded:
        own = super().open(world, brand, number)
        own.aversion = world.customers.arrays.get("privacy_aversion")
        return own
