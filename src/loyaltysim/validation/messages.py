"""What a message does: praise and blame, the shift of single messages, and the mean shift in `grocery` (D14).

A message moves the utility of a brand by ±δ, and with one brand and no purchase as the alternative its chance P by
logistic(logit P ± δ) - P. Single messages are put in by `Simulation.say` in a market in which nobody needs anything, so
that nothing but the message moves P, and read in the step in which they are heard, before anything of them fades.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from loyaltysim.loading import load
from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, as_published, target

SHIFT, MEAN_SHIFT = 0.85, 0.814
REPLICATIONS = 4
EVERY = 13
"""Steps between those of which the deliveries are followed: a quarter."""
SILENT = {"kind": "rates", "talk_good": 0.0, "talk_bad": 0.0}
"""Nobody says anything by himself; a tie carries what is said through `say`."""


def two_friends(chance: float, shift: float) -> Scenario:
    """Two customers who hear each other, and one brand that each would buy with a chance."""
    return Scenario.from_document(
        {
            "schema": 1,
            "title": "One message",
            "focal": "Ours",
            "steps": 1,
            "burn_in": 0,
            "population": {"n_customers": 2, "needs_per_week": 0.0},
            "network": {"kind": "complete"},
            "word_of_mouth": {"talk": SILENT, "influence": {"kind": "heard", "shift": shift}},
            "brands": {"Ours": {"appeal": float(logit(chance))}},
            "metrics": {"period_steps": 0},
        }
    )


def after_a_message(chance: float, shift: float, *, praise: bool) -> tuple[float, float]:
    """The chance to buy before anything was said and when one full message was heard."""
    simulation = Simulation(two_friends(chance, shift))
    before = float(simulation.choice_probabilities([1])[0, 0])
    simulation.say([0], "Ours", praise=praise).step()
    return before, float(simulation.choice_probabilities([1])[0, 0])


def delivered(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """What the messages of the last step do to hearers' utilities in this one, and how many they are: praise, blame.

    The next step is made three times: with all messages, without praise, and without blame. What differs is all that
    reaches hearers: ties, blame of the own brand that is not believed, and the bound of what is heard.
    """
    heard, scenario = {}, simulation.scenario
    for sign in ("none", "praise", "blame"):
        branch = simulation.branch(scenario.vary({"word_of_mouth.unheard.sign": sign}))
        branch.step()
        customers = branch.customers()
        heard[sign] = sum(float(customers[f"heard[{name}]"].astype(float).sum()) for name in scenario.brands)
    piles = simulation.world.messages.piles
    strength = np.concatenate([pile.strength[: pile.n] for pile in piles])
    moved = np.array([heard["none"] - heard["praise"], heard["blame"] - heard["none"]])
    return moved, np.array([(strength > 0).sum(), (strength < 0).sum()])


@target(
    "D14",
    source="East, Hammond & Wright 2007, Int. J. of Research in Marketing 24(2), 175-184 (3 : 1); East, Hammond & "
    "Lomax 2008, same journal 25(3), 215-224 (shifts)",
    says="The shipped scenario grocery; and single messages in a market in which nothing else happens.",
)
def messages() -> Iterator[Check]:
    """Praise to blame 2.5 … 3.5 to 1; the logit shift of single messages to 1e-6; the mean shift near .8."""
    grocery = load("grocery")
    data = replicate(grocery, replications=REPLICATIONS).sel(segment="all")
    praise, blame = (data[f"messages_{sign}"].sum(["step", "brand"]).to_numpy() for sign in ("positive", "negative"))
    ratio, se = over_replications(praise / blame)
    counted = f"{int(praise.sum()):,} praise, {int(blame.sum()):,} blame"
    yield Check("praise to one of blame", 3.0, ratio, se, 0.5, counted)

    printed = {0.2: ".169 -.103", 0.5: ".2006 -.2006", 0.7: ".145 -.201"}
    note = "utilities are float32, chances of them float64"
    for chance, text in printed.items():
        expected = as_published(text, [expit(logit(chance) + sign * SHIFT) - chance for sign in (1, -1)])
        for good, value in zip((True, False), expected, strict=True):
            before, after = after_a_message(chance, SHIFT, praise=good)
            yield Check(
                f"change of {chance} by {'praise' if good else 'blame'}", value, after - before, None, 1e-6, note
            )
    (expected_after,) = as_published(".63", [expit(logit(0.43) + MEAN_SHIFT)])
    _, after = after_a_message(0.43, MEAN_SHIFT, praise=True)
    yield Check(f".43 after a shift of {MEAN_SHIFT}", expected_after, after, None, 1e-6, note)

    moved, count, means = np.zeros(2), np.zeros(2, int), []
    for replication in range(REPLICATIONS):
        simulation = Simulation(grocery, replications=range(replication, replication + 1))
        own_moved, own_count = np.zeros(2), np.zeros(2, int)
        for step in range(EVERY, grocery.steps, EVERY):
            some, number = delivered(simulation.run(until=step))
            own_moved, own_count = own_moved + some, own_count + number
        means.append(own_moved.sum() / own_count.sum())
        moved, count = moved + own_moved, count + own_count
    mean, se = over_replications(means)
    note = f"praise {moved[0] / count[0]:.3f}, blame {moved[1] / count[1]:.3f}; of {count.sum():,} messages"
    yield Check("mean shift in grocery", 0.8, mean, se, 0.05, note)
