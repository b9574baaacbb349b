"""Social value: what is a customer's word worth to a brand, beside what the customer buys? (docs/model.md (E99)–(E100))

Replications run to the end of the burn-in once. There each branches into the market as it is, and for each group of
customers into one in which their word reaches nobody from then on (`word_of_mouth.unheard`). What the brand then lacks
from all *others*, for each customer who is silenced, is what their word brought: blame counts against it. What they buy
themselves stands beside it.

The traps: silencing the first of a group is worth more than silencing the last, since others tell the same; so groups
of different size are compared with a random group of the same size. And a group's word is worth what it is because the
others are heard: the groups' values do not add up to that of all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim.customers.network import Neighbors
from loyaltysim.draws import purpose
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.study.branches import Progress, account, each_stack, first_of
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.questions import goes_unheard, silenced, unheard
from loyaltysim.totals import MONEY_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

RANDOM = purpose("social_value.random")
SHARES = (0.01, 0.1)
"""Of customers, that "degree" silences; assumed: the hubs, and the tenth who know most."""

Choose = Callable[["Simulation"], dict[str, Any]]
"""Says what goes unheard in a replication, as settings of `word_of_mouth.unheard`."""


class Found(NamedTuple):
    """One group, by replication; money is in the currency, for each customer silenced."""

    silenced: np.ndarray
    others_with: np.ndarray
    others_without: np.ndarray
    own: np.ndarray


def social_value(
    scenario: Scenario,
    by: str | float | Sequence[int] = "segment",
    *,
    replications: int = 30,
    seed: int = 1,
    discount_rate: float = 0.0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What the focal brand would lose from others for each customer whose word reached nobody.

    Parameters
    ----------
    scenario : a market in which somebody talks
    by : "segment": each of them; "degree": the 1 % and the 10 % of customers who know most others, which are other
        customers in every replication, and as many drawn by chance; a share of customers, drawn one by one; or a list
        of customers' numbers
    replications, seed, threads : as for `compare`
    discount_rate : yearly, from the first measured step on; .1 is 10 %
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a group, over the measured steps: group, against (empty, or the group that its value is compared with, in
    the same replications), silenced (mean number), effect (what others spend less cost of goods, in the market as it is
    less that in which the group is silent, for each customer silenced), ci_low, ci_high, p_positive, variance_ratio,
    baseline, n, unit as `Comparison.effects` has them; own (the same of what the silenced buy themselves, in the market
    as it is), own_low, own_high. Costs that no purchase carries are left out.

    Raises
    ------
    ValueError : if there are no segments, no ties to count, or nobody in the group
    ScenarioError : if nobody talks; for an unknown `by`, a customer that there is not, or a share outside 0 … 1
    """
    import pandas as pd

    silenced(scenario)  # raises if nobody talks
    groups = _groups(scenario, by)

    def one(simulation: Simulation) -> list[Found]:
        start = simulation.run(until=0)
        whole = account(start.branch(scenario, log=True).run(), discount_rate).money
        return [_silence(start, choose(start), whole, discount_rate) for choose in groups.values()]

    found = each_stack(scenario, one, replications=replications, seed=seed, threads=threads, progress=progress)
    by_group = {name: np.concatenate([each[place] for each in found], axis=1) for place, name in enumerate(groups)}
    rows = [_row(name, own, scenario.currency) for name, own in by_group.items()]
    for name in by_group:
        other = name.replace("top", "random")
        if by == "degree" and other != name:
            rows.append(_difference(name, other, by_group, scenario.currency))
    return pd.DataFrame(rows)


def _groups(scenario: Scenario, by: str | float | Sequence[int]) -> dict[str, Choose]:
    """How each group is chosen, by its name."""
    if by == "segment":
        names = tuple(scenario.population.segments)
        if not names:
            raise ValueError("there are no segments: set population.segments")
        return {name: _always(scenario, {"segments": [name]}) for name in names}
    if by == "degree":
        if scenario.network.kind == "none" or scenario.network.as_totals:
            raise ValueError(f'a network of kind "{scenario.network.kind}" has no ties to count')
        chosen: dict[str, Choose] = {}
        for share in SHARES:
            chosen[f"top {100 * share:g} %"] = _most(share, hubs=True)
            chosen[f"random {100 * share:g} %"] = _most(share, hubs=False)
        return chosen
    if isinstance(by, (int, float)) and not isinstance(by, bool):
        name, of = f"share {by:g}", f"share:{by!r}"
        if by == 0:
            raise ValueError("a share of 0 silences nobody")
        return {name: _always(scenario, goes_unheard(of))}
    if isinstance(by, (str, bool)):
        message = f"customers can be silenced by segment, degree, a share or a list of numbers, not by {by!r}"
        raise ScenarioError([Fault(None, None, "by", message)])
    return {"listed": _always(scenario, goes_unheard(by))}


def _always(scenario: Scenario, what: dict[str, Any]) -> Choose:
    """The same in every replication. Raises ScenarioError for who is not there."""
    unheard(scenario, what)
    return lambda start: what


def _most(share: float, *, hubs: bool) -> Choose:
    """A share of customers: those with most ties, or anybody."""

    def choose(start: Simulation) -> dict[str, Any]:
        network, n = start.world.neighbors, start.world.customers.n_customers
        if not isinstance(network, Neighbors) or not len(network.neighbor):
            raise ValueError(f'a network of kind "{start.scenario.network.kind}" has no ties to count')
        rows = first_of(start, np.arange(n), network.degree() if hubs else None, max(1, round(share * n)), RANDOM)
        return {"customers": rows.tolist()}

    return choose


def _silence(start: Simulation, what: dict[str, Any], whole: np.ndarray, discount_rate: float) -> Found:
    """Branch into the market in which a group is silent; `whole` is what each customer brings in it as it is."""
    scenario = unheard(start.scenario, what)
    assert scenario is not None
    branch = start.branch(scenario, log=True)
    silent = branch.world.silent
    assert silent is not None
    who = silent.reshape(whole.shape) != 0
    if start.world.silent is not None:  # whose word reaches nobody anyway
        who &= start.world.silent.reshape(whole.shape) == 0
    without = account(branch.run(), discount_rate).money
    n = who.sum(1)
    per_head = MONEY_UNIT * np.where(n > 0, n, np.nan)
    told = ((whole * ~who).sum(1), (without * ~who).sum(1), (whole * who).sum(1))
    return Found(n, *(money / per_head for money in told))


def _row(name: str, found: np.ndarray, currency: str) -> dict[str, Any]:
    """A group's row: means over replications with intervals."""
    silenced, more, less, own = found
    if not silenced.any():
        raise ValueError(f'nobody is in the group "{name}"')
    return _told(name, "", silenced, more, less, own, np.zeros(len(own)), currency)


def _difference(name: str, other: str, by_group: dict[str, np.ndarray], currency: str) -> dict[str, Any]:
    """The row that tells how much more a group's word is worth than another's."""
    first, second = by_group[name], by_group[other]
    effects = (first[1] - first[2], second[1] - second[2])
    return _told(name, other, first[0], *effects, first[3], second[3], currency)


def _told(
    name: str, against: str, silenced: np.ndarray, more: np.ndarray, less: np.ndarray, own: np.ndarray,
    other_own: np.ndarray, currency: str,
) -> dict[str, Any]:  # fmt: skip
    values = paired_effect(own, other_own)
    return {
        "group": name,
        "against": against,
        "silenced": float(silenced.mean()),
        **paired_effect(more, less),
        "unit": currency,
        "own": values["effect"],
        "own_low": values["ci_low"],
        "own_high": values["ci_high"],
    }
