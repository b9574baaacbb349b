"""Enrollment: who becomes a member, at a purchase of the brand."""

from __future__ import annotations

from typing import Literal

from loyaltysim.record import Part, setting


class Enrollment(Part, room="enrollment"):
    """Each purchase of the brand by somebody who is no member may enroll (eq. E30)."""

    kind: str = "automatic"

    @property
    def terms(self) -> tuple[float, float, float]:
        """Chance of an unattached customer at a purchase, and the logits that bond and satisfaction add."""
        raise NotImplementedError


class Automatic(Enrollment):
    """Everybody is a member from the first purchase on."""

    kind: Literal["automatic"] = "automatic"

    @property
    def terms(self) -> tuple[float, float, float]:
        return 1.0, 0.0, 0.0


class OptIn(Enrollment):
    """A customer enrolls with a chance at each purchase; those with more bond and satisfaction rather do."""

    kind: Literal["opt_in"] = "opt_in"

    chance: float = setting(
        0.15, "Chance at a purchase, at no bond and satisfaction 0.5; 0: nobody ever.", ge=0, le=1, unit="1 a purchase"
    )
    by_bond: float = setting(2.0, "Added to the logit of the chance at full bond.", unit="logit")
    by_satisfaction: float = setting(
        1.0, "Added to the logit of the chance per unit of satisfaction above 0.5.", unit="logit"
    )

    @property
    def terms(self) -> tuple[float, float, float]:
        return self.chance, self.by_bond, self.by_satisfaction
