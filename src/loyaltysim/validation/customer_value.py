"""What a customer is worth where all are alike and stay with one chance: the closed form, and how retention moves it.

Value ahead of the first renewal is m·r / (1 + d - r), with the first margin at once m·(1 + d) / (1 + d - r). The
elasticity of the first to retention is (1 + d) / (1 + d - r): a percent of retention is worth several of margin.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.accounts.lifetime_value import discount, with_constant_retention
from loyaltysim.runs import replicate
from loyaltysim.validation.contracts import contract_market
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, as_published, target

RATE, MARGIN = 0.1, 1.0
PERIODS = 200
"""After so many periods less than a billionth is left of the value."""
CHANGE = 0.005
CUSTOMERS, REPLICATIONS = 8_000, 16  # so many that the elasticity has a standard error of 2 %
PRINTED = {0.8: ("2.667 3.667", "3.667"), 0.9: ("4.5 5.5", "5.5")}


def simulated_values(
    retention: float, price: float = MARGIN, replications: int = REPLICATIONS
) -> tuple[np.ndarray, np.ndarray]:
    """Discounted margin per customer, first margin ahead and first margin now, one a replication."""
    scenario = contract_market(1 - retention, customers=CUSTOMERS, years=PERIODS)
    data = replicate(scenario.vary({"brands.Ours.price": price}), replications=replications)
    margin = data["margin"].sel(brand="Ours", segment="all").to_numpy() / CUSTOMERS
    worth = margin * discount(RATE, np.arange(PERIODS))
    return worth[:, 1:].sum(1), worth.sum(1)


@target(
    "D9",
    source="closed form of customer value; Gupta, Lehmann & Stuart 2004, J. of Marketing Research 41(1), 7-18",
    says="Contracts of like customers over 200 years, margin 1, discount 10 %; retention ±.5 % with the same luck.",
)
def value_of_retention() -> Iterator[Check]:
    """Values within 1 %, the elasticity to retention within 5 % and in the paper's range, that to margin 1."""
    for retention, (values, elasticities) in PRINTED.items():
        closed = [with_constant_retention(MARGIN, retention, RATE, first=first) for first in ("ahead", "now")]
        ahead, now = as_published(values, closed)
        (elasticity,) = as_published(elasticities, (1 + RATE) / (1 + RATE - retention))
        simulated = simulated_values(retention)
        for part, value, found in (("ahead", ahead, simulated[0]), ("now", now, simulated[1])):
            yield Check(f"value, first margin {part}, r={retention}", value, *over_replications(found), 0.01 * value)
        up, down = (simulated_values(retention * (1 + sign * CHANGE))[0] for sign in (1, -1))
        slope, se = over_replications(np.log(up / down) / np.log((1 + CHANGE) / (1 - CHANGE)))
        yield Check(f"elasticity to retention, r={retention}", elasticity, slope, se, 0.05 * elasticity)
        note = "3 to 7 in the paper: about 5"
        yield Check(f"the same within the paper's range, r={retention}", 5, slope, se, 2, note)
    up, down = (simulated_values(0.8, MARGIN * (1 + sign * 0.01), 2)[0] for sign in (1, -1))
    slope, se = over_replications(np.log(up / down) / np.log(1.01 / 0.99))
    yield Check("elasticity to margin", 1, slope, se, 1e-9, note="same luck, so only money differs")
