"""The retention rate, (E - N) / S: of the customers at the start, the share who are customers at the end too.

N counts customers who were acquired in the period and are still there at its end, so the rate does not depend on how
many are acquired. "(S - N) / S", which is printed now and then, does: it falls when more are won.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.target import Check, as_published, target

START, LEAVE = 1000, 150


def two_periods(acquired: int) -> Simulation:
    """Two periods of one step: 1000 customers of Ours, of whom 150 leave while `acquired` others come.

    Everybody buys once a step what was bought before, so writing `last_brand` by hand tells all purchases.
    """
    scenario = bare_market({"Ours": 0.0, "Rival": 0.0}, customers=2 * START, steps=2).vary(
        {"behavior.choice": {"kind": "switching", "matrix": [[1.0, 0.0], [0.0, 1.0]]}, "metrics.period_steps": 1}
    )
    simulation = Simulation(scenario)
    last_brand = simulation.world.customers.arrays["last_brand"]
    last_brand[:START], last_brand[START:] = 0, 1
    simulation.step()
    last_brand[START - LEAVE : START] = 1
    last_brand[START : START + acquired] = 0
    simulation.step()
    return simulation


@target(
    "D16",
    source="(E - N) / S by identity; the misquoted (S - N) / S gives .80 in the same case",
    says="Purchases written by hand; and a market with everything on, recounted from its log of purchases.",
)
def retention() -> Iterator[Check]:
    """The rate is .85 whatever the number acquired, and that of the recount in every period."""
    for acquired in (200, 0, 400):
        last = two_periods(acquired).results().sel(replication=0, period=1, brand="Ours", segment="all")
        end = START - LEAVE + acquired
        (rate,) = as_published(".85", [(end - acquired) / START])
        case = f"S={START} E={end} N={acquired}"
        yield Check(f"retention rate, {case}", rate, float(last["retention_rate"]), None, 0)
        for name, count in (("start", START), ("end", end), ("new", acquired)):
            yield Check(f"customers {name}, {case}", count, int(last[f"customers_{name}"]), None, 0)

    simulation = Simulation(busy_market(), log=True).run()
    assert simulation.transactions is not None  # asked for above
    log, data = simulation.transactions.frame(), simulation.results().sel(replication=0, segment="all")
    length = simulation.scenario.metrics.period_steps * simulation.scenario.step_days
    buyers = log.groupby([(log["time"] // length).astype(int), "brand"], observed=False)["customer"].agg(set)
    different, compared = 0, 0
    for period in range(1, data.sizes["period"]):
        for brand in data["brand"].values:
            start, end = buyers.loc[period - 1, brand], buyers.loc[period, brand]
            by_identity = (len(end) - len(end - start)) / len(start)
            different += not np.array_equal(by_identity, data["retention_rate"].sel(period=period, brand=brand))
            compared += 1
    yield Check("rates that differ from a recount of the log", 0, different, None, 0, note=f"{compared} compared")
