"""The twin's leaving: when a customer leaves a brand or ends a contract, and when it comes back (eqs. E64–E67)."""

from __future__ import annotations

import math

from loyaltysim.behavior.lapse import LEAVE, RENEW, RETURN
from loyaltysim.behavior.win_back import ANSWER
from loyaltysim.market.touches import BUNDLE, DISCOUNT, UPGRADE
from loyaltysim.mesa.twin_coming import Coming
from loyaltysim.mesa.twin_needs import Needing
from loyaltysim.mesa.twin_person import NO_OFFER
from loyaltysim.mesa.twin_program import logistic


class Leaving(Needing, Coming):
    """The part of a customer that decides to stay or to leave."""

    def drop_out(self, brand: int, occasion: int) -> None:
        """Perhaps leave the brand after a repeat purchase (eq. E64)."""
        model = self.model
        if model.lapse.kind == "dropout" and self.tried[brand]:
            luck = model.luck.uniform(self.key, LEAVE, occasion)
            self.decide(brand, self.held(brand, self.dropout_chance), luck)

    def renew(self) -> None:
        """Perhaps end the contract, if it is due (eq. E65); who has left the category does."""
        model, brand = self.model, self.contract
        if brand is None:
            return
        age = model.now - self.signed
        if age > 0 and age % model.lapse.term_steps == 0:
            chance = self.held(brand, self.cancel_chance) if self.is_in_category() else 1.0
            if self.decide(brand, chance, model.luck.uniform(self.key, RENEW)):
                self.contract = None

    def decide(self, brand: int, chance: float, luck: float) -> bool:
        """Leave the brand with a chance, moved by how things stand with it, or stay. Strain is over then."""
        failed, chance = self.strain[brand] > 0, moved(chance, self.leaning(brand))
        self.strain[brand] = 0.0
        leaves = luck < chance
        if leaves:
            self.model.counts["lapsed"][brand] += 1
            self.left[brand], self.left_at[brand] = True, self.model.now
            self.left_after_failure[brand] = failed
        return leaves

    def leaning(self, brand: int) -> float:
        """What is added to the logit of the chance to leave: by feelings, membership, failures and a second life."""
        model, lapse = self.model, self.model.lapse
        leaning: float = lapse.failure_hazard * self.strain[brand] + self.second_life[brand]
        if model.satisfaction.kind != "none":
            leaning -= lapse.by_satisfaction * (self.satisfaction[brand] - lapse.satisfaction_reference)
        if model.bond.kind != "none":
            leaning -= lapse.by_bond * (self.bond[brand] - lapse.bond_reference)
        if self.member_of[brand]:
            leaning -= lapse.by_membership
        return leaning

    def come_back(self, occasion: int) -> None:
        """Perhaps be open again to a brand that was left (eq. E66)."""
        model = self.model
        for b in range(model.n_brands):
            if self.left[b] and model.return_rate:
                weeks = (model.now - max(self.seen, self.left_at[b])) * model.weeks
                if model.luck.uniform(self.key, RETURN, occasion, b) > math.exp(-model.return_rate * weeks):
                    self.left[b] = False
                    model.counts["returned"][b] += 1

    def answer_offers(self) -> None:
        """Perhaps accept what a brand that was left offers: the likelier the better the first life was (eq. E67)."""
        model, win_back = self.model, self.model.win_back
        for b, offer in enumerate(self.offers):
            if offer == NO_OFFER or not self.left[b]:
                continue
            wins = {DISCOUNT: win_back.discount, UPGRADE: win_back.upgrade, BUNDLE: win_back.bundle}
            logit = win_back.accept + wins[offer] + win_back.by_purchases * math.log(1 + self.times_bought[b])
            logit += win_back.by_bond * self.bond[b]
            if self.left_after_failure[b]:
                logit -= win_back.service_leaver
            if model.luck.uniform(self.key, ANSWER, index=b) < logistic(logit):
                model.counts["won_back"][b] += 1
                self.left[b], self.won_back_at[b] = False, model.now
                self.second_life[b] = self.hazard_of(offer, b)
        self.offers = [NO_OFFER] * model.n_brands

    def hazard_of(self, offer: int, brand: int) -> float:
        """What a second life that began with an offer adds to the logit of the chance to leave again."""
        win_back = self.model.win_back
        hazards: dict[int, float] = {
            DISCOUNT: win_back.discount_hazard,
            UPGRADE: win_back.upgrade_hazard,
            BUNDLE: win_back.bundle_hazard,
        }
        again: float = win_back.service_hazard if self.left_after_failure[brand] else 0.0
        return hazards[offer] + again


def moved(chance: float, leaning: float) -> float:
    """The chance whose odds are those of `chance` times e**leaning."""
    odds = chance * math.exp(leaning)
    return odds / (1 - chance + odds)
