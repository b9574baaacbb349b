"""Arrivals: who came into the market, when, how, and who brought whom, as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.market.newcomers import generations
from loyaltysim.totals import CHANNELS, START

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.world import World


def newcomers(world: World) -> pd.DataFrame:
    """One row for each customer who is in the market: what `Simulation.newcomers` tells."""
    import pandas as pd

    calendar, arrays, n = world.calendar, world.customers.arrays, world.customers.n_customers
    came = np.flatnonzero(arrays["entered"] >= 0)
    channel, referrer = arrays["channel"][came].astype(int), arrays["referrer"][came].astype(np.int64)
    step = arrays["entered"][came].astype(np.int64) - calendar.burn_in - (channel == START)
    brand = arrays["referred"][came].astype(int) if "referred" in arrays else np.full(len(came), -1)
    return pd.DataFrame(
        {
            "replication": world.customers.replications.start + came // n,
            "customer": came % n,
            "step": step,
            "weeks": step * calendar.weeks,
            "channel": pd.Categorical.from_codes(channel, categories=CHANNELS),
            "referrer": np.where(referrer >= 0, referrer % n, -1),
            "generation": generations(arrays["referrer"])[came],
            "brand": pd.Categorical.from_codes(brand, categories=list(world.brands)),
        }
    )
