"""Pulled: the levers of a scenario as one tells of them, and what each, and all of a brand's, cost in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.faults import path_text
from loyaltysim.levers.reaching import Reaching
from loyaltysim.results import lever_names
from loyaltysim.scenario_fields import settings
from loyaltysim.study.wording import Number, mean_of
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario


class Pulled(NamedTuple):
    """One lever, and when, how strongly, on whom and at what cost it is pulled."""

    name: str
    """As the Dataset has it along `lever`."""
    path: str
    brand: str
    kind: str
    target: str
    """The kind of its target; empty for what is for everybody."""
    weeks: float
    """Measured weeks in which it is pulled; 0 at strength 0, which leaves it out."""
    strength: float
    cost_of_weeks: float
    """Currency, all these weeks together; contacts come on top."""
    cost_each: float
    """Currency, for a customer whom it reaches."""
    besides: dict[str, float]
    """What else it pays for, in currency for each: a guest, an accepted offer; by the name of the setting."""


def pulled(scenario: Scenario) -> list[Pulled]:
    """The levers of all brands, the focal brand's first."""
    calendar, found = scenario.calendar, []
    every = [(name, number) for name, brand in scenario.brands.items() for number in range(len(brand.levers))]
    names = dict(zip(every, lever_names(scenario)))
    steps = np.arange(calendar.burn_in, calendar.last)
    for name in sorted(scenario.brands, key=lambda name: name != scenario.focal):
        for number, lever in enumerate(scenario.brands[name].levers):
            within = np.broadcast_to(calendar.within(steps, lever.from_week, lever.until_week), steps.shape)
            weeks = float(within.sum() * calendar.weeks) if lever.strength else 0.0
            target, cost_each = ("", 0.0)
            costs = [one.name for one in settings(type(lever)) if one.name.startswith("cost_")]
            besides = {cost: float(getattr(lever, cost)) for cost in costs if cost not in ("cost_a_week", "cost_each")}
            if isinstance(lever, Reaching) and lever.target is not None:
                target, cost_each = lever.target.kind, lever.cost_each
            found.append(Pulled(
                names[name, number], path_text(("brands", name, "levers", number)), name, lever.kind, target, weeks,
                lever.strength, lever.cost_a_week * weeks, cost_each,
                {cost: money for cost, money in besides.items() if money},
            ))  # fmt: skip
    return found


def cost_of_lever(data: xr.Dataset, lever: str) -> tuple[Number, Number]:
    """What a lever, by its name, cost over the run, and how many contacts it made.

    NaN in a run of an earlier version, which did not keep them.
    """
    if "cost_of_lever" not in data:
        return Number(np.nan, np.nan, np.nan), Number(np.nan, np.nan, np.nan)
    cost, contacts = (
        mean_of(np.asarray(summary(data, name).sel(lever=lever, segment="all").values, float))
        for name in ("cost_of_lever", "contacts_of_lever")
    )
    return cost, contacts


def cost_of_levers(data: xr.Dataset, brand: str) -> tuple[Number, Number]:
    """What a brand's levers cost over the run, and as a share of what its margin is before them; NaN where it has none.

    The share is a mean over the replications in which there is a margin before them.
    """
    cost, margin = (
        np.asarray(summary(data, name).sel(brand=brand, segment="all").values, float)
        for name in ("lever_cost", "margin")
    )
    before = cost + margin
    shares = cost[before > 0] / before[before > 0]
    return mean_of(cost), mean_of(shares) if len(shares) else Number(np.nan, np.nan, np.nan)
