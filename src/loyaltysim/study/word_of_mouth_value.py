"""Value of word of mouth: how much is it worth, through whom, and over how many steps? (docs/model.md (E95)–(E98))

Replications run to the end of the burn-in once. There three worlds branch off, with the same state and luck: as it
is; *silent*, in which nothing is heard from then on; and *direct*, in which people hear what the silent world's
customers say and nothing else: word of mouth that has not been passed on. The silent and the direct world are stepped
in lockstep.

In the direct world the friends who bring prospects are those who are in the market in the silent one, and the
invitations are those that the silent world's customers send; a friend who accepts is one of the direct world.

The traps: what was heard before the branch goes on working in all worlds until it is forgotten, so this is the value of
what is said from then on. A horizon cuts off what comes later, and a customer won late counts little. That somebody
bought earlier is worth only what is sold by the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.study.branches import Account, Progress, account, each_stack, ever_bought
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.questions import silenced
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

PARTS = {
    "total": "",
    "retention": "total",
    "acquisition": "total",
    "costs": "total",
    "acceleration": "acquisition",
    "expansion": "acquisition",
    "direct": "total",
    "indirect": "total",
}
"""The parts, and of which each is one. Costs are in margin alone."""
METRICS = ("customers", "units", "margin")


class Pair(NamedTuple):
    """By replication, in the world with more word of mouth and the one with less: whole numbers, money in 1/10,000."""

    more: np.ndarray
    less: np.ndarray


Split = dict[tuple[str, str], Pair]
"""By part and metric."""


def word_of_mouth_value(
    scenario: Scenario,
    *,
    replications: int = 30,
    seed: int = 1,
    discount_rate: float = 0.0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What word of mouth brings the focal brand over the measured steps, in parts that add up exactly.

    total = retention (of those who had bought the brand before) + acquisition (of all others) + costs (margin alone:
    of programs, levers, referral and acquisition, as far as they are told of no purchase);
    acquisition = acceleration (who buys it in both worlds buys more of it by the end, or earlier) + expansion (who buys
    it only with word of mouth, less who does only without); total = direct (heard from those who heard nothing) +
    indirect (passed on).

    Parameters
    ----------
    scenario : a market in which somebody talks
    replications, seed, threads : as for `compare`
    discount_rate : yearly, from the first measured step on; .1 is 10 %
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a part and metric: part, part_of, metric (customers who buy the brand at all, units, margin), effect with
    ci_low, ci_high, p_positive, variance_ratio, baseline (the part in the world with less word of mouth), n, unit as
    `Comparison.effects` has them.

    Raises
    ------
    ScenarioError : if nobody talks in the scenario, or sees complaints, or brings friends
    """
    import pandas as pd

    silent = silenced(scenario)

    def one(simulation: Simulation) -> Split:
        return split(simulation, silent, discount_rate)

    found = each_stack(scenario, one, replications=replications, seed=seed, threads=threads, progress=progress)
    rows = []
    for part, metric in found[0]:
        scale = MONEY_UNIT if metric == "margin" else 1
        more, less = np.concatenate([one[part, metric] for one in found], axis=1) / scale
        unit = scenario.currency if metric == "margin" else metric
        names = {"part": part, "part_of": PARTS[part], "metric": metric}
        rows.append({**names, **paired_effect(more, less), "unit": unit})
    return pd.DataFrame(rows)


def split(simulation: Simulation, silent_scenario: Scenario, discount_rate: float = 0.0) -> Split:
    """Run a stack and its branches, and split what word of mouth adds."""
    scenario, start = simulation.scenario, simulation.run(until=0)
    before = ever_bought(start)
    whole = account(start.branch(scenario, log=True).run(), discount_rate)
    direct, silent = start.branch(scenario, log=True), start.branch(silent_scenario, log=True)
    listen(direct, silent)
    accounts = [whole, *(account(branch, discount_rate) for branch in (silent, direct))]
    return {(part, metric): pair for part in PARTS for metric, pair in _part(part, before, *accounts).items()}


def listen(direct: Simulation, silent: Simulation) -> None:
    """Step both to the end; the one hears what the other's customers say, and follows their example and invitations."""
    ours, theirs = direct.schedule, silent.schedule
    if ours.own_acquisition is not None:
        ours.own_acquisition.examples = theirs.own_acquisition.entered
    if ours.own_referral is not None:
        ours.own_referral.inviters = silent.world
    while direct.now < direct.calendar.last:
        for pile, said in zip(direct.world.messages.piles, silent.world.messages.piles):
            pile.take(said)
        direct.step()  # first: it reads the silent world as that world was before this step
        silent.step()


def _part(part: str, before: np.ndarray, whole: Account, silent: Account, direct: Account) -> dict[str, Pair]:
    """One part, by metric."""
    everybody = np.ones_like(before)
    if part == "costs":
        return {"margin": Pair(whole.costs, silent.costs)}
    if part == "direct":
        return _pairs(direct, silent, everybody, everybody, costs=True)
    if part == "indirect":
        return _pairs(whole, direct, everybody, everybody, costs=True)
    if part == "total":
        return _pairs(whole, silent, everybody, everybody, costs=True)
    both = whole.bought & silent.bought
    more, less = {
        "retention": (before, before),
        "acquisition": (~before, ~before),
        "acceleration": (~before & both, ~before & both),
        "expansion": (~before & whole.bought & ~silent.bought, ~before & silent.bought & ~whole.bought),
    }[part]
    return _pairs(whole, silent, more, less)


def _pairs(more: Account, less: Account, who: np.ndarray, other: np.ndarray, costs: bool = False) -> dict[str, Pair]:
    """What some customers bring in one world and others in another."""
    found = {}
    for metric, name in zip(METRICS, ("bought", "units", "money")):
        found[metric] = Pair((getattr(more, name) * who).sum(1), (getattr(less, name) * other).sum(1))
    if costs:
        found["margin"] = Pair(found["margin"].more + more.costs, found["margin"].less + less.costs)
    return found
