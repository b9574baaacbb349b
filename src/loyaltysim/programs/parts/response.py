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
    worth_weight: float = setting(1.0, "How much of the announced worth counts; 1: all of it at once.", ge=0, unit="1")

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
    gradient_shape: float = setting(0.5, "Curve of it; below 1 most of the hurry comes early.", gt=0, unit="1")
    worth_weight: float = setting(0.0, "How much of the announced worth counts in the choice.", ge=0, unit="1")
    progress_weight: float = setting(0.0, "Utility of the brand at full progress.", unit="logit")

    @property
    def weights(self) -> Weights:
        return Weights(self.progress_weight, self.worth_weight, self.goal_gradient, self.gradient_shape)
