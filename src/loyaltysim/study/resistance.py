"""Resistance: how deep must a rival's discount be before customers go? (docs/model.md (E78))

The market goes its own way up to the first deal of rivals, and from there on once with each depth: same customers, same
past, same luck. Those are followed whose last brand is the focal one as the deal begins; who of them buys another brand
next, while the deal lasts, defects. Depth 0 is the same deal, with leaflet and display, only nothing off the price. A
later deal would find other customers at each depth, since an earlier one has taken some: so it is one deal only.

The trap: customers who differ in tastes and price sensitivity make such a curve by themselves; that it is flat does not
say that a bond holds them. Run it with the bond's `resist_` settings at 0 too, and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, path_text
from loyaltysim.opening import plan_prices
from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.study.branches import each_stack
from loyaltysim.study.compare import paired_effect

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

DEPTHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares off the list price, unless others are asked for; assumed: what is seen in shops."""


def resistance_curve(
    scenario: Scenario,
    depths: Sequence[float] = DEPTHS,
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Defection from the focal brand in rivals' first deal of the measured steps, by the depth of their discounts.

    Parameters
    ----------
    scenario : a market in which at least one rival promotes; calendars stay, depths are set from the deal's start on
    depths : shares off the list price, 0 … 1; 0 is added, since the others are compared with it
    replications, seed, threads : as for `compare`
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a depth, ascending: depth, defection (of the customers whose last brand was the focal one as the deal began,
    and who had not left it, the share whose next purchase, while it lasts, is of another brand; mean over
    replications), defection_low and defection_high (its 95 % interval), effect (paired difference from depth 0) with
    ci_low, ci_high, p_positive, variance_ratio, n as `Comparison.effects` has them. Intervals are NaN with one
    replication, everything is NaN where there is no such customer. A deal lasts as long as any rival promotes.

    Raises
    ------
    ValueError : if no rival has promotions with a depth, none falls in the measured steps, or no depth is above 0
    ScenarioError : for a depth that is not a share
    """
    import pandas as pd

    levels = _levels(depths)
    paths = _paths(scenario)
    worlds = [scenario.vary(dict.fromkeys(paths, level)) for level in levels]
    begin, end = _first_deal(worlds[-1], list(dict.fromkeys(paths.values())))

    def defections(start: Simulation) -> np.ndarray:
        start.run(until=begin)
        ours = _customers_of_the_focal_brand(start)
        return np.array([_defection(start.branch(world, log=True).run(until=end), ours) for world in worlds])

    stacks = each_stack(scenario, defections, replications=replications, seed=seed, threads=threads, progress=progress)
    rates = np.concatenate(stacks, axis=1)
    rows = [{"depth": level, **_level(rate), **_effect(rate, rates[0])} for level, rate in zip(levels, rates)]
    return pd.DataFrame(rows)


def _levels(depths: Sequence[float]) -> list[float]:
    """The depths in order, with 0. Raises ScenarioError for what is no share, ValueError if none is above 0."""
    levels = sorted({0.0, *(float(depth) for depth in depths)})
    wrong = [f"{level:g}" for level in levels if not 0 <= level <= 1]
    if wrong:
        message = f"must be shares off the list price, from 0 to 1, were {', '.join(wrong)}"
        raise ScenarioError([Fault(None, None, "depths", message)])
    if levels[-1] == 0:
        raise ValueError("at least one depth must be above 0")
    return levels


def _paths(scenario: Scenario) -> dict[str, str]:
    """The path of every depth of a rival's promotion, and whose it is. Raises ValueError if there is none."""
    found = {
        path_text(("brands", name, "pricing", place, "depth")): name
        for name, brand in scenario.brands.items()
        for place, pricing in enumerate(brand.pricing)
        if name != scenario.focal and isinstance(pricing, PromotionCalendar)
    }
    if not found:
        raise ValueError("no rival has promotions whose depth could be set: give one a promotion_calendar")
    return found


def _first_deal(scenario: Scenario, rivals: list[str]) -> tuple[int, int]:
    """The measured step in which rivals' first deal begins, and that after its last. Raises ValueError without one."""
    places = [list(scenario.brands).index(name) for name in rivals]
    on: np.ndarray = plan_prices(scenario).on_promotion[scenario.burn_in :, places].max(axis=1)
    if not on.any():
        raise ValueError("no promotion of a rival falls in the measured steps")
    begin = int(np.argmax(on))
    after = np.flatnonzero(~on[begin:])
    return begin, begin + int(after[0]) if len(after) else len(on)


def _customers_of_the_focal_brand(simulation: Simulation) -> np.ndarray:
    """Whether each row last bought the focal brand and has not left it: replications × customers."""
    customers, focal = simulation.world.customers, simulation.world.focal
    ours = customers.arrays["last_brand"] == focal
    if customers.has("status"):
        ours &= customers.arrays["status"] >> np.uint32(focal) & 1 == 0
    return np.asarray(ours.reshape(-1, customers.n_customers))


def _defection(deal: Simulation, ours: np.ndarray) -> np.ndarray:
    """The share of them whose first purchase in the log is of another brand; one a replication."""
    assert deal.transactions is not None  # asked for above
    log = deal.transactions.frame()
    first = log[~log.duplicated(["replication", "customer"])]
    gone = np.zeros(ours.shape, bool)
    place = first["replication"].to_numpy() - deal.world.customers.replications.start
    gone[place, first["customer"].to_numpy()] = (first["brand"] != deal.scenario.focal).to_numpy()
    with np.errstate(invalid="ignore"):
        return np.asarray((gone & ours).sum(axis=1) / ours.sum(axis=1))


def _level(rate: np.ndarray) -> dict[str, Any]:
    mean = paired_effect(rate, np.zeros_like(rate))
    return {"defection": mean["effect"], "defection_low": mean["ci_low"], "defection_high": mean["ci_high"]}


def _effect(rate: np.ndarray, base: np.ndarray) -> dict[str, Any]:
    effect = paired_effect(rate, base)
    return {name: value for name, value in effect.items() if name != "baseline"}
