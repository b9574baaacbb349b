"""The base of pricing that answers the cheapest rival: undercut and match.

At each `every_weeks` the brand looks at the shelf as it was `lag_weeks` ago. If a rival was cheap there, it answers
with `chance`, for `lasts_weeks`; a later answer takes the place of an earlier one, whichever is lower. So when rivals
stop, the brand goes back to its list price when its last answer has run out (eq. E127).

Two who answer each other in the same steps see each other all the time if an answer lasts for at least twice the lag,
rounded up to whole rhythms; in other steps, twice lag and rhythm together. With less they may go on and off. Nothing
but a last week leads two out of that again: each answers the other's answer.

To write another: an `Answering` with a `kind` and `answer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.pricing.reacting import Notes, Reacting
from loyaltysim.record import setting
from loyaltysim.world import World


@dataclass
class Answers(Notes):
    """What a brand keeps that answers."""

    seen: np.ndarray
    """float32, steps of the lag × replications: the cheapest price of a rival that asks for an answer; infinite: none.

    What is seen at a step takes the place of what was seen a lag before.
    """
    ends: np.ndarray
    """int32, one per replication: the step at which the last answer has run out."""
    luck: np.uint64
    keys: np.ndarray


class Answering(Reacting):
    """Pricing that answers the cheapest rival."""

    promotes = True

    answers: Literal["discounts", "prices"] = setting(
        "discounts", "What is answered: only what is cheaper than its own list price, or every price."
    )
    lag_weeks: float = setting(1.0, "Time from a rival's price to the answer.", gt=0, le=5200, unit="weeks")
    chance: float = setting(1.0, "Chance that it answers when it decides.", ge=0, le=1, unit="1")
    lasts_weeks: float = setting(4.0, "How long an answer lasts.", gt=0, le=5200, unit="weeks")

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("every_weeks", "lag_weeks", "lasts_weeks")

    def answer(self, price: np.ndarray) -> np.ndarray:
        """What it wants to ask where the cheapest rival asks `price`, float64."""
        raise NotImplementedError

    def open(self, world: World, brand: int, number: int) -> Answers:
        notes, stack = self._notes(world, brand), world.n_replications
        lag, label = world.calendar.lasts(self.lag_weeks), notes["label"]
        return Answers(
            **notes,
            seen=world.own(f"{label}.seen", (lag, stack), np.float32, np.inf),
            ends=world.own(f"{label}.ends", (stack,), np.int32),
            luck=purpose(f"{label}.answer"),
            keys=world.firm_keys,
        )

    def react(self, own: Answers, world: World, brand: int, step: int) -> None:
        if not (self.runs(world, step) and self.is_due(world, step)):
            return
        cheapest = own.seen[step % len(own.seen)].astype(np.float64)
        luck = np.uint64(salt(own.luck, step, 0, 0))
        answers = np.isfinite(cheapest) & np.array([uniform(key, luck) < self.chance for key in own.keys])
        own.price[answers] = np.maximum(self.answer(cheapest), own.least)[answers]
        own.ends[answers] = step + world.calendar.lasts(self.lasts_weeks)

    def asked(self, own: Answers, step: int) -> np.ndarray:
        return np.where(own.ends > step, own.price, np.float32(np.inf))

    def watch(self, own: Answers, world: World, brand: int, step: int) -> None:
        price, usual = (array[:, own.rivals] for array in (world.market.price, world.market.list_price))
        if self.answers == "discounts":
            price = np.where(price < usual, price, np.float32(np.inf))
        own.seen[step % len(own.seen)] = price.min(axis=1)
