"""The twin's choice: which brand a customer comes to at an occasion, and how much it takes (eqs. E9–E13, E46–E52).

Three things that a bond with one brand does to its rivals are here: their discounts count less, some of them are not
even looked at, and prices matter less.
"""

from __future__ import annotations

import math

from loyaltysim.behavior.basket import MOST_EXTRA, UNITS
from loyaltysim.behavior.choice import CHOICE
from loyaltysim.behavior.logit import CHANNEL, SEARCH
from loyaltysim.mesa.twin_person import Person


class Choosing(Person):
    """The part of a customer that compares what is offered."""

    def choose(self, prices: list[float], rewards: list[float], felt: list[float], occasion: int) -> int | None:
        """The brand that is bought, None for none: by logit (eq. E12), or by the last brand alone (eq. E13).

        prices : to pay, rewards of programs taken off; rewards : what programs and news add to utility; felt :
        satisfaction with what was heard
        """
        model = self.model
        if model.choice.kind == "switching":
            luck = model.luck.uniform(self.key, CHOICE, occasion)
            cumulative = model.switching[model.n_brands if self.last_brand is None else self.last_brand]
            return sum(chance <= luck for chance in cumulative[:-1])
        self.is_online = self.online > 0 and model.luck.uniform(self.key, CHANNEL, occasion) < self.online
        utility = self.utility(prices, rewards, felt)
        considered = self.considered(occasion)
        luck = model.luck.uniform(self.key, CHOICE, occasion)
        nothing = 0.0 if model.choice.outside_option else -math.inf
        top = max([nothing, *(utility[b] for b in considered)])
        if top == -math.inf:
            return None
        weights = {b: math.exp(utility[b] - top) for b in considered}
        limit, below = luck * (sum(weights.values()) + math.exp(nothing - top)), 0.0
        for brand, weight in weights.items():
            below += weight
            if limit < below:
                return brand
        return None if model.choice.outside_option else considered[-1]

    def utility(self, prices: list[float], rewards: list[float], felt: list[float]) -> list[float]:
        """The utility of each brand (eqs. E9–E11, E46–E48)."""
        model, market, choice = self.model, self.model.market, self.model.choice
        sensitivity = self.softened_price_sensitivity()
        self.prices_seen = self.perceived_shelf_prices()
        appeal = market.appeal_online if self.is_online else market.appeal_in_store
        utility = []
        for b, (price, shelf) in enumerate(zip(prices, self.prices_seen)):
            u = appeal[b] + self.taste[b] + self.heard[b] + rewards[b]
            u -= sensitivity * (shelf - (self.shelf[b] - price))
            if self.values_weight:
                u += self.values_weight * market.ethics[b]
            if model.satisfaction_weight:
                u += model.satisfaction_weight * (felt[b] - choice.satisfaction_reference)
            if model.expectation_weight:
                u += model.expectation_weight * (self.expectation[b] - choice.expectation_reference)
            if model.bond_weight:
                u += model.bond_weight * (self.bond[b] - choice.bond_reference)
            if model.habit_weight:
                u += model.habit_weight * self.habit[b]
            if model.has_reference_price:
                more = shelf - self.reference_price[b]
                u -= sensitivity * (choice.loss * more if more > 0 else choice.gain * more)
            utility.append(u)
        if self.last_brand is not None:
            utility[self.last_brand] += self.inertia
        return utility

    def held_bonds(self) -> list[float]:
        """Bonds that hold the customer: those with brands that were not left."""
        return [0.0 if left else bond for bond, left in zip(self.bond, self.left)]

    def bond_with_rival(self, brand: int) -> float:
        """The strongest bond with another brand."""
        return max([0.0, *(bond for b, bond in enumerate(self.held_bonds()) if b != brand)])

    def perceived_shelf_prices(self) -> list[float]:
        """What prices on the shelf count as: a bond with another brand lets less of a discount through (eq. E49)."""
        market, resist = self.model.market, self.model.choice.resist_discount
        if not resist:
            return self.shelf
        counted = []
        for b, price in enumerate(self.shelf):
            cut = max(market.list_prices[b] - price, 0.0)
            counted.append(price + cut * min(resist * self.bond_with_rival(b), 1.0))
        return counted

    def softened_price_sensitivity(self) -> float:
        """Price sensitivity, the less the stronger the bond with the brand bought last (eq. E51)."""
        bond = 0.0 if self.last_brand is None else self.held_bonds()[self.last_brand]
        left: float = 1.0 - self.model.choice.resist_price * bond
        return self.price_sensitivity * max(left, 0.0)

    def considered(self, occasion: int) -> list[int]:
        """The brands that are looked at: none that was left, and not all rivals of a brand with a bond (eq. E50)."""
        resist = self.model.choice.resist_search
        not_left = [b for b, left in enumerate(self.left) if not left]
        if not resist:
            return not_left
        held = self.held_bonds()
        favorite, looked_at = held.index(max(held)), []
        for b in not_left:
            luck = self.model.luck.uniform(self.key, SEARCH, occasion, b)
            if b in (favorite, self.last_brand) or luck < 1.0 - resist * self.bond_with_rival(b):
                looked_at.append(b)
        return looked_at

    def fill_basket(self, brand: int, occasion: int) -> int:
        """How many units are taken: one, and more the lower the price (eq. E52)."""
        model, market, basket = self.model, self.model.market, self.model.basket
        if basket.kind == "one":
            return 1
        usual = self.reference_price if model.has_reference_price else market.list_prices
        shelf = self.prices_seen if model.choice.kind == "logit" else self.shelf
        mean = basket.extra * math.exp(-basket.price_response * (shelf[brand] - usual[brand]))
        return 1 + model.luck.poisson(self.key, UNITS, min(mean, MOST_EXTRA), occasion)

    def remember_offers(self, bought: int | None) -> None:
        """Get used to the prices seen (eq. E10), and to the brand bought (eq. E47)."""
        choice = self.model.choice
        if self.model.has_reference_price:
            for b, seen in enumerate(self.prices_seen):
                self.reference_price[b] += choice.reference_memory * (seen - self.reference_price[b])
        if self.model.habit_weight and bought is not None:
            memory = choice.habit_memory
            self.habit = [memory * habit + (1 - memory) * (b == bought) for b, habit in enumerate(self.habit)]
