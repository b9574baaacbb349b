"""Customer response: what members make of a program, besides taking its rewards.

`none` is the accountant's limit: the program costs money and changes nobody.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from loyaltysim.record import Part, setting


class Weights(NamedTuple):
    """What a response adds up to."""

    progress: float = 0.0
    """Utility of the brand at full progress."""
    worth: float = 0.0
    """How much of the announced worth of a purchase's points counts."""
    goal_gradient: float = 0.0
    """Log of the factor on needs just before the reward."""
    gradient_shape: float = 1.0
    continue_plain: float = 1.0
    """Chance to go on with a card before each stamp that is still needed …"""
    continue_endowed: float = 1.0
    """… and with one on which stamps were given."""
    rewarded_lift: float = 0.0
    """Log of the factor on needs after a reward …"""
    rewarded_weeks: float = 0.0
    """… for so long."""
    reset: float = 0.0
    """What the logarithm of needs loses just after a reward …"""
    reset_weeks: float = 1.0
    """… and in which time that falls to 1/e."""
    foresight: float = 0.0
    """How much counts of what a purchase brings nearer …"""
    weekly_discount: float = 1.0
    """… what a week leaves of the worth of what comes after it …"""
    usual_chance: float = 0.5
    """… and the chance to buy the brand at a need if there were no program."""

    @property
    def looks_back(self) -> bool:
        """Whether a reward is felt afterwards."""
        return self.rewarded_lift > 0 or self.reset > 0

    @property
    def quickens(self) -> bool:
        """Whether it changes the pace of needs."""
        return self.goal_gradient > 0 or self.looks_back


HURRY = setting(0.0, "Log of the factor on needs just before the reward.", ge=0, le=5, unit="1")
SHAPE = setting(0.5, "How late the hurry before a reward comes; below 1 most of it comes early.", gt=0, unit="1")
WORTH = setting(0.0, "How much of a reward's announced worth counts in the choice.", ge=0, unit="1")
"""Settings that several responses have besides their own."""


class Response(Part, room="customer response"):
    """What a program does to its members' choices and needs (eqs. E31–E32)."""

    kind: str = "none"

    @property
    def weights(self) -> Weights:
        """How much of each effect there is."""
        return Weights()


class NoResponse(Response):
    """Members behave as if there were no program."""

    kind: Literal["none"] = "none"


class Progress(Response):
    """The nearer the reward, the more a purchase is worth."""

    kind: Literal["progress"] = "progress"
    progress_weight: float = setting(0.5, "Utility of the brand at full progress.", unit="logit")

    @property
    def weights(self) -> Weights:
        return Weights(progress=self.progress_weight)


class Worth(Response):
    """Members value what a purchase earns as money: price sensitivity times the worth of the points."""

    kind: Literal["worth"] = "worth"
    worth_weight: float = setting(
        1.0, "How much of a reward's announced worth counts; 1: all of it at once.", ge=0, unit="1"
    )

    @property
    def weights(self) -> Weights:
        return Weights(worth=self.worth_weight)


class GoalGradient(Response):
    """Members hurry as the reward comes near: needs × exp(goal_gradient · progress ** gradient_shape), eq. E32.

    Only needs of kind `poisson` can be quickened; the others have a fixed number of occasions.
    """

    kind: Literal["goal_gradient"] = "goal_gradient"
    goal_gradient: float = setting(
        0.40, "Log of the factor on needs just before the reward.", ge=0, le=5, unit="1",
        source="Kivetz, Urminsky and Zheng 2006: -20 % in the time between purchases",
    )  # fmt: skip
    gradient_shape: float = SHAPE
    worth_weight: float = WORTH
    progress_weight: float = setting(0.0, "Utility of the brand at full progress.", unit="logit")

    @property
    def weights(self) -> Weights:
        return Weights(self.progress_weight, self.worth_weight, self.goal_gradient, self.gradient_shape)


class Endowed(Response):
    """Holders give up their cards: before each stamp that is still needed they go on with a chance (eq. E110).

    A card on which stamps were given (`endowment`) is rather gone on with. Who has given up buys on without the card.
    """

    kind: Literal["endowed"] = "endowed"
    continue_plain: float = setting(
        0.8125, "Chance to go on with a plain card, before each stamp.", ge=0, le=1, unit="1 a stamp",
        source="set so that .19 of eight-stamp cards are filled (Nunes and Drèze 2006)",
    )  # fmt: skip
    continue_endowed: float = setting(
        0.8738, "Chance to go on with an endowed card, before each stamp.", ge=0, le=1, unit="1 a stamp",
        source="set so that .34 are filled with two of ten stamps given (Nunes and Drèze 2006)",
    )  # fmt: skip
    goal_gradient: float = HURRY
    gradient_shape: float = SHAPE
    worth_weight: float = WORTH

    @property
    def weights(self) -> Weights:
        return Weights(
            worth=self.worth_weight,
            goal_gradient=self.goal_gradient,
            gradient_shape=self.gradient_shape,
            continue_plain=self.continue_plain,
            continue_endowed=self.continue_endowed,
        )


class Rewarded(Response):
    """A reward is felt afterwards: needs quicken for some weeks, and may fall back before (eq. E111).

    Rewards lift purchases (Taylor and Neslin 2005); sizes are assumed. The reset is 0 by default, since progress, which
    falls to 0 with the reward, resets the goal gradient already.
    """

    kind: Literal["rewarded"] = "rewarded"
    rewarded_lift: float = setting(
        0.05, "Log of the factor on needs after a reward.", ge=0, le=5, unit="1", source="assumed"
    )
    rewarded_weeks: float = setting(
        8.0, "How long needs stay raised after a reward.", gt=0, unit="weeks", source="assumed"
    )
    reset: float = setting(0.0, "What the logarithm of needs loses just after a reward.", ge=0, le=5, unit="1")
    reset_weeks: float = setting(
        2.0, "Time in which what a reward takes from needs falls to 1/e.", gt=0, unit="weeks", source="assumed"
    )
    goal_gradient: float = HURRY
    gradient_shape: float = SHAPE
    worth_weight: float = WORTH

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("rewarded_weeks",)

    @property
    def weights(self) -> Weights:
        return Weights(
            worth=self.worth_weight,
            goal_gradient=self.goal_gradient,
            gradient_shape=self.gradient_shape,
            rewarded_lift=self.rewarded_lift,
            rewarded_weeks=self.rewarded_weeks,
            reset=self.reset,
            reset_weeks=self.reset_weeks,
        )


class ForwardLooking(Response):
    """Members look ahead to the reward: a purchase is worth what it brings nearer (eq. E117, `programs.foresight`).

    Far from the reward the patient and frequent value a purchase as the response `worth` does; the impatient and the
    infrequent value the last steps most. Needs are read as a rate a week, whatever kind of needs there is.
    """

    kind: Literal["forward_looking"] = "forward_looking"
    foresight_weight: float = setting(
        1.0, "How much counts of what a purchase brings nearer; 1: all of it.", ge=0, le=1e3, unit="1"
    )
    weekly_discount: float = setting(
        0.998, "What a week leaves of the worth of what comes after it; 0: only the last step counts.", ge=0, le=1,
        unit="1 a week", source="assumed: 10 % a year",
    )  # fmt: skip
    usual_chance: float = setting(
        0.5, "Chance to buy the brand at a need, as members expect it, if there were no program.", ge=0, le=1,
        unit="1 a need", source="assumed",
    )  # fmt: skip

    @property
    def weights(self) -> Weights:
        return Weights(
            foresight=self.foresight_weight, weekly_discount=self.weekly_discount, usual_chance=self.usual_chance
        )
