"""First lives: from the first purchase of each brand to leaving it, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.world import World

if TYPE_CHECKING:
    import pandas as pd


def first_lives(world: World, step: int) -> pd.DataFrame:
    """What `Simulation.lifetimes` tells, before a step; raises ValueError if the world has no lapse."""
    import pandas as pd

    if "lapse.left_step" not in world.arrays:
        raise ValueError("nobody ever leaves in this scenario: behavior.lapse is off")
    first, ended = world.history.arrays["first_step"], world.arrays["lapse.left_step"]
    row, brand = np.nonzero(first.T >= 0)
    begin, end = first[brand, row], ended[brand, row]
    left = end >= 0
    n, calendar = world.customers.n_customers, world.calendar
    return pd.DataFrame(
        {
            "replication": world.customers.replications.start + row // n,
            "customer": row % n,
            "brand": pd.Categorical.from_codes(brand, categories=list(world.brands)),
            "joined": (begin - calendar.burn_in) * calendar.weeks,
            "weeks": (np.where(left, end, max(step - 1, 0)) - begin) * calendar.weeks,
            "left": left,
        }
    )
