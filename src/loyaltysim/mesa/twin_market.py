"""The twin's market board: what the brands show and are at a step, each a list with an entry for each brand."""

from __future__ import annotations

from typing import Any

from loyaltysim.mesa.twin_program import money

LENT = (
    "quality service ease consistency ethics effort bond_growth response_days distributive interaction complaint_ease "
    "moderation advocacy awareness"
).split()
"""What levers may change for a step."""


class Market:
    """The brands as customers see them. `turn` brings the prices of a step."""

    def __init__(self, board: Any, behavior: Any, unit_costs: list[float]) -> None:
        self._plan, self._choice = board.plan, behavior.choice
        self.unit_costs = [money(cost) for cost in unit_costs]
        self.list_prices: list[float] = board.plan.list_price[0].tolist()
        self.quality: list[float] = board.quality[0].tolist()
        self._appeal: list[float] = board.appeal[0].tolist()
        self.service: list[float] = board.service[0].tolist()
        self.ease: list[float] = board.ease[0].tolist()
        self.consistency: list[float] = board.consistency[0].tolist()
        self.ethics: list[float] = board.ethics[0].tolist()
        self.effort: list[float] = board.effort[0].tolist()
        self._store_appeal: list[float] = board.store_appeal[0].tolist()
        self._online_appeal: list[float] = board.online_appeal[0].tolist()
        self.bond_growth: list[float] = board.bond_growth[0].tolist()
        self.failure_chance: list[float] = board.failure_chance[0].tolist()
        self.online_failure_chance: list[float] = board.online_failure_chance[0].tolist()
        self.response_days: list[float] = board.response_days[0].tolist()
        self.distributive: list[float] = board.distributive[0].tolist()
        self.interaction: list[float] = board.interaction[0].tolist()
        self.complaint_ease: list[float] = board.complaint_ease[0].tolist()
        self.moderation: list[float] = board.moderation[0].tolist()
        self.advocacy: list[float] = board.advocacy[0].tolist()
        self.awareness: list[float] = board.awareness[0].tolist()
        self.take_sources()
        self._usual = {name: list(getattr(self, name)) for name in LENT}
        self._experience = behavior.experience
        self.worth: list[float] = list(self.quality)
        """What an experience with each brand is worth on average."""
        self.turn(0)
        self.weigh()

    def sources_change(self) -> bool:
        """Whether bonds are to drift by something else from this step on."""
        return (self.ethics_felt, self.bond_growth_felt) != (self.ethics, self.bond_growth)

    def take_sources(self) -> None:
        """Let bonds drift by what brands do now."""
        self.ethics_felt, self.bond_growth_felt = self.ethics, self.bond_growth

    def weigh(self) -> None:
        """Work out what the brands are worth in this step, in the store and online, and to experience."""
        base = [appeal - effort + more for appeal, effort, more in zip(self._appeal, self.effort, self.shown)]
        self.appeal_in_store = [more + here for more, here in zip(base, self._store_appeal)]
        """Utility before price, tastes and history, with what the brand shows …"""
        self.appeal_online = [more + here for more, here in zip(base, self._online_appeal)]
        """… in the store and online."""
        is_index, brands = self._experience.kind == "index", range(len(self.quality))
        self.worth = [self.index(b, self._experience) if is_index else self.quality[b] for b in brands]

    def turn(self, step: int) -> None:
        """Show the prices of a step, and leaflets and displays (stage 1)."""
        plan, choice = self._plan, self._choice
        self.prices: list[float] = plan.price[step].tolist()
        self.on_promotion: list[bool] = plan.on_promotion[step].tolist()
        """Whether each brand announces a discount."""
        for name, usual in self._usual.items():
            setattr(self, name, list(usual))
        shown = [0.0] * len(self.prices)
        if choice.kind == "logit":
            shown = (choice.feature_weight * plan.feature[step] + choice.display_weight * plan.display[step]).tolist()
        self.shown = shown
        """Utility of leaflets and displays."""

    def index(self, brand: int, weights: Any) -> float:
        """A mean of product, service, ease and consistency that the weakest of them holds down (eq. E53)."""
        parts = [
            (weights.product, self.quality[brand]),
            (weights.service, self.service[brand]),
            (weights.ease, self.ease[brand]),
            (weights.consistency, self.consistency[brand]),
        ]
        power = (weights.elasticity - 1) / weights.elasticity
        mean: float = sum(weight * part**power for weight, part in parts if weight > 0) ** (1 / power)
        return mean
