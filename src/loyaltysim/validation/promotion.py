"""Response to a promotion: how many units more, where they come from, and the elasticity of a price that stays (D13).

The shipped scenario `promotion` with and without its promotion, with the same luck. Of the focal brand's extra units in
the week of the promotion *cross-brand* are those that the others lack in that week, *timing* those that the category
lacks in the weeks after it, and *category* the rest: used in addition.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.loading import load
from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, target

REPLICATIONS = 16
"""So many that the standard error of a part of the extra units is two in a hundred of them."""
CHANGE = 0.005


def units(scenario: Scenario) -> np.ndarray:
    """Units by replication, step and brand, the focal brand first."""
    sold = replicate(scenario, replications=REPLICATIONS)["units"].sel(segment="all")
    others = [brand for brand in sold["brand"].values if brand != scenario.focal]
    return np.asarray(sold.sel(brand=[scenario.focal, *others]).transpose("replication", "step", "brand"), float)


def decompose(extra: np.ndarray, week: int) -> dict[str, np.ndarray]:
    """Extra units by replication, step and brand (the promoted one first) as shares of the promoted brand's own.

    Shares are of the mean over replications: a promotion may sell less than none in a small market.
    """
    own = extra[:, week, 0].mean()
    cross = -extra[:, week, 1:].sum(1) / own
    timing = -extra[:, week + 1 :].sum((1, 2)) / own
    return {"cross-brand": cross, "timing": timing, "category": extra[:, week, 0] / own - cross - timing}


@target(
    "D13",
    source="van Heerde & Neslin 2008; van Heerde, Gupta & Wittink 2003, J. of Marketing Research 40(4), 481-491; "
    "Bijmolt, van Heerde & Pieters 2005, J. of Marketing Research 42(2), 141-156",
    says="The shipped scenario promotion: one week at 20 % off, stockpiling on, against none with the same luck.",
)
def promotion_response() -> Iterator[Check]:
    """+60 … +90 % units, 25 … 45 % of them from other brands, long-run elasticity -2.2 … -3.0."""
    scenario = load("promotion")
    focal = scenario.focal
    never = scenario.vary({f"brands.{focal}.pricing": []})
    promoted, base = units(scenario), units(never)
    prices = replicate(scenario, replications=1).sel(brand=focal, replication=0)
    (week,) = np.flatnonzero(prices["on_promotion"]).tolist()  # one week: the shares of its extra units are of one
    cut = 1 - float((prices["price"] / prices["list_price"]).isel(step=week))
    yield Check("cut in the week of the promotion", 0.2, cut, None, 1e-6)
    before = float(np.abs(promoted - base)[:, :week].sum())
    yield Check("units that differ before it", 0, before, None, 0, note="same luck")
    extra = promoted - base
    more, se = over_replications(extra[:, week, 0] / base[:, week, 0].mean())
    yield Check("extra units of the week, published +73 %", 0.75, more, se, 0.15)
    shares = decompose(extra, week)
    cross, se = over_replications(shares["cross-brand"])
    note = ", ".join(f"{name} {over_replications(share)[0]:.3f}" for name, share in shares.items())
    yield Check("share of them from other brands, published 33 %", 0.35, cross, se, 0.10, note)
    logs = [
        np.log(units(never.vary({f"brands.{focal}.price": price}))[..., 0].sum(1))
        for price in (scenario.brands[focal].price * (1 + sign * CHANGE) for sign in (1, -1))
    ]
    slope, se = over_replications((logs[0] - logs[1]) / np.log((1 + CHANGE) / (1 - CHANGE)))
    yield Check("long-run price elasticity, published -2.62", -2.6, slope, se, 0.4)
