"""Who gains: what a change does to single customers, told by groups of them.

Each replication runs to the end of the burn-in once and branches there into the market as it is and the changed one,
with one state and one luck. So each customer is seen twice. Groups are made of what customers were before the branch,
their purchases or their segment: groups by what they did after it would differ by luck alone, since who bought little
by bad luck buys more in any other world.

The trap: once a choice has come out otherwise, luck comes apart, so some gain and some lose where the change does
nothing to them. What it does on the whole is the mean; gaining less losing is nearer to it than either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.study.branches import Progress, account, each_stack
from loyaltysim.study.compare import paired_effect
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

DECILES = 10
BY = ("purchases", "segment")
COLUMNS = "group measure effect ci_low ci_high baseline n unit".split()


def who_gains(
    scenario: Scenario,
    changed: Scenario,
    *,
    by: str = "purchases",
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Tell what a change does to the focal brand's customers, each compared with the same one without it, by groups.

    Parameters
    ----------
    scenario : the market as it is
    changed : the market that branches off it at the end of the burn-in
    by : "purchases": deciles by purchases of the focal brand in the burn-in, those who bought least first; or "segment"
    replications, seed, threads : as for `compare`
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a group and measure, "all" last: group, measure, effect, ci_low, ci_high (95 % paired t over replications),
    baseline, n, unit. units and margin (paid less cost of goods): means by customer of the group; gaining and losing:
    the share of the group who buy more, or fewer, units than in the market as it is

    Raises
    ------
    ScenarioError : for another grouping, a scenario without a burn-in, and another focal brand
    ValueError : for worlds that cannot branch off each other, as `Simulation.branch`

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 13})
    >>> ls.who_gains(small, small.vary({"brands.Ours.price": 1.8}), replications=2)["group"].nunique()
    11
    """
    faults = []
    if by not in BY:
        faults.append(Fault(None, None, "by", f'there is no "{by}"', BY))
    if by == "purchases" and not scenario.burn_in:
        faults.append(Fault(None, None, "burn_in", "without a burn-in nobody has bought before; take by segment"))
    if scenario.focal != changed.focal:
        faults.append(Fault(None, None, "focal", f'must be "{scenario.focal}" in both, was "{changed.focal}"'))
    if faults:
        raise ScenarioError(faults)

    def one(simulation: Simulation) -> tuple[dict[str, np.ndarray], list[str]]:
        simulation.world.history.ask("purchases")
        start = simulation.run(until=0)
        groups, names = _groups(start, by)
        base, other = (account(start.branch(world, log=True).run()) for world in (scenario, changed))
        moved = np.sign(other.units - base.units)
        by_customer = {
            "units": base.units, "units*": other.units, "margin": base.money / MONEY_UNIT,
            "margin*": other.money / MONEY_UNIT, "gaining*": moved > 0, "losing*": moved < 0,
        }  # fmt: skip
        return {name: _means(values, groups, len(names)) for name, values in by_customer.items()}, names

    found = each_stack(scenario, one, replications=replications, seed=seed, threads=threads, progress=progress)
    means = {name: np.concatenate([each[name] for each, _ in found]) for name in found[0][0]}
    return _table(means, [*found[0][1], "all"], scenario.currency)


def _groups(simulation: Simulation, by: str) -> tuple[np.ndarray, list[str]]:
    """The group of each customer, replications × customers, and the groups' names. Ties by customers' numbers."""
    world = simulation.world
    shape = world.n_replications, world.customers.n_customers
    if by == "segment":
        return world.customers.segment.reshape(shape), [name or "all customers" for name in world.segments]
    bought = world.history.arrays["purchases"][world.focal].reshape(shape)
    order = np.argsort(bought, axis=1, kind="stable")
    groups = np.empty(shape, np.int64)
    np.put_along_axis(groups, order, np.arange(shape[1])[None] * DECILES // shape[1], 1)
    return groups, [f"decile {place + 1}" for place in range(DECILES)]


def _means(values: np.ndarray, groups: np.ndarray, n: int) -> np.ndarray:
    """The mean of each group, and of all, replications × (groups + 1); NaN where a group is empty."""
    place = (np.arange(len(groups))[:, None] * n + groups).ravel()
    total, count = (np.bincount(place, weights, len(groups) * n).reshape(-1, n) for weights in (values.ravel(), None))
    with np.errstate(invalid="ignore"):
        return np.concatenate([total / count, values.mean(1, keepdims=True)], 1)


def _table(means: dict[str, np.ndarray], names: list[str], currency: str) -> pd.DataFrame:
    import pandas as pd

    units = {"units": "units/customer", "margin": f"{currency}/customer", "gaining": "1", "losing": "1"}
    rows: list[dict[str, Any]] = []
    for place, group in enumerate(names):
        for measure, unit in units.items():
            other = means[f"{measure}*"][:, place]
            effect = paired_effect(other, means[measure][:, place] if measure in means else np.zeros_like(other))
            kept = {name: effect[name] for name in ("effect", "ci_low", "ci_high", "baseline", "n")}
            rows.append({"group": group, "measure": measure, **kept, "unit": unit})
    return pd.DataFrame(rows, columns=COLUMNS)
