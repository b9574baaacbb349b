"""What must follow from a change of a scenario, whatever the true numbers are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.runs import replicate
from loyaltysim.summaries import summary
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, target

REPLICATIONS = 40  # assumed: enough for shares to .001
DEPTHS = (0.0, 0.1, 0.2, 0.3, 0.4)


@target(
    "D18c",
    source="metamorphic: a deeper discount of a rival never helps",
    says="The rival's promotions are deepened in a busy market without reference prices; paired, in the deal steps.",
)
def deeper_discount() -> Iterator[Check]:
    """The focal share in deal steps falls from depth to depth, or stays, within 3 SE; from first to last it falls."""
    market = busy_market().vary({"behavior.choice.loss": 0.0, "behavior.choice.gain": 0.0})
    deals = market.brands["Rival"].pricing[0]
    assert isinstance(deals, PromotionCalendar)
    on_deal = deals.active(market.calendar)[market.burn_in :]
    share = []
    for depth in DEPTHS:
        data = replicate(market.vary({"brands.Rival.pricing.0.depth": depth}), replications=REPLICATIONS)
        units = data["units"].sel(segment="all").isel(step=on_deal).sum("step")
        share.append((units.sel(brand=market.focal) / units.sum("brand")).to_numpy())
    for shallow, deep, before, after in zip(DEPTHS, DEPTHS[1:], share, share[1:]):
        change, se = over_replications(after - before)
        yield Check(f"change of share, {shallow:.0%} to {deep:.0%} off", 0, change, se, 3 * se, side="above")
    change, se = over_replications(share[-1] - share[0])
    yield Check("change of share over all depths, below -3 SE", -3 * se, change, se, 0, side="above")


@target(
    "D18e",
    source="metamorphic: the size of the population does not matter",
    says="A busy market of 1,000 and of 2,000 customers, the same mean number of friends.",
)
def twice_the_customers() -> Iterator[Check]:
    """Shares of units, repeat rates and penetrations stay within 3 SE of the difference."""
    small, large = (replicate(busy_market(customers), replications=REPLICATIONS) for customers in (1000, 2000))
    for metric in ("share", "repeat_rate", "penetration"):
        for brand in small["brand"].values:
            one, two = (summary(data, metric).sel(brand=brand, segment="all").to_numpy() for data in (small, large))
            # The first customers are the same in both: the replications are pairs.
            difference, se = over_replications(two - one)
            yield Check(f"{metric} of {brand}, change", 0, difference, se, 3 * se, note=f"from {np.mean(one):.4f}")
