"""The twin's feelings: what an experience does to satisfaction, expectation, trust and bond (eqs. E14–E21, E54–E57)."""

from __future__ import annotations

import math

from loyaltysim.behavior.experience import EXPERIENCE
from loyaltysim.mesa.twin_person import Incident, Person


class Feeling(Person):
    """The part of a customer that feels, expects and is attached."""

    def felt_satisfaction(self) -> list[float]:
        """Satisfaction by brand, with what was said of each since its last purchase (eq. E26)."""
        shift = self.model.shift_of_satisfaction
        if not shift:
            return self.satisfaction
        return [s + shift * (good + bad) for s, good, bad in zip(self.satisfaction, self.praise, self.blame)]

    def experience(self, brand: int, occasion: int) -> float:
        """How good the purchase turns out (eq. E14)."""
        model = self.model
        if model.experience.kind == "none":
            return 0.0
        spread: float = model.experience.spread
        return model.market.worth[brand] + spread * model.luck.normal(self.key, EXPERIENCE, occasion)

    def judge(self, brand: int, felt: float, experience: float) -> None:
        """Let the experience change satisfaction with the brand: by its level (E15) or by surprise (E16–E17)."""
        model, satisfaction = self.model, self.model.satisfaction
        if satisfaction.kind == "level":
            self.satisfaction[brand] = felt + satisfaction.memory * (experience - felt)
        elif satisfaction.kind == "disconfirmation":
            surprise = experience - self.expectation[brand]
            judged = satisfaction.base + satisfaction.on_quality * (experience - satisfaction.usual_quality)
            judged += (satisfaction.on_better if surprise > 0 else satisfaction.on_worse) * surprise
            judged = min(max(judged, 0.0), 1.0)
            self.satisfaction[brand] = felt + satisfaction.memory * (judged - felt)
        if model.shift_of_satisfaction:
            self.praise[brand] = self.blame[brand] = 0  # it is in the satisfaction now

    def learn(self, brand: int, experience: float) -> None:
        """Let the experience change what is expected: by a constant share (E18), or the less the surer (E54–E55)."""
        learning, surprise = self.model.learning, experience - self.expectation[brand]
        if learning.kind == "constant":
            self.expectation[brand] += learning.share * surprise
        elif learning.kind == "bayesian":
            noise = learning.noise**2
            self.expectation[brand] += surprise / (1 + self.trust[brand] * noise)
            self.trust[brand] += 1 / noise

    def attach(self, brand: int, on_deal: bool, incident: Incident) -> None:
        """Change the bond with the brand bought (eqs. E19, E21 and E57)."""
        bond, felt = self.model.bond, self.bond[brand]
        if bond.kind == "linear":
            felt += bond.from_satisfaction * self.satisfaction[brand] - bond.fading * felt
        elif bond.kind == "drift":
            if on_deal:
                felt -= bond.deal_erosion * felt
            if incident.severity:
                felt -= felt * bond.damage * incident.severity * (1 - incident.recovery)
                if incident.complained and incident.recovery >= bond.recovered_above:
                    felt += bond.jump * (1 - felt)
        self.bond[brand] = felt

    def catch_up(self) -> None:
        """Bring bond and trust up to now, with what held since the last occasion."""
        brands = range(self.model.n_brands)
        if self.model.bond.kind == "drift":
            self.bond = [self.bond_now(b) for b in brands]
        if self.model.learning.kind == "bayesian":
            self.trust = [self.trust_now(b) for b in brands]

    def bond_now(self, b: int) -> float:
        """The bond with a brand, drifted up to now (eqs. E20–E21)."""
        bond = self.model.bond
        weeks = min(self.weeks_since, (self.model.now - self.bond_at) * self.model.weeks)
        if bond.kind != "drift" or weeks == 0:
            return self.bond[b]
        growth = self.bond_growth(b)
        speed = growth + bond.fading
        balance = growth / speed if speed else 0.0
        now = balance + (self.bond[b] - balance) * math.exp(-speed * weeks)
        return min(max(now, 0.0), 1.0)

    def be_pleased(self, brand: int, share: float) -> None:
        """Let a bond jump by a share of what it lacks to 1, or of itself where the share is below 0 (eq. E121)."""
        if self.model.bond.kind != "none":
            self.bring_bonds_up()
            felt = self.bond[brand]
            self.bond[brand] += share * max(1 - felt if share > 0 else felt, 0.0)

    def bring_bonds_up(self) -> None:
        """Bring bonds up to now, before what they drift by changes or they jump."""
        self.bond = [self.bond_now(b) for b in range(self.model.n_brands)]
        self.bond_at = self.model.now

    def bond_growth(self, b: int) -> float:
        """How fast a bond grows by satisfaction with a trusted brand, shared values and the brand's care (E56)."""
        model, bond = self.model, self.model.bond
        if not self.tried[b]:
            return 0.0
        sure = self.trust[b] / (self.trust[b] + bond.trust_half) if bond.trust_half else 1.0
        growth: float = bond.from_satisfaction * max(self.satisfaction[b] - bond.threshold, 0.0) * sure
        growth += bond.from_values * max(self.values_weight, 0.0) * model.market.ethics_felt[b]
        return growth + model.market.bond_growth_felt[b] + self.growing[b]

    def trust_now(self, b: int) -> float:
        """Trust in a brand, faded up to now (eq. E55)."""
        learning = self.model.learning
        return self.trust[b] * math.exp(-learning.forgetting * self.weeks_since)

    def state_now(self, name: str, b: int) -> float:
        """A state of the brand as of now, for measuring: nothing is changed."""
        if name == "satisfaction":
            return self.satisfaction[b]
        return self.bond_now(b) if name == "bond" else self.trust_now(b)
