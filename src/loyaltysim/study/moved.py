"""Who was moved: what a lever changes of those whom it reaches, against the same market without it.

Most of those who buy after a contact would have bought without it. Each replication runs to the end of the burn-in
without the lever, and branches there into the market with it and without, with one state and one luck. So each
customer is seen twice, and whom the lever reached falls into one of four groups (docs/model.md, eq. E153):

                            stays without the lever     does not
    stays with it           stayed_anyway               moved
    does not                driven_away                 lost_anyway

A customer stays who bought the brand in the last period of the run, or has a contract with it at its end.

The traps: once a choice has come out otherwise, the worlds' luck comes apart, so some change sides by luck alone, both
ways. What the lever does on the whole is `moved_net`, moved less driven_away. And the margin's difference is the
brand's whole one: it counts what others buy because of what they hear from those reached, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, path_text, split_path
from loyaltysim.levers.lever import Lever
from loyaltysim.levers.reaching import Reaching
from loyaltysim.plots.interval import ratio
from loyaltysim.study.branches import Progress, each_stack
from loyaltysim.study.compare import paired_effect
from loyaltysim.study.questions import without_lever

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

GROUPS = ("stayed_anyway", "moved", "lost_anyway", "driven_away")
FLOWS = {"contacts": "contacts", "cost": "lever_cost", "margin": "margin"}
"""What is told of the brand as a difference between the worlds, and the variable that it is of."""


def who_was_moved(
    scenario: Scenario,
    lever: str,
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Tell whom a lever reached that would have stayed anyway, and whom it moved (eqs. E153, E154).

    Parameters
    ----------
    scenario : a market with the lever; it is pulled from the end of the burn-in on, at its weeks
    lever : its path, such as "brands.Ours.levers.0"; a lever that reaches single customers, of any brand
    replications, seed, threads : as for `compare`
    progress : called with "replications" and how many are done

    Returns
    -------
    One row a measure, with its 95 % interval: measure, effect, ci_low, ci_high, share (of reached), n, unit, note.

    reached, and of them stayed_anyway, moved, lost_anyway, driven_away, and moved_net: customers, means over
    replications · contacts, cost, margin: of the brand over the measured steps, with the lever less without; the
    margin is less the cost · cost_per_moved, cost_per_moved_net: ratios of means with the jackknife's interval, but
    without one where what is divided by cannot be told from 0; `note` says so

    Raises
    ------
    ScenarioError : if there is no such lever, it reaches no single customers, or the scenario has no whole period

    Examples
    --------
    >>> import loyaltysim as ls
    >>> contact = {"kind": "communication", "target": {"kind": "lapse", "share": 0.2}}
    >>> small = {"population.n_customers": 500, "burn_in": 13, "steps": 26, "brands.Ours.levers": [contact]}
    >>> ls.who_was_moved(ls.load("grocery").vary(small), "brands.Ours.levers.0", replications=2)["measure"].tolist()[:3]
    ['reached', 'stayed_anyway', 'moved']
    """
    brand, part = _place(scenario, lever)
    if not 0 < scenario.metrics.period_steps <= scenario.steps:
        message = "who stays is told by the last period: set a period that fits into the run"
        raise ScenarioError([Fault(None, None, "metrics.period_steps", message)])
    without = without_lever(scenario, lever)

    def one(simulation: Simulation) -> dict[str, np.ndarray]:
        start = simulation.run(until=0)
        reached = np.zeros(start.world.customers.rows, np.int32)
        with_it, base = start.branch(scenario), start.branch(without)
        for one, own in with_it.schedule.levers:
            if one is part:  # not there at strength 0
                own.reached = reached
        worlds = (with_it.run(), base.run())
        stays, stayed = (_stays(world, brand) for world in worlds)
        who = reached.reshape(stays.shape) > 0
        groups = (stays & stayed, stays & ~stayed, ~stays & ~stayed, ~stays & stayed)
        counts = {"reached": who.sum(1)} | {name: (who & group).sum(1) for name, group in zip(GROUPS, groups)}
        flows = [_flows(world, scenario, brand) for world in worlds]
        return counts | {name: flows[0][name] - flows[1][name] for name in FLOWS}

    found = each_stack(without, one, replications=replications, seed=seed, threads=threads, progress=progress)
    return _table({name: np.concatenate([each[name] for each in found]) for name in found[0]}, scenario.currency)


def _place(scenario: Scenario, lever: str) -> tuple[int, Reaching]:
    """The number of the lever's brand, and the lever. Raises ScenarioError if it is none that reaches customers."""
    named = {
        path_text(("brands", name, "levers", number)): (place, part)
        for place, (name, brand) in enumerate(scenario.brands.items())
        for number, part in enumerate(brand.levers)
    }
    reaching = tuple(path for path, (_, part) in named.items() if _reaches(part))
    if not isinstance(lever, str):
        told = f'a lever is told by its path, such as "brands.{scenario.focal}.levers.0", was {lever!r}'
        raise ScenarioError([Fault(None, None, "lever", told, reaching)])
    path = path_text(split_path(lever))
    if path not in named:
        told = f"no lever stands at {path}" if reaching else "no lever of this scenario reaches single customers"
        raise ScenarioError([Fault(None, None, "lever", told, reaching)])
    place, part = named[path]
    if not (isinstance(part, Reaching) and _reaches(part)):
        told = f'a lever "{part.kind}" is for everybody: nobody in particular is reached'
        raise ScenarioError([Fault(None, None, path, told, reaching)])
    return place, part


def _reaches(lever: Lever) -> bool:
    """Whether it reaches single customers; some levers do with a target alone."""
    return isinstance(lever, Reaching) and lever.target is not None


def _stays(simulation: Simulation, brand: int) -> np.ndarray:
    """Who bought the brand in the last period, or has a contract with it: replications × customers."""
    world, scenario = simulation.world, simulation.scenario
    if scenario.behavior.needs.kind == "contract":
        stays = world.customers.arrays["contract"] == brand
    else:
        stays = world.history.arrays["last_step"][brand] >= simulation.now - scenario.metrics.period_steps
    return np.asarray(stays.reshape(world.n_replications, -1))


def _flows(simulation: Simulation, scenario: Scenario, brand: int) -> dict[str, np.ndarray]:
    data = simulation.results().sel(brand=list(scenario.brands)[brand], segment="all")
    return {name: data[variable].sum("step").to_numpy() for name, variable in FLOWS.items()}


def _table(found: dict[str, np.ndarray], currency: str) -> pd.DataFrame:
    """The rows of `who_was_moved`, from one number a replication for each measure."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    found["moved_net"] = found["moved"] - found["driven_away"]
    reached = found["reached"]
    for name in ("reached", *GROUPS, "moved_net", *FLOWS):
        effect = paired_effect(found[name], np.zeros(len(reached)))
        share = np.nan if name in FLOWS or not reached.any() else float(found[name].mean() / reached.mean())
        unit = "contacts" if name == "contacts" else currency if name in FLOWS else "customers"
        kept = {key: effect[key] for key in ("effect", "ci_low", "ci_high")}
        rows.append({"measure": name, **kept, "share": share, "n": effect["n"], "unit": unit, "note": ""})
    for name in ("moved", "moved_net"):
        with np.errstate(invalid="ignore", divide="ignore"):
            of = ratio(found["cost"], found[name].astype(float))
        below = next(row for row in rows if row["measure"] == name)
        told = not below["ci_low"] <= 0 <= below["ci_high"]
        low, high = (float(of.low), float(of.high)) if told else (np.nan, np.nan)
        kept = {"effect": float(of.mean), "ci_low": low, "ci_high": high, "share": np.nan}
        note = "" if told else f"no interval: {name} cannot be told from 0"
        unit = f"{currency}/customer"
        rows.append({"measure": f"cost_per_{name}", **kept, "n": len(reached), "unit": unit, "note": note})
    return pd.DataFrame(rows)
