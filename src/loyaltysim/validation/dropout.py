"""Customers who buy as they need and leave unseen: the engine against BG/NBD in closed form (D6).

Everybody bought just before the first step, buys at an own constant rate at any moment of a step, several times in one
if need be, and after each purchase in the run (a repeat purchase) leaves with an own chance. A step is a 39th of the
272 days for which the oldest of the published customers were seen (T = 38.86 weeks), so that a step ends there.

A customer with *exactly* two purchases, the last at week 30.43, never comes up. So what the closed form says of such a
customer is compared in those near: simulated are the share of them who are still there, and their later purchases;
the target is the mean of the closed form at each one's own history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.bg_nbd import BGNBD
from loyaltysim.validation.standard_errors import of_share, over_replications
from loyaltysim.validation.target import Check, as_published, target

CDNOW = BGNBD(0.243, 4.414, 0.793, 2.426)
"""As published for 2,357 customers of an online music store."""
OLDEST_DAYS, OLDEST_STEPS = 272, 39
SEEN = OLDEST_DAYS / 7
LONGEST = 79
"""Steps that reach beyond week 78."""
COPIES = 170
"""So many are simulated for each published customer: some hundreds are then like the one with 7 purchases."""
PUBLISHED = 2357
MOST = 6
NEAR = 2.0
"""Weeks by which the last purchase of similar customers may differ."""


@dataclass(frozen=True)
class Cohort:
    """What became of simulated customers.

    Attributes
    ----------
    customers : how many
    who, week : customer and time of each purchase of the run, by customer and time
    there : whether each customer is still there at the end of step `OLDEST_STEPS`
    """

    customers: int
    who: np.ndarray
    week: np.ndarray
    there: np.ndarray

    def count(self, until: float | np.ndarray, since: float | np.ndarray = 0.0) -> np.ndarray:
        """Purchases of each customer in weeks `since` (exclusive) to `until`, one number for all or one for each."""
        since, until = (np.broadcast_to(weeks, self.customers)[self.who] for weeks in (since, until))
        inside = (self.week > since) & (self.week <= until)
        return np.bincount(self.who[inside], minlength=self.customers)

    def last(self, until: float) -> np.ndarray:
        """Week of each customer's last purchase up to a week; 0 without any."""
        last = np.zeros(self.customers)
        early = self.week <= until
        last[self.who[early]] = self.week[early]  # in order of time, so that the last one stays
        return last


def dropout_market(model: BGNBD, customers: int, steps: int = LONGEST) -> Scenario:
    """One brand that everybody bought before the first step, and nothing but needs and dropout."""
    behavior = {"needs": {"kind": "poisson"}, "lapse": {"kind": "dropout"}}
    traits = {
        "start_brand": "Ours",
        "needs_per_week": {"distribution": "gamma", "mean": model.r / model.alpha, "shape": model.r},
        "dropout_chance": {"distribution": "beta", "a": model.a, "b": model.b},
    }
    market = bare_market({"Ours": 0.0}, customers=customers, steps=steps, behavior=behavior, traits=traits)
    return market.vary({"step_days": OLDEST_DAYS / OLDEST_STEPS})


@cache
def simulate_cohort(model: BGNBD, customers: int = COPIES * PUBLISHED, steps: int = LONGEST) -> Cohort:
    """Simulate a cohort and keep when each customer bought."""
    simulation = Simulation(dropout_market(model, customers, steps), log=True).run()
    assert simulation.transactions is not None  # asked for above
    log, lives = simulation.transactions.frame(), simulation.lifetimes()
    there = np.ones(customers, bool)
    gone = lives["left"] & (lives["weeks"] < (OLDEST_STEPS - 0.5) * simulation.calendar.weeks)  # .5 forgives rounding
    there[lives["customer"][gone]] = False
    return Cohort(customers, log["customer"].to_numpy(), log["time"].to_numpy() / 7, there)


@target(
    "D6",
    source="Fader, Hardie & Lee 2005, Marketing Science 24(2), 275-284: BG/NBD fitted to CDNOW, closed forms",
    says="400,000 customers who all bought at time 0, Poisson purchases, a chance to leave after each repeat purchase.",
)
def repeat_buyers() -> Iterator[Check]:
    """Chances of 0 … 6 purchases in 39 weeks, means to weeks 39, 52 and 78, and what a customer's history foretells."""
    cohort = simulate_cohort(CDNOW)
    chances = CDNOW.chances(39.0, MOST)
    expected = as_published(".5738 .1994 .0854 .0459 .0277 .0180 .0123 .0376", [*chances, 1 - chances.sum()])
    yield from count_checks(cohort.count(39.0), expected, "week 39")
    weeks = (39.0, 52.0, 78.0)
    for week, mean in zip(weeks, as_published("1.197 1.446 1.861", CDNOW.expected(weeks))):
        simulated, se = over_replications(cohort.count(week))
        yield Check(f"mean purchases to week {week:g}", mean, simulated, se, 0.024)
    yield from _histories(cohort)


def count_checks(purchases: np.ndarray, chances: list[float], until: str) -> Iterator[Check]:
    """The shares of customers with 0 … 6 purchases and with more against their chances."""
    shares = np.bincount(np.minimum(purchases, MOST + 1), minlength=MOST + 2) / len(purchases)
    for count, (chance, share) in enumerate(zip(chances, shares.tolist(), strict=True)):
        some = f"{count}" if count <= MOST else f"{count} or more"
        yield Check(f"{some} purchases to {until}", chance, share, of_share(chance, len(purchases)), 0.005)


def _histories(cohort: Cohort) -> Iterator[Check]:
    """Customers like those published, and all by tenths of their chance to be still there."""
    x, last, later = cohort.count(SEEN), cohort.last(SEEN), cohort.count(SEEN + 39, since=SEEN)
    alive = CDNOW.alive(x, last, SEEN)
    ahead = CDNOW.expected_next(x, last, SEEN, 39.0)
    for purchases, week, printed in ((2, 30.43, ".727 1.226"), (7, 29.43, ".642 3.337"), (0, 0.0, "1 .195")):
        closed = CDNOW.alive(purchases, week, 38.86), CDNOW.expected_next(purchases, week, 38.86, 39.0)
        as_published(printed, closed)
        some = (x == purchases) & (np.abs(last - week) <= NEAR)
        who = f"{purchases} purchases, the last near week {week:g}" if purchases else "no purchase"
        note = f"{some.sum()} customers; published {' and '.join(printed.split())}"
        for part, simulated, closed_form in (("still there", cohort.there, alive), ("39 weeks on", later, ahead)):
            mean, se = float(closed_form[some].mean()), over_replications(simulated[some] - closed_form[some])[1]
            yield Check(f"{who}: {part}", mean, float(simulated[some].mean()), se, 3 * se, note)
    bought = np.flatnonzero(x > 0)
    for number, some in enumerate(np.array_split(bought[np.argsort(alive[bought], kind="stable")], 10), start=1):
        se = over_replications(cohort.there[some] - alive[some])[1]
        part = f"still there, tenth {number} of those who bought"
        yield Check(part, float(alive[some].mean()), float(cohort.there[some].mean()), se, 3 * se)
