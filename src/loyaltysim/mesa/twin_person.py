"""The twin's person: what one customer is, feels and remembers. What it does is in the files beside.

Traits are given once and stay. States are lists with an entry for each brand, where they are about a brand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np

from loyaltysim.behavior.needs import EXIT
from loyaltysim.customers.fields import FIELDS
from loyaltysim.mesa.twin_links import Acquainted
from loyaltysim.mesa.twin_program import Membership
from loyaltysim.mesa.twin_programs import open_card
from loyaltysim.totals import START

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel

TRAITS = (
    "needs price_sensitivity inertia talkativeness dropout_chance cancel_chance values_weight online category_exit "
    "program_affinity privacy_aversion"
).split()
"""Traits that are one number; `taste` is one for each brand."""

NO_OFFER = 0


@dataclass(frozen=True)
class Incident:
    """A failure, and how well a complaint about it was answered: all from 0, which is none, to 1, the most."""

    severity: float = 0.0
    complained: bool = False
    recovery: float = 0.0


ALL_WELL = Incident()


class Purchase(NamedTuple):
    """A purchase; `paid` is money in 1/10,000 of the currency."""

    step: int
    occasion: int
    brand: int
    units: int
    paid: int
    incident: Incident


class Person(Acquainted, mesa.Agent):
    """A customer before it does anything."""

    model: TwinModel

    def __init__(self, model: TwinModel, number: int, key: np.uint64, traits: dict[str, Any]) -> None:
        super().__init__(model)
        self.number, self.key = number, key
        self.seen = 0
        """The step of the last occasion, up to which bond, trust and stock have moved."""
        self._take_traits(traits)
        self._has_bought_nothing(model.n_brands)
        self._feels(model, model.n_brands)
        self._has_looked_at_nothing(model, model.n_brands)
        self._is_in_the_market()
        self._has_heard_nothing(model.n_brands)
        self._has_no_complaint(model.n_brands)
        self._belongs_to_nothing(model, model.n_brands)

    def _has_bought_nothing(self, brands: int) -> None:
        """What it bought, and when."""
        self.last_brand: int | None = None
        """The number of the brand bought last; None before the first purchase, where arrays and collectors have -1."""
        self.tried = [False] * brands
        self.times_bought = [0] * brands
        self.last_bought = [-1] * brands
        """The step of the last purchase of each brand, -1 never."""
        self.first_bought = [-1] * brands
        """The step of the first one."""
        self.spent = [0] * brands
        """Money paid for each brand so far."""
        self.bought_now: set[int] = set()
        """Brands bought in this step."""
        self.stock = 0.0
        self.purchases: list[Purchase] = []

    def _feels(self, model: TwinModel, brands: int) -> None:
        """What it feels and expects at first."""
        self.satisfaction: list[float] = [getattr(model.satisfaction, "start", FIELDS["satisfaction"].off)] * brands
        prior = getattr(model.learning, "prior", None)
        self.expectation: list[float] = list(model.market.worth) if prior is None else [prior] * brands
        self.trust: list[float] = [getattr(model.learning, "prior_trust", FIELDS["trust"].off)] * brands
        self.bond: list[float] = [getattr(model.bond, "start", FIELDS["bond"].off)] * brands
        self.growing = [0.0] * brands
        """What levers for some add to the growth of bonds (eq. E157)."""
        self.bond_at = 0
        """The step up to which bonds have moved, if they jumped after the last occasion."""

    def _has_looked_at_nothing(self, model: TwinModel, brands: int) -> None:
        """What it saw of offers, and got used to."""
        self.reference_price = list(model.market.list_prices)
        self.shelf: list[float] = []
        """Prices on the shelf at this occasion, less coupons that are for this customer …"""
        self.prices_seen: list[float] = []
        """… and what they counted as at the last choice."""
        self.habit = [1 / brands] * brands
        self.is_online = False
        """Whether the occasion is one to buy online."""

    def _is_in_the_market(self) -> None:
        """How it came into the market."""
        self.segment = ""
        self.entered = 0
        """The step of coming, -1 for those who are not in the market yet."""
        self.channel = START
        self.advertised: int | None = None
        """The brand whose advertising brought it."""
        self.referrer: Person | None = None
        self.referred: int | None = None
        """The brand to which an invitation brought it …"""
        self.pledge: int | None = None
        """… which it buys at the next occasion."""
        self.hold = 1.0
        """What the friend who invited leaves of the chance to leave that brand."""

    def _has_heard_nothing(self, brands: int) -> None:
        """What it hears and from whom."""
        self.is_unheard = False
        """Whether its word reaches nobody."""
        self.heard = [0.0] * brands
        self.praise, self.blame = [0] * brands, [0] * brands
        """Messages that have not yet taken effect, in 1/1024 of a full one."""
        self.friends: list[Person] = []
        self.ties: list[int] = []

    def _has_no_complaint(self, brands: int) -> None:
        """What went wrong."""
        self.failures = [0.0] * brands
        """Failures that were remembered at the last one …"""
        self.failed_at = [0] * brands
        """… and the step of that."""
        self.strain = [0.0] * brands

    def _belongs_to_nothing(self, model: TwinModel, brands: int) -> None:
        """What it has with the brands: cards, a contract, or that it left them."""
        self.cards = [open_card(rules, self) for rules in model.rules]
        self.member_of = [False] * brands
        """Whether the last program of the brand that had something to say of it found a member."""
        self.contract: int | None = None
        self.signed = 0
        self.left = [False] * brands
        self.left_at = [-1] * brands
        """The step of the latest leaving."""
        self.left_after_failure = [False] * brands
        self.second_life = [0.0] * brands
        """What being won back has added to the logit of the chance to leave again."""
        self.stays = model.luck.uniform(self.key, EXIT)
        """The luck by which it leaves the category, early or late."""
        self.contacts = 0.0
        """Contacts by brands in this step, each as strong as its lever."""
        self.offers = [NO_OFFER] * brands
        """What brands that were left offer in this step to win the customer back."""
        self.asked_back_at, self.won_back_at = [-1] * brands, [-1] * brands
        """The step of the latest offer of each brand to come back, and of the latest that was accepted."""

    def _take_traits(self, traits: dict[str, Any]) -> None:
        self.needs: float = traits["needs"]
        self.price_sensitivity: float = traits["price_sensitivity"]
        self.inertia: float = traits["inertia"]
        self.talkativeness: float = traits["talkativeness"]
        self.dropout_chance: float = traits["dropout_chance"]
        self.cancel_chance: float = traits["cancel_chance"]
        self.values_weight: float = traits["values_weight"]
        self.online: float = traits["online"]
        self.category_exit: float = traits["category_exit"]
        self.program_affinity: float = traits["program_affinity"]
        self.privacy_aversion: float = traits["privacy_aversion"]
        self.taste: list[float] = traits["taste"]

    def bought_before(self, brand: int) -> None:
        """Have bought a brand just before the first step; where customers have contracts, one begins with that step."""
        self.last_brand, self.tried[brand] = brand, True
        self.times_bought[brand], self.first_bought[brand], self.last_bought[brand] = 1, 0, 0
        if self.model.needs.kind == "contract":
            self.contract = brand

    @property
    def weeks_since(self) -> float:
        """Time since the last occasion."""
        return (self.model.now - self.seen) * self.model.weeks

    @property
    def running(self) -> list[Membership]:
        """What the customer has with the programs that have begun (eq. E130)."""
        return [card for card in self.cards if card.rules.runs]
