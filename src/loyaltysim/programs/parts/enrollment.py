"""Enrollment: who becomes a member, at a purchase of the brand."""

from __future__ import annotations

from typing import Literal, NamedTuple

from loyaltysim.record import Part, setting


class Terms(NamedTuple):
    """What an enrollment adds up to."""

    chance: float = 1.0
    """Chance at a purchase, of a customer to whom the terms below add nothing."""
    by_bond: float = 0.0
    by_satisfaction: float = 0.0
    by_need: float = 0.0
    by_taste: float = 0.0
    fee: float = 0.0
    """What who enrolls pays, once."""


class Enrollment(Part, room="enrollment"):
    """Each purchase of the brand by somebody who is no member may enroll (eq. E30)."""

    kind: str = "automatic"

    @property
    def terms(self) -> Terms:
        """The chance, and what is added to its logit."""
        raise NotImplementedError


class Automatic(Enrollment):
    """Everybody is a member from the first purchase on."""

    kind: Literal["automatic"] = "automatic"

    @property
    def terms(self) -> Terms:
        return Terms()


class OptIn(Enrollment):
    """A customer enrolls with a chance at each purchase; more bond, satisfaction, need or taste, and rather.

    The trait `program_affinity` is added to the logit of the chance, where the population has it.
    """

    kind: Literal["opt_in"] = "opt_in"

    chance: float = setting(
        0.15, "Chance at a purchase, at no bond and satisfaction 0.5; 0: nobody ever.", ge=0, le=1, unit="1 a purchase"
    )
    by_bond: float = setting(2.0, "How much a full bond helps joining: added to the logit of the chance.", unit="logit")
    by_satisfaction: float = setting(
        1.0, "How much satisfaction helps joining: added to the logit of the chance per unit above 0.5.", unit="logit"
    )

    by_need: float = setting(
        0.0, "How much frequent needs help joining: added to the logit of the chance per need a week.", unit="logit",
        source="assumed: 0",
    )  # fmt: skip
    by_taste: float = setting(
        0.0, "Added to the logit of the chance per unit of taste for the brand.", unit="logit", source="assumed: 0"
    )
    fee: float = setting(
        0.0, "What enrolling costs, once; the chance is that of enrolling at this fee.", ge=0, le=1e9, unit="currency"
    )

    @property
    def terms(self) -> Terms:
        return Terms(self.chance, self.by_bond, self.by_satisfaction, self.by_need, self.by_taste, self.fee)
