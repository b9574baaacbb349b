"""Seeding: whom should a brand get to talk? (docs/model.md (E101))

Replications run to the end of the burn-in once. There each branches into the market as it is, and for each way to
choose into one in which some of the focal brand's customers, who bought it last, praise it once in each of the next
steps, besides what they say anyway. The effect is what the brand gains by the end, for each customer seeded. What it
costs to get somebody to talk is not taken off.

The traps: who is chosen for knowing many, or for loving the brand, often has friends who buy it already; whether that
outweighs depends on the network, and on who has not heard yet. Where a message goes to one friend only (`audience`), a
hub reaches no more than anybody. In markets with prospects whom friends bring, a seed's praise moves customers only:
prospects follow example, not talk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.customers.network import Neighbors
from loyaltysim.draws import purpose
from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.study.branches import Account, Progress, account, each_stack, first_of
from loyaltysim.study.compare import paired_effect
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

CHOSEN = purpose("seeding.chosen")
NOBODY = "nobody seeded"
METRICS = ("customers", "units", "margin")


def _random(simulation: Simulation) -> None:
    return None


def _hubs(simulation: Simulation) -> np.ndarray:
    network = simulation.world.neighbors
    if not isinstance(network, Neighbors) or not len(network.neighbor):
        raise ValueError(f'a network of kind "{simulation.scenario.network.kind}" has no hubs')
    return network.degree()


def _loyal(simulation: Simulation) -> np.ndarray:
    faded = simulation.schedule.faded(max(simulation.now - 1, 0))
    if "bond" not in faded:
        raise ValueError("nobody has a bond, so nobody is known to be loyal: behavior.bond is off")
    return np.asarray(faded["bond"][simulation.world.focal])


def _high_value(simulation: Simulation) -> np.ndarray:
    return np.asarray(simulation.world.history.ask("spend")[simulation.world.focal])


WAYS: dict[str, Callable[[Simulation], np.ndarray | None]] = {
    "random": _random,
    "hubs": _hubs,
    "loyal": _loyal,
    "high value": _high_value,
}
"""What makes a customer one to be seeded, the more the better: one number per row, None for chance. Most ties, the
highest bond with the brand, the most spent on it so far."""


def seeding(
    scenario: Scenario,
    share: float = 0.01,
    ways: Sequence[str] = tuple(WAYS),
    messages: int = 4,
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What it brings the focal brand to have some of its customers praise it, by how they are chosen.

    Parameters
    ----------
    scenario : a market in which customers talk
    share : of those who bought the focal brand last, 0 … 1; at least one is seeded
    ways : of `WAYS`: "random", "hubs" (most ties), "loyal" (highest bond), "high value" (most spent so far)
    messages : how many steps, from the branch on, in which each praises once
    replications, seed, threads : as for `compare`
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a way and metric against nobody seeded, then one a pair of ways and metric, in the same replications: metric
    (customers who buy the brand by the end, units, margin with all costs), scenario (the way), against, seeded (mean
    number), and effect, ci_low, ci_high, p_positive, variance_ratio, baseline, n, unit as `Comparison.effects` has
    them, for each customer seeded. `plots.effects` draws the rows against nobody.

    Raises
    ------
    ValueError : if nobody would hear a message, there is nobody to seed, or a way needs what the scenario lacks
    ScenarioError : for an unknown way, a share outside 0 … 1, or messages below 0 or beyond the measured steps
    """
    import pandas as pd

    _check(scenario, share, ways, messages)

    def one(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
        simulation.world.history.ask("spend")
        start = simulation.run(until=0)
        own = start.world.customers.arrays["last_brand"].reshape(start.world.n_replications, -1) == start.world.focal
        n = np.maximum(np.rint(share * own.sum(1)), 1).astype(int)
        if not own.any(1).all():
            raise ValueError(f'nobody has bought "{scenario.focal}" at the end of the burn-in: there is nobody to seed')
        told = [_told(account(start.branch(scenario, log=True).run()))]
        for way in ways:
            rows = [
                first_of(start, r * own.shape[1] + np.flatnonzero(own[r]), WAYS[way](start), n[r], CHOSEN)
                for r in range(len(own))
            ]
            told.append(_told(account(_seeded(start, np.concatenate(rows), messages))))
        return n, np.array(told) / n

    found = each_stack(scenario, one, replications=replications, seed=seed, threads=threads, progress=progress)
    seeded = float(np.concatenate([n for n, _ in found]).mean())
    values = np.concatenate([told for _, told in found], axis=2)  # worlds × metrics × replications
    pairs = [(place, 0) for place in range(1, len(ways) + 1)]
    pairs += [(second, first) for first, second in combinations(range(1, len(ways) + 1), 2)]
    names, rows = (NOBODY, *ways), []
    for place, against in pairs:
        for m, metric in enumerate(METRICS):
            effect = paired_effect(values[place, m], values[against, m])
            unit = scenario.currency if metric == "margin" else metric
            row: dict[str, Any] = {"metric": metric, "scenario": names[place], "against": names[against]}
            rows.append({**row, "seeded": seeded, **effect, "unit": unit})
    return pd.DataFrame(rows)


def _check(scenario: Scenario, share: float, ways: Sequence[str], messages: int) -> None:
    """Raise for what cannot be."""
    faults = [
        Fault(None, None, "ways", f'no way to choose is called "{way}"', tuple(WAYS), nearest(way, WAYS))
        for way in ways
        if way not in WAYS
    ]
    if not 0 < share <= 1:
        faults.append(Fault(None, None, "share", f"must be above 0 and at most 1, was {share}"))
    if not 0 <= messages <= scenario.steps:
        faults.append(Fault(None, None, "messages", f"must be from 0 to {scenario.steps}, was {messages}"))
    if faults:
        raise ScenarioError(faults)
    if scenario.word_of_mouth.talk.kind == "none" or scenario.word_of_mouth.influence.kind == "none":
        raise ValueError("nobody would hear a message: word_of_mouth.talk or influence is off")


def _seeded(start: Simulation, rows: np.ndarray, messages: int) -> Simulation:
    """Run the branch in which these rows praise."""
    branch = start.branch(start.scenario, log=True)
    for _ in range(messages):
        branch.say(rows, start.scenario.focal).step()
    return branch.run()


def _told(of: Account) -> np.ndarray:
    """The metrics of a branch, metrics × replications."""
    return np.stack([of.bought.sum(1), of.units.sum(1), (of.money.sum(1) + of.costs) / MONEY_UNIT])
