"""Stamps: the N-th purchase is free, or N and then one extra: two different promises, so a setting says which."""

from __future__ import annotations

from typing import Literal

from loyaltysim.programs.counting import Count, Counting
from loyaltysim.programs.parts.reward import FreeUnit, Reward
from loyaltysim.record import setting


class Stamps(Counting):
    """One stamp a unit bought. The unit that is rewarded gets no stamp (eq. E34).

    `nth_is_rewarded`: of every N units the N-th is rewarded: N - 1 stamps fill the card, 1/N of units are rewarded.
    `n_then_one_extra`: N stamps fill the card and one more unit is rewarded: 1/(N + 1) of units.
    """

    kind: Literal["stamps"] = "stamps"

    n: int = setting(10, "The N of the promise.", ge=1, le=1000, unit="stamps")
    reading: Literal["nth_is_rewarded", "n_then_one_extra"] = setting(
        "nth_is_rewarded", "Which of the two promises is meant."
    )
    reward: Reward = setting(FreeUnit(), "What a full card gives.")

    @property
    def needed(self) -> int:
        """Stamps that fill the card."""
        return self.n - 1 if self.reading == "nth_is_rewarded" and self.changes_price else self.n

    def count(self) -> Count:
        return Count(0.0, 1.0, float(self.needed), redeeming_earns=False)

    def check(self, price: float, weeks: float) -> list[str]:
        if self.needed < 1:
            return ['with reading "nth_is_rewarded" n must be at least 2: the very first purchase cannot be rewarded']
        return super().check(price, weeks)

    def remarks(self) -> list[str]:
        unread = "threshold" in self.reward.given()
        said = f"does not read reward.threshold: stamps count to n, here {self.n}"
        return [*super().remarks(), *([said] if unread else [])]
