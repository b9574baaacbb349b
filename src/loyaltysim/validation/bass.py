"""How customers come, where it is known exactly: the diffusion model of Bass (1969), in steps and in the limit (D8).

Everybody knows everybody, who came stays, and nothing else happens. With steps of dt years a share F has come, and

    F ← F + (1 - F) · dt · (p + q · F)

As dt goes to 0 this is F(t) = (1 - e^(-(p + q)t)) / (1 + q/p · e^(-(p + q)t)), whose rate is highest at t* =
ln(q / p) / (p + q). Where people have few friends each, the first to come are seen by the same people again and again,
and it goes slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, as_published, target

P, Q = 0.03, 0.38
YEAR = 365.25
CUSTOMERS = 100_000
REPLICATIONS = 8
YEARS = 10
SHORT = 0.05
"""Years of a step by which the limit is told: by then a step moves F(t*) by .0036, and the luck of a run by .006."""
AROUND = 2.0
"""Years before and after the expected peak through whose rates a parabola is laid; they are symmetric about it."""
COMPLETE = {"kind": "complete"}
SPARSE: dict[str, dict[str, Any]] = {
    "small world": {"kind": "small_world", "mean_degree": 10, "rewire": 0.1},
    "scale-free network": {"kind": "scale_free", "mean_degree": 10},
}


def coming_market(
    network: dict[str, Any], *, customers: int = CUSTOMERS, years: float = YEARS, dt: float = 1.0, **acquisition: Any
) -> Scenario:
    """Prospects come into a market in which nobody ever needs anything again; `dt` in years."""
    behavior = {"needs": {"kind": "poisson"}}
    brands = {"Ours": 0.0, "Rival": 0.0}
    return bare_market(brands, customers=customers, steps=round(years / dt), behavior=behavior).vary(
        {
            "step_days": YEAR * dt,
            "population.needs_per_week": 0.0,
            "network": network,
            "word_of_mouth.acquisition": {"kind": "linear", "p": P, "q": Q, **acquisition},
        }
    )


def share_come(scenario: Scenario, replications: int = REPLICATIONS) -> np.ndarray:
    """Share of all who have come by the end of each step, replications × steps."""
    come = replicate(scenario, replications=replications)["entered"].sum("channel").cumsum("step")
    return np.asarray(come.transpose("replication", "step"), float) / scenario.population.n_customers


def recursion(p: float, q: float, steps: int, dt: float = 1.0) -> np.ndarray:
    """The share expected to have come by the end of each step, where everybody knows everybody."""
    share = np.zeros(steps + 1)
    for step in range(steps):
        share[step + 1] = share[step] + (1 - share[step]) * min(1.0, dt * (p + q * share[step]))
    return share[1:]


def limit(years: Any, p: float, q: float) -> np.ndarray:
    """The share that has come after some years, if it goes on without steps."""
    left = np.exp(-(p + q) * np.asarray(years, float))
    return np.asarray((1 - left) / (1 + q / p * left))


def peak(share: np.ndarray, dt: float, around: float) -> tuple[float, float]:
    """When most come in a year and how many: the top of a parabola through the rates near a time, by least squares."""
    rate, middle = np.diff(share, prepend=0.0) / dt, (np.arange(len(share)) + 0.5) * dt
    near = np.abs(middle - around) < AROUND
    bend, slope, height = np.polyfit(middle[near] - around, rate[near], 2).tolist()
    return around - slope / (2 * bend), height - slope**2 / (4 * bend)


@target(
    "D8",
    source="Bass 1969, Management Science 15(5), 215-227; p, q: Sultan, Farley & Lehmann 1990, J. of Marketing "
    "Research 27(1), 70-77",
    says="100,000 prospects who all know each other come by advertising and example, by years and in short steps.",
)
def diffusion() -> Iterator[Check]:
    """Every year's share ±.01; the limit in short steps; and that networks and ties of their own are other models."""
    printed = ".0300 .0702 .1228 .1901 .2729 .3701 .4776 .5881 .6925 .7826"
    expected = np.array(as_published(printed, recursion(P, Q, YEARS)))
    simulated = share_come(coming_market(COMPLETE))
    for year in range(YEARS):
        share, se = over_replications(simulated[:, year])
        yield Check(f"come by the end of year {year + 1}", expected[year], share, se, 0.01)

    (top,) = as_published("6.193", np.log(Q / P) / (P + Q))
    values = as_published(".4605 .1106", [limit(top, P, Q), (P + Q) ** 2 / (4 * Q)])
    short = share_come(coming_market(COMPLETE, dt=SHORT))
    stepped = recursion(P, Q, short.shape[1], SHORT)
    times = np.arange(1, short.shape[1] + 1) * SHORT

    def told(share: np.ndarray) -> tuple[float, ...]:
        return (*peak(share, SHORT, top), float(np.interp(top, times, share)))

    found = np.array([told(run) for run in short])
    names = "year in which most come", "most who come in a year", f"come by then, {top:.3f} years"
    for place, (name, value) in enumerate(zip(names, (top, values[1], values[0]), strict=True)):
        mean, se = over_replications(found[:, place])
        late = told(stepped)[place] - value
        note = f"a step of {SHORT:g} years moves it by {late:+.4f}"
        yield Check(name, value, mean, se, abs(late) + 3 * se, note)

    others = {name: coming_market(network) for name, network in SPARSE.items()}
    alone = Q / (CUSTOMERS - 1)  # each of all the others is a chance of its own, all of them together at a rate of q
    others["market of kind ties"] = coming_market(COMPLETE, kind="ties", q=alone)
    for name, scenario in others.items():
        gaps = share_come(scenario)[:, :YEARS] - expected
        year = int(np.abs(gaps.mean(0)).argmax())
        mean, se = over_replications(-gaps[:, year])
        note = f"{-mean:+.3f} in year {year + 1}; must be more than .01"
        yield Check(f"distance of a {name}", 0.01, mean, se, 0, note, side="below")
