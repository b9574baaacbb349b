"""The goal gradient: purchases come faster as a card fills up (D11; Kivetz, Urminsky & Zheng 2006).

Coffee cards of ten stamps, day by day, first cards only. Between ten stamps are nine intervals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from loyaltysim.programs.parts.response import GoalGradient
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.target import Check, target

STAMPS = 10
FIRST_INTERVAL = 3.27
"""Days between the first two stamps (Kivetz et al. 2006)."""
CUSTOMERS, DAYS = 12_000, 150
"""In so many days all but a few fill a card: it takes 25 on average, and 49 of a thousandth."""


def coffee_cards(response: dict[str, Any] | None = None) -> Scenario:
    """Everybody drinks coffee at one bar, at the pace at which the first interval takes 3.27 days on average."""
    card = {
        "kind": "stamps", "n": STAMPS, "reading": "n_then_one_extra", "reward": {"kind": "cash", "value": 1.0},
        "customer_response": {"kind": "goal_gradient", **(response or {})},
    }  # fmt: skip
    after_first = GoalGradient.model_validate(response or {}).weights
    hurry = np.exp(after_first.goal_gradient * (1 / STAMPS) ** after_first.gradient_shape)
    market = bare_market(
        {"Ours": 60.0, "Other": 0.0}, customers=CUSTOMERS, steps=DAYS, behavior={"needs": {"kind": "poisson"}},
        traits={"needs_per_week": 7 / FIRST_INTERVAL / float(hurry)},
    )  # fmt: skip
    return market.vary({"step_days": 1, "brands.Ours.programs": [card]})


def intervals(scenario: Scenario) -> np.ndarray:
    """Days between the stamps of each first card that was filled: cards × (stamps - 1)."""
    simulation = Simulation(scenario, log=True).run()
    assert simulation.transactions is not None  # it was asked for
    times = simulation.transactions.frame().groupby("customer")["time"]
    first = times.head(STAMPS)
    filled = times.transform("size").loc[first.index] >= STAMPS
    return np.asarray(np.diff(first[filled].to_numpy().reshape(-1, STAMPS), axis=1))


def ratio_of_means(above: np.ndarray, below: np.ndarray) -> tuple[float, float]:
    """Ratio of two means of the same cards, and its standard error (delta method)."""
    ratio = float(above.mean() / below.mean())
    rest = above - ratio * below
    return ratio, float(rest.std(ddof=1) / below.mean() / np.sqrt(len(rest)))


@target(
    "D11",
    source="Kivetz, Urminsky & Zheng 2006, J. of Marketing Research 43(1), 39-58",
    says="First coffee cards of ten stamps, in steps of a day; the goal gradient at its defaults.",
)
def coffee_card() -> Iterator[Check]:
    """First to last interval -20 %; the whole card -10 to -20 % against the first interval's pace."""
    days = intervals(coffee_cards())
    yield Check("cards filled, at least", 10_000, len(days), None, 0, side="below")
    first, last = days[:, 0], days[:, -1]
    se = float(first.std(ddof=1) / np.sqrt(len(first)))
    yield Check("first interval, days", FIRST_INTERVAL, first.mean(), se, 0.1)
    ratio, se = ratio_of_means(last, first)
    yield Check("last interval against the first, published -20 %", -0.20, ratio - 1, se, 0.05)
    ratio, se = ratio_of_means(days.sum(1), first * (STAMPS - 1))
    note = f"{days.sum(1).mean():.1f} days; published 24.6 against 29.4, -16 %"
    yield Check("card against the first interval's pace", -0.15, ratio - 1, se, 0.05, note)
