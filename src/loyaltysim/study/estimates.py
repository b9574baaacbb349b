"""Estimates: what a firm would say that its program did, beside what it did (docs/model.md, eqs. E170–E178).

The focal brand launches its program in the middle of the run; customers may join for some weeks, then joining ends.
Each replication is lived three times from the launch on, with one state and one luck: with the program, without it,
and with it while some customers, drawn by luck, may not join. The *truth* is the difference between the first two for
those who joined. Estimators see what a firm sees, the brand's till and its cards (`estimators.seen`): of the first
life, and of the third, the trial, where they need one.

The trap: an estimator that is right on average may still be far off in one market, and an interval tells only of the
luck that its assumptions allow for. `coverage` is how often the 95 % interval holds the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.answer_table import save_table
from loyaltysim.draws import purpose, salt
from loyaltysim.faults import Fault, ScenarioError, nearest, path_text
from loyaltysim.programs.joining import HELD_OUT
from loyaltysim.study.branches import Progress, each_stack
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.estimators import ESTIMATORS, Seen
from loyaltysim.study.estimators.estimator import UNITS, require
from loyaltysim.study.questions import without_program
from loyaltysim.word_of_mouth.coming import draw_bits

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

LUCK = purpose("estimates.hold_out")
COLUMNS = "estimator truth estimate bias bias_low bias_high low high coverage n replications why outcome unit".split()
SPREAD = (0.025, 0.975)
"""Of single replications' estimates, what the table tells."""


@dataclass(frozen=True)
class Estimates:
    """The truth of a program and what estimators say of it.

    Attributes
    ----------
    by_replication : one row a replication and estimator: replication, estimator, truth, estimate, se, low, high, and
        why there is no estimate, where there is none
    focal : the brand whose program it is
    weeks : weeks of which effects are told
    """

    by_replication: pd.DataFrame
    focal: str
    weeks: float

    def __repr__(self) -> str:
        """One line: whose program, and how many replications."""
        n = self.by_replication["replication"].nunique()
        return f"<Estimates of {self.focal}'s program over {self.weeks:g} weeks: {n} replications>"

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an estimator; columns as `COLUMNS`.

        truth, estimate : means over replications, for each member · bias : estimate less truth, with its 95 % paired
        interval · low, high : where 95 % of the replications' estimates lie · coverage : share of replications whose
        own 95 % interval holds the mean truth · n : replications in which there was an estimate; all of these are
        told of them alone · replications : all of them · why : reasons of those without, and how many gave it ·
        outcome : what the effect is on, of `estimators.estimator.UNITS`
        """
        import pandas as pd

        rows = []
        for name, own in self.by_replication.groupby("estimator", sort=False):
            truth = float(own["truth"].mean())  # of all replications, those included that an estimator cannot tell
            asked, reasons = len(own), own["why"][own["why"] != ""].value_counts()
            own = own[np.isfinite(own["estimate"]) & np.isfinite(own["truth"])]
            bias = paired_effect(own["estimate"].to_numpy(), own["truth"].to_numpy())
            holds = (own["low"] <= truth) & (truth <= own["high"])
            outcome = ESTIMATORS[str(name)].outcome
            told = {"bias": bias["effect"], "bias_low": bias["ci_low"], "bias_high": bias["ci_high"], "n": len(own)}
            told |= {"replications": asked, "why": "; ".join(f"{count} × {why}" for why, count in reasons.items())}
            shares = {"coverage": float(holds.mean()), "outcome": outcome, "unit": UNITS[outcome]}
            low, high = np.quantile(own["estimate"], SPREAD) if len(own) else (np.nan, np.nan)
            means = {"truth": truth, "estimate": own["estimate"].mean(), "low": low, "high": high}
            rows.append({"estimator": name, **means, **told, **shares})
        return pd.DataFrame(rows, columns=COLUMNS)

    def plot(self) -> Any:
        """Bias of each estimator beside the truth, and its coverage: matplotlib's Axes."""
        from loyaltysim.plots import estimates

        return estimates(self.table)

    def save(self, folder: str | Path) -> None:
        """Write `estimates.csv` and `by_replication.csv` into a folder, which is made if it is not there."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in {"estimates": self.table, "by_replication": self.by_replication}.items():
            save_table(frame, folder / f"{name}.csv")


def estimates(
    scenario: Scenario,
    *,
    launch_weeks: float | None = None,
    joining_weeks: float = 13.0,
    hold_out: float = 0.5,
    of: Sequence[str] | None = None,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Estimates:
    """Hold estimators of a program's effect against the truth: the same customers, the same luck, no program.

    Parameters
    ----------
    scenario : a market in which the focal brand has a program; if it has several, they are taken together
    launch_weeks : measured weeks before the launch, which is set there whatever the scenario says; half of the run if
        not given
    joining_weeks : weeks in which customers may join; effects are told of the time after them (assumed: a quarter)
    hold_out : share of customers who may not join in the trial (assumed: half, which tells most)
    of : which estimators; all if not given
    replications, seed, threads : as for `compare`
    progress : called with "replications" and how many are done

    Raises
    ------
    ScenarioError : for a focal brand without a program, times that do not fit into the run, unknown estimators
    ImportError : without the packages that the estimators need

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 500, "burn_in": 13, "steps": 52})
    >>> ls.estimates(small, of=["naive gap"], replications=2).table["estimator"].tolist()
    ['naive gap']
    """
    import pandas as pd

    if without_program(scenario) is None:
        message = f'"{scenario.focal}" has no program to tell the effect of'
        raise ScenarioError([Fault(None, None, path_text(("brands", scenario.focal, "programs")), message)])
    step = scenario.calendar.weeks
    launch = scenario.steps // 2 if launch_weeks is None else round(launch_weeks / step)
    closed = launch + round(joining_weeks / step)
    _check(scenario, launch, closed, hold_out, of)
    chosen = [ESTIMATORS[name] for name in of or ESTIMATORS]
    for package in dict.fromkeys(one.extra for one in chosen if one.extra):
        require(package)
    shares: list[float | None] = [0.0, None]
    if any(one.trial for one in chosen):
        shares.append(hold_out)
    how: dict[str, Any] = {"replications": replications, "seed": seed, "threads": threads, "progress": progress}
    rows = []
    for number, (with_it, base, *trial) in enumerate(lives(scenario, launch, closed, shares, **how)):
        for method in chosen:
            found = method.estimate(trial[0] if method.trial else with_it)
            truth = _truth(with_it, base, method.outcome)
            ends = {"estimate": found.value, "se": found.se, "low": found.low, "high": found.high, "why": found.why}
            rows.append({"replication": number, "estimator": method.name, "truth": truth, **ends})
    return Estimates(pd.DataFrame(rows), scenario.focal, (scenario.steps - closed) * step)


def lives(
    scenario: Scenario,
    launch: int,
    closed: int,
    shares: Sequence[float | None],
    *,
    replications: int,
    seed: int,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[list[Seen]]:
    """What the firm sees of lives that go on from one state at the launch: one list a replication, a life a share.

    A share is of the customers who may not join, by luck; None: there is no program. Launch and end of joining are
    measured steps.
    """
    without = without_program(scenario)
    assert without is not None  # the callers have seen to it
    where = path_text(("brands", scenario.focal, "programs"))
    n_programs = len(scenario.brands[scenario.focal].programs)
    week = launch * scenario.calendar.weeks
    launched = scenario.vary({f"{where}.{n}.from_week": week for n in range(n_programs)})

    def one(simulation: Simulation) -> list[list[Seen]]:
        start = simulation.run(until=0).branch(without, log=True).run(until=launch)
        worlds = [_live(start, launched if share is not None else without, share, closed) for share in shares]
        return [list(of_replication) for of_replication in zip(*worlds)]

    stacks = each_stack(without, one, replications=replications, seed=seed, threads=threads, progress=progress)
    return [seen for stack in stacks for seen in stack]


def _check(scenario: Scenario, launch: int, closed: int, hold_out: float, of: Sequence[str] | None) -> None:
    """Raise ScenarioError for what does not fit."""
    faults = []
    if not 0 < launch < closed < scenario.steps:
        step = scenario.calendar.weeks
        message = (
            f"the run has {scenario.steps * step:g} weeks: a launch after {launch * step:g} and joining until "
            f"{closed * step:g} must leave a step before, between and after"
        )
        faults.append(Fault(None, None, "launch_weeks", message))
    if not 0 < scenario.metrics.period_steps <= launch:
        message = "who is active is told by periods: one must fit into the time before the launch"
        faults.append(Fault(None, None, "metrics.period_steps", message))
    if not 0 < hold_out < 1:
        faults.append(Fault(None, None, "hold_out", f"must be a share between 0 and 1, was {hold_out}"))
    for name in of or ():
        if name not in ESTIMATORS:
            message = f'there is no estimator "{name}"'
            faults.append(Fault(None, None, "of", message, tuple(ESTIMATORS), nearest(name, ESTIMATORS)))
    if faults:
        raise ScenarioError(faults)


def _live(start: Simulation, scenario: Scenario, held_out: float | None, closed: int) -> list[Seen]:
    """One life from the launch on, as the firm sees it, for each replication of the stack."""
    simulation = start.branch(scenario, log=True)
    world = simulation.world
    accounts = [own for _, own in simulation.schedule.programs if own.brand == world.focal]
    out = np.zeros(world.customers.rows, bool)
    if held_out:
        bits = np.empty(world.customers.rows, np.uint64)
        draw_bits(world.customers.key, np.uint64(salt(LUCK, 0, 0, 0)), bits)
        out = bits < np.uint64(held_out * 2.0**64)
    if held_out is not None:
        for own in accounts:
            own.member[out] = HELD_OUT
    simulation.run(until=closed)
    joined = np.zeros(world.customers.rows, bool)
    if held_out is not None:
        for own in accounts:
            joined |= (own.member != 0) & ~out
            own.may_join[:] = 0
    simulation.run()
    return _records(start, simulation, joined, out if held_out else None, closed)


def _records(
    start: Simulation, life: Simulation, joined: np.ndarray, out: np.ndarray | None, closed: int
) -> list[Seen]:
    """The brand's till and cards by replication, nothing else."""
    import pandas as pd

    assert start.transactions is not None and life.transactions is not None  # asked for by the callers
    scenario, customers = life.scenario, life.world.customers
    step = life.calendar.weeks
    log = pd.concat([part.frame() for part in (start.transactions, life.transactions)], ignore_index=True)
    log = log[(log["brand"] == scenario.focal).to_numpy()]
    launch = start.now - start.calendar.burn_in
    found = []
    for number, replication in enumerate(customers.replications):
        own = log[(log["replication"] == replication).to_numpy()]
        till = pd.DataFrame({"customer": own["customer"].to_numpy(), "week": own["time"].to_numpy() / 7})
        rows = slice(number * customers.n_customers, (number + 1) * customers.n_customers)
        found.append(
            Seen(
                purchases=till.sort_values(["customer", "week"], ignore_index=True),
                members=np.flatnonzero(joined[rows]),
                launch=launch * step,
                joined_by=closed * step,
                end=scenario.steps * step,
                period=scenario.metrics.period_steps * step,
                held_out=None if out is None else np.flatnonzero(out[rows]),
            )
        )
    return found


def _truth(with_it: Seen, base: Seen, outcome: str) -> float:
    """What the program changed for each member: the same customers with it and without (eq. E170)."""
    customers = with_it.customers
    member = customers["member"].to_numpy()
    if not member.any():
        return float("nan")
    more = customers[outcome].to_numpy(float) - base.customers[outcome].to_numpy(float)
    return float(more[member].mean())
