"""After a rival's deal: customers come back at once without inertia, and by a known factor an occasion with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, as_published, target

DEAL_STEPS = 3  # assumed: any number of steps will do
AFTER = 2


def excess_kept(inertia: float, brands: int) -> float:
    """Share of an excess that is left after an occasion: P(j | last j) - P(j | last k) among equal brands.

    It is (e^γ - 1) / (e^γ + brands - 1), for two brands tanh(γ/2).
    """
    return float(np.expm1(inertia) / (np.exp(inertia) + brands - 1))


def with_and_without_deal(brands: int, inertia: float, customers: int) -> tuple[Scenario, Scenario]:
    """Equal brands; in the first scenario the rival takes two logits' worth off its price for `DEAL_STEPS` steps."""
    names = ["Ours", "Rival", "Third"][:brands]
    base = bare_market(dict.fromkeys(names, 0.0), customers=customers, steps=DEAL_STEPS + AFTER)
    base = base.vary({"population.price_sensitivity": 4.0, "population.inertia": inertia})
    once = {"kind": "promotion_calendar", "depth": 0.5, "weeks": DEAL_STEPS, "every_weeks": 1000, "first_week": 0}
    return base.vary({"brands.Rival.pricing": [once]}), base


@target(
    "D17",
    source="logit with a last-purchase dummy, closed form: tanh(γ/2) for two brands, (e^γ - 1)/(e^γ + 2) for three",
    says="One occasion a step, a rival's deal for three steps and then none, against no deal with the same luck.",
)
def after_deal() -> Iterator[Check]:
    """Without inertia the next choice is as if there had been no deal; with it the excess shrinks by a known factor."""
    ends = []
    for scenario in with_and_without_deal(2, 0.0, customers=200_000):
        ends.append(Simulation(scenario).run(until=DEAL_STEPS + 1).world.customers.arrays["last_brand"])
    changed = int(np.count_nonzero(ends[0] != ends[1]))
    yield Check("no inertia: choices changed at the next occasion", 0, changed, None, 0, note="same luck, so exact")

    kept = [excess_kept(inertia, brands) for brands in (2, 3) for inertia in (0.35, 1.0)]
    expected = iter(as_published(".173 .462 .1226 .3642", kept))
    for brands in (2, 3):
        for inertia in (0.35, 1.0):
            factor = next(expected)
            deal, none = (
                replicate(scenario, replications=20)["units"].sel(segment="all", brand="Rival").to_numpy()
                for scenario in with_and_without_deal(brands, inertia, customers=50_000)
            )
            excess = (deal - none)[:, DEAL_STEPS - 1 :].astype(float)
            for occasion in range(AFTER):
                left = over_replications(excess[:, occasion + 1] / excess[:, occasion])
                part = f"{brands} brands, inertia {inertia:g}: excess kept, occasion {occasion + 1}"
                yield Check(part, factor, *left, tolerance=0.01)
