"""The twin's needs: how often a customer needs the category, and what binds it (eqs. E6–E7, E43–E45)."""

from __future__ import annotations

import math

from loyaltysim.behavior.need_rates import MOST_LIFT
from loyaltysim.behavior.needs import NEEDS
from loyaltysim.mesa.twin_person import Person


class Needing(Person):
    """The part of a customer that comes to need the category."""

    def count_occasions(self) -> int:
        """How often the customer shops in this step."""
        model = self.model
        if model.needs.kind == "regular":
            return 1
        if model.needs.kind == "panel":  # one recorded purchase a step, in the recorded order
            return int(model.panel.first[self.number] + model.now < model.panel.first[self.number + 1])
        if model.needs.kind == "bernoulli":
            return int(model.luck.uniform(self.key, NEEDS) < self.needs)
        if self.category_exit and not self.is_in_category():
            mean = 0.0
        else:
            mean = self.needs * model.need_factor
        if model.needs.kind == "contract":
            if self.contract is not None:
                return 1
            return int(model.luck.uniform(self.key, NEEDS) > math.exp(-mean))
        for card in self.running:
            mean *= card.pace()
        if self.contacts:
            lift = model.needs.contact_lift * self.contacts
            mean *= math.exp(min(max(lift, -MOST_LIFT), MOST_LIFT))
        if model.stock_damping:
            mean *= math.exp(-model.stock_damping * self.stock_now())
        return model.luck.poisson(self.key, NEEDS, mean)

    def is_in_category(self) -> bool:
        """Whether the customer still needs the category at all, which ends at a time of its own (eq. E43)."""
        return self.stays < math.exp(-self.category_exit * self.model.measured_weeks)

    def keep_contract(self, chosen: int | None) -> int | None:
        """The brand of the running contract; without one, that chosen, with which a contract begins (eq. E45)."""
        if self.model.needs.kind != "contract":
            return chosen
        if self.contract is None and chosen is not None:
            self.contract, self.signed = chosen, self.model.now
        return self.contract

    def stock_now(self) -> float:
        """Units at home, after what was used up since the last occasion (eq. E44)."""
        consumption = self.model.needs.consumption
        used = self.needs if consumption is None else consumption
        return max(self.stock - used * self.weeks_since, 0.0)

    def put_away(self, units: int) -> None:
        """Add what was bought to what is at home, if anybody looks there."""
        if self.model.stock_damping:
            self.stock = self.stock_now() + units
