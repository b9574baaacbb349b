"""The twin's failures: what goes wrong at a purchase, who complains, and what the answer mends (eqs. E58–E63)."""

from __future__ import annotations

import math

from loyaltysim.behavior.recovery import CERTAIN, COMPLAINT, FAILURE, PUBLIC, RESPONSE, SEVERITY
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.mesa.twin_person import ALL_WELL, Incident, Person
from loyaltysim.mesa.twin_program import logistic


class Complaining(Person):
    """The part of a customer that meets failures."""

    def meet_failure(self, brand: int, occasion: int) -> Incident:
        """Let the purchase fail by chance, and work through what follows."""
        model, market = self.model, self.model.market
        if model.recovery.kind == "none":
            return ALL_WELL
        chance = (market.online_failure_chance if self.is_online else market.failure_chance)[brand]
        if not model.luck.uniform(self.key, FAILURE, occasion) < chance:
            return ALL_WELL
        severity = model.severity(model.luck.uniform(self.key, SEVERITY, occasion))
        incident = Incident(severity)
        model.counts["failures"][brand] += 1
        if self.complains(brand, severity, occasion):
            model.counts["complaints"][brand] += 1
            incident = Incident(severity, True, self.answer(brand, occasion))
            self.publish(brand, incident.recovery, occasion)
        self.be_disappointed(brand, incident)
        self.bear(brand, incident)
        return incident

    def complains(self, brand: int, severity: float, occasion: int) -> bool:
        """Whether the customer complains (eq. E59)."""
        model, recovery = self.model, self.model.recovery
        minor, severe = logit(recovery.complain_minor), logit(recovery.complain_severe)
        odds = minor + (severe - minor) * severity + recovery.by_bond * self.bond[brand]
        odds += recovery.by_ease * (model.market.complaint_ease[brand] - 0.5)
        return model.luck.uniform(self.key, COMPLAINT, occasion) < logistic(odds)

    def answer(self, brand: int, occasion: int) -> float:
        """How good the brand's answer to a complaint is: just in outcome, in time and in manner (eq. E60)."""
        model, recovery, market = self.model, self.model.recovery, self.model.market
        days = market.response_days[brand] * model.luck.exponential(self.key, RESPONSE, occasion)
        justice: float = recovery.weight_distributive * market.distributive[brand]
        justice += recovery.weight_speed * math.exp(-days / recovery.patience_days)
        impersonal = math.prod(lever.impersonal(self) for lever in model.levers if lever.brand == brand)  # eq. E157
        justice += recovery.weight_interaction * (1 - impersonal * (1 - market.interaction[brand]))
        return min(justice, 1.0)

    def publish(self, brand: int, recovery: float, occasion: int) -> None:
        """Let everybody see the complaint, by chance, with its answer; it is heard in the next step (eq. E63)."""
        model = self.model
        if model.luck.uniform(self.key, PUBLIC, occasion) < model.recovery.public_chance:
            model.counts["complaints_public"][brand] += 1
            audience = min(model.recovery.public_audience, len(model.customers))
            said = 2 * (recovery + model.market.moderation[brand] * (1 - recovery)) - 1  # eq. E133
            units = math.floor(abs(said) * audience * STRENGTH_UNIT + 0.5)
            model.public_next[brand] += units if said > 0 else -units

    def be_disappointed(self, brand: int, incident: Incident) -> None:
        """Lower satisfaction by what was not mended; a well answered first failure adds to it (eq. E61)."""
        model, recovery = self.model, self.model.recovery
        if model.satisfaction.kind == "none":
            return
        level = self.satisfaction[brand] - incident.severity * (1 - incident.recovery)
        is_first = self.failures[brand] == 0
        if incident.complained and is_first and incident.recovery >= recovery.paradox_above:
            level += recovery.paradox
        self.satisfaction[brand] = min(max(level, 0.0), 1.0)

    def bear(self, brand: int, incident: Incident) -> None:
        """Add to the strain what a failure weighs beside those remembered and earlier purchases (eq. E62)."""
        model, recovery = self.model, self.model.recovery
        weeks = (model.now - self.failed_at[brand]) * model.weeks
        recent = self.failures[brand] * 0.5 ** (weeks / recovery.memory_weeks)
        weight = incident.severity * (1 - recovery.offset * incident.recovery)
        weight *= 1 + recovery.repeat_hazard * recent
        self.strain[brand] += weight * (1 + self.times_bought[brand]) ** -recovery.shield
        self.failures[brand], self.failed_at[brand] = recent + 1, model.now


def logit(chance: float) -> float:
    """The logarithm of the odds; of no chance at all, and of certainty, that of one very near."""
    chance = min(max(chance, CERTAIN), 1 - CERTAIN)
    return math.log(chance / (1 - chance))
