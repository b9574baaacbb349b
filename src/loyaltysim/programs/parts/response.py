"""Customer response: what members make of a program, besides taking its rewards.

`none` is the accountant's limit: the program costs money and changes nobody.
"""

from __future__ import annotations

from typing import Literal

from loyaltysim.record import Part, setting


class Response(Part, room="customer response"):
    """What a program does to its members' choices and needs (eqs. E31–E32)."""

    kind: str = "none"
    progress_weight: float = 0.0
    worth_weight: float = 0.0
    goal_gradient: float = 0.0
    gradient_shape: float = 1.0


class NoResponse(Response):
    """Members behave as if there were no program."""

    kind: Literal["none"] = "none"
    progress_weight: Literal[0.0] = 0.0
    worth_weight: Literal[0.0] = 0.0
    goal_gradient: Literal[0.0] = 0.0
    gradient_shape: Literal[1.0] = 1.0


class Progress(Response):
    """The nearer the reward, the more a purchase is worth."""

    kind: Literal["progress"] = "progress"
    progress_weight: float = setting(0.5, "Utility of the brand at full progress.", unit="logit")


class Worth(Response):
    """Members value what a purchase earns as money: price sensitivity times the worth of the points."""

    kind: Literal["worth"] = "worth"
    worth_weight: float = setting(1.0, "How much of the announced worth counts; 1: all of it at once.", ge=0, unit="1")


class GoalGradient(Response):
    """Members hurry as the reward comes near: needs × exp(goal_gradient · progress ** gradient_shape), M1."""

    kind: Literal["goal_gradient"] = "goal_gradient"
    goal_gradient: float = setting(
        0.40, "Log of the factor on needs just before the reward.", ge=0, unit="1",
        source="Kivetz, Urminsky and Zheng 2006: -20 % in the time between purchases",
    )  # fmt: skip
    gradient_shape: float = setting(0.5, "Curve of it; below 1 most of the hurry comes early.", gt=0, unit="1")
    worth_weight: float = setting(0.0, "How much of the announced worth counts in the choice.", ge=0, unit="1")
    progress_weight: float = setting(0.0, "Utility of the brand at full progress.", unit="logit")
